"""A log of events, cut in time: the answers that are served, measured by what people chose afterwards.

A choice is the first opening of somebody's share, or a purchase that was kept. What lies before the cut is
known and stands still; asked are the choices after it, of people seen before it and of products they had not
chosen. The served blend is then one model among the others, and each of its sources another one.

A catalogue has no dates. Of what nobody had touched before the cut it cannot be said that it was in the shop;
a catalogue put together from the log holds it only because somebody chose it later. So no model may show it
or learn what it is, and choices of it are counted and not asked about (`NOT_YET`). That is too strict for a
shop whose catalogue was there all along, and kind to nobody: graph.evaluate.moments asks about such products
from the first act with them.

Whoever chooses weights or settings is asked about the last tenth of what is known, with the ties of before:
what is to be foretold comes later, and opening somebody's share is what ties people.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from graph import taste
from graph.analysis import Analysis
from graph.errors import InvalidInput
from graph.evaluate.cut import until
from graph.evaluate.suggestions.compare import Contender
from graph.evaluate.suggestions.held import Held, unknown
from graph.evaluate.suggestions.lists import LONGEST, Lists
from graph.kernels.top import NOBODY
from graph.log import NONE, Log
from graph.openings import openings
from graph.purchases import purchases
from graph.snapshot import Snapshot
from graph.suggest import SOURCES, Ask, Shelf, suggest
from graph.suggest.learning.past import stocked, touched
from graph.taste import Interactions
from graph.taste.model import Rows, Sparse, facts
from graph.ties import strengths

SERVED = "served"
STRANGERS, NOT_YET = "of people not seen before", "of products that nobody had touched before"
"""Why a later choice is not asked about."""
INNER = 0.9
"""The part of what is known from which weights are learned; they are asked about the rest."""
SPARE = 2
"""How many times as many are asked for as are listed, since some were chosen before."""


@dataclass(frozen=True, slots=True, eq=False)
class Cut:
    """snapshot, shelf: as they stood at the cut."""

    held: Held
    snapshot: Snapshot
    shelf: Shelf


@dataclass(frozen=True, slots=True, eq=False)
class _Choices:
    """Who chose what, when, in order of time; shape (k,)."""

    person: Rows
    product: Rows
    at: NDArray[np.int64]

    @classmethod
    def of(cls, snapshot: Snapshot) -> "_Choices":
        opened, bought = openings(snapshot), purchases(snapshot.events)
        first = opened.taken(opened.first)
        person = np.concatenate([first.person, bought.person])
        product = np.concatenate([first.product, bought.product])
        at = np.concatenate([first.at, bought.at])
        said = np.flatnonzero((person != NONE) & (product != NONE))
        rows = said[np.argsort(at[said], kind="stable")]
        return cls(person[rows].astype(np.intp), product[rows].astype(np.intp), at[rows])


def held_out(log: Log, *, train_share: float = 0.8) -> Cut:
    """The first part of a log's choices known, the rest asked. InvalidInput where one part is empty."""
    whole = Snapshot.of(log)
    before = _parted(whole, train_share)
    snapshot = stocked(Snapshot.of(until(log, before)))
    known = _known(snapshot)
    asked, unasked = _came(whole, before, snapshot, known)
    held = Held(replace(known, inner=_inner(log, snapshot)), None, asked, unasked=unasked)
    return Cut(held, snapshot, Analysis.of(snapshot).shelf)


def validated(log: Log, *, train_share: float = 0.8) -> Cut:
    """The same one step earlier, to choose settings on: of what `held_out` knows the last tenth is asked, and
    nothing that it asks about is seen.
    """
    return held_out(until(log, _parted(Snapshot.of(log), train_share)), train_share=INNER)


def served(cut: Cut) -> Iterator[Contender]:
    """What is served, then each of its sources alone; the first learns anew, so that its cost is seen."""
    names = [source.name for source in SOURCES]

    def alone(name: str) -> Callable[[], Callable[[], Lists]]:
        shelf = replace(cut.shelf, blend=cut.shelf.blend.only(name, names))
        return lambda: lambda: answered(shelf, cut.held)

    def all_() -> Callable[[], Lists]:
        shelf = Analysis.of(cut.snapshot).shelf
        return lambda: answered(shelf, cut.held)

    yield Contender(SERVED, all_)
    for name in names:
        yield Contender(f"{SERVED}-{name}", alone(name))


def answered(shelf: Shelf, held: Held, *, k: int = LONGEST, drawn: bool = False) -> Lists:
    """What is served to everybody asked about, but what they had chosen before. drawn: with places given to
    chance, each person's by their row.
    """
    users, taken = held.users, held.taken
    items = np.full((len(users), k), NOBODY, np.int32)
    asks = [Ask(user, seed=user if drawn else None) for user in users.tolist()]
    for place, (user, answer) in enumerate(zip(users, suggest(shelf, asks, limit=SPARE * k), strict=True)):
        listed = np.array([one.product for one in answer.suggestions], np.int32)
        mine = taken.indices[taken.indptr[user] : taken.indptr[user + 1]]
        new = listed[~np.isin(listed, mine)][:k]
        items[place, : len(new)] = new
    return Lists(users, items)


def _parted(whole: Snapshot, train_share: float) -> int:
    """The time before which such a share of the choices lies; InvalidInput where one part is empty."""
    at = _Choices.of(whole).at
    place = int(train_share * len(at))
    if not 0 < place < len(at):
        raise InvalidInput(
            f"{len(at):,} choices (openings of others' shares, purchases that were kept) in"
            f" {len(whole.events):,} events leave nothing to learn from or to ask about"
        )
    return int(at[place])


def _came(
    whole: Snapshot, since: int, snapshot: Snapshot, known: Interactions
) -> tuple[Sparse, dict[str, int]]:
    """What people seen before chose since of products in the shop, and did not have, (people, products) of
    `snapshot`; and how many other choices there were, by why.
    """
    every = _Choices.of(whole)
    later = every.at >= since
    row, product = _rows(whole, snapshot)[every.person[later]], every.product[later]
    seen, there = _seen(snapshot, known)[row], touched(snapshot)[product]
    asked = seen & there
    came = facts(row[asked], product[asked], (known.users, known.items))
    unasked = {STRANGERS: int(np.count_nonzero(~seen)), NOT_YET: int(np.count_nonzero(seen & ~there))}
    return unknown(came, known.chosen), unasked


def _inner(log: Log, snapshot: Snapshot) -> taste.Cut | None:
    """The same one step earlier, in rows of `snapshot`; None where one part is empty."""
    at = _Choices.of(snapshot).at
    place = int(INNER * len(at))
    if not 0 < place < len(at):
        return None
    earlier = stocked(Snapshot.of(until(log, int(at[place]))))
    known = _known(earlier)
    held, _ = _came(snapshot, int(at[place]), earlier, known)
    row, people = _rows(earlier, snapshot), len(snapshot.people)
    return taste.Cut(
        replace(
            known,
            chosen=_moved(known.chosen, row, (people, known.items)),
            friends=_moved(known.friends, row, (people, people)),
        ),
        _moved(held, row, (people, known.items)),
    )


def _rows(of: Snapshot, to: Snapshot) -> Rows:
    """Where somebody of one snapshot stands in another, by key; `NONE`: nowhere."""
    found = [to.people.row(key) for key in of.people.keys]
    return np.array([NONE if row is None else row for row in found], np.intp)


def _moved(matrix: Sparse, row: Rows, shape: tuple[int, int]) -> Sparse:
    """Rows of people, and columns where they are people, as `row` says."""
    cells = matrix.tocoo()
    at, column = row[cells.row], row[cells.col] if shape[0] == shape[1] else cells.col
    there = (at != NONE) & (column != NONE)
    return csr_array(coo_array((cells.data[there], (at[there], column[there])), shape=shape))


def _seen(snapshot: Snapshot, known: Interactions) -> NDArray[np.bool_]:
    """Who has a key, and did something or listens to somebody, (people,). The last entry answers for
    `NONE`: nobody.
    """
    person, n = snapshot.events.person, known.users
    acted = np.bincount(person[person != NONE], minlength=n) > 0
    listens = np.diff(known.friends.indptr) > 0
    return np.append((acted | listens) & (np.arange(n) >= snapshot.people.blanks), np.False_)


def _known(snapshot: Snapshot) -> Interactions:
    people, products = len(snapshot.people), len(snapshot.products)
    choices, ties = _Choices.of(snapshot), strengths(snapshot)
    weight = ties.strength.astype(np.float32)
    friends = coo_array((weight, (ties.target, ties.source)), shape=(people, people))
    there = touched(snapshot)
    columns = snapshot.products.category, snapshot.products.brand
    described = [(there & (column != NONE), column) for column in columns]
    item = np.concatenate([np.flatnonzero(told) for told, _ in described])
    feature = np.concatenate([2 * column[told] + way for way, (told, column) in enumerate(described)])
    return Interactions(
        chosen=facts(choices.person, choices.product, (people, products)),
        friends=csr_array(friends),
        content=facts(item, feature.astype(np.intp), (products, 2 * len(snapshot.words)))
        if len(item)
        else None,
    )
