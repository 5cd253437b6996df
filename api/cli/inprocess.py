"""A GraphQL document answered in this process, from a store and its snapshot: what the API would answer."""

import asyncio
import logging
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import structlog

from api.cli.command import Everywhere, complain
from api.errors import AWAY, BAD_INPUT, INTERNAL, NOT_FOUND, STORE_AWAY
from api.request import Asked, Reply
from api.service import Service
from api.settings import Records
from graph.campaign.rates import NO_RATES, Rates
from graph.errors import InvalidInput, SharegraphError, StoreUnavailable, UnknownKey
from graph.store import Store
from loaders.stores import open_store

Data = Mapping[str, Any]


BY_KEY = {
    "user": "query($key: String!) { user(key: $key) { key } }",
    "product": "query($key: String!) { product(key: $key) { key } }",
}


def ask(
    everywhere: Everywhere,
    document: str,
    variables: Data,
    rates: Rates = NO_RATES,
    named: Sequence[tuple[str, str]] = (),
    about: Sequence[tuple[str, str]] = (),
) -> Data:
    """The answer's data, from the store that a command was told of. named, about: whom and what a filter
    names, as ("user", key) or ("product", key). The API passes over those that are not in the store, but a
    key may be misspelt: of those named stderr tells each, and an answer about one is none.

    UnknownKey for one of `about`; InvalidInput where the API would say so; SharegraphError for every other
    error.
    """
    quiet(debug=everywhere.debug)
    spoken_of = (*about, *named)
    looks = [(BY_KEY[kind], {"key": key}) for kind, key in spoken_of]
    with closing(open_store(everywhere.store, create=False)) as store:
        asked = [*looks, (document, variables)]
        *known, answer = answers(store, asked, rates, everywhere.audit)
    unknown = [one for one, found in zip(spoken_of, known, strict=True) if found[one[0]] is None]
    for kind, key in unknown:
        if (kind, key) in about:
            raise UnknownKey(f"{kind} {key!r} is not in the store; check the key, or load newer events")
        complain(f"{kind} {key!r} is not in the store, so naming it changes nothing")
    return answer


def answers(
    store: Store, asked: Sequence[tuple[str, Data]], rates: Rates = NO_RATES, audit: Path | None = None
) -> list[Data]:
    """The data of several answers, all from one analysis; errors as of `ask`. audit: the log that they are
    put on record in.
    """

    async def replies() -> list[Reply]:
        # Whoever looks from the command line is nobody's customer: these answers are shown to none.
        service = Service(store, rates=rates, records=Records(days=0, audit=audit))
        try:
            return [await service.answer(Asked(document, variables)) for document, variables in asked]
        finally:
            await service.end()

    return [_data(reply) for reply in asyncio.run(replies())]


NEWS = """mutation($at: DateTime!) {
  recordEvents(input: { events: [{ id: "warm", kind: VIEW, at: $at, user: "u000001", product: "p00001" }] }) {
    stored
  }
}"""
AFTER = """{
  cascades(first: 1) { nodes { size forecast { value } } }
  user(key: "u000001") { suggestions { nodes { rank } } recipients(product: "p00001") { nodes { rank } } }
}"""


async def warmed(store: Store) -> None:
    """Have everything done that a server does until it is ready, and once it is told something."""
    service = Service(store, records=Records(days=0))
    try:
        await service.begin()
        await service.warmed()
        for document in (NEWS, AFTER):
            _data(await service.answer(Asked(document, {"at": service.clock().isoformat()})))
    finally:
        await service.end()


def _data(reply: Reply) -> Data:
    said = _sentence(reply)
    # A word of a filter that the log does not know is misspelt; a key may be of somebody who is yet to come.
    if reply.code == BAD_INPUT or (reply.code == NOT_FOUND and said.startswith("filter.")):
        raise InvalidInput(said)
    if reply.code == INTERNAL:
        raise SharegraphError("this is a fault of ours; --debug shows where")
    if reply.code == AWAY:
        raise StoreUnavailable(f"{STORE_AWAY}, --debug shows why")
    if reply.errors or reply.data is None:
        raise SharegraphError(said)
    return reply.data


def _sentence(reply: Reply) -> str:
    return "; ".join(str(error["message"]) for error in reply.errors)


def quiet(*, debug: bool) -> None:
    """Logs are for servers: a command says what went wrong once, and under `debug` the logs say where."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG if debug else logging.CRITICAL),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
