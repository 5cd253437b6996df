"""What must not be shown, one rule a filter; each counts what it drops, so that silence can be explained.

The order of the rules is the order of blame: a product counts for the first rule that drops it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from graph.events import Kind, Verdict
from graph.log import NONE
from graph.timeline import Events, Rows

STALE_AFTER = timedelta(days=180)
"""A product that nobody has touched for half a year is not what is going round."""

OFFERED, UNAVAILABLE, NOISY, STALE = range(4)


class Filter(StrEnum):
    """The rules, in the order of blame."""

    EXCLUDED = "excluded"
    OWNED = "owned"
    DISMISSED = "dismissed"
    SEEN = "seen"
    TIRED = "tired"
    UNAVAILABLE = "unavailable"
    NOISE = "noise"
    STALE = "stale"
    OTHER_CATEGORY = "otherCategory"


OF_THE_SHOP: Final = frozenset({Filter.UNAVAILABLE, Filter.NOISE, Filter.STALE})
"""Rules that look at a product alone, whoever asks: what these drop is the shop's own business."""


@dataclass(frozen=True, slots=True, eq=False)
class Activity:
    """What was done with each product by whoever allows that it counts, arrays of shape (products,). opens,
    noisy: opens, and those that are bursts. last_at: µs of the latest act that is no noise, −1 for a product
    without any.
    """

    opens: NDArray[np.int64]
    noisy: NDArray[np.int64]
    last_at: NDArray[np.int64]

    @classmethod
    def of(cls, events: Events, products: int, silent: NDArray[np.bool_]) -> "Activity":
        """Of these events, in order of time. silent: (people,), whose acts do not count."""
        speaks = (events.person == NONE) | ~silent[events.person]
        opens = events.rows(Kind.OPEN, noise=True)
        opens = opens[speaks[opens]]
        opened = events.product[opens]
        last_at = np.full(products, -1, np.int64)
        touched = np.flatnonzero(told(events, silent) & alive(events))
        last_at[events.product[touched]] = events.at[touched]
        return cls(
            np.bincount(opened[opened != NONE], minlength=products),
            np.bincount(opened[(opened != NONE) & events.noise[opens]], minlength=products),
            last_at,
        )

    def and_then(self, now: "Activity", before: "Activity") -> "Activity":
        """This, where some of it that was `before` is `now`; of as many products or more."""
        more = len(now.opens) - len(self.opens)
        return Activity(
            np.pad(self.opens, (0, more)) + now.opens - before.opens,
            np.pad(self.noisy, (0, more)) + now.noisy - before.noisy,
            np.maximum(np.pad(self.last_at, (0, more), constant_values=-1), now.last_at),
        )


def told(events: Events, silent: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which events, (n,), tell of a product: by whoever allows that it counts, and no burst. silent:
    (people,), whose acts do not.
    """
    speaks = (events.person == NONE) | ~silent[events.person]
    return np.asarray((events.product != NONE) & ~events.noise & speaks, np.bool_)


def alive(events: Events) -> NDArray[np.bool_]:
    """Which events, (n,), are a sign that somebody still looks. What we show is none: it would keep a product
    on offer that nobody looks at.
    """
    return np.asarray(events.kind != Kind.EXPOSURE)


def standing(done: Activity, available: NDArray[np.bool_], as_of: int) -> NDArray[np.int8]:
    """Whether each product may be offered to anybody, and if not, why: OFFERED, UNAVAILABLE, NOISY or STALE;
    shape (products,).

    Noisy: more than half of its opens are bursts no person can make. Stale: its last act lies more than
    `STALE_AFTER` before `as_of` (µs); a product without any act is new, not stale.
    """
    stale = (done.last_at >= 0) & (done.last_at < as_of - int(STALE_AFTER.total_seconds() * 1e6))
    result = np.where(stale, STALE, OFFERED)
    result[2 * done.noisy > done.opens] = NOISY
    result[~available] = UNAVAILABLE
    return result.astype(np.int8)


@dataclass(frozen=True, slots=True)
class Own:
    """What a person already stands in some relation to, as rows of products.

    bought: and kept. seen: everything else they did something with. resting: what they were shown often
    enough (graph.suggest.shown).
    """

    bought: Rows
    seen: Rows
    verdicts: dict[int, Verdict]
    resting: Rows


def kept(
    candidates: Rows,
    own: Own,
    excluded: frozenset[int],
    stands: NDArray[np.int8],
    category: tuple[Rows, int] | None,
) -> tuple[NDArray[np.bool_], dict[Filter, int]]:
    """Which of these products may be shown to this person, and how many each rule dropped (rules that dropped
    none are left out).

    category: the categories of all products and the only one wanted, or None.
    """
    said = {
        verdict: _rows(product for product, word in own.verdicts.items() if word is verdict)
        for verdict in (Verdict.ALREADY_OWNED, Verdict.NOT_INTERESTED)
    }
    state = stands[candidates]
    rules = {
        Filter.EXCLUDED: np.isin(candidates, _rows(excluded)),
        Filter.OWNED: np.isin(candidates, own.bought) | np.isin(candidates, said[Verdict.ALREADY_OWNED]),
        Filter.DISMISSED: np.isin(candidates, said[Verdict.NOT_INTERESTED]),
        Filter.SEEN: np.isin(candidates, own.seen),
        Filter.TIRED: np.isin(candidates, own.resting),
        Filter.UNAVAILABLE: state == UNAVAILABLE,
        Filter.NOISE: state == NOISY,
        Filter.STALE: state == STALE,
        Filter.OTHER_CATEGORY: np.zeros(len(candidates), np.bool_)
        if category is None
        else category[0][candidates] != category[1],
    }
    keep = np.ones(len(candidates), np.bool_)
    dropped = {}
    for name, hit in rules.items():
        count = int(np.count_nonzero(hit & keep))
        if count:
            dropped[name] = count
            keep &= ~hit
    return keep, dropped


def _rows(products: Iterable[int]) -> Rows:
    return np.fromiter(products, np.int32)
