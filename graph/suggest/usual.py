"""How often what is shown is opened now, beside how often it was while chances were learned.

Chances are learned from showings that no fit knows of yet, some weeks of them; a shop has shown things for
longer. Whether these weeks were like others the whole of it tells, without a score of anything. It is cut in
time into `BLOCKS`; each half-life foretells every block by those before it, and says of the next what it is
worth by how likely it made those that came (prequential; Dawid 1984). A rate that holds is learned from all
there is, one that falls from what was last seen.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax, xlogy

Floats = NDArray[np.float64]

BLOCKS = 20
HALF_LIVES = np.array([2.0, 4.0, 8.0, 16.0, np.inf])
"""In blocks."""

BEFORE = np.array([0.125, 0.125, 0.125, 0.125, 0.5])
"""What each half-life is worth before anything is seen: that a rate holds, as much as that it does not."""

EVERY = range(1, BLOCKS + 1)
"""How many blocks came before the one that is foretold; the last is yet to come."""


class Usual(NamedTuple):
    """times: how many times as often as then it is opened now. worth: how many openings say so."""

    times: float
    worth: float


USUAL = Usual(1.0, np.inf)
"""Where chances were learned from all there is."""


def usual(opened: NDArray[np.bool_], taught: NDArray[np.bool_]) -> Usual:
    """Of all that was ever shown, (n,) in order of time: whether it was opened, and whether it is of the time
    that taught the chances.

    >>> ever = np.arange(20_000)
    >>> steady = usual(ever % 10 == 0, ever >= 17_000)
    >>> round(steady.times, 2), steady.worth > 1_000
    (1.0, True)
    >>> fallen = usual((ever % 10 == 0) & ((ever < 8_000) | (ever % 20 == 0)), ever >= 4_000)
    >>> round(fallen.times, 1)
    0.8
    """
    if len(opened) < BLOCKS or not opened[taught].any():
        return USUAL
    block = np.arange(len(opened)) * BLOCKS // len(opened)
    shown, hits = (np.bincount(block, weight).astype(np.float64) for weight in (None, opened))
    said = np.array([[_rate(shown[:at], hits[:at], life) for at in EVERY] for life in HALF_LIVES])
    before, (now, worth) = said[:, :-1, 0], said[:, -1].T
    likely = softmax(np.log(BEFORE) + (xlogy(hits[1:], before) - before * shown[1:]).sum(axis=1))
    rate = likely @ now
    unsure = likely @ (now**2 / worth + (now - rate) ** 2)
    return Usual(float(rate / opened[taught].mean()), float(rate**2 / unsure))


def _rate(shown: Floats, opened: Floats, half_life: float) -> tuple[float, float]:
    """What the next block is told by those before it, and how many openings say so; half an opening more, so
    that no rate is 0.
    """
    weight = 0.5 ** (np.arange(len(shown))[::-1] / half_life)
    worth = ((weight @ opened) + 0.5) ** 2 / (weight**2 @ opened + 0.5)
    return float((weight @ opened + 0.5) / (weight @ shown)), float(worth)
