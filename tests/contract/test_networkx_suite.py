"""NetworkX's own tests run against our backend, and our functions answer them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from graph.nx import FUNCTIONS

ROOT = Path(__file__).parents[2]

SUITES = (
    "networkx.algorithms.centrality.tests.test_degree_centrality",
    "networkx.algorithms.centrality.tests.test_voterank",
    "networkx.algorithms.community",
    "networkx.algorithms.components",
    "networkx.algorithms.link_analysis.tests.test_pagerank",
    "networkx.algorithms.operators.tests.test_unary",
    "networkx.algorithms.shortest_paths.tests.test_generic",
    "networkx.algorithms.shortest_paths.tests.test_unweighted",
    "networkx.algorithms.tests.test_cluster",
    "networkx.algorithms.tests.test_core",
    "networkx.generators.tests.test_ego",
    "networkx.tests.test_convert_scipy",
)


@pytest.fixture(scope="module")
def answered(tmp_path_factory: pytest.TempPathFactory) -> dict[str, int]:
    """How often each of our functions answered NetworkX's tests, all of which passed."""
    folder = tmp_path_factory.mktemp("networkx")
    (folder / "pytest.ini").write_text("[pytest]\n")
    counts = folder / "answered.json"
    # By file path NetworkX's conftest would not be loaded, and nothing would reach the backend.
    run = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-c", folder / "pytest.ini", "--rootdir", folder),
            *("-p", "no:cacheprovider", "-p", "no:asyncio", "-p", "tests.contract.networkx_calls"),
            *("--calls-to", counts, "--pyargs", *SUITES),
        ],
        cwd=ROOT,
        env=os.environ | {"NETWORKX_TEST_BACKEND": "sharegraph", "NETWORKX_FALLBACK_TO_NX": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-5_000:] + run.stderr[-5_000:]
    counted: dict[str, int] = json.loads(counts.read_text())
    return counted


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_networkx_s_own_tests_pass_on_ours(answered: dict[str, int], name: str):
    assert answered.get(name, 0) > 0
