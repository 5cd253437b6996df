"""Whether what is said to be opened with chance p is opened p of the time.

The log is cut in time; everything, the blend and the chances included, is learned from what came before. Then
come showings after the cut (graph.suggest.learning.showings), each with the chance that it would have been
told at its moment: one showing, one trial, trials of one person together.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph.analysis import Analysis
from graph.errors import InvalidInput
from graph.estimate import Estimate
from graph.evaluate.calibration import Calibration, calibration, equal_count_bins
from graph.log import Log
from graph.snapshot import Snapshot
from graph.suggest.learning.moments import Moments
from graph.suggest.learning.past import afterwards, before
from graph.suggest.learning.showings import Showings
from graph.ties import strengths


@dataclass(frozen=True, slots=True)
class Evaluation:
    """ours: the chances told with suggestions. said: for each bin of their curve the mean of what was told,
    with its interval. same: one chance for all, the share that was opened before, by the same rule. people:
    who were shown something. exposed: the first part tells what was shown, and what the rest tells is asked
    about; else see graph.suggest.learning.showings.
    """

    ours: Calibration
    said: tuple[Estimate, ...]
    same: Calibration
    people: int
    exposed: bool


def evaluate(log: Log, *, train_share: float = 0.8, most: int = 5_000, seed: int = 0) -> Evaluation:
    """Chances learned from the first part of what was chosen, held against the rest. most: sittings asked
    about.

    InvalidInput where the first part is too small to tell chances, or nothing was shown after it.
    """
    whole = Snapshot.of(log)
    after = afterwards(whole, 1 - train_share)
    past = before(whole, after.cut)
    shelf = Analysis.of(past, seed=seed).shelf
    if shelf.chances is None:
        raise InvalidInput("the log is too small to tell chances; hold back less, or load more")
    learned, later = shelf.chances, Moments.after(shelf, past, after.cut, whole, strengths(whole))
    # What is shown is opened more often than what people turn to by themselves: each is held against its own.
    shown = Showings.of(later, most, exposed=learned.exposed)
    told = [learned.of(score) for score in shown.score.tolist()]
    ours = np.array([(chance.value, chance.low, chance.high) for chance in told]).reshape(-1, 3)
    rate = np.full(len(told), learned.common)
    return Evaluation(
        ours=calibration(ours[:, 0], shown.opened, groups=shown.person, seed=seed),
        said=_means(ours),
        same=calibration(rate, shown.opened, groups=shown.person, seed=seed),
        people=len(np.unique(shown.person)),
        exposed=shown.exposed,
    )


def _means(told: NDArray[np.float64]) -> tuple[Estimate, ...]:
    """Of each bin; told: (n, 3), value, low and high of each chance."""
    bin_of = equal_count_bins(told[:, 0])
    sums = (np.bincount(bin_of, column) for column in told.T)
    return tuple(
        Estimate(*mean) for mean in (np.stack([*sums], axis=1) / np.bincount(bin_of)[:, None]).tolist()
    )
