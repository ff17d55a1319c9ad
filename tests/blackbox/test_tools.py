"""What tongguanctl does for integrators, without server and database: check and convert files of filings."""
import gzip
import json
import subprocess

import pytest

from filer import Trades, ceb
from stack import binary
from support import SEED, scratch


@pytest.fixture(scope="module")
def files():
    return scratch("files-")


@pytest.fixture
def trade(request):
    return Trades(f"{SEED}/{request.node.nodeid}").make("import", "9610")


def run(*arguments, ok=(0,), **more):
    done = subprocess.run([binary("tongguanctl"), *map(str, arguments)], capture_output=True, timeout=60, env={"PATH": "/usr/bin:/bin"}, **more)
    assert done.returncode in ok, done.stderr.decode() + done.stdout.decode()
    return done


def lines(done):
    return done.stdout.decode().splitlines()


def put(files, name, content):
    path = files / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_check_says_a_line_for_each_filing(files, trade):
    order, key = trade.order(), f"{trade.order()['platform_code']}/{trade.order()['order_no']}"
    good = put(files, "orders.xml", ceb([order, order]))
    assert lines(run("check", good)) == [f"{good}:1  order import  {key}  ok", f"{good}:2  order import  {key}  ok"]
    bad = put(files, "bad.json", json.dumps(trade.order(note="x" * 1001)))
    done = run("check", good, bad, ok=(1,))
    assert len(lines(done)) == 3
    assert lines(done)[2].startswith(f"{bad}:1  order import  {key}  field.length /note: ")
    assert b"1 of 2 files" in done.stderr


def test_check_takes_what_integrators_have(files, trade):
    filings = [trade.order(), trade.payment(), trade.waybill()]
    many = "\n".join([json.dumps(f, ensure_ascii=False) for f in filings] + ["", "{not json", ""])
    path = put(files, "day.ndjson", many)
    told = lines(run("check", path, ok=(1,)))
    assert [line.split("  ")[1] for line in told] == ["order import", "payment import", "waybill import", "unreadable"]
    assert told[3].startswith(f"{path}:5  unreadable  bad-json")
    run("check", put(files, "one.json.gz", gzip.compress(json.dumps(filings[0]).encode())))
    run("check", "-", input=ceb([filings[0]]))
    assert "unreadable" in lines(run("check", files / "nosuch.xml", ok=(1,)))[0]
    assert "unreadable" in lines(run("check", put(files, "torn.gz", gzip.compress(b"{}")[:-3]), ok=(1,)))[0]


def test_check_strict_refuses_what_lenient_warns_of(files, trade):
    xml = run("convert", "--to", "xml", put(files, "right.json", json.dumps(trade.order()))).stdout
    path = put(files, "misspelt.xml", xml.replace(b"consignee>", b"consingee>"))
    told = lines(run("check", "-v", path))
    assert told[0].endswith("  ok") and "warning  schema.name" in told[1]
    assert len(lines(run("check", path))) == 1
    assert "schema.name" in lines(run("check", "--strict", path, ok=(1,)))[0]
    run("check", "--strict", put(files, "right.xml", xml))


def test_check_for_machines(files, trade):
    path = put(files, "machine.json", json.dumps(trade.payment(amount_paid="1.234567", currency="502")))
    told = json.loads(run("check", "--json", path, ok=(1,)).stdout)
    assert (told["file"], told["number"], told["ok"], told["kind"], told["customs_message"]) == (str(path), 1, False, "payment", 411)
    assert {(e["pointer"], e["code"]) for e in told["errors"]} == {("/amount_paid", "field.digits"), ("/currency", "import.currency")}
    assert all(e["remedy"] for e in told["errors"])


def test_check_judges_by_the_day_asked_for(files, trade):
    path = put(files, "early.json", json.dumps(trade.order()))
    assert "field.code" in lines(run("check", "--on", "2000-01-01", path, ok=(1,)))[0]
    assert run("check", "--on", "yesterday", path, ok=(64,)).stderr


def test_convert_there_and_back_loses_nothing(files, trade):
    for kind in ("order", "payment", "waybill", "inventory"):
        first = put(files, f"{kind}.json", json.dumps(getattr(trade, kind)(), ensure_ascii=False))
        xml = put(files, f"{kind}.xml", run("convert", "--to", "xml", first).stdout)
        assert b"<ceb:CEB" in xml.read_bytes()
        again = put(files, f"{kind}-again.json", run("convert", "--to", "json", xml).stdout)
        canonical = run("convert", "--to", "json", first).stdout
        assert again.read_bytes() == canonical
        assert {k: v for k, v in json.loads(canonical).items() if k != "lines"}.keys() >= json.loads(first.read_text()).keys() - {"lines"}


def test_convert_refuses_what_it_cannot_do_whole(files, trade):
    bad = put(files, "wrong.json", json.dumps(trade.order(currency="999")))
    assert run("convert", "--to", "xml", bad, ok=(1,)).stdout == b""
    mixed = put(files, "mixed.json", json.dumps([trade.order(), trade.payment()]))
    assert b"another kind" in run("convert", "--to", "xml", mixed, ok=(1,)).stderr
    assert run("convert", bad, ok=(64,)).stderr and run("convert", "--to", "yaml", bad, ok=(64,)).stderr
