"""What goes with what, solved for all products at once: EASE with ties in the same matrix.

Neighbours (graph.suggest.neighbours) look at two products at a time, and what is popular is near everything.
EASE finds the weights B with which what people chose is best told from all else that they chose (Steck 2019,
graph.taste.ease): of two things that go with p for the same reason only one counts. With a column for each of
those whom many listen to, it also says what their listeners choose (social EASE). A score is Σ_i taste(i) ·
B(i, p) over products i of one's own and Σ_f heard(f) · B(f, p) over friends f, so it splits over both.

It costs the cube of its columns, so those are bounded: the products that most people took to and the people
to whom most listen. The rest of a large shop is left to neighbours; `left_out` says how many products. Of
each column the largest weights above 0 are kept.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, hstack

from graph.kernels.groups import gathered
from graph.suggest.engagements import Engagements
from graph.suggest.neighbours import RECENT, Neighbours
from graph.taste.ease import by_item
from graph.taste.joint import Joint, balanced, in_rows
from graph.taste.model import Sparse, facts
from graph.ties import Ties
from graph.timeline import Rows

PRODUCTS, PEOPLE = 1_500, 500
"""Columns at most: a second or two of one core, 50 MB."""

LISTED = 50
"""Weights kept of a column, largest first."""

PENALTY, TIED = 100.0, 5.0
"""λ, and what a tie weighs beside a choice; as social EASE stands among the baselines
(graph.taste.roster).
"""

AT_LEAST = 2
"""Takers of a product, and listeners of a person who took to a product, below which nothing is said."""


@dataclass(frozen=True, slots=True, eq=False)
class Solved:
    """with_product: what goes with each product, CSR over products. with_person: what those choose who listen
    to each person, CSR over people. heard: (people,), the sum of the strengths of the ties that count out of
    each person; 1 without any. left_out: products that some took to and that have no column.
    """

    with_product: Neighbours
    with_person: Neighbours
    heard: NDArray[np.float64]
    left_out: int

    def with_more(self, people: int, products: int) -> "Solved":
        """The same where people and products came since, of which it knows nothing."""
        return replace(
            self,
            with_product=self.with_product.with_more(products),
            with_person=self.with_person.with_more(people),
            heard=np.pad(self.heard, (0, people - len(self.heard)), constant_values=1.0),
        )


def solved(engaged: Engagements, ties: Ties, products: int, silent: NDArray[np.bool_]) -> Solved:
    """Of all pairs that carry taste; everybody counts with their newest.

    silent: (people,), those who allow no use of what they did: they listen to nobody, and nobody to them.
    """
    people = len(engaged.indptr) - 1
    choices = chosen(engaged, products)
    takers = np.bincount(choices.indices, minlength=products)
    column = _most(takers, PRODUCTS, AT_LEAST)
    counts = ~(silent[ties.source] | silent[ties.target])
    source, target, strength = ties.source[counts], ties.target[counts], ties.strength[counts]
    listens: Sparse = csr_array((strength.astype(np.float32), (target, source)), shape=(people, people))
    out = np.bincount(source, strength, people)
    speaker = _most(np.bincount(source, minlength=people), PEOPLE, AT_LEAST)
    left_out = int(np.count_nonzero(takers)) - len(column)
    heard = np.where(out > 0, out, 1.0)
    if not len(column):
        return Solved(_nothing(products), _nothing(people), heard, left_out)
    taken = in_rows(choices[:, column])
    voices = in_rows(balanced(listens)[:, speaker]) * np.float32(TIED)
    both = in_rows(hstack([taken, voices]))
    B = by_item(Joint(both, people, len(column)), PENALTY).B
    told = (in_rows((voices > 0).T) @ taken).toarray() >= AT_LEAST
    return Solved(
        _listed(B[: len(column)], column, column, products),
        _listed(np.where(told, B[len(column) :], 0.0), speaker, column, people),
        heard,
        left_out,
    )


def chosen(engaged: Engagements, products: int) -> Sparse:
    """(people, products), 1 for everybody's newest."""
    lengths = np.diff(engaged.indptr)
    person = np.repeat(np.arange(len(lengths)), lengths)
    place = np.arange(len(engaged)) - np.repeat(engaged.indptr[:-1], lengths)
    kept = (place < RECENT) & (engaged.taste > 0)
    return facts(person[kept], engaged.product[kept].astype(np.intp), (len(lengths), products))


def _most(counts: NDArray[np.integer], most: int, least: int) -> Rows:
    """At most so many rows with the largest counts, none below the least; ties to the smaller row; rising."""
    best = np.lexsort((np.arange(len(counts)), -counts))[:most]
    return np.sort(best[counts[best] >= least]).astype(np.int32)


def _listed(B: NDArray[np.floating], row: Rows, column: Rows, rows: int) -> Neighbours:
    """The largest weights above 0 of each row of B, largest first, as lists by `row` of `rows`."""
    order = np.argsort(-B, axis=1, kind="stable")[:, :LISTED]
    weight = np.take_along_axis(B, order, axis=1)
    kept = weight > 0
    owner = np.repeat(row, kept.sum(axis=1))
    starts, _ = gathered(owner, rows)
    return Neighbours(starts, column[order[kept]], weight[kept].astype(np.float32))


def _nothing(rows: int) -> Neighbours:
    return Neighbours(np.zeros(rows + 1, np.int64), np.empty(0, np.int32), np.empty(0, np.float32))
