"""Leiden communities: dense groups that are never held together by somebody who left.

Each level moves users between communities until no single move raises modularity, splits every community into
parts that are well connected inside it, and makes these parts the users of the next, smaller graph, which
starts from the communities they came from. So a community that has lost its bridge falls apart again, which
Louvain cannot do (Traag, Waltman & van Eck 2019). Once every part is a community the pass is over; further
passes start from the partition found, as long as they improve it.

A graph here is a symmetric matrix: every tie at both its ends, loops at twice their weight, so that a row's
sum is a user's strength and their total is twice the tie weight.
"""

from collections.abc import Iterator

import numpy as np

from graph.kernels.csr import Csr, Floats, Ints, Longs, frozen, loops_twice
from graph.kernels.jit import njit
from graph.kernels.labels import renumbered
from graph.kernels.modularity import modularity_of

RANDOMNESS = 0.01
"""θ of the paper, in units of the mean weight of a tie: at 0 a user joins the part with the largest gain."""


def leiden(
    out: Csr, *, seed: int, resolution: float = 1.0, threshold: float = 1e-3, passes: int = 10
) -> Iterator[Ints]:
    """The partition after each level that changed it: labels 0..k−1, shape (n,), in the order of first users.

    out: the rows of an undirected graph, every tie at both ends, no weight negative. There is at least one
    partition, and modularity rises from one to the next. A pass that gains no more than `threshold` is the
    last. Equal arguments give equal partitions, on any machine.
    """
    matrix = loops_twice(out)
    membership = np.arange(out.users, dtype=np.int32)
    total = float(matrix.strengths().sum())
    if total == 0:
        yield membership
        return
    rng = np.random.default_rng(seed)
    quality = modularity_of(matrix, membership, out.users, resolution)
    alone = membership
    for _ in range(passes):
        for found in _descent(matrix, membership, resolution / total, total / len(matrix.indices), rng):
            if membership is alone or not np.array_equal(found, membership):
                yield found
            membership = found
        before, quality = quality, modularity_of(matrix, membership, out.users, resolution)
        if quality - before <= threshold:
            return


def _descent(
    matrix: Csr, membership: Ints, scale: float, mean_weight: float, rng: np.random.Generator
) -> Iterator[Ints]:
    """One pass through the levels; each partition is at least as good as the one before."""
    labels = membership
    unit = np.arange(matrix.users, dtype=np.int32)  # each user's number in this level's graph
    while True:
        strengths = matrix.strengths()
        labels = renumbered(_moved(*matrix, strengths, labels, rng.permutation(matrix.users), scale))
        yield renumbered(labels[unit])
        order, draws = rng.permutation(matrix.users), rng.random(matrix.users)
        parts = renumbered(
            _refined(*matrix, strengths, labels, order, draws, scale, RANDOMNESS * mean_weight)
        )
        count = int(parts.max()) + 1
        if count == matrix.users:
            return
        next_labels = np.empty(count, np.int32)
        next_labels[parts] = labels
        matrix, labels, unit = frozen(*_collapsed(*matrix, parts, count)), next_labels, parts[unit]


@njit
def _moved(
    indptr: Longs,
    indices: Ints,
    weights: Floats | None,
    strengths: Floats,
    start: Ints,
    order: Longs,
    scale: float,
) -> Ints:
    """Moves users one by one to where they gain most; whoever's surroundings changed is asked again."""
    users = len(strengths)
    labels = start.copy()
    held = np.zeros(users)
    members = np.zeros(users, np.int64)
    for user in range(users):
        held[labels[user]] += strengths[user]
        members[labels[user]] += 1
    vacant = [label for label in range(users) if members[label] == 0]
    vacant.append(-1)
    queue = order.copy()
    queued = np.ones(users, np.bool_)
    head, waiting = 0, users
    tied = np.zeros(users)  # weight between the user in hand and each community of `near`
    near = np.empty(users, np.int32)
    is_near = np.zeros(users, np.bool_)
    least = 1e-12 * strengths.sum()  # below this a gain is rounding, and could go round in circles
    while waiting > 0:
        user = queue[head]
        head = (head + 1) % users
        waiting -= 1
        queued[user] = False
        count = 0
        for tie in range(indptr[user], indptr[user + 1]):
            other = indices[tie]
            if other != user:
                label = labels[other]
                if not is_near[label]:
                    is_near[label] = True
                    near[count] = label
                    count += 1
                tied[label] += 1.0 if weights is None else weights[tie]
        own = labels[user]
        held[own] -= strengths[user]
        best, best_gain = own, tied[own] - scale * strengths[user] * held[own] + least
        if best_gain < 0 and members[own] > 1:
            best, best_gain = vacant[-1], 0.0
        for label in near[:count]:
            gain = tied[label] - scale * strengths[user] * held[label]
            if gain > best_gain:
                best, best_gain = label, gain
            tied[label] = 0.0
            is_near[label] = False
        held[best] += strengths[user]
        if best == own:
            continue
        if best == vacant[-1]:
            vacant.pop()
        members[own] -= 1
        members[best] += 1
        if members[own] == 0:
            vacant.append(own)
        labels[user] = best
        for tie in range(indptr[user], indptr[user + 1]):
            other = indices[tie]
            if labels[other] != best and not queued[other]:
                queue[(head + waiting) % users] = other
                waiting += 1
                queued[other] = True
    return labels


@njit
def _refined(
    indptr: Longs,
    indices: Ints,
    weights: Floats | None,
    strengths: Floats,
    labels: Ints,
    order: Longs,
    draws: Floats,
    scale: float,
    randomness: float,
) -> Ints:
    """Well connected parts of each community: everybody alone at first, then joined where nothing is lost.

    A part is well connected if its ties to the rest of its community are at least what chance would make.
    """
    users = len(strengths)
    parts = np.arange(users).astype(np.int32)
    size = np.ones(users, np.int64)
    volume = strengths.copy()  # of each part
    outward = np.zeros(users)  # weight from each part to the rest of its community
    held = np.zeros(users)
    for user in range(users):
        held[labels[user]] += strengths[user]
        for tie in range(indptr[user], indptr[user + 1]):
            if indices[tie] != user and labels[indices[tie]] == labels[user]:
                outward[user] += 1.0 if weights is None else weights[tie]
    tied = np.zeros(users)
    gains = np.empty(users)
    near = np.empty(users, np.int32)
    is_near = np.zeros(users, np.bool_)
    for user in order:
        whole = held[labels[user]]
        if size[parts[user]] > 1 or outward[user] < scale * strengths[user] * (whole - strengths[user]):
            continue
        count = 0
        for tie in range(indptr[user], indptr[user + 1]):
            other = indices[tie]
            if other != user and labels[other] == labels[user]:
                part = parts[other]
                if not is_near[part]:
                    is_near[part] = True
                    near[count] = part
                    count += 1
                tied[part] += 1.0 if weights is None else weights[tie]
        top = 0.0
        for choice in range(count):
            part = near[choice]
            gains[choice] = tied[part] - scale * strengths[user] * volume[part]
            if outward[part] < scale * volume[part] * (whole - volume[part]):
                gains[choice] = -1.0
            top = max(top, gains[choice])
        # Chances go with exp(gain / randomness); to stay alone gains 0.
        total = np.exp(-top / randomness)
        for choice in range(count):
            if gains[choice] >= 0:
                total += np.exp((gains[choice] - top) / randomness)
        left = draws[user] * total - np.exp(-top / randomness)
        chosen = parts[user]
        for choice in range(count):
            if left >= 0 and gains[choice] >= 0:
                left -= np.exp((gains[choice] - top) / randomness)
                chosen = near[choice]
        if chosen != parts[user]:
            parts[user] = chosen
            size[user] -= 1
            size[chosen] += 1
            volume[chosen] += strengths[user]
            outward[chosen] += outward[user] - 2 * tied[chosen]
        for part in near[:count]:
            tied[part] = 0.0
            is_near[part] = False
    return parts


@njit
def _collapsed(
    indptr: Longs, indices: Ints, weights: Floats | None, parts: Ints, count: int
) -> tuple[Longs, Ints, Floats]:
    """The matrix between parts: what lies inside one is its loop, counted from both ends."""
    first = np.zeros(count + 1, np.int64)
    for part in parts:
        first[part + 1] += 1
    first = np.cumsum(first)
    members = np.empty(len(parts), np.int64)
    cursor = first[:-1].copy()
    for user in range(len(parts)):
        members[cursor[parts[user]]] = user
        cursor[parts[user]] += 1
    starts = np.zeros(count + 1, np.int64)
    ends = np.empty(len(indices), np.int32)
    weighed = np.empty(len(indices))
    place = np.full(count, -1, np.int64)
    kept = 0
    for part in range(count):
        for user in members[first[part] : first[part + 1]]:
            for tie in range(indptr[user], indptr[user + 1]):
                other = parts[indices[tie]]
                weight = 1.0 if weights is None else weights[tie]
                if place[other] < starts[part]:
                    place[other] = kept
                    ends[kept] = other
                    weighed[kept] = weight
                    kept += 1
                else:
                    weighed[place[other]] += weight
        starts[part + 1] = kept
    return starts, ends[:kept].copy(), weighed[:kept].copy()
