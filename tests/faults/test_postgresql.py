"""PostgreSQL crashes, restarts and runs out of disk under load."""
import os
import shutil
import subprocess

import pytest

from cluster import Cluster
from load import Load, verify_all
from stack import Stack, wait_for
from support import LONG, SEED, scratch


def test_crashes_under_load(own, dice):
    stack = own(own_cluster=True)
    with Load(stack, f"{SEED}/crash", threads=6) as load:
        for round_number in range(10 if LONG else 2):
            load.progress(dice.randint(1, 200))
            stack.cluster.stop("immediate")
            stack.cluster.start()
            wait_for(lambda: stack.daemon.public.get("/readyz").status == 200, "the database is reached again")
        load.progress(50)
    print(f"{round_number + 1} crashes:", verify_all(stack, load))


def test_both_crash(own, dice):
    stack = own(own_cluster=True)
    with Load(stack, f"{SEED}/both", threads=6) as load:
        for _ in range(5 if LONG else 1):
            load.progress(dice.randint(50, 200))
            stack.cluster.stop("immediate")
            stack.daemon.kill()
            stack.cluster.start()
            stack.daemon.start()
        load.progress(50)
    print(verify_all(stack, load))


def test_connections_are_cut_again_and_again(own, dice):
    """Each answer may be lost: what was sent on a connection that went is asked after, never guessed."""
    stack = own()
    cut = (f"select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = '{stack.database}' and pid <> pg_backend_pid()"
           " and backend_type = 'client backend'")
    with Load(stack, f"{SEED}/cut", threads=6) as load:
        for _ in range(40 if LONG else 8):
            load.progress(dice.randint(5, 60))
            stack.psql(cut, stack.admin)
        load.progress(50)
    print(verify_all(stack, load))


@pytest.fixture
def small_disk():
    """A file system of 300 MB; it goes with the test."""
    place = scratch("disk-")
    if os.geteuid() != 0:
        pytest.skip("a small file system needs root to mount it")
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=300m,mode=755", "tmpfs", str(place)], stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, text=True)
    if mounted.returncode != 0:
        place.rmdir()
        pytest.skip(f"no file system can be mounted here: {mounted.stdout.strip()}")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)
        shutil.rmtree(place, ignore_errors=True)


def test_the_disk_is_full(small_disk):
    """Nothing is acknowledged that is not stored; when there is room again it goes on by itself."""
    stack = Stack(small_disk / "stack", settings={"intake": {"give_up_ms": 1000}, "db": {"queue_wait_ms": 500}})
    stack.cluster = Cluster(small_disk / "pg", settings={"max_wal_size": "64MB", "min_wal_size": "32MB", "wal_recycle": "off"})
    ballast = small_disk / "ballast"
    with stack, Load(stack, f"{SEED}/disk", threads=4) as load:
        load.progress(100)
        before = load.retries
        with open(ballast, "wb", buffering=0) as f:
            try:
                while True:
                    f.write(b"\0" * 65536)
            except OSError:
                pass  # full
        try:
            wait_for(lambda: load.retries >= before + 8, "filings are refused for want of room", 60)
        finally:
            ballast.unlink()
        wait_for(lambda: stack.cluster.is_running() or stack.cluster.start(), "PostgreSQL runs")
        wait_for(lambda: stack.daemon.public.get("/readyz").status == 200, "it is ready again", 60)
        load.progress(100)
        load.finish()
        print(verify_all(stack, load))
