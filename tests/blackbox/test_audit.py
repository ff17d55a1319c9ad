"""The log for everybody: checkpoints, proofs, keys and witnesses; evidence about a declaration; all verified without the daemon."""
import base64
import hashlib
import json
import signal
import subprocess
import sys

import psycopg
import pytest

from receipt import public_key, signature_is_good
from stack import ROOT, binary, wait_for
from support import accept, file_all, problem, settled
from witness import Witness

NOBODYS = "0190aaaa-bbbb-7005-8ddd-eeeeeeeeeeee"
UNPLACED = "select count(*) from leaf l where not exists (select from leaf_place p where p.leaf_id = l.id)"


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def root_of(hashes):
    """MTH of RFC 6962, section 2.1, as it is defined."""
    if len(hashes) == 1:
        return hashes[0]
    k = 1 << (len(hashes) - 1).bit_length() - 1
    return sha(b"\1", root_of(hashes[:k]), root_of(hashes[k:]))


def log_of(stack):
    """All leaves' hashes, by their numbers."""
    return [bytes.fromhex(h) for h in stack.psql("select encode(hash, 'hex') from tree_node where level = 0 order by place").split()]


def head(stack):
    """(size, root, note) of the latest checkpoint."""
    note = accept(stack.daemon.public.get("/v1/audit/checkpoint"), 200).body
    lines = note.split(b"\n")
    return int(lines[1]), base64.b64decode(lines[2]), note


def complete(stack):
    """The head once nothing waits for its number."""
    wait_for(lambda: stack.psql(UNPLACED) == "0", "all is in the log")
    return head(stack)


def verify(path, *options):
    done = subprocess.run([binary("tongguanctl"), "verify", str(path), *map(str, options)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def trade(stack, trades):
    t = trades.make()
    t.replies = file_all(stack.enterprise, t.filings())
    t.id = settled(stack, t)["id"]
    complete(stack)
    return t


# --- the log ----------------------------------------------------------------------------------------------------


def test_a_checkpoint_states_and_signs_the_root(stack, trade):
    size, root, note = complete(stack)
    assert root == root_of(log_of(stack)[:size])
    body, lines = note.split(b"\n\n")
    origin, _, _, time = body.decode().split("\n")
    assert origin == "tongguan/log" and time.startswith("time 20")
    signature = base64.b64decode(lines.decode().splitlines()[0].removeprefix(f"\u2014 {origin} "))
    assert signature[:4] == sha(origin.encode(), b"\n\1", stack.public_key)[:4]
    assert signature_is_good(stack.public_key, body + b"\n", signature[4:])
    assert accept(stack.daemon.public.get(f"/v1/audit/checkpoint?size={size}"), 200).body == note


def test_nothing_new_makes_no_checkpoint(own, trades):
    stack = own()  # in which nothing of other tests goes on
    trade = trades.make()
    file_all(stack.enterprise, trade.filings())
    settled(stack, trade)
    size, _, note = complete(stack)
    count, now = stack.psql("select count(*) from checkpoint"), stack.psql("select clock_timestamp()")
    wait_for(lambda: stack.psql(f"select clock_timestamp() > '{now}'::timestamptz + interval '1200 ms'") == "t", "two sweeps are over")
    assert (head(stack)[2], stack.psql("select count(*) from checkpoint")) == (note, count)
    accept(stack.enterprise.file(trades.make().order()))
    wait_for(lambda: head(stack)[0] > size, "what is new is in the next one")


def test_every_inclusion_and_consistency(stack, trade):
    size, root, _ = complete(stack)
    hashes = log_of(stack)
    for leaf in {0, 1, size // 2, size - 2, size - 1}:
        for of in {size, leaf + 1, max(leaf + 1, size - 3)}:
            p = accept(stack.daemon.public.get(f"/v1/audit/proof?leaf={leaf}&size={of}"), 200).json
            assert (bytes.fromhex(p["leaf_hash"]), bytes.fromhex(p["root"])) == (hashes[leaf], root_of(hashes[:of]))
            assert path_root(hashes[leaf], leaf, of, p["path"]) == root_of(hashes[:of])
    for older in {1, 2, size // 2, size - 1, size}:
        c = accept(stack.daemon.public.get(f"/v1/audit/consistency?from={older}&to={size}"), 200).json
        assert (bytes.fromhex(c["from_root"]), bytes.fromhex(c["to_root"])) == (root_of(hashes[:older]), root)
        assert len(c["path"]) <= 2 * size.bit_length()


def path_root(at, index, size, path):
    last, path = size - 1, [base64.urlsafe_b64decode(p + "=") for p in path]
    while last > 0:
        if index % 2 == 1 or index < last:
            at = sha(b"\1", path.pop(0), at) if index % 2 == 1 else sha(b"\1", at, path.pop(0))
        index, last = index // 2, last // 2
    assert not path
    return at


@pytest.mark.parametrize("path, status", [
    ("proof", 400), ("proof?leaf=-1", 400), ("proof?leaf=x", 400), ("proof?leaf=0&size=0", 400), ("proof?leaf=0&size=999999999", 404),
    ("proof?leaf=999999999", 404), ("proof?leaf=5&size=5", 404), ("proof?leaf=99999999999999999999", 400), ("consistency", 400),
    ("consistency?from=0", 400), ("consistency?from=2&to=1", 400), ("consistency?from=999999999", 400), ("consistency?from=1&to=999999999", 404),
    ("checkpoint?size=0", 400), ("checkpoint?size=140737488355328", 404), ("checkpoint?size=1e3", 400)])
def test_what_is_not_there(stack, trade, path, status):
    problem(stack.daemon.public.get(f"/v1/audit/{path}"), status, {400: "bad-request", 404: "not-found"}[status])


# --- records ------------------------------------------------------------------------------------------------------


def test_a_filing_is_proved(stack, trade, tmp_path):
    path, key = tmp_path / "proof.json", stack.public_key.hex()
    for reply in trade.replies:
        answer = accept(stack.enterprise.get(f"/v1/filings/{reply.json['id']}/proof"), 200)
        assert answer.json["receipt"].encode() == reply.body and answer.json["logged"] == "yes"
        path.write_bytes(answer.body)
        status, said, _ = verify(path, "--public-key", key)
        assert status == 0 and said.startswith("genuine\ncheckpoint tongguan/log, size "), said
        done = subprocess.run([sys.executable, ROOT / "docs/verify_proof.py", path, key], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        assert done.returncode == 0 and reply.json["business_key"] in done.stdout, done.stdout
    for wrong in (answer.json["receipt"].replace("import", "export"), answer.json["receipt"].replace('"index":0', '"index":1')):
        path.write_text(json.dumps(answer.json | {"receipt": wrong}))
        assert verify(path, "--public-key", key)[0] == 1
        assert subprocess.run([sys.executable, ROOT / "docs/verify_proof.py", path, key], stderr=subprocess.DEVNULL).returncode == 1
    path.write_bytes(answer.body)
    assert verify(path, "--public-key", "11" * 32)[0] == 1 and verify(path)[0] == 64
    assert subprocess.run([sys.executable, ROOT / "docs/verify_proof.py", path, "11" * 32], stderr=subprocess.DEVNULL).returncode == 1


def test_evidence_about_a_declaration(stack, trade, tmp_path):
    path = tmp_path / "evidence.json"
    answer = accept(stack.regulator.get(f"/v1/declarations/{trade.id}/evidence"), 200)
    e = answer.json
    assert (e["declaration_id"], e["order_no"], e["state"]) == (trade.id, trade.order_no, "released")
    digests = {r.json["document_sha256"] for r in trade.replies}
    assert {f["document_sha256"] for f in e["filings"]} == digests and all(f["logged"] == "yes" for f in e["filings"])
    tables = [r["table"] for r in e["records"]]
    assert tables.count("decision") == int(stack.psql(f"select count(*) from decision where declaration_id = '{trade.id}'")) > 0
    assert tables.count("authority_receipt") == 4 and all(r["logged"] == "yes" for r in e["records"])
    answers = [json.loads(r["proof"]["record"]) for r in e["records"] if r["table"] == "authority_receipt"]
    bodies = stack.psql(f"select encode(sha256(body), 'hex') from authority_receipt where declaration_id = '{trade.id}'").split()
    assert sorted(a["body"] for a in answers) == sorted(bodies), "digests of what the authorities answered"
    path.write_bytes(answer.body)
    status, said, _ = verify(path, "--public-key", stack.public_key.hex())
    assert status == 0 and f"{len(e['filings']) + len(e['records'])} records in the log, 0 newer" in said, said
    stack.verify(answer.body)  # by another reader: sealed as receipts are
    path.write_bytes(answer.body.replace(trade.id.encode(), NOBODYS.encode(), 1))
    assert verify(path, "--public-key", stack.public_key.hex())[0] == 1


def test_who_sees_what(stack, trades):
    t = trades.make()
    replies = file_all(stack.enterprise, t.filings())
    d = settled(stack, t)["id"]
    stranger = stack.client(f"stranger {t.order_no}", "enterprise", "--code", "91110000MA00000001")
    for path in (f"/v1/filings/{replies[0].json['id']}/proof", f"/v1/declarations/{d}/evidence", f"/v1/filings/{NOBODYS}/proof",
                 f"/v1/declarations/{NOBODYS}/evidence", "/v1/filings/x/proof"):
        problem(stranger.get(path), 404, "not-found")
        problem(stack.daemon.public.get(path), 401, "unauthenticated")
    for api in (stack.regulator, stack.operator, stack.enterprise):
        accept(api.get(f"/v1/filings/{replies[0].json['id']}/proof"), 200)


def test_a_part_of_it_for_whoever_filed_a_part(stack, trades):
    """The carrier sees that judgements and answers are in the log, and its own receipt; not what others filed, nor an authority's words."""
    t = trades.make()
    file_all(stack.enterprise, t.filings())
    d = settled(stack, t)["id"]
    complete(stack)
    carrier = stack.client(f"carrier {t.order_no}", "enterprise", "--code", "91110000MA00000001")
    number = stack.psql(f"select id from client where name = 'carrier {t.order_no}'")
    stack.psql(f"update declaration set client_ids = client_ids || {number} where id = '{d}'")
    e = accept(carrier.get(f"/v1/declarations/{d}/evidence"), 200).json
    assert all(f["receipt"] is None and f["logged"] == "yes" for f in e["filings"])
    shown = {r["table"]: r["proof"]["record"] is not None for r in e["records"]}
    assert shown == {"decision": True, "authority_receipt": False}
    whole = accept(stack.regulator.get(f"/v1/declarations/{d}/evidence"), 200).json
    assert [r["proof"]["record_hash"] for r in e["records"]] == [r["proof"]["record_hash"] for r in whole["records"]]


# --- witnesses and keys -----------------------------------------------------------------------------------------------


def test_witnesses_cosign(stack, trade, tmp_path):
    witness, other = Witness(tmp_path, f"w.{trade.order_no}"), Witness(tmp_path, f"v.{trade.order_no}")
    client = stack.client(f"witness {trade.order_no}", "operator")
    size, _, note = complete(stack)
    where = f"/v1/audit/checkpoints/{size}/cosignatures"
    problem(client.post(where, {"line": witness.line(note)}), 403, "forbidden")
    stack.ctl("witness", "add", witness.name, "--client", f"witness {trade.order_no}", "--public-key", witness.public_key.hex())
    for line, status, slug in ((other.line(note), 400, "bad-request"), ("", 400, "bad-request"), ("a\nb", 400, "bad-request"), ("x" * 600, 400, "bad-request"),
                               (witness.line(note.replace(b"log", b"lag", 1)), 422, "rule-broken")):
        problem(client.post(where, {"line": line}), status, slug)
    problem(client.post(where, {"line": 5}), 400, "bad-request")
    problem(client.post("/v1/audit/checkpoints/999999/cosignatures", {"line": witness.line(note)}), 404, "not-found")
    problem(client.post("/v1/audit/checkpoints/x/cosignatures", {"line": witness.line(note)}), 404, "not-found")
    line = witness.line(note)
    assert accept(client.post(where, {"line": line})).json == {"size": size, "line": line}
    assert accept(client.post(where, {"line": witness.line(note, at=1800000000)}), 200).json["line"] == line, "the first one stands"
    served = accept(stack.daemon.public.get(f"/v1/audit/checkpoint?size={size}"), 200).body
    assert served.startswith(note.split(b"\n\n")[0]) and line.encode() + b"\n" in served
    path, keys = tmp_path / "note", tmp_path / "keys.json"
    path.write_bytes(served)
    keys.write_bytes(accept(stack.daemon.public.get("/v1/audit/keys"), 200).body)
    status, said, _ = verify(path, "--keys", keys)
    assert status == 0 and f"witnessed by {witness.name}" in said
    stack.ctl("witness", "disable", witness.name)
    problem(client.post(where, {"line": line}), 403, "forbidden")
    assert {w["name"]: w["disabled"] is not None for w in json.loads(stack.ctl("witness", "list", "-o", "json").stdout)}[witness.name]
    assert stack.ctl("witness", "add", "a+b", "--client", "operator", "--public-key", "12" * 32, ok=(64,)).returncode == 64
    assert stack.ctl("witness", "add", "nobody", "--client", "no such client", "--public-key", "12" * 32, ok=(1,)).returncode == 1


def test_one_log_is_the_beginning_of_the_other(stack, trade, trades, tmp_path):
    older = complete(stack)
    file_all(stack.enterprise, trades.make().filings())
    newer = wait_for(lambda: (h := complete(stack))[0] > older[0] and h, "the log has grown")
    kept, path, key = tmp_path / "kept", tmp_path / "consistency.json", ("--public-key", stack.public_key.hex())
    kept.write_bytes(older[2])
    answer = accept(stack.daemon.public.get(f"/v1/audit/consistency?from={older[0]}&to={newer[0]}"), 200)
    path.write_bytes(answer.body)
    status, said, _ = verify(path, *key, "--checkpoint", kept)
    assert status == 0 and "the first is the beginning of the second" in said
    path.write_text(json.dumps(answer.json | {"path": answer.json["path"][:-1]}))
    assert verify(path, *key)[0] == 1
    assert stack.ctl("fsck", "--checkpoint", kept, *key).returncode == 0


def test_the_key_changes(own, trades, tmp_path):
    """What the old key signed stays good, by the keys that are served; once it is retired nothing newer passes."""
    stack = own()
    old = accept(stack.enterprise.file(trades.make().order()))
    complete(stack)
    proof = accept(stack.enterprise.get(f"/v1/filings/{old.json['id']}/proof"), 200)
    new_key = stack.directory / "second-key"
    stack.ctl("key", "new", new_key)
    stack.daemon.set("sign", key_file=str(new_key))
    stack.daemon.restart()
    new = accept(stack.enterprise.file(trades.make().order()))
    assert new.json["seal"]["key_id"] != old.json["seal"]["key_id"]
    complete(stack)
    served = accept(stack.daemon.public.get("/v1/audit/keys"), 200)
    assert [k["key_id"] for k in served.json["items"]] == [old.json["seal"]["key_id"], new.json["seal"]["key_id"]]
    assert served.json["items"][1]["public_key"] == public_key(new_key.read_text()).hex()
    keys, path = tmp_path / "keys.json", tmp_path / "file"
    keys.write_bytes(served.body)
    again = accept(stack.enterprise.get(f"/v1/filings/{old.json['id']}/proof"), 200)  # its receipt by the old key, the checkpoint by the new
    for body in (old.body, new.body, proof.body, again.body):
        path.write_bytes(body)
        assert verify(path, "--keys", keys)[0] == 0
    path.write_bytes(again.body)
    assert verify(path, "--public-key", stack.public_key.hex())[0] == 1, "one key is not enough for both"
    assert stack.ctl("fsck").returncode == 0
    stack.ctl("key", "retire", old.json["seal"]["key_id"])
    assert stack.ctl("key", "retire", "0123", ok=(1,)).returncode == 1
    body = accept(stack.daemon.public.get("/v1/audit/keys"), 200)
    assert [k["retired_at"] is not None for k in body.json["items"]] == [True, False]
    keys.write_bytes(body.body)
    for good in (old.body, new.body, again.body):
        path.write_bytes(good)
        assert verify(path, "--keys", keys)[0] == 0
    stack.daemon.set("sign", key_file=str(stack.directory / "signing-key"))  # somebody goes on with it all the same
    stack.daemon.restart()
    path.write_bytes(accept(stack.enterprise.file(trades.make().order())).body)
    status, _, said = verify(path, "--keys", keys)
    assert status == 1 and "retired" in said


# --- growing --------------------------------------------------------------------------------------------------------------


def test_killed_between_writing_and_appending(own, trades):
    """Leaves are written with their records: who dies before they have numbers loses none."""
    stack = own(settings={"audit": {"sweep_ms": 60000}})
    replies = [r for _ in range(5) for r in file_all(stack.enterprise, trades.make().filings())]
    waiting = int(stack.psql(UNPLACED))
    assert waiting >= 2 * len(replies)
    pending = accept(stack.enterprise.get(f"/v1/filings/{replies[0].json['id']}/proof"), 200).json
    assert (pending["logged"], pending["proof"]) == ("pending", None)
    assert stack.ctl("fsck").returncode == 0
    assert stack.daemon.kill() == -signal.SIGKILL
    stack.daemon.set("audit", sweep_ms=50)
    stack.daemon.start()
    complete(stack)
    for reply in replies:
        proof = accept(stack.enterprise.get(f"/v1/filings/{reply.json['id']}/proof"), 200).json
        assert proof["logged"] == "yes" and proof["receipt"].encode() == reply.body
    assert stack.ctl("fsck").returncode == 0


def test_two_daemons_append_one_log(own, trades):
    stack = own(settings={"audit": {"sweep_ms": 10}})
    second = stack.add_daemon("second").start()
    other = stack.caller(stack.tokens["enterprise"], second)
    for _ in range(10):
        file_all(stack.enterprise, trades.make().filings())
        file_all(other, trades.make().filings())
    size, root, _ = complete(stack)
    assert root == root_of(log_of(stack)[:size]) and stack.ctl("fsck").returncode == 0


def test_a_head_put_back_is_not_signed(own, trades):
    """The daemon remembers what it signed: a log that was cut, or written anew, gets no checkpoint from it."""
    stack = own()
    file_all(stack.enterprise, trades.make().filings())
    size = complete(stack)[0]
    stack.psql(f"delete from checkpoint where size = {size}; delete from leaf_place where seq = {size - 1};"
               f" update tree_head set size = size - 1, horizon = '0'")
    accept(stack.enterprise.file(trades.make().order()))
    wait_for(lambda: stack.daemon.events("log.diverged"), "it is told")
    assert stack.ctl("fsck", ok=(1,)).returncode == 1
    assert int(stack.psql("select coalesce(max(size), 0) from checkpoint")) < size
    assert len(stack.daemon.events("log.diverged")) == 1, "once"


def test_the_database_moves_to_another_cluster(own, trades):
    """Transaction numbers begin anew there: what had no number yet gets one all the same, in more than one step."""
    stack = own(settings={"audit": {"sweep_ms": 60000, "batch": 3}})
    replies = [r for _ in range(3) for r in file_all(stack.enterprise, trades.make().filings())]
    stack.psql("update tree_head set system = 1, horizon = '99999999'")
    stack.daemon.set("audit", sweep_ms=50)
    stack.daemon.restart()
    complete(stack)
    assert stack.daemon.events("log.moved") and stack.ctl("fsck").returncode == 0
    accept(stack.enterprise.file(trades.make().order()))
    complete(stack)
    told = len(stack.daemon.events("log.moved"))
    accept(stack.enterprise.file(trades.make().order()))
    complete(stack)
    assert len(stack.daemon.events("log.moved")) == told, "once it is over it goes on as ever"
    assert accept(stack.enterprise.get(f"/v1/filings/{replies[-1].json['id']}/proof"), 200).json["logged"] == "yes"
    assert stack.ctl("fsck").returncode == 0


def test_what_got_its_number_out_of_turn_holds_nothing_up(own, trades):
    """A move while somebody writes: what committed above that writer has its numbers when its turn comes, and more of it than a step takes."""
    stack = own(settings={"audit": {"sweep_ms": 60000, "batch": 3}})
    with psycopg.connect(stack.conninfo) as writer:
        writer.execute("select pg_current_xact_id()")
        file_all(stack.enterprise, trades.make().filings())
        stack.psql("update tree_head set system = 1, horizon = '99999999'")
        stack.daemon.set("audit", sweep_ms=50)
        stack.daemon.restart()
        complete(stack)
    accept(stack.enterprise.file(trades.make().order()))
    complete(stack)
    assert stack.ctl("fsck").returncode == 0
