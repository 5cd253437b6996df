"""Whether what is said to be opened with chance p is opened p of the time.

The log is cut in time; everything, the blend and the chances included, is learned from what came before. Then
come showings after the cut (graph.suggest.learning.showings), each with the chance that it would have been
told: one showing, one trial, trials of one person together.
"""

from dataclasses import dataclass

import numpy as np

from graph.analysis import Analysis
from graph.errors import InvalidInput
from graph.evaluate.calibration import Calibration, calibration
from graph.log import Log
from graph.snapshot import Snapshot
from graph.suggest.learning.past import afterwards, before
from graph.suggest.learning.showings import Showings


@dataclass(frozen=True, slots=True)
class Evaluation:
    """ours: the chances told with suggestions. same: one chance for all, the share that was opened before, by
    the same rule. people: who were shown something. exposed: the log tells what was shown; else see
    graph.suggest.learning.showings.
    """

    ours: Calibration
    same: Calibration
    people: int
    exposed: bool


def evaluate(log: Log, *, train_share: float = 0.8, most: int = 5_000, seed: int = 0) -> Evaluation:
    """Chances learned from the first part of what was chosen, held against the rest. most: people shown.

    InvalidInput where the first part is too small to tell chances, or nothing was shown after it.
    """
    whole = Snapshot.of(log)
    after = afterwards(whole, 1 - train_share)
    shelf = Analysis.of(before(whole, after.cut), seed=seed).shelf
    if shelf.chances is None:
        raise InvalidInput("the log is too small to tell chances; hold back less, or load more")
    shown = Showings.of(whole, shelf, after, most)
    told = [shelf.chances.of(score) for score in shown.score.tolist()]
    ours = np.array([chance.value for chance in told], np.float64)
    rate = np.full(len(told), shelf.chances.common)
    return Evaluation(
        ours=calibration(ours, shown.opened, groups=shown.person, seed=seed),
        same=calibration(rate, shown.opened, groups=shown.person, seed=seed),
        people=len(np.unique(shown.person)),
        exposed=shown.exposed,
    )
