"""How many different people shared, opened or bought, by where they live, what it was, or which way it came.

A person stands in a group once, however often they acted there. Who refuses to be counted in evaluations
(Purpose.RESEARCH) is in none, and who keeps their place to themselves (Purpose.LOCATION) in no region. Noise
is left out.

What one person can change is bounded where that is asked for: of the groups somebody is in, only the few
count in which they did most. Taking a person's own acts away then changes at most that many counts, each by
one, which is what noise for differential privacy has to cover (Dwork, McSherry, Nissim & Smith 2006).

Where small groups are kept back, what is counted moves on in whole stretches of so many people, so that the
answers before and after one act are the same.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph.analysis import Analysis
from graph.consent import Purpose
from graph.errors import InvalidInput
from graph.events import Kind
from graph.kernels.stretches import NOT_YET, stretches
from graph.log import NONE
from graph.snapshot.codes import through

Codes = NDArray[np.signedinteger[Any]]

MONTH = re.compile(r"\d{4}-\d{2}")


class Who(Enum):
    """Who is counted."""

    SHARERS = "who shared"
    OPENERS = "who opened somebody else's share"
    BUYERS = "who bought and kept it"


class By(Enum):
    """What people are grouped by. Of region and community everybody has one at most."""

    REGION = "where they live"
    CATEGORY = "what it was"
    COMMUNITY = "which community they are in"
    CHANNEL = "by which way the share went"


@dataclass(frozen=True, slots=True)
class Asked:
    """month: of acts in one calendar month, UTC, as "2026-05"; None for all."""

    who: Who
    by: By
    month: str | None = None

    @property
    def single(self) -> bool:
        """Whether nobody can be in two groups."""
        return self.by in {By.REGION, By.COMMUNITY}


def headcounts(person: Codes, group: Codes, most: int | None = None) -> Mapping[int, int]:
    """How many different people acted in each group, by its code, rising.

    person, group: shape (acts,); a group of −1 is none. most: in how many groups one person counts, those in
    which they acted most often, at a draw those of the smaller code; None for all.

    >>> person, group = np.array([0, 0, 0, 1, 1]), np.array([5, 5, 9, 9, -1])
    >>> headcounts(person, group), headcounts(person, group, most=1)
    ({5: 1, 9: 2}, {5: 1, 9: 1})
    """
    said = group != NONE
    width = np.int64(group.max(initial=0)) + 1
    pairs, often = np.unique(person[said] * width + group[said], return_counts=True)
    person, group = pairs // width, pairs % width
    if most is not None:
        order = np.lexsort((group, -often, person))
        person, group = person[order], group[order]
        place = np.arange(len(person)) - np.searchsorted(person, person)
        group = group[place < most]
    codes, people = np.unique(group, return_counts=True)
    return dict(zip(codes.tolist(), people.tolist(), strict=True))


@dataclass(frozen=True, slots=True, eq=False)
class Grouped:
    """Headcounts with what their codes stand for: names of regions, categories and channels by code, of
    communities none (codes are positions in the partition).
    """

    people: Mapping[int, int]
    names: Sequence[str]


def counted(
    analysis: Analysis,
    asked: Asked,
    most: int | None = None,
    withdrawn: Sequence[int] = (),
    fewest: int = 0,
) -> Grouped:
    """How many different people are in each group, by the group's code. InvalidInput where the month is none.

    most: as in `headcounts`. withdrawn: rows of people who have refused since this was fitted. fewest: people
    who must have acted before what they did is told; an act is then one of the month in which its stretch
    began (graph.kernels.stretches).

    >>> from graph.events import Product
    >>> from tests.toy import snapshot
    >>> shelf = [Product("tea", category="drinks"), Product("mug", category="ware")]
    >>> shop = snapshot("ana>bea,cy:tea ana>bea:mug bea>cy:mug", catalogue=shelf)
    >>> found = counted(Analysis.of(shop), Asked(Who.OPENERS, By.CATEGORY))
    >>> {found.names[code]: people for code, people in found.people.items()}
    {'drinks': 2, 'ware': 2}
    """
    snapshot = analysis.snapshot
    person, product, channel, at = _acts(analysis, asked.who)
    counts = ~refusing(analysis, asked)[person] & (person >= snapshot.people.blanks)
    counts &= ~np.isin(person, withdrawn)
    at = at.copy()
    at[counts] = stretches(person[counts], at[counts], fewest)
    counts &= at != NOT_YET
    if asked.month is not None:
        begins, ends = _month(asked.month)
        counts &= (at >= begins) & (at < ends)
    names: Sequence[str] = snapshot.words
    group: Codes
    if asked.by is By.REGION:
        regions, code = np.unique(np.array(snapshot.people.regions, np.str_), return_inverse=True)
        group, names = np.where(regions == "", NONE, np.arange(len(regions)))[code][person], regions.tolist()
    elif asked.by is By.COMMUNITY:
        group, names = analysis.partition.labels[person], ()
    else:
        group = channel if asked.by is By.CHANNEL else snapshot.products.category[product]
    return Grouped(headcounts(person[counts], group[counts], most), names)


def withdrawn(analysis: Analysis, asked: Asked) -> tuple[int, ...]:
    """Rows of the last fit of people who refuse now and did not then, rising: what they did is not to be
    counted, however long the next fit takes.
    """
    then = refusing(analysis.last_fit, asked)
    return tuple(np.flatnonzero(refusing(analysis, asked)[: len(then)] & ~then).tolist())


def refusing(analysis: Analysis, asked: Asked) -> NDArray[np.bool_]:
    """Who does not allow to be counted so, as of an analysis; shape (people,)."""
    no = analysis.refusing(Purpose.RESEARCH)
    return no | analysis.refusing(Purpose.LOCATION) if asked.by is By.REGION else no


def _acts(analysis: Analysis, who: Who) -> tuple[Codes, Codes, Codes, NDArray[np.int64]]:
    """Of each act the person, product, channel of the share it is about (−1 unknown) and time, µs."""
    events, shares = analysis.snapshot.events, analysis.snapshot.shares
    if who is Who.SHARERS:
        rows = events.rows(Kind.SHARE)
        return events.person[rows], events.product[rows], shares.channel[events.share[rows]], events.at[rows]
    if who is Who.OPENERS:
        opened = analysis.openings
        return opened.person, opened.product, shares.channel[opened.share], opened.at
    kept = analysis.purchases
    return kept.person, kept.product, through(shares.channel, events.share[kept.event]), kept.at


def _month(month: str) -> tuple[int, int]:
    """Where a month begins, and the next one; µs.

    >>> _month("1970-02")
    (2678400000000, 5097600000000)
    """
    try:
        begins = np.datetime64(month, "M") if MONTH.fullmatch(month) else None
    except ValueError:
        begins = None
    if begins is None:
        raise InvalidInput(f"month: {month!r:.40} is none; write it as 2026-05")
    first, last = ((begins + step).astype("datetime64[us]").astype(np.int64) for step in (0, 1))
    return int(first), int(last)
