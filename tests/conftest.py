"""What lies outside a checkout and a test may need: a real Neo4j, the real logs.

Where one of them is missing, the tests that ask for it are left out, and the summary says so in a line each.
Under `CI=true` a missing Neo4j is an error.
"""

import os
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import structlog
from hypothesis import settings

from tests.neo4j_server import NotEmpty, Server, Unavailable, neo4j_server

ROOT = Path(__file__).parents[1]

# A timing is a benchmark, not a test; under CI every run tries the same examples.
settings.register_profile("sharegraph", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.register_profile("long", deadline=None)  # --hypothesis-profile=long, for tests that ask for it
settings.load_profile("sharegraph")


@pytest.fixture(autouse=True)
def logs_as_they_were() -> Iterator[None]:
    """A command that is run within a test says how the process logs, and another test may read the log."""
    before = structlog.get_config()
    yield
    structlog.configure(**before)


@pytest.fixture(scope="session")
def neo4j() -> Iterator[Server]:
    """A real, empty Neo4j, started when the first test asks for it and gone after the last."""
    with ExitStack() as until_the_end:
        try:
            server = until_the_end.enter_context(neo4j_server(ROOT / ".cache" / "neo4j"))
        except NotEmpty as somebodys:
            pytest.exit(str(somebodys), returncode=pytest.ExitCode.USAGE_ERROR)
        except Unavailable as without:
            missing = str(without)
        else:
            yield server
            return
    if os.environ.get("CI") == "true":
        pytest.fail(f"under CI=true there must be a real Neo4j: {missing}", pytrace=False)
    pytest.skip(f"no real Neo4j: {missing}")


@pytest.fixture(scope="session")
def neo4j_url(neo4j: Server) -> str:
    """The address of a real Neo4j with its credentials, as `open_store` takes it."""
    return neo4j.url


@pytest.fixture(scope="session")
def real_logs() -> Path:
    """The folder of the public logs (`taobao-share`, `higgs`, …), from SHAREGRAPH_DATA."""
    folder = os.environ.get("SHAREGRAPH_DATA")
    if not folder:
        pytest.skip("no real logs: SHAREGRAPH_DATA is not set")
    path = Path(folder)
    if not path.is_dir():
        pytest.fail(f"SHAREGRAPH_DATA is no folder: {path}", pytrace=False)
    return path


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What stays together where several workers run the tests: each file, for what its tests share, and all
    that asks for the one Neo4j.
    """
    for item in items:
        asks = "neo4j" in getattr(item, "fixturenames", ()) or item.get_closest_marker("neo4j") is not None
        item.add_marker(pytest.mark.xdist_group("neo4j" if asks else item.path.as_posix()))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in one line for each missing thing how many tests it left out."""
    skipped: list[pytest.TestReport] = terminalreporter.stats.get("skipped", [])
    reasons = Counter(report.longrepr[2] for report in skipped if isinstance(report.longrepr, tuple))
    for reason, tests in sorted(reasons.items()):
        counted = f"{tests} tests" if tests > 1 else "1 test"
        terminalreporter.write_line(f"Left out {counted}: {reason.removeprefix('Skipped: ')}", yellow=True)
