"""All ties of a snapshot."""

from dataclasses import replace
from datetime import timedelta

import numpy as np

from graph.snapshot import Snapshot
from graph.ties.estimators import Circles, alike
from graph.ties.evidence import ANSWERED, HALF_LIFE, Acts, evidence
from graph.ties.table import Ties, strength
from graph.ties.transmission import transmission
from graph.timeline import Rows


def ties(snapshot: Snapshot, *, half_life: timedelta = HALF_LIFE, labels: Rows | None = None) -> Ties:
    """Every tie that a snapshot gives evidence of, as of its newest event.

    labels: (people,), the communities that transmission is pooled over; one for all where not given. Noise,
    opens of one's own shares and people tied to themselves give no evidence. Forgotten people keep theirs: a
    blank has no name, but the cascades that ran through it did.
    """
    found = strengths(snapshot, half_life=half_life)
    return with_transmission(found, snapshot, alike(snapshot) if labels is None else lambda _: labels)


def strengths(snapshot: Snapshot, *, half_life: timedelta = HALF_LIFE, until: int | None = None) -> Ties:
    """The ties of a snapshot, nothing learned of their transmission yet: it is equally likely in [0, 1].

    until: what comes at or after this time (µs) is not known; ages are counted from then.
    """
    if until is not None:
        snapshot = replace(snapshot, events=snapshot.events.before(until), as_of=until - 1)
    n = len(snapshot.people)
    own = evidence(Acts.of(snapshot, half_life), n)
    both = np.union1d(own.pair, own.pair % n * n + own.pair // n) if n else own.pair
    reverse = both % n * n + both // n if n else both
    standing, fading = own.of(both) + ANSWERED * own.of(reverse)
    source, target = (both // n).astype(np.int32), (both % n).astype(np.int32)
    weaker = -strength(standing + fading)
    in_ties, out_ties = np.lexsort((source, weaker, target)), np.lexsort((target, weaker, source))
    return Ties(
        indptr=np.searchsorted(source, np.arange(n + 1)).astype(np.int64),
        source=source,
        target=target,
        standing=standing,
        fading=fading,
        alpha=np.ones(len(both)),
        beta=np.ones(len(both)),
        seen=np.ones(len(both)),
        last_at=own.last_of(both),
        in_indptr=np.searchsorted(target[in_ties], np.arange(n + 1)).astype(np.int64),
        in_ties=in_ties,
        out_ties=out_ties,
        prior=np.ones((2, 2)),
    )


def with_transmission(found: Ties, snapshot: Snapshot, circles: Circles) -> Ties:
    """Ties with the transmission that the snapshot teaches. circles: the communities as of a time."""
    return transmission(snapshot, found.source, found.target, circles).of(found)
