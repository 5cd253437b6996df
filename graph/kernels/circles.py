"""What the past says of one person sharing one product with another: counts for every pair worth asking.

An act is one opening (source shared, target opened product at that time) or, with product −1, a follow. Acts
come in two layers, those of a fit and those since, so that a few new ones need no new sort.
"""

import numpy as np
from numpy.typing import NDArray

from graph.kernels.jit import njit

(
    OPENED_SOON, OPENED_LATE, OPENED, ANSWERED_LATE, ANSWERED, FOLLOWS,
    ON_AND_ON, ON_AND_BACK, BACK_AND_ON, BACK_AND_BACK, SIDE_BY_SIDE, IN_COMMON,
    ACTIVE_SOON, ACTIVE_LATE, OPENS, SHARED, SHARED_SOON,
    CATEGORY, BRAND, SHARED_CATEGORY, THIS_PRODUCT, THIS_AGAIN, CATEGORY_HERE, BRAND_HERE, CROWD,
) = range(25)  # fmt: skip
COLUMNS = 25
"""What is counted of sharer u, product p and candidate v, all before the time asked for.

OPENED…: v's openings of u's shares, decayed with the short and the long half-life, and all. ANSWERED…: the
same of u's openings of v's. FOLLOWS: follows between the two. ON_AND_ON …: paths of two hops, each the
product of its hops' decayed counts: on is from sharer to opener, back the other way. SIDE_BY_SIDE: products
both opened of one sharer's. IN_COMMON: people between them. ACTIVE…, OPENS: v's openings of anybody's,
SHARED…: acts on v's shares. CATEGORY, BRAND, THIS_PRODUCT: v's openings of p's like; SHARED_CATEGORY: acts on
v's shares of it; …HERE, THIS_AGAIN: v's openings of it from u. CROWD: how many
are tied to u.
"""

SOON, LATE = 15.0, 60.0
"""Half-lives, in days."""

OWN, EACH = 4_000, 400
"""Newest acts of a sharer, and of each person one hop away or described, that are looked at."""

DAY = 86_400_000_000.0

Rows = NDArray[np.int32]
Longs = NDArray[np.int64]
Counts = NDArray[np.float64]
Two = tuple[Rows, Rows]
TwoLong = tuple[Longs, Longs]
Layers = tuple[Two, Two, Two, TwoLong, tuple[TwoLong, TwoLong], tuple[TwoLong, TwoLong]]
"""Of both layers: source, target, product and time of each act; where each person's acts begin, and the acts
by person and time, as source and as target.
"""

Traits = tuple[Rows, Rows]
"""Category and brand of every product, −1 unknown."""

STANDS, RENEWED, SHUT = 0, 1, 2
"""How each person stands: RENEWED has all acts as target in the second layer; of and on who is SHUT none
counts.
"""

States = NDArray[np.int8]

Found = tuple[Rows, Counts, int]
"""Candidates, their counts, how many there are; the arrays may be longer."""


@njit
def counted(
    sharer: Rows,
    product: Rows,
    before: Longs,
    extra_ptr: Longs,
    extra: Rows,
    most: int,
    layers: Layers,
    state: States,
    traits: Traits,
) -> tuple[Longs, Rows, NDArray[np.float32]]:
    """Candidates of q questions and their counts: (indptr (q + 1,), people (k,), counts (k, COLUMNS)).

    sharer (−1: nobody known), product, before (µs): shape (q,). Candidates are who is tied to the sharer, who
    is two hops away, and the extra ones of each question; at most `most`, the tied first, then the extra,
    then those of most paths. The sharer is none.
    """
    indptr = np.zeros(len(sharer) + 1, np.int64)
    listed = np.empty(len(sharer) * most, np.int32)
    table = np.empty((len(sharer) * most, COLUMNS), np.float32)
    place = np.full(len(state), -1, np.int32)
    seen = np.full(len(state), -1, np.int32)
    people = np.empty(256, np.int32)
    counts = np.empty((256, COLUMNS), np.float64)
    total = 0
    for q in range(len(sharer)):
        me, now = sharer[q], before[q]
        many = 0
        if me >= 0:
            people, counts, many = _tied(
                me, product[q], now, place, (people, counts, 0), layers, state, traits
            )
        tied = many
        for middle in range(tied):
            people, counts, many = _beyond(
                middle, me, now, place, seen, (people, counts, many), layers, state
            )
        for i in range(many):
            seen[people[i]] = -1
        for layer in range(2 if me >= 0 else 0):
            _side_by_side(layer, me, now, place, counts, layers, state)
        for entry in range(extra_ptr[q], extra_ptr[q + 1]):
            if extra[entry] != me:
                people, counts, many = _found(extra[entry], place, (people, counts, many))
        order = np.empty(many, np.float64)
        for i in range(many):
            order[i] = -np.inf if i < tied else -counts[i, ON_AND_ON : BACK_AND_BACK + 1].sum()
        for entry in range(extra_ptr[q], extra_ptr[q + 1]):
            if extra[entry] != me and place[extra[entry]] >= tied:
                order[place[extra[entry]]] = -1e300
        kept = np.sort(np.argsort(order, kind="mergesort")[:most])
        for chosen in kept:
            counts[chosen, CROWD] = tied
            _described(people[chosen], product[q], now, counts[chosen], layers, state, traits)
            listed[total] = people[chosen]
            for column in range(COLUMNS):
                table[total, column] = counts[chosen, column]
            total += 1
        for i in range(many):
            place[people[i]] = -1
        indptr[q + 1] = total
    return indptr, listed[:total].copy(), table[:total].copy()


@njit
def _tied(
    me: int,
    item: int,
    now: int,
    place: Rows,
    found: Found,
    layers: Layers,
    state: States,
    traits: Traits,
) -> Found:
    """Who opened something of the sharer's or the other way round, or follows, with what lies between the
    two.
    """
    source, target, about, at, forth, back = layers
    category, brand = traits
    people, counts, many = found
    for layer in range(2):
        ptr, acts = forth[0][layer], forth[1][layer]
        low, high = _span(ptr, acts, at[layer], me, now, OWN)
        for act in acts[low:high]:
            other, what = target[layer][act], about[layer][act]
            if not _counts(layer, me, other, state):
                continue
            people, counts, many = _found(other, place, (people, counts, many))
            row = counts[place[other]]
            if what < 0:
                row[FOLLOWS] += 1
                continue
            age = (now - at[layer][act]) / DAY
            row[OPENED_SOON] += 2.0 ** (-age / SOON)
            row[OPENED_LATE] += 2.0 ** (-age / LATE)
            row[OPENED] += 1
            if what == item:
                row[THIS_AGAIN] = 1
            if item >= 0 and category[item] >= 0 and category[what] == category[item]:
                row[CATEGORY_HERE] += 1
            if item >= 0 and brand[item] >= 0 and brand[what] == brand[item]:
                row[BRAND_HERE] += 1
        ptr, acts = back[0][layer], back[1][layer]
        low, high = _span(ptr, acts, at[layer], me, now, OWN)
        for act in acts[low:high]:
            other = source[layer][act]
            if not _counts(layer, other, me, state):
                continue
            people, counts, many = _found(other, place, (people, counts, many))
            row = counts[place[other]]
            if about[layer][act] < 0:
                row[FOLLOWS] += 1
            else:
                row[ANSWERED_LATE] += 2.0 ** (-(now - at[layer][act]) / DAY / LATE)
                row[ANSWERED] += 1
    return people, counts, many


@njit
def _beyond(
    middle: int,
    me: int,
    now: int,
    place: Rows,
    seen: Rows,
    found: Found,
    layers: Layers,
    state: States,
) -> Found:
    """Who is tied to one of those who are tied to the sharer: paths by their decayed counts."""
    source, target, about, at, forth, back = layers
    people, counts, many = found
    via, there, here = people[middle], counts[middle, OPENED_LATE], counts[middle, ANSWERED_LATE]
    for layer in range(2):
        for onwards in range(2):
            ptr = forth[0][layer] if onwards == 1 else back[0][layer]
            acts = forth[1][layer] if onwards == 1 else back[1][layer]
            low, high = _span(ptr, acts, at[layer], via, now, EACH)
            for act in acts[low:high]:
                other = target[layer][act] if onwards == 1 else source[layer][act]
                counts_here = _counts(layer, source[layer][act], target[layer][act], state)
                if not counts_here or other == me or about[layer][act] < 0:
                    continue
                people, counts, many = _found(other, place, (people, counts, many))
                row = counts[place[other]]
                hop = 2.0 ** (-(now - at[layer][act]) / DAY / LATE)
                row[ON_AND_ON if onwards == 1 else ON_AND_BACK] += there * hop
                row[BACK_AND_ON if onwards == 1 else BACK_AND_BACK] += here * hop
                if seen[other] != middle:
                    seen[other] = middle
                    row[IN_COMMON] += 1
    return people, counts, many


@njit
def _side_by_side(
    layer: int,
    me: int,
    now: int,
    place: Rows,
    counts: Counts,
    layers: Layers,
    state: States,
) -> None:
    """What candidates opened of the same shares as the sharer did."""
    source, target, about, at, forth, back = layers
    low, high = _span(back[0][layer], back[1][layer], at[layer], me, now, EACH)
    for mine in back[1][layer][low:high]:
        what, origin = about[layer][mine], source[layer][mine]
        if what < 0 or not _counts(layer, origin, me, state):
            continue
        near = 2.0 ** (-(now - at[layer][mine]) / DAY / LATE)
        for other_layer in range(2):
            acts = forth[1][other_layer]
            start, stop = _span(forth[0][other_layer], acts, at[other_layer], origin, now, EACH)
            for theirs in acts[start:stop]:
                other = target[other_layer][theirs]
                same = about[other_layer][theirs] == what and place[other] >= 0
                if same and _counts(other_layer, origin, other, state):
                    counts[place[other], SIDE_BY_SIDE] += near


@njit
def _described(
    who: int,
    item: int,
    now: int,
    row: Counts,
    layers: Layers,
    state: States,
    traits: Traits,
) -> None:
    """What one candidate opened and shared, of anybody's and of what is like the product."""
    source, target, about, at, forth, back = layers
    category, brand = traits
    kind = category[item] if item >= 0 else -1
    make = brand[item] if item >= 0 else -1
    for layer in range(2):
        acts = forth[1][layer]
        low, high = _span(forth[0][layer], acts, at[layer], who, now, EACH)
        for act in acts[low:high]:
            what = about[layer][act]
            if what < 0 or not _counts(layer, who, target[layer][act], state):
                continue
            row[SHARED] += 1
            row[SHARED_SOON] += 2.0 ** (-(now - at[layer][act]) / DAY / SOON)
            if kind >= 0 and category[what] == kind:
                row[SHARED_CATEGORY] += 1
        acts = back[1][layer]
        low, high = _span(back[0][layer], acts, at[layer], who, now, EACH)
        for act in acts[low:high]:
            what = about[layer][act]
            if what < 0 or not _counts(layer, source[layer][act], who, state):
                continue
            age = (now - at[layer][act]) / DAY
            row[ACTIVE_SOON] += 2.0 ** (-age / SOON)
            row[ACTIVE_LATE] += 2.0 ** (-age / LATE)
            row[OPENS] += 1
            if what == item:
                row[THIS_PRODUCT] = 1
            if kind >= 0 and category[what] == kind:
                row[CATEGORY] += 1
            if make >= 0 and brand[what] == make:
                row[BRAND] += 1


@njit
def _counts(layer: int, source: int, target: int, state: States) -> bool:
    """Whether an act of this layer between these two is still said."""
    told = state[source] != SHUT and state[target] != SHUT
    return told and (layer == 1 or state[target] != RENEWED)


@njit
def _span(ptr: Longs, acts: Longs, at: Longs, person: int, now: int, most: int) -> tuple[int, int]:
    """Where the newest acts of a person before a time lie in an index by person and time."""
    low, high = ptr[person], ptr[person + 1]
    while low < high:
        middle = (low + high) // 2
        if at[acts[middle]] < now:
            low = middle + 1
        else:
            high = middle
    return max(ptr[person], low - most), low


@njit
def _found(person: int, place: Rows, found: Found) -> Found:
    """The candidates with one more, if it is new; arrays grow as they fill."""
    people, counts, many = found
    if place[person] >= 0:
        return people, counts, many
    if many == len(people):
        more = np.empty(2 * many, np.int32)
        wider = np.empty((2 * many, COLUMNS), np.float64)
        more[:many] = people
        wider[:many] = counts
        people, counts = more, wider
    place[person] = many
    people[many] = person
    counts[many] = 0.0
    return people, counts, many + 1
