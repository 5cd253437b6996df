"""Transmission on real logs, held out in time: whether its chances are calibrated, and how much they know.

Learned from what lies before a cut, asked of the trials after it: a share by u after the cut, and each v who
had opened an earlier share of u's before it; it happened if v opened the share by the log's end. Whoever
never met u before is not asked about. Ours is the estimator that the part before the cut prefers, on an inner
cut of its own. Beside it stand

- `constant`: the share of such trials that happened, before the cut.
- `in-degree`: 1 / (how many people v has opened something of).
- `counting`: v's opens of u's shares over u's shares since the first of them.
- the estimators of the literature (graph.ties.credit), fitted to all before the cut.

Trials of one share come together; intervals are drawn by shares.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from graph.analysis import circles
from graph.errors import InvalidInput
from graph.evaluate.calibration import Calibration, calibration
from graph.log import Log
from graph.snapshot import Snapshot
from graph.ties.estimators import COUNTED, Choice, Question
from graph.ties.heldout import HeldOut, familiar, held_out
from graph.ties.sights import Floats, Sights
from graph.ties.taste import Taste
from graph.ties.transmission import transmission
from graph.ties.trials import Reading, located, trials

OURS = "ours"


@dataclass(frozen=True, slots=True)
class Reality:
    """What became of chances foretold. models: by name. choice: which estimator ours was, and the scores it
    was chosen by. trials, happened: after the cut (µs).
    """

    models: Mapping[str, Calibration]
    choice: Choice
    trials: int
    happened: int
    cut: int


def reality(log: Log, *, train_share: float = 0.8, seed: int = 0) -> Reality:
    """Everybody's calibration on the trials after a cut. train_share: of the shares in order of time, what
    lies before it. InvalidInput where nothing happened after the cut.
    """
    snapshot = Snapshot.of(log)
    times = np.sort(snapshot.shares.at)
    if not len(times):
        raise InvalidInput("a log without shares has no transmission")
    cut = int(times[min(int(train_share * len(times)), len(times) - 1)])
    known = familiar(snapshot, cut)
    n = len(snapshot.people)
    source, target = (known // n).astype(np.int32), (known % n).astype(np.int32)
    learned = transmission(snapshot, source, target, circles(snapshot, seed), until=cut)
    later = held_out(snapshot, Sights.of(snapshot), cut, learned.pairs)
    if not later.happened.any():
        raise InvalidInput("nothing was opened after the cut by whom one could expect; cut earlier")
    asked = learned.belief.question
    chances = {OURS: learned.belief.chances(later), **_plain(asked, later)}
    for name, believe in COUNTED.items():
        chances[name] = believe(asked).chances(later)
    return Reality(
        models={
            name: calibration(chance, later.happened, groups=later.share, seed=seed)
            for name, chance in chances.items()
        },
        choice=learned.choice,
        trials=len(later),
        happened=int(later.happened.sum()),
        cut=cut,
    )


def _plain(asked: Question, later: HeldOut) -> dict[str, Floats]:
    """The baselines that need no estimator."""
    n = asked.sights.people
    opened = familiar(asked.snapshot, asked.sights.until)
    listens = np.bincount(opened % n, minlength=n)
    plainly = Taste.none(asked.snapshot), Reading(since_met=True)
    tried = trials(asked.snapshot, asked.sights, asked.pairs, *plainly)
    latent = tried.latent.sum(axis=1, dtype=np.float64)
    tries = tried.hits + tried.missed + latent
    _, among = located(opened, asked.pairs)
    total = max(float(tries[among].sum()), 1.0)
    constant = np.full(len(later), float(tried.hits[among].sum()) / total)
    rate = np.divide(tried.hits, tries, out=np.zeros(len(tries)), where=tries > 0)
    return {
        "constant": constant,
        "in-degree": 1 / np.maximum(listens[asked.pairs[later.pair] % n], 1),
        "counting": rate[later.pair],
    }
