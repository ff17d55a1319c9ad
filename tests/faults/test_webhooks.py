"""Whoever pushes may die at any moment: every event of the feed comes to every receiver at least once, and none to others."""
import signal

from filer import Trades
from receiver import Receiver
from stack import Api, wait_for
from support import LONG, SEED, accept, file_all, file_while_it_dies, long_only, settled

TRADES = 40 if LONG else 8


def numbers(stack):
    stack.psql("select feed_watermark()")
    return set(stack.psql("select seq from feed_events(0, 1000000)").split())


def taken(receiver, path="/hook"):
    return {m.id for m in receiver.at(path, taken=True)}


def everything_came(stack, receiver, path="/hook"):
    """Each change has its numbers first: another test's open transaction may hold them back for a while."""
    wait_for(lambda: stack.psql("select coalesce(sum(cardinality(types)), 0) = feed_watermark() from change") == "t", "all is numbered", 60)
    wait_for(lambda: numbers(stack) <= taken(receiver, path), "every event came", 60)


def file_some(stack, trades, count=TRADES):
    made = [trades.make() for _ in range(count)]
    for trade in made:
        file_all(stack.enterprise, trade.filings())
    return made


def test_killed_between_the_receivers_answer_and_its_record(own):
    stack = own(settings={"push": {"lease_s": 1, "schedule_s": "0 1 1 1 1 1 1 1"}})
    with Receiver() as receiver:
        accept(stack.operator.post("/v1/subscriptions", {"url": receiver.url()}), 201)
        stack.daemon.set("test", kill_point="push.sent:5")
        stack.daemon.restart()
        trades = Trades(f"{SEED}/sent")
        made = [trades.make() for _ in range(TRADES)]
        filings = [f for trade in made for f in trade.filings()]
        file_while_it_dies(stack, filings)
        assert stack.daemon.wait(90) == -signal.SIGKILL
        stack.daemon.set("test", kill_point="")
        stack.daemon.start()
        for filing in filings:
            assert stack.enterprise.file(filing).status in (200, 201)
        for trade in made:
            settled(stack, trade)
        everything_came(stack, receiver)
        ids = [m.id for m in receiver.at(taken=True)]
        assert len(ids) > len(set(ids))  # what was answered and not recorded went again: the receiver knows it by its id


@long_only
def test_killed_while_pushing_and_another_goes_on(own, dice):
    stack = own(settings={"push": {"lease_s": 1, "schedule_s": "0 1 1 1 1 1 1 1 1 1 1 1"}})
    second = stack.add_daemon("second").start()
    with Receiver() as receiver:
        accept(stack.operator.post("/v1/subscriptions", {"url": receiver.url()}), 201)
        accept(stack.operator.post("/v1/subscriptions", {"url": receiver.url("/shaky")}), 201)
        receiver.answer(lambda m: 500 if m.path == "/shaky" and dice.random() < 0.1 else 200)
        trades, made = Trades(f"{SEED}/killed"), []
        for victim in (stack.daemon, second, stack.daemon):
            before = len(receiver.messages)
            other = second if victim is stack.daemon else stack.daemon
            stack.enterprise = Api(other.address, stack.enterprise.token)
            made += file_some(stack, trades, TRADES // 2)
            wait_for(lambda: len(receiver.messages) > before, "it pushes", 60)
            victim.kill()
            victim.start()
        stack.regulator = Api(second.address, stack.regulator.token)
        for trade in made:
            settled(stack, trade)
        everything_came(stack, receiver)
        everything_came(stack, receiver, "/shaky")


def test_a_clean_stop_hands_over_at_once(own):
    """The lease is given back: it would be half a minute here."""
    stack = own(settings={"push": {"lease_s": 3600}})
    second = stack.add_daemon("second").start()
    with Receiver() as receiver:
        accept(stack.operator.post("/v1/subscriptions", {"url": receiver.url()}), 201)
        made = file_some(stack, Trades(f"{SEED}/stop"), 2)
        for trade in made:
            settled(stack, trade)
        everything_came(stack, receiver)
        leads = next(d for d in (stack.daemon, second) if d.events("push.leads"))
        other = second if leads is stack.daemon else stack.daemon
        before = [m.id for m in receiver.at(taken=True)]
        assert leads.stop() == 0
        wait_for(lambda: other.events("push.leads"), "the other one pushes")
        stack.enterprise, stack.regulator = (Api(other.address, a.token) for a in (stack.enterprise, stack.regulator))
        for trade in file_some(stack, Trades(f"{SEED}/stop-again"), 2):
            settled(stack, trade)
        everything_came(stack, receiver)
        ids = [m.id for m in receiver.at(taken=True)]
        assert len(ids) == len(set(ids)) and len(ids) > len(before)  # nothing twice: all was recorded
