"""One stack for all black box tests; those that stop or break something make their own."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "run"))
sys.dont_write_bytecode = True
import pytest  # noqa: E402

from filer import Trades  # noqa: E402
from stack import Api, Stack  # noqa: E402
from support import SEED, OpenApi, new_stack, own, pytest_runtest_makereport, pytest_runtest_setup  # noqa: E402, F401


def pytest_collection_modifyitems(items):
    """Those with stacks of their own come first: once it is there, the common one runs to the end, and takes its share of the machine."""
    items.sort(key=lambda item: "stack" in item.fixturenames and not hasattr(item.module, "stack"))


@pytest.fixture(scope="session", autouse=True)
def openapi():
    checker = OpenApi()
    Stack.on_start = staticmethod(checker.learn)
    yield checker
    Stack.on_start = Api.check = None


@pytest.fixture(scope="session")
def stack(openapi):
    s = new_stack().start()
    try:
        s.openapi = openapi
        yield s
    finally:
        s.remove()


@pytest.fixture(scope="session")
def officers(stack):
    """A regulator's client of each department that tests let decide something."""
    return {a: stack.client(f"department {a}", "regulator", "--authority", a) for a in ("CUS", "CIQ", "FX", "SAMR", "TAX")}


@pytest.fixture(autouse=True)
def calm(request):
    """A test finds the authorities as they are at first, whatever the one before did."""
    if "stack" in request.fixturenames:
        request.getfixturevalue("stack").mock.calm()
    yield


@pytest.fixture
def trades(request):
    """Keys that no other test has."""
    return Trades(f"{SEED}/{request.node.nodeid}")


# Written by who files only: what is decided and delivered of earlier filings may go on meanwhile.
INTAKE = ("submission", "filing", "filing_key", "seal", "link", "declaration", "job", "job_piece")


@pytest.fixture
def nothing_stored(stack):
    """Whatever the test sends, not a row comes of it."""
    sql = " union all ".join(f"select '{t}', count(*) from {t}" for t in INTAKE) + " order by 1"  # large tables are counted in parallel, in any order
    before = stack.psql(sql)
    yield
    assert stack.psql(sql) == before
