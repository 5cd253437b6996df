"""How good lists are for those who read them, and how broad they are as a whole.

For each user, gain being 1 where an item was held out and 0 elsewhere, n of them held out:

    precision@k = hits in k / k             recall@k = hits in k / n
    ndcg@k = Σ gain_i / log2(i + 1) over the same sum of min(k, n) hits (Järvelin & Kekäläinen 2002)
    mrr = 1 / place of the first hit among fifty, else 0

Of all lists together, at ten:

    coverage    the share of items in at least one list; coverage3 in at least three, which chance alone
                does not bring about
    popularity  how many users chose a shown item before, on average
    gini        of how often items are shown, over all items: 0 alike, 1 one item only
    novelty     −log2 of the share of users who chose a shown item, on average (Zhou et al. 2010), in bits
    diversity   1 − cosine of two items of one list by who chose them, on average (Ziegler et al. 2005)
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from graph.evaluate.suggestions.lists import LONGEST, Lists, shown
from graph.kernels.top import NOBODY
from graph.taste.model import Sparse

Floats = NDArray[np.float64]

AT = 5, 10, 20, 50
BREADTH = 10
SEVERAL = 3
CHUNK = 512
"""Lists whose readers are compared at a time."""

DISCOUNT = 1 / np.log2(np.arange(2, LONGEST + 2))


def hits(found: Lists, asked: Sparse) -> NDArray[np.bool_]:
    """Whether each listed item was held out for that user, (q, k)."""
    items = int(asked.shape[1])
    owner = np.repeat(np.arange(asked.shape[0], dtype=np.int64), np.diff(asked.indptr))
    wanted = np.sort(owner * items + asked.indices)
    cells = found.users[:, None].astype(np.int64) * items + found.items
    place = np.minimum(np.searchsorted(wanted, cells), len(wanted) - 1)
    return np.asarray((wanted[place] == cells) & (found.items != NOBODY))


def gains(found: Lists, asked: Sparse) -> Mapping[str, Floats]:
    """Each measure of each user, by name, (q,) each. Every user has to have something held out.

    >>> asked = csr_array(np.array([[1, 0, 1, 0]], np.float32))
    >>> said = gains(Lists(np.array([0]), np.array([[1, 2, 3, -1]], np.int32)), asked)
    >>> [round(float(said[name][0]), 4) for name in ("precision@5", "recall@5", "ndcg@5", "mrr")]
    [0.2, 0.5, 0.3869, 0.5]
    """
    hit = hits(found, asked)
    held = np.diff(asked.indptr)[found.users]
    ideal = np.concatenate([[0.0], np.cumsum(DISCOUNT)])
    measures: dict[str, Floats] = {}
    for k in AT:
        within = hit[:, :k]
        count = within.sum(axis=1)
        measures[f"precision@{k}"] = count / k
        measures[f"recall@{k}"] = count / held
        gained = within @ DISCOUNT[: within.shape[1]]
        measures[f"ndcg@{k}"] = gained / ideal[np.minimum(held, k)]
    first = np.where(hit.any(axis=1), hit.argmax(axis=1), -1)
    measures["mrr"] = np.where(first < 0, 0.0, 1 / (first + 1 + (first < 0)))
    return measures


def breadth(found: Lists, chosen: Sparse, *, k: int = BREADTH) -> Mapping[str, float]:
    """The measures of all lists together, by name. chosen: (n, m), what was known when they were made."""
    items = found.first(k)
    users, among = int(chosen.shape[0]), int(chosen.shape[1])
    times = shown(items, among)
    chosen_by = np.bincount(chosen.indices, minlength=among)
    total = max(int(times.sum()), 1)
    surprise = np.log2(users / np.maximum(chosen_by, 1))
    return {
        f"coverage@{k}": float(np.mean(times > 0)),
        f"coverage{SEVERAL}@{k}": float(np.mean(times >= SEVERAL)),
        f"popularity@{k}": float(times @ chosen_by / total),
        f"gini@{k}": gini(times),
        f"novelty@{k}": float(times @ surprise / total),
        f"diversity@{k}": _diversity(items, chosen),
    }


def gini(times: NDArray[np.int64]) -> float:
    """How unequally things are shown, in [0, 1); 0 where nothing is.

    >>> gini(np.array([2, 2, 2])), gini(np.array([0, 0, 0, 8]))
    (0.0, 0.75)
    """
    ascending = np.sort(times).astype(np.float64)
    n, total = len(times), float(ascending.sum())
    rank = np.arange(1, n + 1)
    return float((2 * rank - n - 1) @ ascending / (n * total)) if total else 0.0


def _diversity(items: NDArray[np.int32], chosen: Sparse) -> float:
    """Mean over lists of 1 − the mean cosine of their pairs.

    Of unit vectors, the sum over ordered pairs is |Σ v|² less the number of vectors; an item that nobody
    chose is like none.
    """
    by_item = csr_array(chosen.T)
    readers = np.diff(by_item.indptr)
    lengths = np.sqrt(readers)
    unit = 1 / np.repeat(lengths, readers)
    by_item = csr_array((unit, by_item.indices, by_item.indptr), shape=by_item.shape)
    apart = []
    for begin in range(0, len(items), CHUNK):
        part = items[begin : begin + CHUNK]
        there = part != NOBODY
        rows, count = np.nonzero(there)[0], there.sum(axis=1)
        picks = csr_array((np.ones(len(rows)), (rows, part[there])), shape=(len(part), by_item.shape[0]))
        summed = csr_array(picks @ by_item)
        squared = np.asarray(summed.multiply(summed).sum(axis=1)).ravel()
        alone = np.asarray(picks @ (lengths > 0).astype(np.float64))
        pairs = np.maximum(count * (count - 1), 1)
        apart.append(1 - np.maximum(squared - alone, 0.0) / pairs)
    return float(np.concatenate(apart).mean()) if apart else 0.0
