"""Trees of people from who opened what: grown, put in order, measured.

A forest is held flat: tree t owns the places starts[t] to starts[t + 1] of every array, and a parent is a
position within its tree, −1 for the root, which stands first. Everything takes time and memory in proportion
to what comes in.
"""

from typing import NamedTuple

import numpy as np

from graph.kernels.csr import Floats, Ints, Longs
from graph.kernels.groups import gathered
from graph.kernels.jit import njit


class Acts(NamedTuple):
    """k openings in order of time, shape (k,): by whom, of which share, when. Nobody opens their own."""

    person: Ints
    share: Ints
    at: Longs


class Lineage(NamedTuple):
    """m shares, shape (m,): who made it, when, in which tree, after how many others were passed on."""

    sharer: Ints
    at: Longs
    tree: Ints
    depth: Ints


@njit
def entries(acts: Acts, shares: Lineage, roots: Ints, people: int) -> tuple[Longs, Ints, Longs, Ints]:
    """Everybody once in each tree they came into: starts, person, when, parent.

    roots: the root share of each tree, shape (c,), by which its sharer comes in; anybody else by the least of
    their acts in the tree by (time, depth of the share, row of the share), under that share's sharer.
    """
    trees = len(roots)
    act_starts, act_rows = gathered(shares.tree[acts.share], trees)
    room = trees + len(acts.share)
    person, via, at = np.empty(room, np.int32), np.empty(room, np.int32), np.empty(room, np.int64)
    parent = np.empty(room, np.int32)
    starts = np.zeros(trees + 1, np.int64)
    seen, slot = np.full(people, -1, np.int32), np.empty(people, np.int32)
    for tree in range(trees):
        start = starts[tree]
        end = start + 1
        person[start], via[start], at[start] = shares.sharer[roots[tree]], roots[tree], shares.at[roots[tree]]
        seen[person[start]], slot[person[start]] = tree, 0
        for row in act_rows[act_starts[tree] : act_starts[tree + 1]]:
            actor, share = acts.person[row], acts.share[row]
            if seen[actor] != tree:
                seen[actor], slot[actor] = tree, end - start
                person[end], via[end], at[end] = actor, share, acts.at[row]
                end += 1
            elif slot[actor] > 0 and acts.at[row] == at[start + slot[actor]]:
                rival = via[start + slot[actor]]
                if (shares.depth[share], share) < (shares.depth[rival], rival):
                    via[start + slot[actor]] = share
        parent[start] = -1
        for place in range(start + 1, end):
            parent[place] = slot[shares.sharer[via[place]]]
        starts[tree + 1] = end
    room = starts[trees]
    return starts, person[:room].copy(), at[:room].copy(), parent[:room].copy()


@njit
def breadth_first(starts: Longs, parent: Ints) -> tuple[Longs, Ints, Ints]:
    """The places in breadth-first order tree by tree, and each one's parent and level in that order.

    Siblings keep their order. Levels count edges from the root.
    """
    order = np.empty(len(parent), np.int64)
    above, level = np.full(len(parent), -1, np.int32), np.zeros(len(parent), np.int32)
    for tree in range(len(starts) - 1):
        start, end = starts[tree], starts[tree + 1]
        child_starts, children = gathered(parent[start:end], end - start)
        order[start], tail = start, start + 1
        for head in range(start, end):
            here = order[head] - start
            for child in children[child_starts[here] : child_starts[here + 1]]:
                order[tail] = start + child
                above[tail] = head - start
                level[tail] = level[head] + 1
                tail += 1
    return order, above, level


@njit
def first_shares(starts: Longs, person: Ints, shares: Lineage, people: int) -> Ints:
    """The first share of the tree that each one made in it, by time and row; −1 for none.

    Every sharer is in the tree.
    """
    share_starts, rows = gathered(shares.tree, len(starts) - 1)
    made, place_of = np.full(len(person), -1, np.int32), np.empty(people, np.int64)
    for tree in range(len(starts) - 1):
        for place in range(starts[tree], starts[tree + 1]):
            place_of[person[place]] = place
        for share in rows[share_starts[tree] : share_starts[tree + 1]]:
            place = place_of[shares.sharer[share]]
            if made[place] < 0 or shares.at[share] < shares.at[made[place]]:
                made[place] = share
    return made


@njit
def structural_viralities(starts: Longs, parent: Ints) -> Floats:
    """The mean distance between all pairs of each tree, NaN for a tree of one; shape (c,).

    An edge above a subtree of s of S people lies on the way of s(S − s) pairs, so the mean is
    2·Σ s(S − s) / (S(S − 1)) (Goel, Anderson, Hofman & Watts 2016, computed without the pairs). Parents have
    to stand before their children.
    """
    virality = np.full(len(starts) - 1, np.nan)
    below = np.ones(len(parent), np.int64)
    for tree in range(len(virality)):
        start, size = starts[tree], starts[tree + 1] - starts[tree]
        pairs = 0.0
        for place in range(starts[tree + 1] - 1, start, -1):
            pairs += float(below[place]) * float(size - below[place])
            below[start + parent[place]] += below[place]
        if size > 1:
            virality[tree] = 2.0 * pairs / (float(size) * float(size - 1))
    return virality
