"""kill -9 in the middle of appends: a child writes and says what was acknowledged, then dies at a random
moment.

What is seen afterwards: every acknowledged event is there, none twice, and no row is torn (of a row's two
events both are there or neither). The child goes on where the acknowledged rows end, as a load that is run
again does.
"""

import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from graph.events import Event, Kind, Row
from graph.store import Store
from loaders.stores import open_store
from tests.toy import START

BATCH = 40
APPENDING = """
import sys
from tests.contract.killing import append_forever
append_forever(sys.argv[1], int(sys.argv[2]))
"""


@dataclass(frozen=True, slots=True)
class Death:
    """One round. acknowledged: rows said to be durable when the child died; stored: rows found afterwards."""

    acknowledged: int
    stored: int


def row(number: int) -> Row:
    """A row of two events: a share, and somebody opening it."""
    at = START + timedelta(seconds=number)
    share = Event(f"s{number}", Kind.SHARE, at, user=f"u{number % 97}", product=f"p{number % 13}")
    opened = Event(
        f"o{number}", Kind.OPEN, at, user=f"u{number % 89}", share=share.id, query=f"word {number}"
    )
    return Row(number, (share, opened))


def append_forever(url: str, start: int) -> None:
    """Append batches of rows from a number on, and print each number that was acknowledged."""
    store = open_store(url)
    while True:
        store.append([row(number) for number in range(start, start + BATCH)])
        start += BATCH
        sys.stdout.write(f"{start}\n")
        sys.stdout.flush()


def deaths(url: str, rounds: int, seed: int) -> Iterator[Death]:
    """Kill a child that appends to an empty store, again and again; AssertionError where something was lost,
    doubled or
    torn.
    """
    chance = random.Random(seed)  # noqa: S311 - when to kill is no secret.
    acknowledged = 0
    for _ in range(rounds):
        acknowledged = _killed(url, acknowledged, after=chance.uniform(0, 0.5))
        store = open_store(url)
        stored = look(store, acknowledged)
        store.close()
        yield Death(acknowledged, stored)


def _killed(url: str, start: int, after: float) -> int:
    """Let a child append from a row on, and kill it some seconds after its first word; the last it
    acknowledged.
    """
    command = [sys.executable, "-c", APPENDING, url, str(start)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        heard = [child.stdout.readline()]
        time.sleep(after)
        child.kill()
        heard += child.stdout.readlines()
    # A line that the kill cut short was not heard.
    whole = [int(line) for line in heard if line.endswith("\n")]
    assert whole, "the child died before it could write"
    return whole[-1]


def look(store: Store, acknowledged: int) -> int:
    """How many rows are there; AssertionError unless those are whole, once, and among them all
    acknowledged.
    """
    told = Counter(event.id for event in store.events())
    stored = len(told) // 2
    assert stored >= acknowledged, f"{acknowledged - stored} acknowledged rows are lost"
    assert told == Counter(event.id for number in range(stored) for event in row(number).events)
    assert store.counts().events == 2 * stored
    assert store.read().events.seq.tolist() == list(range(1, 2 * stored + 1))
    return stored
