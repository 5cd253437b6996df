"""How likely a share passes along a tie: trials, successes, and what is believed before them."""

import numpy as np
from numpy.typing import NDArray

from graph.events import Kind
from graph.kernels.jit import njit
from graph.pooling import beta_prior
from graph.snapshot import Snapshot
from graph.timeline import Rows

Proof = NDArray[np.bool_]


def trials_and_successes(
    snapshot: Snapshot, source: Rows, target: Rows
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For each tie the source's shares after the target's first open of one (all of them where there was
    none), and how many of those shares the target opened.
    """
    events, shares = snapshot.events, snapshot.shares
    n = len(snapshot.people)
    sharer, shared_at = shares.person, shares.at
    by_sharer = np.lexsort((shared_at, sharer))
    indptr = np.searchsorted(sharer[by_sharer], np.arange(n + 1))
    opens = events.rows(Kind.OPEN)
    opens = opens[~events.own[opens]]
    pair = sharer[events.share[opens]].astype(np.int64) * n + events.person[opens]
    order = np.lexsort((events.at[opens], events.share[opens], pair))
    tie = np.searchsorted(source.astype(np.int64) * n + target, pair[order])
    return _count_trials(
        source,
        tie,
        events.share[opens][order],
        events.at[opens][order],
        shared_at,
        indptr,
        shared_at[by_sharer],
    )


@njit
def _count_trials(
    source: Rows,
    tie: NDArray[np.int64],
    share: Rows,
    at: NDArray[np.int64],
    shared_at: NDArray[np.int64],
    indptr: NDArray[np.int64],
    times: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    first = np.full(len(source), np.iinfo(np.int64).max, np.int64)
    for i in range(len(tie)):
        first[tie[i]] = min(first[tie[i]], at[i])
    trials = np.zeros(len(source), np.int64)
    successes = np.zeros(len(source), np.int64)
    for t in range(len(source)):
        low, high = indptr[source[t]], indptr[source[t] + 1]
        if first[t] == np.iinfo(np.int64).max:
            trials[t] = high - low
        else:
            trials[t] = high - low - np.searchsorted(times[low:high], first[t], side="right")
    for i in range(len(tie)):
        again = i > 0 and tie[i] == tie[i - 1] and share[i] == share[i - 1]
        if not again and shared_at[share[i]] > first[tie[i]]:
            successes[tie[i]] += 1
    return trials, successes


def priors(
    trials: NDArray[np.int64], successes: NDArray[np.int64], own: Proof, reverse: Proof
) -> NDArray[np.float64]:
    """What posteriors begin with, (alpha, beta) for a tie with evidence of its own and for one that only
    answers another; shape (2, 2).

    The first is fitted by moments to the ties with evidence of their own (graph.pooling); without any trial
    it is Beta(0.1, 1.9). The second has the same weight and a mean smaller by how many of these are answered.
    own, reverse: shape (m,), whether a tie and its reverse have evidence of their own.
    """
    alpha, beta = beta_prior(successes[own], trials[own]) if trials[own].any() else (0.1, 1.9)
    # One more answered and one more not: none seen is no proof that nobody ever answers.
    answered = (np.count_nonzero(reverse[own]) + 1) / (np.count_nonzero(own) + 2)
    return np.array([[alpha, beta], [alpha * answered, beta + alpha * (1 - answered)]])
