"""Every benchmark runs, on little: a figure that cannot be taken again is hearsay. It says what it takes."""

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from shutil import which

import pytest

from bench.audits import missing

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
SMALL = {
    "audits": (),
    "believe": ("--smoke",),
    "cascades": ("--smoke",),
    "chances": ("--smoke",),
    "fuzzed": ("--each", "3"),
    "graphql": ("--users", "300", "--events", "6000", "--requests", "40", "--rounds", "1"),
    "kill": ("--rounds", "1"),
    "kill_server": ("--rounds", "1"),
    "kols": ("--smoke",),
    "live": ("--users", "300", "--events", "6000"),
    "moments": ("--smoke",),
    "naming": ("--smoke",),
    "mutated": ("--rows", "6000", "--each", "400"),
    "order": ("--smoke",),
    "oracle_timing": ("--smoke",),
    "pagerank": ("--users", "2000", "--ties", "20000", "--calls", "1"),
    "prices": ("--smoke",),
    "probes": ("--profiles", "keys"),
    "relations": ("--smoke",),
    "recipients": ("--people", "2000", "--openings", "20000"),
    "reopen": ("--users", "300", "--events", "6000"),
    "restart": ("--smoke",),
    "scale": ("--smoke",),
    "scene": ("--smoke",),
    "sealed": ("--smoke",),
    "seeds": ("--smoke",),
    "served": ("--smoke",),
    "spread": ("--smoke",),
    "suggestions": ("--smoke",),
    "thief": (),
    "trackrecord": ("--smoke",),
    "walks": ("--smoke",),
    "transmission": ("--seeds", "1", "--users", "300", "--events", "6000"),
}
PEERS = {"graphql": "psutil", "pagerank": "igraph"}
"""What only requirements-bench.lock brings."""
BY_HAND = {"gds", "real_logs"}
"""What starts a Neo4j of its own, or needs the public logs; gds downloads 140 MB."""


READS = (
    "believe",
    "cascades",
    "chances",
    "moments",
    "naming",
    "prices",
    "real_logs",
    "scene",
    "suggestions",
    "walks",
)
"""What cannot do without the public logs."""

Main = Callable[[Sequence[str]], object]


def test_every_benchmark_is_tried_here():
    scripts = {file.stem for file in (ROOT / "bench").glob("*.py") if "__main__" in file.read_text()}
    assert scripts == SMALL.keys() | BY_HAND


@pytest.mark.parametrize("name", SMALL)
def test_a_benchmark_runs_and_prints_figures(name: str, tmp_path: Path):
    if name in PEERS and find_spec(PEERS[name]) is None:
        pytest.skip(f"bench/{name}.py needs {PEERS[name]} (requirements-bench.lock)")
    if name == "audits" and (wanting := missing()) is not None:
        if os.environ.get("CI") == "true":
            pytest.fail(f"under CI=true other people's tests have to run: {wanting}", pytrace=False)
        pytest.skip(wanting)
    if name == "thief" and which("curl") is None:
        pytest.skip("bench/thief.py needs curl")
    store = ("--store", f"sqlite:///{tmp_path}/shop.db") if name.startswith("kill") else ()
    run = subprocess.run(
        [sys.executable, "-m", f"bench.{name}", *SMALL[name], *store],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    assert any(letter.isdigit() for letter in run.stdout)


def main_of(name: str) -> Main:
    if name in PEERS and find_spec(PEERS[name]) is None:
        pytest.skip(f"bench/{name}.py needs {PEERS[name]} (requirements-bench.lock)")
    main: Main = import_module(f"bench.{name}").main
    return main


@pytest.mark.parametrize("name", sorted(SMALL.keys() | BY_HAND))
def test_a_benchmark_says_what_it_takes_and_takes_nothing_else(name: str, capsys: pytest.CaptureFixture[str]):
    main = main_of(name)
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith("usage: ")
    with pytest.raises(SystemExit) as ended:
        main([*SMALL.get(name, ()), "--no-such-thing"])
    assert ended.value.code == 2
    refused = capsys.readouterr()
    assert refused.out == ""
    assert refused.err.startswith("usage: ")


@pytest.mark.parametrize("named", [None, "/no/such/folder"])
@pytest.mark.parametrize("name", READS)
def test_without_the_public_logs_a_benchmark_says_so_before_it_begins(
    name: str, named: str | None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.delenv("SHAREGRAPH_DATA", raising=False)
    if named is not None:
        monkeypatch.setenv("SHAREGRAPH_DATA", named)
    with pytest.raises(SystemExit) as ended:
        main_of(name)([])
    assert ended.value.code == 2
    refused = capsys.readouterr()
    assert refused.out == ""
    assert "SHAREGRAPH_DATA has to name the folder of the public logs" in refused.err.splitlines()[-1]
