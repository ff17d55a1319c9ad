"""Every test has its own stack: what it breaks, nobody else leans on."""
import pathlib
import random
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "run"))
sys.dont_write_bytecode = True
import pytest  # noqa: E402

from support import SEED, own, pytest_runtest_makereport, pytest_runtest_setup  # noqa: E402, F401


@pytest.fixture
def dice(request):
    """Chance, the same for the same TONGGUAN_SEED."""
    print(f"TONGGUAN_SEED={SEED}")
    return random.Random(f"{SEED}/{request.node.name}")
