"""Which item a group that works is about, given who starts it: learned from earlier groups, held out by part.

Asked are the groups of the test part whose item was in a group that worked before; ranked are all such items
but those the starter had a group for before, worked or failed: nobody starts the same one twice. Each starter
has one group in either part, so a list has one right answer: precision is recall over k, NDCG the discount at
its place. Beside `starts` (graph.taste.starts; `starts-without-failed` sees no failed group) stand

- `popularity`: groups for an item that worked.
- `joined`: items of groups the starter joined, the most popular first, then what is popular.
- `friends`: what those started and joined who were in a group with the starter, then what is popular.
- item-kNN, user-kNN and ALS on everybody's history; EASE on the items in most histories.

All settings of `starts` are chosen inside the first part: learned from its first four fifths, asked about the
last, in the order of the file.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from graph.evaluate.suggestions.compare import Contender
from graph.evaluate.suggestions.held import Held
from graph.evaluate.suggestions.lists import Lists, lists
from graph.evaluate.suggestions.metrics import gains
from graph.taste import ALS, EASE, Fitted, Interactions, ItemKNN, Model, Popularity, UserKNN
from graph.taste.model import Kind, Parts, Rows, Scores, Sparse, facts, joined, parts_of
from graph.taste.popularity import popularity
from graph.taste.starts import BONUSES, POWERS, Pasts, Starts

OURS = "starts"

INNER = 0.8
ASKED_INSIDE = 10_000
EASE_ITEMS = 6_000


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """k groups. starter, item: (k,). indptr, member: who joined, CSR over groups."""

    starter: Rows
    item: Rows
    indptr: NDArray[np.int64]
    member: Rows

    def __len__(self) -> int:
        return len(self.starter)

    def first(self, k: int) -> "Groups":
        """The first k of them."""
        return Groups(self.starter[:k], self.item[:k], self.indptr[: k + 1], self.member[: self.indptr[k]])

    def joins(self) -> tuple[Rows, Rows]:
        """Everybody who joined, and for what."""
        return self.member, np.repeat(self.item, np.diff(self.indptr))

    def company(self) -> tuple[Rows, Rows]:
        """Everybody who joined, and whose group."""
        return self.member, np.repeat(self.starter, np.diff(self.indptr))


@dataclass(frozen=True, slots=True, eq=False)
class Log:
    """learned, asked: groups that worked, of either part. failed: those that did not, undated. users, items:
    how many there are, items of `learned` only; other items of `asked` and `failed` are −1.
    """

    learned: Groups
    asked: Groups
    failed: Groups
    users: int
    items: int

    @property
    def shape(self) -> tuple[int, int]:
        """Of every matrix of users and items."""
        return self.users, self.items

    def pasts(self, groups: Groups, *, failed: bool = True) -> Pasts:
        """Everybody's history with these groups."""
        tried = (self.failed.starter, self.failed.item) if failed else (np.zeros(0, np.intp),) * 2
        known = tried[1] >= 0
        return Pasts(
            facts(groups.starter, groups.item, self.shape),
            facts(*groups.joins(), self.shape),
            facts(tried[0][known], tried[1][known], self.shape),
        )

    def held(self, *, most: int | None = None, seed: int = 0) -> Held:
        """The asked part held out: known are all histories, and who was in a group with whom. most: of more
        groups so many are drawn.
        """
        pasts = self.pasts(self.learned)
        one, other = self.learned.company()
        friends = facts(np.concatenate([one, other]), np.concatenate([other, one]), (self.users, self.users))
        askable = np.flatnonzero(self.asked.item >= 0)
        if most is not None and most < len(askable):
            askable = np.sort(np.random.default_rng(seed).choice(askable, most, replace=False))
        asked = facts(self.asked.starter[askable], self.asked.item[askable], self.shape)
        return Held(Interactions(pasts.past(), friends), None, asked, barred(pasts))


def barred(pasts: Pasts) -> Sparse:
    """What everybody had a group for, worked or failed."""
    every: Sparse = csr_array(pasts.started + pasts.tried)
    every.sort_indices()
    return every


def contenders(log: Log, held: Held) -> Iterator[Contender]:
    """The model with all it has, and without failed groups, then the baselines."""
    yield _starts(log, held, OURS, failed=True)
    yield _starts(log, held, f"{OURS}-without-failed", failed=False)
    pasts = log.pasts(log.learned)
    yield _model("popularity", lambda: Popularity().fit(replace(held.known, chosen=pasts.started)), held)
    worked = popularity(replace(held.known, chosen=pasts.started))
    yield _model("joined", lambda: Before(pasts.joined, worked), held)
    yield _model("friends", lambda: Before(_of_friends(pasts, held.known.friends), worked), held)
    for model in (ItemKNN(), UserKNN(), ALS(factors=64)):
        yield _model(model.name, lambda model=model: model.fit(held.known), held)  # type: ignore[misc]
    yield _model("ease", lambda: Narrow.of(EASE(), held.known), held)


def chosen(log: Log, *, failed: bool) -> tuple[float, float]:
    """The w and b of `starts`: the best NDCG@10 on the last part of what is learned from."""
    count = int(INNER * len(log.learned))
    first = log.learned.first(count)
    pasts = log.pasts(first, failed=failed)
    rows = np.arange(count, len(log.learned))
    if len(rows) > ASKED_INSIDE:
        rows = np.sort(np.random.default_rng(0).choice(rows, ASKED_INSIDE, replace=False))
    asked = facts(log.learned.starter[rows], log.learned.item[rows], log.shape)
    users, model, out = np.flatnonzero(np.diff(asked.indptr)), Starts.of(pasts), barred(pasts)

    def value(settings: tuple[float, float]) -> float:
        fitted = replace(model, power=settings[0], bonus=settings[1])
        return float(gains(lists(fitted, users, out, k=10), asked)["ndcg@10"].mean())

    power = max(POWERS, key=lambda power: value((power, BONUSES[-1])))
    return power, max(reversed(BONUSES), key=lambda bonus: value((power, bonus)))


def _starts(log: Log, held: Held, name: str, *, failed: bool) -> Contender:
    def fit() -> Fitted:
        power, bonus = chosen(log, failed=failed)
        return replace(Starts.of(log.pasts(log.learned, failed=failed)), power=power, bonus=bonus)

    return _model(name, fit, held)


def _model(name: str, fit: Callable[[], Fitted], held: Held) -> Contender:
    def learned() -> Callable[[], Lists]:
        fitted = fit()
        return lambda: lists(fitted, held.users, held.taken)

    return Contender(name, learned)


def _of_friends(pasts: Pasts, friends: Sparse) -> Sparse:
    said: Sparse = csr_array(friends @ csr_array(pasts.started + pasts.joined))
    return said


@dataclass(frozen=True, slots=True, eq=False)
class Before:
    """Some items before all others, by how often, and popularity among equals. said: (n, m)."""

    said: Sparse
    popular: NDArray[np.float32]

    def scores(self, users: Rows) -> Scores:
        """Above any popularity, where something is said."""
        scores: Scores = self.said[users].toarray() * np.float32(1 + self.popular.max(initial=0))
        scores += self.popular
        return scores

    def parts(self, user: int, item: int) -> Parts:
        """What was said, and how popular it is."""
        said = float(self.said[user, item]) * (1 + float(self.popular.max(initial=0)))
        popular = parts_of(Kind.POPULARITY, [-1], [float(self.popular[item])])
        return joined([parts_of(Kind.OWN, [item], [said]), popular])


@dataclass(frozen=True, slots=True, eq=False)
class Narrow:
    """A model that knows the items in most histories only; the others score 0."""

    fitted: Fitted
    items: Rows
    all_items: int

    @classmethod
    def of(cls, model: Model, known: Interactions) -> "Narrow":
        """Fitted on `EASE_ITEMS` of them."""
        most = np.sort(np.argsort(-popularity(known), kind="stable")[:EASE_ITEMS])
        part: Sparse = csr_array(known.chosen[:, most])
        return cls(model.fit(Interactions(part, known.friends)), most, known.items)

    def scores(self, users: Rows) -> Scores:
        """Of all items."""
        scores = np.zeros((len(users), self.all_items), np.float32)
        scores[:, self.items] = self.fitted.scores(users)
        return scores

    def parts(self, user: int, item: int) -> Parts:
        """Those of the model, rows being its own."""
        place = int(np.searchsorted(self.items, item))
        if place == len(self.items) or self.items[place] != item:
            return joined([])
        said = self.fitted.parts(user, place)
        own = said.kind == Kind.OWN
        return replace(said, row=np.where(own, self.items[np.where(own, said.row, 0)], said.row))
