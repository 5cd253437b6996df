"""Whether what is said to be opened with chance p is opened p of the time.

The log is cut in time; everything, the blend and the chances included, is learned from what came before. Then
come showings after the cut (graph.suggest.learning.showings), each with the chance that it would have been
told at its moment: one showing, one trial, trials of one person together. Chances that hold for all may be
too high for newcomers and too low for old hands, so they are counted by activity level too.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph.analysis import Analysis
from graph.errors import InvalidInput
from graph.estimate import Estimate
from graph.evaluate.calibration import Calibration, calibration, equal_count_bins
from graph.log import Log
from graph.snapshot import Snapshot
from graph.suggest.chances import Chances
from graph.suggest.learning.moments import Moments
from graph.suggest.learning.past import afterwards, before
from graph.suggest.learning.showings import Showings
from graph.suggest.weights import spans
from graph.ties import strengths


@dataclass(frozen=True, slots=True)
class AtLevel:
    """Showings to people of one activity level, or of all. said: the mean of what they were told, with its
    interval. happened: the share that was opened, with an interval that is wider where people differ
    (`Estimate.of_counts`): who opens much opens much of it. opened: how many.
    """

    said: Estimate
    happened: Estimate
    opened: int
    showings: int


@dataclass(frozen=True, slots=True)
class Evaluation:
    """ours: the chances told with suggestions. said: for each bin of their curve the mean of what was told,
    with its interval. levels: what was told and what came, by how many products of their own people had
    (graph.suggest.weights). every: the same of all. same: one chance for all, the share that was opened
    before, by the same rule. people: who were shown something. exposed: the first part tells what was shown,
    and what the rest tells is asked about; else see graph.suggest.learning.showings.
    """

    ours: Calibration
    said: tuple[Estimate, ...]
    levels: Mapping[str, AtLevel]
    every: AtLevel
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
    ours = _told(learned, shown)
    rate = np.full(len(ours), learned.common)
    return Evaluation(
        ours=calibration(ours[:, 0], shown.opened, groups=shown.person, seed=seed),
        said=_means(ours, equal_count_bins(ours[:, 0])),
        levels=_by_level(ours, shown),
        every=_held(ours, shown, np.full(len(ours), True)),
        same=calibration(rate, shown.opened, groups=shown.person, seed=seed),
        people=len(np.unique(shown.person)),
        exposed=shown.exposed,
    )


def _told(learned: Chances, shown: Showings) -> NDArray[np.float64]:
    """Value, low and high of the chance of each showing beside the others of its sitting, (n, 3)."""
    found: list[Estimate] = []
    for rows in np.split(np.arange(len(shown.score)), np.flatnonzero(np.diff(shown.sitting)) + 1):
        score, level = shown.score[rows], int(shown.level[rows[0]]) if len(rows) else 0
        beside = learned.together(score, level)
        found += [learned.of(one, level, beside) for one in score.tolist()]
    return np.array([(chance.value, chance.low, chance.high) for chance in found]).reshape(-1, 3)


def _by_level(told: NDArray[np.float64], shown: Showings) -> dict[str, AtLevel]:
    """Of each level at which something was shown."""
    return {
        spans()[level]: _held(told, shown, shown.level == level) for level in np.unique(shown.level).tolist()
    }


def _held(told: NDArray[np.float64], shown: Showings, which: NDArray[np.bool_]) -> AtLevel:
    """What some showings were told against what came of them."""
    person, showings = np.unique(shown.person[which], return_inverse=True)[1], int(which.sum())
    opened = np.bincount(person, shown.opened[which]).astype(np.int64)
    each = Estimate.of_counts(len(opened), int(opened.sum()), int((opened**2).sum()))
    share = len(opened) / showings
    happened = Estimate(each.value * share, each.low * share, each.high * share)
    (said,) = _means(told[which], np.zeros(showings, np.intp))
    return AtLevel(said, happened, int(opened.sum()), showings)


def _means(told: NDArray[np.float64], bin_of: NDArray[np.integer]) -> tuple[Estimate, ...]:
    """Of each bin; told: (n, 3), value, low and high of each chance."""
    sums = (np.bincount(bin_of, column) for column in told.T)
    return tuple(
        Estimate(*mean) for mean in (np.stack([*sums], axis=1) / np.bincount(bin_of)[:, None]).tolist()
    )
