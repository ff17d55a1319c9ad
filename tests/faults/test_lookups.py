"""Whoever asks a department may die at any moment: what was to be asked is asked, and what waits for the answer goes on."""
import signal

from filer import IMPORT_GOODS, Trades
from stack import wait_for
from support import accept, file_all, file_while_it_dies, long_only, SEED, settled


def connect(stack, *codes):
    for code in codes:
        stack.ctl("authority", "set", code, "--query-url", f"http://127.0.0.1:{stack.mock.port}/{code}/queries")
    revision = float(stack.psql("select last_value from rule_revision"))
    wait_for(lambda: stack.operator.metrics()['tongguan_rules_revision{worker="0"}'] >= revision, "the daemon knows where to ask")
    return stack


def test_killed_between_a_departments_answer_and_its_record(own):
    stack = connect(own(settings={"flow": {"lease_s": 2}}), "CIQ", "POL")
    stack.daemon.set("test", kill_point="lookup.sent:1")
    stack.daemon.restart()
    trades = Trades(f"{SEED}/asked")
    made = [trades.make(goods=(IMPORT_GOODS[0][:7] + (f"871500002{n}",) + IMPORT_GOODS[0][8:],)) for n in range(3)]
    attested = trades.make()
    filings = [f for trade in made for f in trade.filings()]
    filings += [attested.order(), attested.payment(payer_name="赵六"), attested.waybill(), attested.inventory()]
    file_while_it_dies(stack, filings)
    assert stack.daemon.wait(90) == -signal.SIGKILL
    assert stack.psql("select count(*) from lookup_answer") == "0" and stack.psql("select count(*) > 0 from lookup_question") == "t"
    stack.daemon.set("test", kill_point="")
    stack.daemon.start()
    for filing in filings:
        assert stack.enterprise.file(filing).status in (200, 201)
    for trade in [*made, attested]:
        settled(stack, trade, timeout=30)
    assert stack.psql("select count(*) from (select 1 from lookup_answer group by authority, question, key having count(*) > 1) x") == "0"
    wait_for(lambda: stack.psql("select (select count(*) from lookup_question) + (select count(*) from lookup_waiter)") == "0", "nothing is left to be asked")
    assert stack.mock.summary("CIQ")["queries"] + stack.mock.summary("POL")["queries"] > int(stack.psql("select count(*) from lookup_answer"))


@long_only
def test_a_question_survives_its_database(own):
    stack = connect(own(own_cluster=True), "CIQ")
    accept(stack.mock.api.request("PUT", "/CIQ/query-behaviour", b'{"latency_ms": 600}'), 200)
    trade = Trades(f"{SEED}/database").make()
    file_all(stack.enterprise, trade.filings())
    wait_for(lambda: stack.mock.summary("CIQ")["queries"] > 0, "it is being asked")
    stack.cluster.stop("immediate")
    stack.cluster.start()
    stack.daemon.wait_ready()
    settled(stack, trade, timeout=40)
