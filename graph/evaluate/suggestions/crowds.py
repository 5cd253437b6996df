"""Whoever is asked about, as what orders their lists sees them: of a folder's model, or of what is served.

Both go through the same rule (graph.suggest.order) with the same knobs. A log is answered by the shelf as it
stood at the cut, answer by answer. A model of graph.taste has no shelf: its scores, the commonest feature of
an item for its category and its popularity for its band are put in the same order by the same code, no friend
being told apart. Grants are found as a fit finds them, from what was known; what is asked has no part in it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from graph.evaluate.suggestions.held import Held
from graph.evaluate.suggestions.lists import CELLS
from graph.evaluate.suggestions.logs import Cut, answered
from graph.kernels.top import NOBODY, top
from graph.log import NONE
from graph.suggest.answers import Ask
from graph.suggest.blend import scores
from graph.suggest.exploring import Odds, explored, with_chance
from graph.suggest.grants import ENOUGH, PEOPLE, PLACES, fronts, grants
from graph.suggest.knobs import Order
from graph.suggest.order import POOL, Front, own_of, wanted
from graph.suggest.popularity import bands
from graph.taste import Fitted, Interactions
from graph.taste.model import Rows, Scores
from graph.taste.popularity import popularity

Items = NDArray[np.int32]


class Crowd(Protocol):
    """People with something held out, and whoever answers them."""

    @property
    def held(self) -> Held:
        """What is known and what is asked."""
        ...

    @property
    def kinds(self) -> Items:
        """The kind of each item, −1 for none; (m,)."""
        ...

    def listed(self, order: Order) -> Items:
        """Everybody's first ten in an order, `NOBODY` where there are no more; (q, `PLACES`)."""
        ...

    def scored(self) -> Iterator[tuple[Rows, Scores]]:
        """Some people at a time, their rows and all items' scores, −∞ for what is not for them."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Modelled:
    """A fitted model's. lists: of those who are asked about. known: of those whose lists are bid for."""

    fitted: Fitted
    held: Held
    lists: list[Front]
    known: list[Front]

    @classmethod
    def of(cls, fitted: Fitted, held: Held) -> "Modelled":
        """Everybody's best candidates."""
        everybody = np.flatnonzero(np.diff(held.known.chosen.indptr))
        step = max(1, -(-len(everybody) // PEOPLE))
        bidding = everybody[::step] if len(everybody) >= ENOUGH else everybody[:0]
        return cls(
            fitted, held, list(_fronts(fitted, held, held.users)), list(_fronts(fitted, held, bidding))
        )

    @property
    def kinds(self) -> Items:
        """The commonest feature of each."""
        return kinds(self.held.known)

    def listed(self, order: Order) -> Items:
        """By the rule that is served."""
        granted = grants(self.known, self.held.known.items, order)
        found = np.full((len(self.lists), PLACES), NOBODY, np.int32)
        for mine, user, front in zip(found, self.held.users.tolist(), self.lists, strict=True):
            best = front.product[front.ordered(order, granted)[:PLACES]]
            if order.exploration and len(best):
                may = self._unheard(user, front)
                given = explored(Odds(order.exploration, len(may), len(may)), may, PLACES, user)
                best = np.array(with_chance(best.tolist(), given, PLACES), np.int32)
            mine[: len(best)] = best
        return found

    def _unheard(self, user: int, front: Front) -> Items:
        """What chance may draw from: all that is not in front, and not somebody's own."""
        taken = self.held.taken
        own = taken.indices[taken.indptr[user] : taken.indptr[user + 1]]
        free = np.ones(self.held.known.items, np.bool_)
        free[own] = free[front.product] = False
        return np.flatnonzero(free).astype(np.int32)

    def scored(self) -> Iterator[tuple[Rows, Scores]]:
        """The model's scores."""
        return _scored(self.fitted, self.held, self.held.users)


@dataclass(frozen=True, slots=True, eq=False)
class Served:
    """A shelf's, as it stood at the cut of a log. known: of those whose lists are bid for."""

    cut: Cut
    known: list[Front]

    @classmethod
    def of(cls, cut: Cut) -> "Served":
        """Everybody's best candidates at the cut."""
        return cls(cut, fronts(cut.shelf))

    @property
    def held(self) -> Held:
        """What is known and what is asked."""
        return self.cut.held

    @property
    def kinds(self) -> Items:
        """The category of each."""
        return self.cut.shelf.categories

    def listed(self, order: Order) -> Items:
        """What is served."""
        shelf = self.cut.shelf
        granted = grants(self.known, shelf.products, order)
        shelf = replace(shelf, order=order, grants=granted)
        return answered(shelf, self.held, k=PLACES, drawn=True).items

    def scored(self) -> Iterator[tuple[Rows, Scores]]:
        """What the sources say in sum, 0 where none speaks."""
        shelf, taken = self.cut.shelf, self.held.taken
        for user in self.held.users.tolist():
            found = np.zeros((1, shelf.products), np.float32)
            product, score = scores(shelf, Ask(user))
            found[0, product] = score
            found[0, taken.indices[taken.indptr[user] : taken.indptr[user + 1]]] = -np.inf
            yield np.array([user]), found


def _scored(fitted: Fitted, held: Held, users: Rows) -> Iterator[tuple[Rows, Scores]]:
    step = max(CELLS // max(held.known.items, 1), 1)
    for begin in range(0, len(users), step):
        some = users[begin : begin + step]
        found, taken = np.array(fitted.scores(some), np.float32), held.taken[some]
        found[np.repeat(np.arange(len(some)), np.diff(taken.indptr)), taken.indices] = -np.inf
        yield some, found


def _fronts(fitted: Fitted, held: Held, users: Rows) -> Iterator[Front]:
    known = held.known
    band, kind = bands(popularity(known).astype(np.float64)), kinds(known)
    for some, found in _scored(fitted, held, users):
        nothing = np.zeros(len(some) + 1, np.int64)
        best = top(found, nothing, np.zeros(0, np.int64), min(POOL, known.items))
        for user, row, score in zip(some, best, found, strict=True):
            product = row[row != NOBODY]
            voice = np.full(len(product), NONE, np.int32)
            mine = known.chosen.indices[known.chosen.indptr[user] : known.chosen.indptr[user + 1]]
            mix, own = wanted(band[mine], np.ones(len(mine))), own_of(kind[product], kind[mine])
            said = score[product].astype(np.float64)
            listens = known.friends.indptr[user + 1] > known.friends.indptr[user]
            yield Front(
                product, said, kind[product], voice, band[product], own, mix, bool(len(mine) or listens)
            )


def kinds(known: Interactions) -> Items:
    """The commonest feature of each item, which stands for its category, −1 for none; (m,)."""
    kind = np.full(known.items, NONE, np.int32)
    if known.content is None:
        return kind
    often = np.bincount(known.content.indices, minlength=known.content.shape[1])
    item = np.repeat(np.arange(known.items), np.diff(known.content.indptr))
    by = np.lexsort((-known.content.indices, often[known.content.indices]))
    kind[item[by]] = known.content.indices[by]
    return kind
