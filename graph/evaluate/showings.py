"""What was shown of the answers that were given out, and what came of it.

A showing is a product that somebody was exposed to in an answer: (answer, person, product), once, however
often the page was drawn. EXPOSURE, OPEN and PURCHASE events that name the answer are joined to it by these
three, so each open has the showing that it came from and no other, and a rate of opens its own denominator.
What does not fit is not guessed at but counted (`Misfits`). Purchases are net of refunds; noise is left out.

Rank, chance, surface and arm are those of the first exposure, and where it says none, those of the answer.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph.answers import EXPLORED, Given, Place
from graph.events import Kind
from graph.log import NONE, Log
from graph.purchases import purchases
from graph.snapshot import Snapshot
from graph.timeline import Rows

Longs = NDArray[np.int64]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

NEAR = 1e-6
"""Chances that differ by less are the same, written with fewer digits."""


LOOKED = (Kind.OPEN, Kind.VIEW)
"""What counts as opened where it names the answer: a share's link, or a product's page from one of ours."""


@dataclass(frozen=True, slots=True)
class Misfits:
    """Events that name an answer and cannot be joined, or say otherwise than it. unknown: no such answer is
    kept; elsewhere: the product was not in it; another: it was given to somebody else. unexposed: showings
    opened or bought that no EXPOSURE told of. rank, propensity: showings whose exposure says another than the
    answer.
    """

    unknown: int
    elsewhere: int
    another: int
    unexposed: int
    rank: int
    propensity: int


@dataclass(frozen=True, slots=True, eq=False)
class Showings:
    """n showings in order of their first exposure, all arrays of shape (n,).

    person, product: rows of the snapshot. rank: from 1. propensity: in (0, 1]. surface, variant, source:
    codes into `words`, −1 where nothing was said. explored: how many places of its answer, up to and with its
    own, were given to chance; −1 where not all of these are kept. opened, bought: whether it was. misfits:
    what is not in here.
    """

    person: Rows
    product: Rows
    rank: Rows
    propensity: Floats
    surface: Rows
    variant: Rows
    source: Rows
    explored: Rows
    opened: Mask
    bought: Mask
    words: list[str]
    misfits: Misfits

    def __len__(self) -> int:
        return len(self.person)

    @classmethod
    def of(cls, log: Log, snapshot: Snapshot, given: Iterable[Given], since: int = 0) -> "Showings":
        """Join a whole log to the answers that are kept.

        snapshot: of this log. given: all answers, also those before `since` (µs), so that what came late of
        them is not taken for a misfit; only showings of answers given since are told, and misfits since.
        """
        words = _Words(list(log.words))
        answers = _Answers.of(given, snapshot, words)
        named = _Named.of(log, snapshot, answers)
        return _joined(named, answers, words, since)


class _Words:
    """Texts by code; those of the log keep theirs."""

    def __init__(self, texts: list[str]) -> None:
        self.texts = texts
        self._codes = {text: code for code, text in enumerate(texts)}

    def code(self, text: str | None) -> int:
        if not text:
            return NONE
        if text not in self._codes:
            self._codes[text] = len(self.texts)
            self.texts.append(text)
        return self._codes[text]


@dataclass(frozen=True, slots=True, eq=False)
class _Answers:
    """Answers and their places as arrays. row: of an answer, by its id. person, surface, at: of each; person
    −1 for a stranger. key: answer · products + product, ascending; rank, propensity, source, explored: of
    each key.
    """

    row: dict[str, int]
    person: Rows
    surface: Rows
    at: Longs
    products: int
    key: Longs
    rank: Rows
    propensity: Floats
    source: Rows
    explored: Rows

    @classmethod
    def of(cls, given: Iterable[Given], snapshot: Snapshot, words: _Words) -> "_Answers":
        row: dict[str, int] = {}
        heads, places, products = [], [], len(snapshot.products)
        for answer in given:
            number = row[answer.id] = len(row)
            known = None if not answer.person else snapshot.people.row(answer.person)
            heads.append((NONE if known is None else known, words.code(answer.surface), answer.at))
            for place, explored in zip(answer.places, _explored(answer.places), strict=True):
                product = snapshot.products.keys.row(place.product)
                if product is not None:
                    where, source = number * products + product, words.code(place.source)
                    places.append((where, place.rank, place.propensity, source, explored))
        person, surface, at = np.array(heads, np.int64).reshape(-1, 3).T
        key = np.array([place[0] for place in places], np.int64)
        order = np.argsort(key, kind="stable")
        return cls(
            row,
            person.astype(np.int32),
            surface.astype(np.int32),
            at,
            products,
            key[order],
            np.array([place[1] for place in places], np.int32)[order],
            np.array([place[2] for place in places], np.float64)[order],
            np.array([place[3] for place in places], np.int32)[order],
            np.array([place[4] for place in places], np.int32)[order],
        )

    def find(self, answer: Longs, product: Rows) -> Longs:
        """The places of these products in these answers; −1 where there is none."""
        wanted = answer * self.products + product
        if not len(self.key):
            return np.full(len(wanted), NONE, np.int64)
        at = np.minimum(np.searchsorted(self.key, wanted), len(self.key) - 1)
        return np.where((answer != NONE) & (product != NONE) & (self.key[at] == wanted), at, NONE)


def _explored(places: Sequence[Place]) -> Iterator[int]:
    """Of each place, how many up to and with it were given to chance; −1 from the first that is not kept.

    >>> places = [Place(1, "a"), Place(2, "b", source=EXPLORED), Place(3, "c"), Place(5, "e")]
    >>> [*_explored(places)]
    [0, 1, 1, -1]
    """
    count = 0
    for rank, place in enumerate(places, start=1):
        count += place.source == EXPLORED
        yield count if place.rank == rank else NONE


@dataclass(frozen=True, slots=True, eq=False)
class _Named:
    """Events that name an answer, in order of time. answer: its row, −1 unknown. kind: a purchase that was
    given back is none.
    """

    kind: NDArray[np.int8]
    at: Longs
    answer: Longs
    person: Rows
    product: Rows
    rank: Rows
    propensity: Floats
    surface: Rows
    variant: Rows

    @classmethod
    def of(cls, log: Log, snapshot: Snapshot, answers: _Answers) -> "_Named":
        columns, events = log.events, snapshot.events
        # As a snapshot puts them in order.
        order = np.lexsort((columns.digest, columns.kind != Kind.SHARE, columns.at))
        named = (columns.answer[order] != NONE) & ~events.noise
        kept = np.zeros(len(order), np.bool_)
        kept[purchases(events).event] = True
        counted = np.isin(events.kind, (Kind.EXPOSURE, *LOOKED)) | kept
        rows = np.flatnonzero(named & counted)
        source = order[rows]
        row_of = np.array([answers.row.get(text, NONE) for text in log.words], np.int64)
        return cls(
            events.kind[rows],
            events.at[rows],
            row_of[columns.answer[source]] if len(rows) else np.empty(0, np.int64),
            events.person[rows],
            events.product[rows],
            columns.rank[source],
            columns.propensity[source],
            columns.surface[source],
            columns.variant[source],
        )


def _joined(named: _Named, answers: _Answers, words: _Words, since: int) -> Showings:
    place = answers.find(named.answer, named.product)
    known, listed = named.answer != NONE, place != NONE
    whose = answers.person[named.answer] if len(answers.person) else np.full(len(place), NONE)
    theirs = ~known | (whose == NONE) | (whose == named.person)
    fits = known & listed & theirs
    mine = fits & (answers.at[named.answer] >= since) if len(answers.at) else fits
    recent = named.at >= since
    # One number for (answer, product) and person together.
    _, pair = np.unique(np.where(mine, place, NONE) << 32 | named.person, return_inverse=True)
    shown = np.flatnonzero(mine & (named.kind == Kind.EXPOSURE))
    _, first = np.unique(pair[shown], return_index=True)
    first = shown[np.sort(first)]
    looked, bought = np.isin(named.kind, LOOKED), named.kind == Kind.PURCHASE
    opened, bought = (np.unique(pair[mine & what]) for what in (looked, bought))
    at = place[first]
    rank = np.where(named.rank[first] > 0, named.rank[first], answers.rank[at])
    said = np.isfinite(named.propensity[first]) & (named.propensity[first] > 0)
    propensity = np.where(said, named.propensity[first], answers.propensity[at])
    surface = named.surface[first]
    misfits = Misfits(
        unknown=int(np.count_nonzero(~known & recent)),
        elsewhere=int(np.count_nonzero(known & ~listed & recent)),
        another=int(np.count_nonzero(known & listed & ~theirs & recent)),
        unexposed=len(np.setdiff1d(np.union1d(opened, bought), pair[first])),
        rank=int(np.count_nonzero(rank != answers.rank[at])),
        propensity=int(np.count_nonzero(np.abs(propensity - answers.propensity[at]) > NEAR)),
    )
    return Showings(
        named.person[first],
        named.product[first],
        rank.astype(np.int32),
        propensity,
        np.where(surface != NONE, surface, answers.surface[named.answer[first]]).astype(np.int32),
        named.variant[first],
        answers.source[at],
        answers.explored[at],
        np.isin(pair[first], opened),
        np.isin(pair[first], bought),
        words.texts,
        misfits,
    )
