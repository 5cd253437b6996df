"""All ties of a snapshot."""

from datetime import timedelta

import numpy as np

from graph.snapshot import Snapshot
from graph.ties.evidence import ANSWERED, HALF_LIFE, Acts, evidence
from graph.ties.table import Ties, strength
from graph.ties.transmission import priors, trials_and_successes


def ties(snapshot: Snapshot, *, half_life: timedelta = HALF_LIFE) -> Ties:
    """Every tie that a snapshot gives evidence of, as of its newest event.

    Noise, opens of one's own shares and people tied to themselves give none. Forgotten people keep theirs: a
    blank has no name, but the cascades that ran through it did.
    """
    n = len(snapshot.people)
    own = evidence(Acts.of(snapshot, half_life), n)
    both = np.union1d(own.pair, own.pair % n * n + own.pair // n) if n else own.pair
    reverse = both % n * n + both // n if n else both
    standing, fading = own.of(both) + ANSWERED * own.of(reverse)
    last = own.last_of(both)
    source, target = (both // n).astype(np.int32), (both % n).astype(np.int32)
    trials, successes = trials_and_successes(snapshot, source, target)
    proven, answered = (np.asarray(own.of(pairs).any(axis=0)) for pairs in (both, reverse))
    prior = priors(trials, successes, proven, answered)
    alpha, beta = prior[np.where(proven, 0, 1)].T
    alpha, beta = alpha + successes, beta + (trials - successes)
    indptr = np.searchsorted(source, np.arange(n + 1)).astype(np.int64)
    weaker = -strength(standing + fading)
    in_ties, out_ties = np.lexsort((source, weaker, target)), np.lexsort((target, weaker, source))
    in_indptr = np.searchsorted(target[in_ties], np.arange(n + 1)).astype(np.int64)
    return Ties(
        indptr, source, target, standing, fading, alpha, beta, last, in_indptr, in_ties, out_ties, prior
    )
