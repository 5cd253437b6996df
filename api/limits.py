"""How much one list may hold."""

from datetime import datetime
from typing import Annotated

import strawberry

from graph.errors import InvalidInput
from graph.events import instant, micros

PAGE = 100
"""The most that one page of an ordinary list holds."""

DRAWING = 1_000
"""The most participants of a cascade in one page: they are for drawing."""

SEEDS = 200
"""Where the list of KOL candidates ends."""

NAMED = 1_000
"""The most people that one argument names."""

SUGGESTED = 100
"""Where a list of suggestions ends: nobody scrolls further, and everything before it is one answer."""

CALL = 1_000
"""The most events, users or products in one mutation."""

OPERATIONS = 50
"""The most operations that one WebSocket has under way at a time, subscriptions and others."""

CALLED = 1_000
"""The longest id that a client may give an operation of a WebSocket: every event of it says the id again."""

First = Annotated[
    int | None, strawberry.argument(description=f"How many to give, from 1 to {PAGE}; null is the default.")
]
After = Annotated[
    str | None, strawberry.argument(description="The endCursor of the page before; null for the first page.")
]


def bounded(first: int | None, default: int, most: int, argument: str = "first") -> int:
    """A list's length within its bounds; null is the default; InvalidInput outside.

    >>> bounded(None, 10, 100), bounded(50, 10, 100)
    (10, 50)
    """
    wanted = default if first is None else first
    if not 1 <= wanted <= most:
        raise InvalidInput(f"{argument}: {wanted} is not from 1 to {most:,}")
    return wanted


def stretch(
    since: datetime | None, until: datetime | None, arguments: tuple[str, str]
) -> tuple[int | None, int | None]:
    """A stretch of time in µs, open where nothing is said; InvalidInput where nothing lies within it.

    >>> stretch(None, datetime.fromisoformat("1970-01-01T00:00:01Z"), ("since", "until"))
    (None, 1000000)
    """
    begins = None if since is None else micros(since)
    ends = None if until is None else micros(until)
    if begins is not None and ends is not None and begins >= ends:
        said = (
            f"{name}: {instant(at):%Y-%m-%dT%H:%MZ}"
            for name, at in zip(arguments, (begins, ends), strict=True)
        )
        raise InvalidInput(f"{' is not before '.join(said)}; nothing is between them")
    return begins, ends


def seeded(seed: int | None) -> int | None:
    """A seed as chance takes it; InvalidInput for a negative one.

    >>> seeded(7), seeded(None)
    (7, None)
    """
    if seed is not None and seed < 0:
        raise InvalidInput(f"seed: {seed} is negative; take 0 or more")
    return seed


def at_most(items: list[str], most: int, argument: str) -> list[str]:
    """A list that is not too long; InvalidInput for one that is."""
    if len(items) > most:
        raise InvalidInput(f"{argument}: {len(items):,} are more than {most:,}; ask in parts")
    return items
