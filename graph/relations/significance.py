"""How surprising it is that two things are seen together, and how many such surprises to believe."""

import numpy as np
from numpy.typing import NDArray
from scipy.stats import hypergeom

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]

FALSE_DISCOVERIES = 0.05


def by_chance(together: Longs, first: Longs, second: Longs, total: int) -> Floats:
    """The chance that so many of `total` people or more do both, `first` of whom do the one and `second` the
    other, were these nothing to each other (Fisher's exact test, one-sided).

    >>> by_chance(np.array([3]), np.array([3]), np.array([3]), 6)
    array([0.05])
    """
    return np.asarray(hypergeom.sf(together - 1, total, first, second), np.float64)


def discoveries(chance: Floats, tests: int) -> NDArray[np.bool_]:
    """Which of the smallest chances to believe so that among those believed at most 5 % are expected to be
    false (Benjamini & Hochberg 1995). tests: how many pairs there were to be surprised by, those never seen
    included.

    >>> discoveries(np.array([0.001, 0.03, 0.04, 0.5]), 4)
    array([ True, False, False, False])
    """
    order = np.argsort(chance, kind="stable")
    level = FALSE_DISCOVERIES * np.arange(1, len(chance) + 1) / max(tests, 1)
    last = int(np.flatnonzero(chance[order] <= level).max(initial=-1))
    believed = np.zeros(len(chance), np.bool_)
    believed[order[: last + 1]] = True
    return believed
