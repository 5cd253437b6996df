"""Who opens much, and who opens much of a kind: people worth asking about though no tie leads to them."""

import numpy as np
from numpy.typing import NDArray

from graph.kernels.circles import DAY, LATE, SOON
from graph.kernels.groups import gathered
from graph.log import NONE
from graph.recipients.acts import History
from graph.timeline import Rows

Further = tuple[NDArray[np.int64], Rows]
"""Further candidates by question: (indptr, people)."""

MANY = 15
"""So many by each measure: openings lately, of late, ever, and of the product's category."""


NEWEST = 1_000_000


def lively(history: History, product: Rows, before: int) -> Further:
    """The liveliest openers before a time (µs), of everything and of each product's category.

    product: (q,). Ties go to the earlier row. Of the acts before, the `NEWEST` are looked at; those newer
    than the fit are not.
    """
    acts = history.base
    end = int(np.searchsorted(acts.at, before))
    start = max(0, end - NEWEST)
    rows = np.flatnonzero(acts.product[start:end] != NONE) + start
    people = len(acts.forth[0]) - 1
    age = (before - acts.at[rows]) / DAY
    measures = (np.bincount(acts.target[rows], np.exp2(-age / life), people) for life in (SOON, LATE, np.inf))
    overall = np.unique(np.concatenate([_highest(measure.astype(np.float64)) for measure in measures]))
    starts, of_kind = _by_category(history, acts.target[rows], acts.product[rows])
    kind = history.category[product]
    own = [of_kind[starts[one] : starts[one + 1]] if one != NONE else of_kind[:0] for one in kind.tolist()]
    listed = [np.union1d(overall, people_of_kind) for people_of_kind in own]
    ends = np.cumsum([0, *map(len, listed)])
    return ends.astype(np.int64), np.concatenate([*listed, overall[:0]]).astype(np.int32)


def _highest(measure: NDArray[np.float64]) -> NDArray[np.intp]:
    top = np.argsort(-measure, kind="stable")[:MANY]
    return top[measure[top] > 0]


def _by_category(history: History, person: Rows, product: Rows) -> tuple[NDArray[np.int64], Rows]:
    """The people with the most openings of each category: (starts by category, people)."""
    kind = history.category[product]
    known = kind != NONE
    many = int(person.max(initial=0)) + 1
    pair, count = np.unique(kind[known].astype(np.int64) * many + person[known], return_counts=True)
    order = np.lexsort((pair, -count, pair // many))
    kind, who = (pair[order] // many).astype(np.int32), (pair[order] % many).astype(np.int32)
    kinds = int(history.category.max(initial=NONE)) + 1
    starts, _ = gathered(kind, kinds)
    first = np.arange(len(kind)) - starts[kind] < MANY
    starts, rows = gathered(np.where(first, kind, NONE).astype(np.int32), kinds)
    return starts, who[rows]
