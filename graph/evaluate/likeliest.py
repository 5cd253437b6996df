"""The five people likeliest to open each question, by our model and by counting, a block of questions at a
time.

A question is a sharer and a product, asked of a history that stands still. Candidates are all people of the
history but the sharer; a list is filled up by popularity: openings, ties to the latest, then to the smaller
row; the same breaks ties of score. A question describes up to three hundred candidates (graph.recipients),
30 KB, and counting over two hops up to everybody, so no more than `BLOCK` questions are scored at once:
memory does not grow with how many are asked. No list depends on where a block ends.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from graph.kernels.circles import DAY
from graph.log import NONE
from graph.once import once
from graph.recipients import History, Model, Shared, lively, log_intensity, pairs
from graph.timeline import Rows

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]

FIRST = 5
HALF_LIFE = 90.0

BLOCK = 250
"""Questions scored at once."""

Scored = tuple[Longs, Rows, Floats]
"""Candidates by question and their scores: (indptr, people, score)."""

Scoring = Callable[[Longs], Scored]
"""What scores some questions, by their places."""


@dataclass(frozen=True, eq=False)
class Held:
    """A history that stands still, and what is asked of it. shared: the shares it is learned from; later:
    those after it. before: µs. sharer, product: (q,), distinct questions, −1 for a sharer unknown then; row:
    the question of each row; opener: its answer, −1 a stranger.
    """

    history: History
    shared: Shared
    later: Shared
    before: int
    sharer: Rows
    product: Rows
    row: Longs
    opener: Rows

    @once
    def known(self) -> NDArray[np.bool_]:
        """Who is a candidate: whoever shared or opened before, (people,)."""
        known = np.zeros(len(self.history.state), np.bool_)
        known[self.history.base.source] = known[self.history.base.target] = True
        return known

    @once
    def order(self) -> Longs:
        """The place of everybody by popularity, (people,)."""
        acts, people = self.history.base, len(self.history.state)
        times = np.bincount(acts.target, minlength=people)
        last = np.full(people, -1, np.int64)
        last[acts.target] = acts.at
        place = np.empty(people, np.int64)
        place[np.lexsort((np.arange(people), -last, -times))] = np.arange(people)
        return place

    @once
    def sharers(self) -> tuple[Rows, Longs]:
        """Everybody who is asked about, and which of them each question is about."""
        return np.unique(self.sharer, return_inverse=True)

    @once
    def decayed(self) -> csr_array:
        """How much everybody opened of everybody's, of late: (sharers, openers)."""
        return self.between(HALF_LIFE)

    def between(self, half_life: float) -> csr_array:
        """The same with another half-life, in days."""
        acts, people = self.history.base, len(self.history.state)
        opened = acts.product != NONE
        weight = np.exp2(-(self.before - acts.at[opened]) / DAY / half_life)
        pair = acts.source[opened], acts.target[opened]
        return csr_array(coo_array((weight, pair), shape=(people, people)))


def by_model(held: Held, model: Model, *, block: int = BLOCK) -> Rows:
    """The first five of each question by our model, (q, 5), −1 where there are no more people."""
    begins, further = lively(held.history, held.product, held.before)

    def scored(asked: Longs) -> Scored:
        starts, ends = begins[asked], begins[asked + 1]
        rows = np.concatenate([further[a:b] for a, b in zip(starts, ends, strict=True)])
        also = np.append(0, np.cumsum(ends - starts)), rows
        before = np.full(len(asked), held.before, np.int64)
        found = pairs(held.history, held.sharer[asked], held.product[asked], before, also=also)
        return found.indptr, found.people, log_intensity(model.terms(found.counts))

    return _firsts(held, held.sharer, scored, block)


def by_counting(held: Held, recipe: tuple[float, float], *, block: int = BLOCK) -> Mapping[str, Rows]:
    """The same by each baseline. recipe: how much the reverse and the paths count in it."""
    counts = held.between(np.inf)
    scores = {
        "popularity": csr_array(counts.shape),
        "past-recipients": counts,
        "decayed": held.decayed,
        "with-reverse": csr_array(counts + 0.5 * counts.T),
    }
    found = {name: _by_sharer(held, score.__getitem__, block) for name, score in scores.items()}
    return {**found, "recipe": by_recipe(held, *recipe, block=block)}


def by_recipe(held: Held, back: float, paths: float, *, block: int = BLOCK) -> Rows:
    """The same by decayed counts, their reverse, and paths over one person between."""
    forth = held.decayed
    reverse = csr_array(forth.T)
    either = csr_array(forth + reverse)

    def rows(people: Rows) -> csr_array:
        direct = csr_array(forth[people] + back * reverse[people])
        return csr_array(direct + paths * (csr_array(either[people]) @ either))

    return _by_sharer(held, rows, block)


def _by_sharer(held: Held, rows: Callable[[Rows], csr_array], block: int) -> Rows:
    """The first five by scores that do not depend on the product: each sharer is ranked once. rows: the
    scores of some people's shares, (k, people).
    """
    sharers, question = held.sharers

    def scored(asked: Longs) -> Scored:
        found = csr_array(rows(np.maximum(sharers[asked], 0)))
        stranger = np.repeat(sharers[asked] == NONE, np.diff(found.indptr))
        return found.indptr.astype(np.int64), found.indices, np.where(stranger, 0.0, found.data)

    return _firsts(held, sharers, scored, block)[question]


def _firsts(held: Held, sharer: Rows, scored: Scoring, block: int) -> Rows:
    """The first five of each question, filled up by popularity, (q, 5). sharer: (q,)."""
    first = np.full((len(sharer), FIRST), NONE, np.int32)
    for start in range(0, len(sharer), block):
        asked = np.arange(start, min(start + block, len(sharer)))
        first[asked] = _ranked(held, sharer[asked], *scored(asked))
    popular = np.argsort(held.order)
    popular = popular[held.known[popular]][: 2 * FIRST + 1]
    for short in np.flatnonzero((first == NONE).any(axis=1)).tolist():
        own = first[short][first[short] != NONE].tolist()
        rest = [one for one in popular.tolist() if one not in own and one != sharer[short]]
        filled = [*own, *rest][:FIRST]
        first[short, : len(filled)] = filled
    return first


def _ranked(held: Held, sharer: Rows, indptr: Longs, people: Rows, score: Floats) -> Rows:
    """The five candidates of the largest scores of each question, −1 where there are fewer."""
    question = np.repeat(np.arange(len(sharer)), np.diff(indptr))
    may = held.known[people] & (people != sharer[question])
    question, people, score = question[may], people[may], score[may]
    ranked = np.lexsort((held.order[people], -score, question))
    question, people = question[ranked], people[ranked]
    place = np.arange(len(question)) - np.searchsorted(question, question)
    first = np.full((len(sharer), FIRST), NONE, np.int32)
    listed = place < FIRST
    first[question[listed], place[listed]] = people[listed]
    return first
