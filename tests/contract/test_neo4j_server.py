"""The real Neo4j that other tests are given: that it is real, empty, and never somebody's."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.neo4j_server import NotEmpty, Server, Unavailable, neo4j_server
from tests.neo4j_server.server import empty, holdings

pytestmark = pytest.mark.neo4j

ROOT = Path(__file__).parents[2]


@pytest.fixture
def somebodys(neo4j: Server) -> Iterator[dict[str, str]]:
    """An environment that points the tests to a database in which somebody keeps a node."""
    empty(neo4j)
    with neo4j.driver() as driver:
        driver.execute_query("CREATE (:Letter {to: 'Ana'})")
    yield {
        "SHAREGRAPH_TEST_NEO4J_URI": neo4j.uri,
        "SHAREGRAPH_TEST_NEO4J_USER": neo4j.user,
        "SHAREGRAPH_TEST_NEO4J_PASSWORD": neo4j.password,
    }
    empty(neo4j)


def letters(server: Server) -> int:
    with server.driver() as driver:
        return int(driver.execute_query("MATCH (l:Letter) RETURN count(l) AS n").records[0]["n"])


def test_a_real_neo4j_answers(neo4j: Server):
    with neo4j.driver() as driver:
        [component] = driver.execute_query("CALL dbms.components() YIELD name, versions").records
    assert component["name"] == "Neo4j Kernel"


def test_a_borrowed_database_that_is_not_empty_is_refused_and_left_alone(
    neo4j: Server, somebodys: dict[str, str], tmp_path: Path
):
    with (
        pytest.raises(NotEmpty, match=r"holds 1 nodes and 0 constraints"),
        neo4j_server(tmp_path, somebodys),
    ):
        pass
    assert letters(neo4j) == 1


def test_a_run_of_the_tests_stops_at_a_database_that_is_not_empty(neo4j: Server, somebodys: dict[str, str]):
    said = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", f"{__file__}::test_a_real_neo4j_answers"],
        cwd=ROOT,
        env={**os.environ, **somebodys},
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == pytest.ExitCode.USAGE_ERROR
    assert "it may be somebody's" in said.stdout + said.stderr
    assert letters(neo4j) == 1


def test_a_borrowed_database_is_left_as_empty_as_it_came(
    neo4j: Server, somebodys: dict[str, str], tmp_path: Path
):
    empty(neo4j)
    with neo4j_server(tmp_path, somebodys) as server, server.driver() as driver:
        driver.execute_query("CREATE CONSTRAINT one FOR (l:Letter) REQUIRE l.to IS UNIQUE")
        driver.execute_query("CREATE INDEX two FOR (l:Letter) ON (l.at)")
        driver.execute_query("CREATE (:Letter {to: 'Bea'})-[:ANSWERS]->(:Letter {to: 'Cy'})")
    assert holdings(neo4j) == ""


def test_without_docker_java_and_maven_one_sentence_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with (
        pytest.raises(Unavailable, match=r"neither .* nor a Docker engine nor Java"),
        neo4j_server(tmp_path, {}),
    ):
        pass
