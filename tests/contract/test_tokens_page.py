"""docs/tokens.md is run as it stands: its keys open what it says they open."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.cli.loads import loaded, made_up
from loaders.sources import Reading

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (shutil.which("openssl") and shutil.which("curl")), reason="no openssl or curl"),
]

PAGE = (Path(__file__).parents[2] / "docs" / "tokens.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(sh|python)\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder with a shop in it; what is started there ends with the test."""
    made_up(tmp_path / "log", users=50, events=800, seed=7, noise=0.0, shape="csv")
    loaded(f"sqlite:///{tmp_path}/shop.db", [str(tmp_path / "log")], "sharegraph", Reading(), consenting=True)
    yield tmp_path
    server = tmp_path / "server.pid"
    if server.exists():
        os.kill(int(server.read_text()), 15)


def test_every_token_on_the_page_opens_what_the_page_says(folder: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    told = ""
    for language, text in BLOCKS:
        said = text.replace("8000", port).replace(" &\n", " > log.txt 2>&1 & echo $! > server.pid\n")
        command = [sys.executable, "-c", said] if language == "python" else ["/bin/sh", "-ec", said]
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        run = subprocess.run(
            command,
            cwd=folder,
            env={**os.environ, "PATH": path},
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        told = run.stdout
    member, storefront, partner, growth, analyst, forged = map(json.loads, told.splitlines())
    assert member["data"] == {"viewer": {"key": "u000001"}}
    assert len(storefront["data"]["suggestions"]["nodes"]) == 3
    assert partner["data"] == storefront["data"]
    assert growth["data"]["communities"]["nodes"]
    assert analyst["data"]["cascades"]["nodes"]
    (refused,) = forged["errors"]
    assert refused["extensions"]["code"] == "UNAUTHENTICATED"
    assert f"`{refused['message']}`" in PAGE
