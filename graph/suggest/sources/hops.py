"""What friends of friends did: word that has not reached the person yet, and may.

A friend w of one's friend v is heard with Σ_v strength(w → v) · strength(v → person), one's own friends and
oneself left out; it is a personalised PageRank of two steps with its pushes bounded (`Bounds`), so one answer
costs the same however large the network (`python -m bench.walks` says what that loses). Friends of friends
allowed their own friends to name them, nobody else: they are counted as friends of the v who brings most, and
heard only through friends who allow to be named.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph.suggest.question import Question
from graph.suggest.shelf import Shelf
from graph.suggest.sources.friends import LISTENED, said
from graph.suggest.votes import Votes, nothing
from graph.timeline import Rows


@dataclass(frozen=True, slots=True)
class Bounds:
    """listened: closest friends known as such. friends: of whom theirs are asked. theirs: closest of each.
    heard: of all these. acts: newest of each.
    """

    listened: int = LISTENED
    friends: int = 20
    theirs: int = 10
    heard: int = 60
    acts: int = 20


SERVED = Bounds()


def votes(shelf: Shelf, question: Question, bounds: Bounds | None = None) -> Votes:
    """What friends of friends shared, bought, rated and opened. bounds: `SERVED` unless given."""
    if question.person is None:
        return nothing()
    bounds = bounds or SERVED
    friend, strength, via = _second(shelf, question.person, bounds)
    return said(shelf, friend, strength, bounds.acts, via) if len(friend) else nothing()


def _second(shelf: Shelf, person: int, bounds: Bounds) -> tuple[Rows, NDArray[np.float64], Rows]:
    """Friends of friends, how loud each is, and the friend who brings most of it."""
    friends, strength = shelf.hears(person, bounds.listened)
    near = zip(friends[: bounds.friends].tolist(), strength.tolist(), strict=False)
    asked = [(v, s) for v, s in near if shelf.named[v]]
    found = [shelf.hears(v, bounds.theirs) for v, _ in asked]
    if not found:
        return friends[:0], strength[:0], friends[:0]
    other = np.concatenate([row for row, _ in found])
    loud = np.concatenate([theirs * s for (_, theirs), (_, s) in zip(found, asked, strict=True)])
    via = np.repeat(np.array([v for v, _ in asked], np.int32), [len(row) for row, _ in found])
    unknown = ~np.isin(other, friends) & (other != person)
    order = np.lexsort((via, -loud, other))
    order = order[unknown[order]]
    other, loud, via = other[order], loud[order], via[order]
    met, first = np.unique(other, return_index=True)
    total = np.add.reduceat(loud, first) if len(met) else loud
    best = np.lexsort((met, -total))[: bounds.heard]
    return met[best], total[best], via[first[best]]
