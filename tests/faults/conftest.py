"""Every test has its own stack: what it breaks, nobody else leans on."""
import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "run"))
sys.dont_write_bytecode = True
import pytest  # noqa: E402

from support import SEED, new_stack, pytest_runtest_makereport, stacks  # noqa: E402, F401


@pytest.fixture
def dice(request):
    """Chance, the same for the same TONGGUAN_SEED."""
    print(f"TONGGUAN_SEED={SEED}")
    return random.Random(f"{SEED}/{request.node.name}")


@pytest.fixture
def own():
    made = []

    def make(**more):
        made.append(new_stack(**more))
        return made[-1].start()
    yield make
    for s in made:
        stacks.remove(s)
        s.remove()
