"""What a newcomer sees first: one command, a shop, answers."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from api import cli
from api.cli.ports import free_port
from api.cli.showcase import EACH, EVENTS

ROOT = Path(__file__).parents[2]
HOST = "127.0.0.1"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder where the demonstration has run once, as a newcomer runs it."""
    folder = tmp_path_factory.mktemp("clone")
    command = [sys.executable, "-m", "api.cli", "demo", "--no-serve"]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "SHAREGRAPH_STORE": "sqlite:///mine.db"}
    told = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    (folder / "told.txt").write_text(told.stdout)
    return folder


def test_it_tells_what_to_show_whom_who_carries_it_what_travelled_and_who_belongs_together(
    place: Path,
) -> None:
    told = (place / "told.txt").read_text()
    for part in ("Receipt", "What to show whom, and why", "KOL candidates", "Cascades", "Communities"):
        assert part in told
    for person in ("bought", "signed up last", "a stranger"):
        assert person in told


def test_everything_stays_in_a_folder_of_its_own(place: Path) -> None:
    assert {path.name for path in place.iterdir()} == {".demo", "told.txt"}


def test_a_second_run_finds_what_is_there_and_says_the_same(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(place)
    made = (place / ".demo" / "shop" / "events.csv").stat().st_mtime_ns
    assert cli.main(["demo", "--no-serve"]) == 0
    again, first = capsys.readouterr().out, (place / "told.txt").read_text()
    assert (place / ".demo" / "shop" / "events.csv").stat().st_mtime_ns == made
    assert (
        again.partition("What to show")[2].partition("Go on")[0]
        == first.partition("What to show")[2].partition("Go on")[0]
    )


def test_as_json_it_is_the_apis_answers(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(place)
    assert cli.main(["demo", "--no-serve", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["receipt"]["read"] == told["receipt"]["events"] == EVENTS
    assert all(len(shown["nodes"]) == EACH for shown in told["suggestions"])
    assert told["suggestions"][-1]["user"] is None
    assert len(told["kolCandidates"]["nodes"]) == len(told["cascades"]["nodes"]) == 5


def status_within(seconds: float, netloc: str, path: str) -> int:
    patience = time.monotonic() + seconds
    while True:
        connection = HTTPConnection(netloc, timeout=seconds)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        except ConnectionRefusedError:
            assert time.monotonic() < patience
            time.sleep(0.1)
        finally:
            connection.close()


def test_then_it_serves_at_the_address_it_prints_until_it_is_stopped(place: Path) -> None:
    command = [sys.executable, "-m", "api.cli", "demo", "--port", str(free_port(HOST, 0))]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, cwd=place, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as demo:
        try:
            assert demo.stdout is not None
            said = next(line for line in demo.stdout if "http://" in line)
            address = urlsplit(next(word for word in said.split() if word.startswith("http://")))
            assert address.path == "/graphql"
            assert status_within(60, address.netloc, "/healthz") == 200
        finally:
            demo.send_signal(signal.SIGINT)
            assert demo.wait(timeout=60) in {0, 130}


def test_a_port_that_is_taken_is_left_alone(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
        assert free_port(HOST, port) is None
        assert cli.main(["serve", "--dev", "--port", str(port)]) == 1
    assert f"{HOST}:{port} is taken" in capsys.readouterr().err


def test_the_readme_shows_what_the_demonstration_prints(place: Path) -> None:
    shown = re.search(r"<!-- demo -->\n```text\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert shown is not None
    told = iter((place / "told.txt").read_text().splitlines())
    missing = [line for line in shown[1].splitlines() if line not in {"", "…"} and line not in told]
    assert missing == [], "README.md shows what `make demo SERVE=0` no longer prints: paste it anew"
