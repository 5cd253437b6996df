"""What a hostile or broken client sends, each beside a request like it that has to be answered.

    python -m bench.probes > bench/results/probes.txt

Against real servers of a made-up shop: one for development, one with tokens and API keys, and one that takes
trusted documents only. First graphql-cop's twelve checks, then who is let in, then what is at, under and
over every limit. A server that refuses everything passes none of it. Ends with an error where anything
became of a request but what stands here.
"""

import json
import re
import sys
import tempfile
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain
from pathlib import Path

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from api.cost.allowance import ALLOWANCES
from api.limits import OPERATIONS
from api.settings import Settings
from bench import asks
from bench.asks import ANSWERED, ask
from bench.hostile import CARD, COP, PLAIN, SILENT, UNTRUSTED, Limit, Probe, limits, thieves
from bench.measured import tell_where
from bench.standing import Profile, Stand, standing

WS = "graphql-transport-ws"

SHARE = ALLOWANCES["analyst"].followed
"""Of the subscriptions of one analyst; another kind of caller, who may have more, fills a socket."""

PLACES = OPERATIONS + SHARE + 1
"""What the server that is tried takes in all."""


def minute(stand: Stand) -> Iterator[tuple[str, str, bool]]:
    """A member asks as dear as may be until the minute is spent; another member asks meanwhile."""
    may = ALLOWANCES["member"]
    whole = int(may.a_minute or 0) // int(may.cost)
    dear = ask(asks.costing(int(may.cost)), "member u000150")
    became = [dear.outcome(stand) for _ in range(whole + 1)]
    good = became == [ANSWERED] * whole + ["429 RATE_LIMITED"]
    yield (
        f"cost of a minute: {whole} × {may.cost:,.0f}, and once more",
        became[-1] if good else " ".join(became),
        good,
    )
    other = replace(dear, role="member u000151").outcome(stand)
    yield "another member meanwhile", other, other == ANSWERED


def followed(stand: Stand) -> Iterator[tuple[str, str, bool]]:
    """As many subscriptions on one socket as may be, and one more; as many as one caller may have, and one
    more; then as many as the server takes.
    """
    other = {"authorization": f"Bearer {stand.token(role='analyst', sub='other')}"}
    events = {**other, "accept": "text/event-stream"}
    asked = _asking(stand, stand.bearer("analyst"))
    with greeted(stand, "admin") as admin, greeted(stand, "analyst") as analyst:
        whole = _asking(stand, stand.bearer("admin"))
        yield f"{OPERATIONS} subscriptions on a socket, and one more", *_filled(admin, whole, OPERATIONS)
        yield f"{SHARE} subscriptions of a caller, and one more", *_filled(analyst, asked, SHARE)
        with stand.client.stream("POST", "/graphql", json=asked, headers=events) as last:
            yield "another caller's, the last that the server takes", str(last.status_code), last.is_success
            with stand.client.stream("POST", "/graphql", json=asked, headers=events) as over:
                yield "and one more", str(over.status_code), over.status_code == 503
        plain = PLAIN.outcome(stand)
        yield "a plain question meanwhile", plain, plain == ANSWERED


def _asking(stand: Stand, headers: Mapping[str, str]) -> object:
    """A subscription to a cascade, by the id that a caller knows it by."""
    listed = {"query": "{ cascades(first: 1) { nodes { id } } }"}
    answer = stand.client.post("/graphql", json=listed, headers=headers).json()
    known = {"id": answer["data"]["cascades"]["nodes"][0]["id"]}
    return {"query": "subscription($id: ID!) { cascade(id: $id) { size } }", "variables": known}


@contextmanager
def greeted(stand: Stand, role: str) -> Iterator[ClientConnection]:
    """A WebSocket of a caller in a role, let in."""
    greeting = {"type": "connection_init", "payload": stand.bearer(role)}
    with connect(f"ws://{stand.address}/graphql", subprotocols=[Subprotocol(WS)]) as socket:
        socket.send(json.dumps(greeting))
        socket.recv(timeout=30)
        yield socket


def _filled(socket: ClientConnection, asked: object, most: int) -> tuple[str, bool]:
    """What became of one more than may be followed; and whether those were, and it was refused."""
    for number in range(most + 1):
        socket.send(json.dumps({"type": "subscribe", "id": str(number), "payload": asked}))
    heard = [json.loads(socket.recv(timeout=60)) for _ in range(most + 1)]
    kinds = {message["id"]: message["type"] for message in heard}
    good = [kinds[str(number)] for number in range(most + 1)] == ["next"] * most + ["error"]
    return kinds[str(most)], good


def spoken(stand: Stand) -> Iterator[tuple[str, str, bool]]:
    """A message on a WebSocket: under, at and over what a body may have in bytes."""
    most = Settings("").body_bytes
    for size, comes in ((most - 1, "pong"), (most, "pong"), (most + 1, "closed with 1009")):
        became = _sent(stand, size)
        yield f"a WebSocket's message of {size:,} bytes", became, became == comes


def _sent(stand: Stand, size: int) -> str:
    bare = '{"type":"ping","payload":{"pad":""}}'
    with greeted(stand, "analyst") as socket:
        try:
            socket.send(bare.replace('""', '"' + "x" * (size - len(bare)) + '"'))
            return str(json.loads(socket.recv(timeout=30))["type"])
        except ConnectionClosed as closed:
            return f"closed with {closed.rcvd.code if closed.rcvd else 'nothing'}"


class Record:
    """Prints what became of each request; wrong: how many became something else than they had to."""

    def __init__(self) -> None:
        self.wrong = self.all = 0

    def line(self, name: str, became: str, verdict: str, *, good: bool) -> None:
        """One row."""
        self.all += 1
        self.wrong += not good
        print(f"  {name:52}{became:32}{verdict if good else 'NOT AS IT HAS TO BE'}", flush=True)

    def probe(self, probe: Probe, stand: Stand, profile: Profile) -> None:
        """A probe, and the request beside it."""
        became = probe.hostile.outcome(stand)
        if probe.word:
            told = re.search(probe.word, probe.hostile.sent(stand).text, re.DOTALL)
            became = ANSWERED if told else SILENT
        fine = CARD if profile is Profile.ONLY else probe.fine
        paired = fine.outcome(stand)
        held = became == probe.becomes or (profile is Profile.ONLY and became == UNTRUSTED)
        why = probe.open.get(profile)
        verdict = "held" if held else f"open: {why}"
        good = paired == ANSWERED and (held or (why is not None and became == ANSWERED))
        self.line(probe.name, became, verdict, good=good)

    def limit(self, limit: Limit, stand: Stand) -> None:
        """What is under, at and over a bound."""
        under, at, over = (one.outcome(stand) for one in limit.asks)
        good = (under, at, over) == (ANSWERED, ANSWERED, limit.becomes)
        wrong = "" if good else f" (under: {under}, at: {at})"
        self.line(
            f"{limit.name}: {limit.most:,} and one more", over + wrong, "held; one less answered", good=good
        )


def main(arguments: Sequence[str] | None = None) -> None:
    """Try everything, and say what became of it."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--profiles", nargs="+", type=Profile, choices=[*Profile], default=[*Profile])
    asked = parser.parse_args(arguments)
    tell_where("starlette", "strawberry-graphql", "graphql-core", "uvicorn")
    record = Record()
    with tempfile.TemporaryDirectory() as folder:
        for profile in asked.profiles:
            with standing(Path(folder), profile, "--subscriptions", str(PLACES)) as stand:
                _tried(record, stand, profile)
    print(f"\n{record.all} probes, {record.wrong} not as they have to be")
    sys.exit(record.wrong > 0)


def _tried(record: Record, stand: Stand, profile: Profile) -> None:
    print(f"\n{profile}: graphql-cop's checks")
    for probe in COP:
        record.probe(probe, stand, profile)
    if profile is not Profile.KEYS:
        return
    print("\nkeys: who is let in")
    for probe in thieves(stand):
        record.probe(probe, stand, profile)
    print("\nkeys: at, under and over each limit")
    for limit in limits():
        record.limit(limit, stand)
    for name, became, good in chain(spoken(stand), minute(stand), followed(stand)):
        record.line(name, became, "held", good=good)


if __name__ == "__main__":
    main()
