"""Whoever says no in one worker is left out by every other at its next answer, whatever the store."""

import asyncio
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.request import Asked
from api.service import Service
from graph.store import Store
from loaders.ingest import ingest_events
from loaders.stores import open_store
from tests import toy

ROOT = Path(__file__).parents[2]
NOW = toy.START + timedelta(days=30)
TOY = "ana>bea:mug  ana>:tea  bea>cy:mug  dan>bea:pot  cy$pot"
"""Ana's shares reach bea, who has not seen the tea yet."""

SHOWN = """query($k: String) { suggestions(user: $k) { nodes { product { key } score
    reasons { __typename } } } }"""
NO = """mutation($k: String!) { setConsent(input: { user: $k, personalisation: false }) {
    userErrors { code } } }"""
CONSENT = '{ user(key: "ana") { consent { personalisation } } }'
IMPERSONAL = {"PopularityReason", "ExplorationReason", "RemainderReason"}


class Worker:
    """A process's own memory of a store that others write as well."""

    def __init__(self, store: Store) -> None:
        self.service = Service(store, clock=lambda: NOW)

    async def ask(self, document: str, **variables: Any) -> Any:
        reply = await self.service.answer(Asked(document, variables))
        assert not reply.errors
        return reply.data

    async def shown(self, key: str | None) -> list[tuple[str, set[str]]]:
        """Products, each with the kinds of its reasons."""
        nodes = (await self.ask(SHOWN, k=key))["suggestions"]["nodes"]
        return [(one["product"]["key"], {why["__typename"] for why in one["reasons"]}) for one in nodes]


def heard(shown: list[tuple[str, set[str]]]) -> bool:
    """Whether a friend speaks for the tea."""
    return any(product == "tea" and "FriendReason" in kinds for product, kinds in shown)


def test_who_says_no_in_one_worker_counts_in_no_answer_of_another(
    store_url: str, opened: Callable[[str], Store]
) -> None:
    stores = [opened(store_url) for _ in range(3)]
    stores[0].allow_by_default(allowed=True)
    ingest_events(toy.events(TOY), stores[0], now=NOW)
    here, there, new = map(Worker, stores)
    with closing(here.service), closing(there.service), closing(new.service):
        asyncio.run(_said_no(here, there, new))


async def _said_no(here: Worker, there: Worker, new: Worker) -> None:
    for worker in (here, there):
        assert heard(await worker.shown("bea"))
        assert not {*_kinds(await worker.shown("cy"))} <= IMPERSONAL
    for key in ("ana", "cy"):
        await here.ask(NO, k=key)
    for worker in (there, here, new):
        assert not heard(await worker.shown("bea")), "it counts for a friend"
        assert {*_kinds(await worker.shown("cy"))} <= IMPERSONAL, "it is for them"
    assert await there.shown("bea") == await new.shown("bea")
    assert await there.shown("cy") == await new.shown("cy")


def _kinds(shown: list[tuple[str, set[str]]]) -> list[str]:
    return [kind for _, kinds in shown for kind in kinds]


@pytest.mark.parametrize("said", ["on", "off"])
def test_what_people_allow_who_never_said_is_as_the_command_that_serves_has_it(
    tmp_path: Path, said: str
) -> None:
    """Whatever the store had before; and it stays so in the store."""
    url = f"sqlite:///{tmp_path}/shop.db"
    with closing(open_store(url)) as store:
        store.allow_by_default(allowed=said == "off")
        ingest_events(toy.events(TOY), store, now=NOW)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    flags = ["--dev", "--store", url, "--port", str(port), "--consent-default", said]
    server = subprocess.Popen(
        [sys.executable, "-m", "api.cli", "serve", *flags], cwd=ROOT, stderr=subprocess.DEVNULL
    )
    try:
        answer = _asked(f"http://127.0.0.1:{port}/graphql", server)
    finally:
        server.terminate()
        server.wait(60)
    assert answer["data"] == {"user": {"consent": {"personalisation": said == "on"}}}
    with closing(open_store(url)) as store, closing(Service(store, clock=lambda: NOW)) as service:
        assert asyncio.run(service.answer(Asked(CONSENT))).data == answer["data"]


def _asked(address: str, server: "subprocess.Popen[bytes]") -> Any:
    until = time.monotonic() + 180
    while time.monotonic() < until:
        assert server.poll() is None, "the server ended"
        try:
            return httpx.post(address, json={"query": CONSENT}, timeout=60).json()
        except httpx.TransportError:
            time.sleep(0.1)
    pytest.fail("the server did not answer")
