"""The chance that what is shown is opened, by its score: isotonic, with what is not known of it.

Showings of the past, sorted by the score that they would have had at that moment
(graph.suggest.learning.showings) and cut into bins of at least `AT_LEAST`, each with `PRIOR` showings more of
which as large a share was opened as of all, are pooled until that share falls nowhere (pool adjacent
violators; Zadrozny & Elkan 2002). Each pool is a Beta posterior. Which of many lists a showing was in, its
place there, and who saw it are not told apart.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import isotonic_regression

from graph.estimate import Estimate

Floats = NDArray[np.float64]

AT_LEAST, BINS = 100, 50
"""Showings in a bin, and the most bins there are."""

PRIOR = 2.0


@dataclass(frozen=True, slots=True, eq=False)
class Chances:
    """begins: (k,), the lowest score of each step, rising. steps: its chance, rising with the score. common:
    the share of all that was opened.
    """

    begins: Floats
    steps: tuple[Estimate, ...]
    common: float

    def of(self, score: float) -> Estimate:
        """Of a score; one below all has the chance of the lowest."""
        return self.steps[max(int(np.searchsorted(self.begins, score, side="right")) - 1, 0)]


def chances(score: Floats, opened: NDArray[np.bool_]) -> Chances | None:
    """Learned from showings: what each scored, and whether it was opened; both (n,). None for fewer than
    `AT_LEAST`, or where nothing was opened.

    >>> found = chances(np.repeat([1.0, 2.0], 200), np.arange(400) % 20 < np.repeat([1, 4], 200))
    >>> [round(found.of(score).value, 3) for score in (0.5, 1.5, 2.5)]
    [0.051, 0.051, 0.199]
    """
    if len(score) < AT_LEAST or not opened.any():
        return None
    common = float((opened.sum() + 0.5) / (len(opened) + 1))
    begins, bin_of = _bins(score)
    shown = np.bincount(bin_of) + PRIOR
    hits = np.bincount(bin_of, opened) + PRIOR * common
    pools = isotonic_regression(hits / shown, weights=shown).blocks
    tried, came = (np.add.reduceat(counts, pools[:-1]).tolist() for counts in (shown, hits))
    steps = (Estimate.of_beta(hit, count - hit) for hit, count in zip(came, tried, strict=True))
    return Chances(begins[pools[:-1]], tuple(steps), common)


def _bins(score: Floats) -> tuple[Floats, NDArray[np.intp]]:
    """The lowest score of each bin, and the bin of each showing; equal scores share one."""
    rising = np.sort(score)
    size = max(AT_LEAST, -(-len(score) // BINS))
    begins = np.unique(rising[: len(score) - size + 1 : size])
    return begins, np.searchsorted(begins, score, side="right") - 1
