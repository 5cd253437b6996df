"""How the suggestions that were given out did: opened and bought per showing, by where, in which place, in
which arm of an experiment and for what reason.

A person is shown many products, and one who opens everything is not a hundred people who do: intervals are
Clopper–Pearson's for as many independent showings as the dependent ones are worth (Korn & Graubard 1998), the
design effect taken over people (Kish 1965).

Where places were left to chance, what an answer without exploration would have earned is told off-policy
(graph.evaluate.suggestions.offpolicy). At each place it would have shown what does stand there as long as no
place up to it fell to chance; behind one that did, everything stands a place later than it would, which says
nothing of the place. With what chance it stands there each showing says (graph.suggest.exploring.Odds).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv

from graph.estimate import CONFIDENCE, Estimate
from graph.evaluate.showings import Showings
from graph.evaluate.suggestions.offpolicy import OffPolicy, off_policy
from graph.log import NONE
from graph.suggest.exploring import FIRST

Floats = NDArray[np.float64]

SINGLY = 10
"""Ranks that are told one by one; the rest are told together."""

UNSAID = "(not said)"

LEAST = 0.1
"""Of answers, the share that has what it would without chance at a place that tells of it: one such showing
stands for ten at the most."""


@dataclass(frozen=True, slots=True)
class Rates:
    """What came of some showings. by, of: which these are. people: different ones. opened, bought: of the
    showings, which part; None where there are none.
    """

    by: str
    of: str
    showings: int
    people: int
    opened: Estimate | None
    bought: Estimate | None


def rates(shown: Showings) -> list[Rates]:
    """Of all, then by surface, rank, variant and source; the largest first, ranks in their order.

    What no showing says anything of (no experiment, no surface) is not told by it.
    """
    return [
        _rates(shown, "all", "", np.ones(len(shown), np.bool_)),
        *_by_word(shown, "surface", shown.surface),
        *_by_rank(shown),
        *_by_word(shown, "variant", shown.variant),
        *_by_word(shown, "source", shown.source),
    ]


def unexplored(shown: Showings, seed: int = 0) -> OffPolicy | None:
    """Opens a showing, had nothing been left to chance; None where nothing was.

    Told of showings whose answer is kept up to their place, and of places near enough to the top that at
    least the share `LEAST` of answers has there what it would without chance: further down little tells.
    """
    told = np.flatnonzero((shown.explored != NONE) & (shown.rank <= _last_told(shown)))
    if not (shown.propensity[told] < 1).any():
        return None
    first = (shown.explored[told] == 0).astype(np.float64)
    return off_policy(shown.opened[told], shown.propensity[told], first, groups=shown.person[told], seed=seed)


def _last_told(shown: Showings) -> float:
    """The last place that at least the share `LEAST` of answers has as it would be without chance, if all
    places are given to chance as often as those shown were.
    """
    known = shown.explored != NONE
    coins = np.maximum(shown.rank[known] - FIRST + 1, 0)
    share = shown.explored[known].sum() / max(int(coins.sum()), 1)
    return FIRST - 1 + float(np.log(LEAST) / np.log1p(-share)) if 0 < share < 1 else np.inf


def part_of(yes: NDArray[np.bool_], group: NDArray[np.integer]) -> Estimate | None:
    """Which part of some trials succeeded, trials of one group being alike; None without any.

    yes, group: shape (n,). Where groups do not differ more than by chance, the interval is that of n
    independent trials; where each is of one mind, that of fewer trials than there are groups.

    >>> part_of(np.array([1, 0, 0, 0], bool), np.arange(4))
    Estimate(value=0.25, low=0.006..., high=0.805..., confidence=0.95)
    >>> part_of(np.repeat([True, False], 50), np.repeat([0, 1], 50))
    Estimate(value=0.5, low=0.012..., high=0.987..., confidence=0.95)
    """
    if not len(yes):
        return None
    _, code = np.unique(group, return_inverse=True)
    trials, successes = (np.bincount(code, weight).astype(np.float64) for weight in (None, yes))
    share = float(successes.sum() / trials.sum())
    alone = _independent(successes, trials, share)
    tail, positive = (1 - CONFIDENCE) / 2, share * alone
    low = float(betaincinv(positive, alone - positive + 1, tail)) if share > 0 else 0.0
    high = float(betaincinv(positive + 1, alone - positive, 1 - tail)) if share < 1 else 1.0
    return Estimate(share, low, high)


def _independent(successes: Floats, trials: Floats, share: float) -> float:
    """How many independent trials these groups are worth, from one to their number; where all came out alike,
    and nothing tells how groups differ, as if each were of one mind.
    """
    groups, total = len(trials), float(trials.sum())
    if groups == 1 or share in (0.0, 1.0):
        return total**2 / float((trials**2).sum())
    variance = groups / (groups - 1) * float(((successes - share * trials) ** 2).sum()) / total**2
    return min(1 + share * (1 - share) / max(variance, 1e-300), total)


def _rates(shown: Showings, by: str, of: str, rows: NDArray[np.bool_]) -> Rates:
    person = shown.person[rows]
    opened, bought = part_of(shown.opened[rows], person), part_of(shown.bought[rows], person)
    return Rates(by, of, int(rows.sum()), len(np.unique(person)), opened, bought)


def _by_word(shown: Showings, by: str, word: NDArray[np.int32]) -> Iterator[Rates]:
    found, count = np.unique(word, return_counts=True)
    if found.tolist() in ([], [NONE]):
        return
    for code in found[np.lexsort((found, -count))].tolist():
        yield _rates(shown, by, UNSAID if code == NONE else shown.words[code], word == code)


def _by_rank(shown: Showings) -> Iterator[Rates]:
    for rank in np.unique(shown.rank[shown.rank <= SINGLY]).tolist():
        yield _rates(shown, "rank", str(rank), shown.rank == rank)
    if (beyond := shown.rank > SINGLY).any():
        yield _rates(shown, "rank", f"{SINGLY + 1}…", beyond)
