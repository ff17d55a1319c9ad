"""kill -9 of the daemon under load: at every named point, at random moments, and one of two."""
import re
import signal

from load import Load, verify_all
from stack import ROOT, wait_for
from support import LONG, SEED

HEADER = (ROOT / "include/base/killpoint.h").read_text()
ALL_POINTS = re.findall(r'^#define KILLPOINT_\w+\s+"([a-z.]+)"', HEADER, re.M)
POINTS = [point for point in ALL_POINTS if not point.startswith(("push.", "lookup."))]  # those are in test_webhooks.py and test_lookups.py


def mixed_answers(stack, dice):
    """Some authorities answer at once, some later, some twice."""
    for code in ("CUS", "TAX", "FX", "POST"):
        stack.mock.behave(code, **dice.choice([{}, {"answer": "later", "late_ms": 20}, {"answer": "later", "late_ms": 5, "twice": True}]))


def test_the_points_are_known():
    assert len(POINTS) >= 5 and len(set(POINTS)) == len(POINTS)


def test_killed_at_every_named_point(own, dice):
    stack = own()
    stack.mock.behave("TAX", answer="later", late_ms=10)
    with Load(stack, f"{SEED}/points", threads=6) as load:
        for point in POINTS * (3 if LONG else 1):
            # only what was refused once is claimed from the database: all else goes from memory
            stack.mock.behave("FX", refuse_next=200 if point == "dispatch.claimed" else 0)
            at = f"{point}:{dice.randint(1, 3) if point == 'dispatch.claimed' else dice.randint(2, 25)}"
            stack.daemon.set("test", kill_point=at)
            stack.daemon.stop()
            stack.daemon.start(wait=False)
            status = stack.daemon.wait(90)
            assert status == -signal.SIGKILL, f"{at}: ended with {status}\n{stack.daemon.tail()}"
            stack.mock.behave("FX", refuse_next=0)
            stack.daemon.set("test", kill_point="")
            stack.daemon.start()
            load.progress(40)
            print(f"killed at {at}")
    print(verify_all(stack, load))


def test_killed_at_random(own, dice):
    stack = own()
    with Load(stack, f"{SEED}/random", threads=6) as load:
        for round_number in range(50 if LONG else 4):
            mixed_answers(stack, dice)
            load.progress(dice.randint(1, 150))
            assert stack.daemon.kill() == -signal.SIGKILL
            stack.daemon.start()
        load.progress(40)
    print(f"{round_number + 1} kills:", verify_all(stack, load))


def test_one_of_two_is_killed(own, dice):
    """The other one takes over: nobody has to start anything."""
    stack = own()
    second = stack.add_daemon("second").start()
    with Load(stack, f"{SEED}/two", threads=6, addresses=[stack.daemon.address, second.address]) as load:
        load.progress(dice.randint(100, 300))
        second.kill()
        second.sockets["api"].close()
        load.progress(150)
    print(verify_all(stack, load))


def test_killed_while_it_starts(own):
    stack = own()
    with Load(stack, f"{SEED}/start", threads=4) as load:
        load.progress(100)
        for _ in range(20 if LONG else 3):
            stack.daemon.kill()
            begun = len(stack.daemon.events("daemon.started"))
            stack.daemon.start(wait=False)
            wait_for(lambda: len(stack.daemon.events("daemon.started")) > begun, "it has begun")
        stack.daemon.kill()
        stack.daemon.start()
        load.progress(100)
    print(verify_all(stack, load))
