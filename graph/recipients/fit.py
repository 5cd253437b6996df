"""Learning whom shares reach, from shares after a cut and the past before it.

The log is cut at several times; what was shared in the quarter of the log after each is asked from the
history before it, frozen, as everything later will be. Weights maximise the conditional likelihood of who
opened among all candidates (McFadden 1974), with Gaussian priors: on the logarithms of the sources' weights
around what is believed without any log, on exponents scaled to their columns. A sharer counts once in each
window however much they share, so that a club in which everybody opens everything does not speak for all.
Who opens what somebody opened is what ranks; how often it is opened at all is learned from every share made
after the same cuts, see graph.recipients.curve.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from graph.log import NONE
from graph.recipients.acts import History
from graph.recipients.curve import calibrated
from graph.recipients.lively import lively
from graph.recipients.model import (
    FACTORS,
    SOURCES,
    Counts,
    Floats,
    Model,
    Openers,
    pairs,
)
from graph.recipients.shared import Shared, Trials, trials
from graph.timeline import Rows

CUTS, HORIZON = 16, 4
"""The log is cut at each sixteenth part from the second to the last but two; a quarter is asked after it."""

QUESTIONS, CANDIDATES = 2_000, 100
"""At most so many questions a window, evenly spaced in time, and candidates for each: what bounds the work of
a fit, however large the log.
"""

TRIED = 1_000
"""At most so many shares a window, evenly spaced in time."""

LOOSE, STIFF = 0.1, 5.0
"""Precisions of the priors, of sources' logarithms and of standardised exponents."""

ROUNDS = 150


@dataclass(frozen=True, slots=True, eq=False)
class Window:
    """Questions after a cut. sharer, product, at the time of the cut: (q,). openers: their candidates. came:
    (k,), how often each opened what was asked about.
    """

    sharer: Rows
    openers: Openers
    came: NDArray[np.int64]


def fitted(history: History, shared: Shared, *, with_interest: bool = True) -> Model:
    """The model of a history, of what has been sorted into it before anything newer, and of its shares.

    with_interest: without it all that is known of products is left out. What is believed without a log where
    it is too small to be cut.
    """
    spans = _windows(len(history.base))
    found = [window(history, start, end) for start, end in spans]
    asked = [one for one in found if one.came.any()]
    weights, exponents = _intensity(asked, with_interest=with_interest)
    return calibrated(weights, exponents, [_tried(history, shared, *span) for span in spans])


def _tried(history: History, shared: Shared, start: int, end: int) -> Trials:
    """What came of the shares made between two acts, as asked at the time of the first."""
    at = history.base.at
    cut = int(at[start])
    rows = shared.between(cut, int(at[end]) if end < len(at) else None)
    return trials(history, shared, rows[:: max(1, -(-len(rows) // TRIED))], cut)


def window(history: History, start: int, end: int) -> Window:
    """The distinct (sharer, product) of the acts from `start` up to `end`, as asked at the time of the first
    of them.
    """
    acts = history.base
    rows = np.flatnonzero(acts.product[start:end] != NONE) + start
    key = acts.source[rows].astype(np.int64) * len(history.category) + acts.product[rows]
    _, first, asked = np.unique(key, return_index=True, return_inverse=True)
    in_time = np.sort(first)
    taken = in_time[:: max(1, -(-len(in_time) // QUESTIONS))]
    question = np.full(len(first), NONE, np.int64)
    question[asked[taken]] = np.arange(len(taken))
    sharer, product = acts.source[rows[taken]], acts.product[rows[taken]]
    cut = int(acts.at[start])
    before = np.full(len(taken), cut, np.int64)
    openers = pairs(history, sharer, product, before, also=lively(history, product, cut), most=CANDIDATES)
    mine = question[asked]
    return Window(sharer, openers, _came(openers, mine[mine != NONE], acts.target[rows[mine != NONE]]))


def _came(openers: Openers, question: NDArray[np.int64], opener: Rows) -> NDArray[np.int64]:
    """How often each candidate is among the openers of their question."""
    many = int(max(openers.people.max(initial=0), opener.max(initial=0))) + 1
    listed = openers.question * many + openers.people
    opened, times = np.unique(question * many + opener, return_counts=True)
    if not len(opened):
        return np.zeros(len(listed), np.int64)
    place = np.minimum(np.searchsorted(opened, listed), len(opened) - 1)
    return np.where(opened[place] == listed, times[place], 0)


def _windows(acts: int) -> list[tuple[int, int]]:
    cuts = range(2, CUTS - 2)
    return [(acts * cut // CUTS, min(acts, acts * (cut + HORIZON) // CUTS)) for cut in cuts if acts >= CUTS]


@dataclass(frozen=True, slots=True, eq=False)
class _Choices:
    """Candidates of all questions in which somebody opened: columns, question by question. begins: (q,)."""

    sources: Floats
    factors: Floats
    question: NDArray[np.int64]
    begins: NDArray[np.int64]
    weight: Floats
    came: Floats

    @classmethod
    def of(cls, asked: list[Window], with_interest: bool) -> "_Choices":  # noqa: FBT001
        counts, came, weight, lengths = (list[NDArray[np.generic]]() for _ in range(4))
        for one in asked:
            question = one.openers.question
            opened = np.bincount(question, one.came, len(one.sharer)) > 0
            _, sharer, times = np.unique(one.sharer, return_inverse=True, return_counts=True)
            kept = opened[question]
            counts.append(one.openers.counts[kept])
            came.append(one.came[kept])
            weight.append((1.0 / times[sharer])[question[kept]])
            lengths.append(np.diff(one.openers.indptr)[opened])
        length = np.concatenate(lengths)
        stacked = np.concatenate(counts)
        shown = _columns(stacked, with_interest)
        return cls(
            *shown,
            question=np.repeat(np.arange(len(length)), length),
            begins=np.cumsum(length) - length,
            weight=np.concatenate(weight),
            came=np.concatenate(came).astype(np.float64),
        )


def _columns(counts: Counts, with_interest: bool) -> tuple[Floats, Floats]:  # noqa: FBT001
    """The columns of SOURCES and FACTORS; those of interest are empty without it."""
    parts = []
    for table in (SOURCES, FACTORS):
        columns = [
            column(counts) if with_interest or term != "interest" else np.zeros(len(counts))
            for term, column, _ in table.values()
        ]
        parts.append(np.stack(columns, axis=1).astype(np.float64))
    return parts[0], parts[1]


def _intensity(asked: list[Window], *, with_interest: bool) -> tuple[Floats, Floats]:
    """Weights of SOURCES and exponents of FACTORS."""
    sources, factors = (np.array([prior for _, _, prior in t.values()]) for t in (SOURCES, FACTORS))
    if not with_interest:
        factors = np.where([term == "interest" for term, _, _ in FACTORS.values()], 0.0, factors)
    if not asked:
        return sources, factors
    seen = _Choices.of(asked, with_interest)
    scale = seen.factors.std(axis=0) + 1e-9
    known = scale > 1e-6
    start = np.append(np.log(sources), factors)
    split = len(sources)

    def loss(guess: Floats) -> tuple[float, Floats]:
        amounts = np.exp(guess[:split])
        # Columns so few are no work for a matrix library's threads, which wait for each other.
        together = np.einsum("ij,j->i", seen.sources, amounts)
        score = np.log(together) + np.einsum("ij,j->i", seen.factors, guess[split:])
        top = np.maximum.reduceat(score, seen.begins)
        relative = np.exp(score - top[seen.question])
        total = np.add.reduceat(relative, seen.begins)
        came = np.add.reduceat(seen.came, seen.begins)
        each = seen.weight[seen.begins]
        said = float((seen.weight * seen.came * score).sum() - (each * came * (top + np.log(total))).sum())
        wrong = seen.weight * (seen.came - relative / total[seen.question] * came[seen.question])
        off = guess - start
        firm = np.append(np.full(split, LOOSE), STIFF * np.where(known, scale, 1.0) ** 2)
        voices = np.einsum("ij,i->j", seen.sources, wrong / together) * amounts
        slope = np.append(voices, np.einsum("ij,i->j", seen.factors, wrong))
        return float(firm @ off**2) / 2 - said, firm * off - slope

    best = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": ROUNDS}).x
    return np.exp(best[:split]), best[split:]
