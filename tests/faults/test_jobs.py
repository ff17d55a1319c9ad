"""A job outlives whatever happens to the daemon that files it: in the end every line has one result and every filing stands once."""
import signal

from filer import Trades, as_json
from stack import Api, wait_for
from support import LONG, SEED, accept

LINES = 3000 if LONG else 1200
SETTINGS = {"batch": {"lease_s": 1, "sweep_ms": 20}}


def start_job(api, seed, count=LINES):
    """A job of good lines, but every hundredth of which is none; returns its id and the good filings."""
    trades = Trades(seed)
    filings = [trades.make().order() for _ in range(count)]
    lines = [b"{}" if n % 100 == 99 else as_json(f) for n, f in enumerate(filings)]
    job = accept(api.file_lines(lines), 202).json["id"]
    return job, [f for n, f in enumerate(filings) if n % 100 != 99]


def done(api, job):
    return api.get(f"/v1/jobs/{job}").json["done"]


def progress(api, job, lines):
    goal = min(done(api, job) + lines, LINES)
    wait_for(lambda: done(api, job) >= goal, f"{lines} more lines have their result", 60)


def verify(stack, api, job, filings):
    end = wait_for(lambda: (j := api.get(f"/v1/jobs/{job}").json)["finished_at"] and j, "the job is finished", 120)
    bad = LINES // 100
    assert (end["state"], end["done"], end["good"], end["bad"]) == ("done", LINES, LINES - bad, bad)
    results = api.results(job)
    assert [r["line"] for r in results] == list(range(1, LINES + 1))
    assert {r["status"] for r in results} <= {200, 201, 422}
    assert sum(r["status"] == 422 for r in results) == bad
    assert len({r["receipt"]["id"] for r in results if "receipt" in r}) == LINES - bad
    assert stack.psql("select count(*) from filing") == stack.psql("select count(*) from filing_key") == str(LINES - bad)
    for filing, result in list(zip(filings, (r for r in results if "receipt" in r)))[::97]:
        again = accept(api.file(filing), 200)
        assert again.json == result["receipt"]
        stack.verify(again.body)


def test_killed_while_a_job_runs(own, dice):
    stack = own(settings=SETTINGS)
    job, filings = start_job(stack.enterprise, f"{SEED}/job")
    kills = 0
    while stack.enterprise.get(f"/v1/jobs/{job}").json["finished_at"] is None and kills < (20 if LONG else 4):
        progress(stack.enterprise, job, dice.randint(1, 250))
        assert stack.daemon.kill() == -signal.SIGKILL
        kills += 1
        stack.daemon.start()
    assert kills > 1
    verify(stack, stack.enterprise, job, filings)


def test_killed_between_storing_and_recording(own):
    """The lines are stored, nobody was told: filed again they are repeats, and the results say so."""
    stack = own(settings=SETTINGS)
    stack.daemon.set("test", kill_point="intake.stored:2")
    stack.daemon.restart()
    job, filings = start_job(stack.enterprise, f"{SEED}/point")
    assert stack.daemon.wait(90) == -signal.SIGKILL
    stack.daemon.set("test", kill_point="")
    stack.daemon.start()
    verify(stack, stack.enterprise, job, filings)
    assert any(r["status"] == 200 for r in stack.enterprise.results(job))


def test_another_daemon_goes_on(own):
    stack = own(settings=SETTINGS)
    job, filings = start_job(stack.enterprise, f"{SEED}/other")
    second = stack.add_daemon("second")
    progress(stack.enterprise, job, 1)
    stack.daemon.kill()
    second.start()
    verify(stack, Api(second.address, stack.enterprise.token), job, filings)


def test_two_daemons_share_a_job(own):
    """Whoever gets the lease files the next piece; none is recorded twice."""
    stack = own(settings=SETTINGS)
    stack.add_daemon("second").start()
    job, filings = start_job(stack.enterprise, f"{SEED}/share")
    verify(stack, stack.enterprise, job, filings)


def test_a_clean_stop_ends_the_piece_in_hand(own):
    stack = own(settings=SETTINGS)
    job, filings = start_job(stack.enterprise, f"{SEED}/stop")
    for _ in range(3):
        progress(stack.enterprise, job, 1)
        assert stack.daemon.stop() == 0
        assert stack.psql("select count(*) from job where lease is not null") == "0"
        stack.daemon.start()
    verify(stack, stack.enterprise, job, filings)


def test_connections_are_cut_while_a_job_runs(own, dice):
    stack = own(settings=SETTINGS)
    job, filings = start_job(stack.enterprise, f"{SEED}/cut")
    cut = (f"select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = '{stack.database}' and pid <> pg_backend_pid()"
           " and backend_type = 'client backend'")
    for _ in range(20 if LONG else 5):
        goal = done_in_table(stack, job) + dice.randint(1, 120)
        stack.psql(cut, stack.admin)
        wait_for(lambda: done_in_table(stack, job) >= min(goal, LINES), "it goes on", 60)
    verify(stack, stack.enterprise, job, filings)


def done_in_table(stack, job):
    return int(stack.psql(f"select done from job where id = '{job}'"))


def test_a_piece_that_was_begun_too_often_is_given_up(own):
    """Its lines are refused instead of being tried for ever; the others go on."""
    stack = own(settings={"batch": {"lease_s": 1, "sweep_ms": 20, "jobs": 0}})
    job, _ = start_job(stack.enterprise, f"{SEED}/often")
    stack.psql(f"update job set tries = 10 where id = '{job}'")
    stack.daemon.set("batch", jobs=1)
    stack.daemon.restart()
    wait_for(lambda: stack.enterprise.get(f"/v1/jobs/{job}").json["finished_at"], "the job is finished", 60)
    results = stack.enterprise.results(job)
    assert [r["line"] for r in results] == list(range(1, LINES + 1))
    assert {r["status"] for r in results[:100]} == {500} and {r["status"] for r in results[100:]} == {201, 422}
    assert len(stack.daemon.events("job.given_up")) == 1
