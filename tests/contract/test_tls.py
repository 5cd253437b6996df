"""TLS against a local authority: HTTPS of our own, and Bolt of a real Neo4j."""

import json
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from api import cli
from graph.errors import InvalidInput, StoreUnavailable
from loaders.stores import open_store
from loaders.stores.address import CA
from tests.authority import Authority
from tests.contract.telling import rows
from tests.neo4j_server import Server
from tests.neo4j_server.server import empty
from tests.toy import TOY

ROOT = Path(__file__).parents[2]
ASKED = {"query": '{ user(key: "bea") { key } }'}


@contextmanager
def served(url: str, *flags: str) -> Iterator[tuple[int, "subprocess.Popen[str]"]]:
    """The port of a server of our own, once it takes connections."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "api.cli", "serve", "--dev", "--store", url, "--port", str(port), *flags]
    server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=ROOT)
    try:
        assert server.stderr is not None
        for line in server.stderr:
            if '"serving"' in line:
                assert json.loads(line)["graphql"] == f"https://127.0.0.1:{port}/graphql"
                break
        yield port, server
    finally:
        server.send_signal(signal.SIGTERM)
        server.communicate(timeout=60)


def test_https_answers_those_who_know_its_authority_and_is_refused_by_all_others(tmp_path: Path):
    url = f"sqlite:///{tmp_path / 'shop.db'}"
    with closing(open_store(url)) as store:
        store.append(rows(TOY))
    ours, another = Authority(tmp_path / "ours"), Authority(tmp_path / "another")
    signed = ours.sign()
    with served(url, "--tls-cert", str(signed.chain), "--tls-key", str(signed.key)) as (port, _):
        trusting = ssl.create_default_context(cafile=ours.certificate)
        with httpx.Client(base_url=f"https://localhost:{port}", verify=trusting, timeout=60) as client:
            answer = client.post("/graphql", json=ASKED)
        assert answer.json()["data"] == {"user": {"key": "bea"}}
        assert answer.headers["strict-transport-security"].startswith("max-age=")
        with connect(
            f"wss://localhost:{port}/graphql",
            ssl=trusting,
            subprotocols=[Subprotocol("graphql-transport-ws")],
        ) as ws:
            ws.send('{"type": "connection_init"}')
            assert json.loads(ws.recv(timeout=60)) == {"type": "connection_ack"}
        elsewhere = ssl.create_default_context(cafile=another.certificate)
        with pytest.raises(httpx.ConnectError, match="certificate verify failed"):
            httpx.get(f"https://localhost:{port}/healthz", verify=elsewhere)
        with pytest.raises(httpx.RemoteProtocolError):
            httpx.get(f"http://localhost:{port}/healthz")
        old = ssl.create_default_context(cafile=ours.certificate)
        with pytest.warns(DeprecationWarning, match="TLSv1_1"):
            old.maximum_version = ssl.TLSVersion.TLSv1_1
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"https://localhost:{port}/healthz", verify=old)


def test_a_server_does_not_start_with_half_a_certificate_or_one_of_another_key(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    signed, other = Authority(tmp_path / "a").sign(), Authority(tmp_path / "b").sign()
    for flags, said in (
        (["--tls-cert", str(signed.chain)], "--tls-key is missing"),
        (["--tls-key", str(signed.key)], "--tls-cert is missing"),
        (["--tls-cert", str(signed.chain), "--tls-key", str(other.key)], "do not serve HTTPS together"),
        (["--tls-cert", str(signed.key), "--tls-key", str(signed.key)], "do not serve HTTPS together"),
        (["--tls-cert", "none.pem", "--tls-key", str(signed.key)], "none.pem is no file"),
    ):
        assert cli.main(["serve", "--dev", *flags]) == 2
        assert said in capsys.readouterr().err


@pytest.fixture
def speaks_tls(neo4j: Server) -> Iterator[Server]:
    """A real Neo4j with a certificate of a local authority."""
    if neo4j.authority is None:
        pytest.skip("this Neo4j has no certificate of ours; one run from Maven's jars has")
    empty(neo4j)
    yield neo4j
    empty(neo4j)


def over(server: Server, scheme: str) -> str:
    return server.url.replace("neo4j://", f"{scheme}://")


@pytest.mark.parametrize("scheme", ["bolt+s", "neo4j+s"])
def test_a_store_is_reached_over_tls_by_those_who_know_its_authority(
    speaks_tls: Server, scheme: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv(CA, str(speaks_tls.authority))
    with closing(open_store(over(speaks_tls, scheme))) as store:
        store.append(rows(TOY))
        assert store.url.startswith(f"{scheme}://")
    monkeypatch.delenv(CA)
    with closing(open_store(speaks_tls.url)) as plain:
        assert plain.counts().events == len(rows(TOY))


@pytest.mark.parametrize("scheme", ["bolt+s", "neo4j+s"])
def test_a_certificate_of_another_authority_is_refused_with_the_way_out(
    speaks_tls: Server, scheme: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setattr("loaders.stores.neo4j.RETRYING", 0.1)
    monkeypatch.setenv(CA, str(Authority(tmp_path).certificate))
    with pytest.raises(StoreUnavailable, match=rf"proves nothing here: .*; {CA}=FILE names the authority"):
        open_store(over(speaks_tls, scheme))
    monkeypatch.delenv(CA)
    with pytest.raises(StoreUnavailable, match="proves nothing here: unable to get local issuer certificate"):
        open_store(over(speaks_tls, scheme))


def test_an_authority_that_nothing_would_be_checked_against_is_a_mistake(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setenv(CA, str(Authority(tmp_path).certificate))
    with pytest.raises(InvalidInput, match=r"bolt:// checks no certificate; write bolt\+s://"):
        open_store("bolt://neo4j:secret@127.0.0.1:1")
    monkeypatch.setenv(CA, str(tmp_path / "none.pem"))
    with pytest.raises(InvalidInput, match="holds no certificates"):
        open_store("bolt+s://neo4j:secret@127.0.0.1:1")
