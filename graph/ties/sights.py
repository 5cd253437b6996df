"""Who could have opened which share: what counts as a trial along a tie, and what as a miss.

Three things say that v could open a share of u's: the log names v as its `recipient`, or tells an EXPOSURE of
it to v (the share is *told*: nobody else saw it), or it says nothing (the share is *untold*: it was an
intention, and which of u's listeners saw it is latent, see `graph.ties.pooled`). An untold share is not shown
to the person it was passed on from. A trial that was not opened weighs by the chance that it would have been
by the end of the log: the share of openings that come within that time of their share.

Trials of a pair are either all of the log's, or those since the two *met*: the first share told to v, the
first follow, or the moment after the first open. The latter are chosen by nothing that came of them. The
former need a correction where the two are only known to be tied because something was opened (`chosen`).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph.events import Kind
from graph.kernels.jit import njit
from graph.log import NONE
from graph.openings import openings
from graph.snapshot import Snapshot
from graph.ties.commons import Acquaintance, distinct
from graph.ties.taste import Liking, appeal
from graph.timeline import Rows

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]
Flags = NDArray[np.bool_]

CHANNELS = 8
"""So many channels, the most used ones, have a chance of being seen of their own; the others share one."""


@dataclass(frozen=True, slots=True, eq=False)
class Sights:
    """What a log tells, before a time, of who saw and who opened which share.

    told: (shares,), whether the log says whom a share reached. channel: (shares,), 0 … CHANNELS − 1. weight:
    (shares,), what an unopened trial counts, the right-censoring by `ripe`. hits, misses: (share, person)
    that were opened, each once, and those that are told and were not. met: pairs u · n + v of sharer and
    listener, rising, every pair with an open, a told trial or a follow; met_at: µs since when; followed:
    whether a told trial or a follow says so whatever came of it. acquaintance: the same as neighbours.
    by_sharer, begins: shares before the time in order of (sharer, time), and where each sharer's begin.
    """

    people: int
    until: int
    told: Flags
    channel: Rows
    weight: Floats
    hits: tuple[Rows, Rows]
    misses: tuple[Rows, Rows]
    met: Longs
    met_at: Longs
    followed: Flags
    acquaintance: Acquaintance
    by_sharer: Rows
    begins: Longs

    @classmethod
    def of(cls, snapshot: Snapshot, until: int | None = None) -> "Sights":
        """What is known before `until` (µs), by default all."""
        until = snapshot.as_of + 1 if until is None else until
        n, shares = len(snapshot.people), snapshot.shares
        opened = openings(snapshot)
        first = opened.first & (opened.at < until)
        hit, hit_at = opened.share[first].astype(np.int64) * n + opened.person[first], opened.at[first]
        tried = reached(snapshot, until)
        told = np.zeros(len(shares), np.bool_)
        told[tried // n] = True
        missed = np.setdiff1d(tried, hit, assume_unique=True)
        met, met_at, followed = _met(snapshot, until, hit, hit_at, tried)
        order = np.lexsort((shares.at, shares.person))
        by_sharer: Rows = order[shares.at[order] < until].astype(np.int32)
        return cls(
            people=n,
            until=until,
            told=told,
            channel=_channels(shares.channel),
            weight=ripe(hit_at - shares.at[hit // n], until - shares.at),
            hits=((hit // n).astype(np.int32), (hit % n).astype(np.int32)),
            misses=((missed // n).astype(np.int32), (missed % n).astype(np.int32)),
            met=met,
            met_at=met_at,
            followed=followed,
            acquaintance=Acquaintance.of(met, n),
            by_sharer=by_sharer,
            begins=np.searchsorted(shares.person[by_sharer], np.arange(n + 1)).astype(np.int64),
        )

    @property
    def tell(self) -> bool:
        """Whether any share of the log says whom it reached: only then can seeing be told from opening."""
        return bool(self.told.any())


def ripe(delays: Longs, ages: Longs) -> Floats:
    """The chance that what will be opened at all has been opened at each of these ages, (k,) µs.

    delays: (d,), µs from share to first opening; half an opening more than all come later than any seen. 1
    where nothing was ever opened: then nothing tells how long one waits.

    >>> ripe(np.array([10, 20, 30]), np.array([5, 20, 99])).round(2).tolist()
    [0.14, 0.71, 1.0]
    """
    if not len(delays):
        return np.ones(len(ages))
    came = np.searchsorted(np.sort(delays), ages, side="right")
    return np.asarray(np.minimum((came + 0.5) / (len(delays) + 0.5), 1.0))


def reached(snapshot: Snapshot, until: int) -> Longs:
    """Share · n + person of every told trial before a time, rising, each once."""
    events, n = snapshot.events, len(snapshot.people)
    sharer = snapshot.shares.person
    named = events.rows(Kind.SHARE)
    named = named[events.recipient[named] != NONE]
    shown = events.rows(Kind.EXPOSURE)
    shown = shown[(events.share[shown] != NONE) & (events.person[shown] != NONE)]
    rows, person = (
        np.concatenate([named, shown]),
        np.concatenate([events.recipient[named], events.person[shown]]),
    )
    share = events.share[rows].astype(np.int64)
    fair = (events.at[rows] < until) & (person != sharer[share])
    return distinct(share[fair] * n + person[fair])


def _met(
    snapshot: Snapshot, until: int, hit: Longs, hit_at: Longs, tried: Longs
) -> tuple[Longs, Longs, Flags]:
    """Every pair that has met, since when, and whether something else than an open says so."""
    n, shares = len(snapshot.people), snapshot.shares
    events, sharer = snapshot.events, shares.person.astype(np.int64)
    ties = events.rows(Kind.TIE)
    ties = ties[(events.at[ties] < until) & (events.other[ties] != NONE) & (events.person[ties] != NONE)]
    ties = ties[events.other[ties] != events.person[ties]]
    pairs = np.concatenate(
        [
            sharer[hit // n] * n + hit % n,
            sharer[tried // n] * n + tried % n,
            events.other[ties].astype(np.int64) * n + events.person[ties],
        ]
    )
    since = np.concatenate([hit_at + 1, shares.at[tried // n], events.at[ties]])
    met, place = np.unique(pairs, return_inverse=True)
    met_at = np.full(len(met), np.iinfo(np.int64).max)
    np.minimum.at(met_at, place, since)
    followed = np.zeros(len(met), np.bool_)
    followed[place[len(hit) :]] = True
    return met, met_at, followed


def _channels(channel: Rows) -> Rows:
    """Channels numbered by use, those beyond the first as the last."""
    words, place, count = np.unique(channel, return_inverse=True, return_counts=True)
    rank = np.empty(len(words), np.int32)
    rank[np.argsort(-count, kind="stable")] = np.arange(len(words), dtype=np.int32)
    return np.minimum(rank, CHANNELS - 1)[place].astype(np.int32)


@njit
def untold_misses(
    source: Rows,
    row: Rows,
    since: Longs,
    shares: tuple[Rows, Longs, Longs],
    said: tuple[Rows, Rows, Floats, Flags],
    liking: Liking,
) -> NDArray[np.float32]:
    """What everybody's untold shares since a time would weigh if each pair had opened none; (pairs,
    CHANNELS).

    source, row, since: (pairs,), the sharer, the listener's row in `liking`, µs. shares: by_sharer, begins,
    and the time of each share. said: of each share its channel, its category, what it weighs, whether it is
    told.
    """
    by_sharer, begins, at = shares
    channel, category, weight, told = said
    found = np.zeros((len(source), CHANNELS), np.float32)
    for pair in range(len(source)):
        for i in range(begins[source[pair] + 1] - 1, begins[source[pair]] - 1, -1):
            share = by_sharer[i]
            if at[share] < since[pair]:
                break
            if not told[share]:
                found[pair, channel[share]] += weight[share] * appeal(liking, row[pair], category[share])
    return found
