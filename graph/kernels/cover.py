"""Choosing people who meet most of some reverse-reachable sets, and how much nobody could do better.

What people S are worth on s sets is f(S) = Σ alone over S + each · (sets that S meets), with each = weight /
s (graph.kernels.rr_sets). f is monotone and submodular: what somebody adds only falls as others come before.
Therefore

- taking the one who adds most comes within 1 − 1/e of the best (Nemhauser, Wolsey & Fisher 1978), and whoever
  comes out on top of a heap as they went in is that one (Minoux 1978);
- for whatever people T, no k people are worth more than f(T) plus the k largest additions to T (the trace
  bound of Tang, Tang, Xiao & Yuan 2018). It is taken at many T along the way, for all k at once, and the
  least counts.

Where `alone` of somebody is below 0, f may fall as they come. Taking the one who adds most then promises
nothing beforehand, and bounds are larger by what T may have taken away, Σ over T of max(−alone, 0): the best
O is worth no more than that beyond O ∪ T.

Only people near the top are ever chosen. So the candidates with the largest additions stand in a front, and
only the front's sets are looked up; `floor` is the most that anybody behind it adds. Where the front's best
falls below the floor, a new front is drawn up.
"""

from heapq import heapify, heappop, heappush
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from graph.kernels.csr import Floats, Ints, Longs
from graph.kernels.jit import njit
from graph.kernels.rr_sets import Sets

NOBODY = -1


class Cover(NamedTuple):
    """Who was chosen, in order. bounds: (most + 1,), what any 0, 1, … candidates are worth at most on these
    sets, together with those kept.
    """

    people: Ints
    bounds: Floats


class Front(NamedTuple):
    """The f candidates who add most. sets: those that person `people[i]` meets are
    sets[starts[i]:starts[i + 1]]. floor: the most that any other candidate adds, −∞ where there is none.
    """

    people: Ints
    starts: Longs
    sets: Ints
    floor: float


@njit
def count_members(sets: Sets, meets: Longs) -> None:
    """Add to meets, (n,), how many of the sets each person is in."""
    for member in sets.members:
        meets[member] += 1


@njit
def counted_as_root(sets: Sets, people: int) -> Longs:
    """How many sets each person is the root of, shape (n,)."""
    count = np.zeros(people, np.int64)
    for root in sets.members[sets.starts[:-1]]:
        count[root] += 1
    return count


@njit
def met_by_ranks(sets: Sets, rank: Ints, ranks: int) -> tuple[Longs, Longs, Longs]:
    """Of the sets whose roots are not among those up to a rank, how many these meet: won and lost by rank;
    and of how many sets each rank is the root.

    rank: (n,), each person's in [0, ranks), or `ranks` for those not asked about. All results have shape
    (ranks,): a rank wins the sets that it meets first, unless it is the root, and loses those of earlier
    ranks whose root it is. Won − lost + rooted, summed up to a rank, counts the sets that those up to it
    meet.
    """
    won, lost, rooted = np.zeros((3, ranks + 1), np.int64)
    for held in range(len(sets.starts) - 1):
        root = first = rank[sets.members[sets.starts[held]]]
        for member in sets.members[sets.starts[held] : sets.starts[held + 1]]:
            first = min(first, rank[member])
        rooted[root] += 1
        if first < root:
            won[first] += 1
            lost[root] += 1
    return won[:ranks], lost[:ranks], rooted[:ranks]


@njit
def greedy_cover(
    sets: Sets, alone: Floats, each: float, kept: Ints, candidates: Ints, most: int, width: int, beyond: float
) -> Cover:
    """Up to `most` candidates, each the one who adds most to those before and `kept`.

    candidates: rising rows, none of them kept. width: how many stand in a front, ≥ most. beyond: only who
    adds more than this is taken; −1 for everybody.
    """
    gains, left = np.zeros(len(alone), np.int64), np.zeros(len(alone), np.bool_)
    count_members(sets, gains)
    left[candidates] = True
    covered = np.zeros(len(sets.starts) - 1, np.bool_)
    worth = _cover_kept(sets, kept, alone, each, covered, gains)
    front = _front(sets, alone, each, covered, gains, candidates, width)
    heap = _heap(front, alone, each, gains)
    chosen, bounds = np.empty(most, np.int32), np.full(most + 1, np.inf)
    count, next_bound = 0, 0
    while count < most and len(heap) > 0:
        if count == next_bound:
            _lower(bounds, worth, front, alone, each, gains, left)
            next_bound += 1 + count // 4
        believed, place = heappop(heap)
        person = front.people[place]
        adds = alone[person] + each * gains[person]
        if -believed > adds:
            heappush(heap, (-adds, place))
        elif adds < front.floor:
            front = _front(sets, alone, each, covered, gains, candidates[left[candidates]], width)
            heap = _heap(front, alone, each, gains)
            next_bound = count
        elif adds > beyond:
            chosen[count] = person
            count += 1
            left[person] = False
            worth += adds + max(-alone[person], 0.0)
            for held in front.sets[front.starts[place] : front.starts[place + 1]]:
                _take_away(held, sets, covered, gains)
    _lower(bounds, worth, front, alone, each, gains, left)
    return Cover(chosen[:count].copy(), bounds)


@njit
def _cover_kept(
    sets: Sets, kept: Ints, alone: Floats, each: float, covered: NDArray[np.bool_], gains: Longs
) -> float:
    """Take away what those who are kept meet; what they are worth together."""
    is_kept = np.zeros(len(gains), np.bool_)
    is_kept[kept] = True
    met = 0
    for held in range(len(covered) if len(kept) > 0 else 0):
        for member in sets.members[sets.starts[held] : sets.starts[held + 1]]:
            if is_kept[member] and not covered[held]:
                _take_away(held, sets, covered, gains)
                met += 1
    return float(alone[kept].sum()) + each * met


@njit
def _take_away(held: int, sets: Sets, covered: NDArray[np.bool_], gains: Longs) -> None:
    """One set that is met adds to nobody else any more."""
    if not covered[held]:
        covered[held] = True
        for member in sets.members[sets.starts[held] : sets.starts[held + 1]]:
            gains[member] -= 1


@njit
def _lower(
    bounds: Floats, worth: float, front: Front, alone: Floats, each: float, gains: Longs,
    left: NDArray[np.bool_],
) -> None:  # fmt: skip
    """Bring the bounds down to what the trace bound says of those chosen so far."""
    adds = np.full(len(front.people) + len(bounds), front.floor)
    for place in range(len(front.people)):
        person = front.people[place]
        if left[person]:
            adds[place] = max(alone[person] + each * gains[person], front.floor)
    adds = np.maximum(adds, 0.0)
    adds.sort()
    for size in range(len(bounds)):
        bounds[size] = min(bounds[size], worth)
        worth += adds[len(adds) - 1 - size]


@njit
def _front(
    sets: Sets, alone: Floats, each: float, covered: NDArray[np.bool_], gains: Longs, candidates: Ints,
    width: int,
) -> Front:  # fmt: skip
    """Of candidates, rising rows, the `width` who add most; of equals the first."""
    adds, floor = alone[candidates] + each * gains[candidates], -np.inf
    if len(adds) > width:
        cut = len(adds) - width - 1
        floor = np.partition(adds, cut)[cut]
        stands = adds > floor
        stands[np.flatnonzero(adds == floor)[: width - np.count_nonzero(stands)]] = True
        candidates = candidates[stands]
    place = np.full(len(gains), NOBODY, np.int32)
    starts = np.zeros(len(candidates) + 1, np.int64)
    for at in range(len(candidates)):
        place[candidates[at]] = at
        starts[at + 1] = starts[at] + gains[candidates[at]]
    cursor, rows = starts[:-1].copy(), np.empty(starts[-1], np.int32)
    for held in range(len(covered)):
        if not covered[held]:
            for member in sets.members[sets.starts[held] : sets.starts[held + 1]]:
                at = place[member]
                if at != NOBODY:
                    rows[cursor[at]] = held
                    cursor[at] += 1
    return Front(candidates, starts, rows, floor)


@njit
def _heap(front: Front, alone: Floats, each: float, gains: Longs) -> list[tuple[float, int]]:
    """The places of a front, those who add most on top, of equals the first."""
    heap = [
        (-(alone[front.people[at]] + each * gains[front.people[at]]), at) for at in range(len(front.people))
    ]
    heapify(heap)
    return heap
