"""What friends of friends did: word that has not reached the person yet, and may.

A friend w of one's friend v is heard with Σ_v strength(w → v) · strength(v → person), one's own friends and
oneself left out; it is a personalised PageRank of two steps with its pushes bounded (`FRIENDS` · `THEIRS`),
so one answer costs the same however large the network. Friends of friends allowed their own friends to name
them, nobody else: they are counted as friends of the v who brings most, and heard only through friends who
allow to be named.
"""

import numpy as np
from numpy.typing import NDArray

from graph.suggest.question import Question
from graph.suggest.shelf import Shelf
from graph.suggest.sources.friends import LISTENED, said
from graph.suggest.votes import Votes, nothing
from graph.timeline import Rows

FRIENDS, THEIRS, HEARD, ACTS_EACH = 20, 10, 60, 20
"""Closest friends asked for theirs, how many each brings, how many of all are heard, newest acts of each."""


def votes(shelf: Shelf, question: Question) -> Votes:
    """What friends of friends shared, bought, rated and opened."""
    if question.person is None:
        return nothing()
    friend, strength, via = _second(shelf, question.person)
    return said(shelf, friend, strength, ACTS_EACH, via) if len(friend) else nothing()


def _second(shelf: Shelf, person: int) -> tuple[Rows, NDArray[np.float64], Rows]:
    """Friends of friends, how loud each is, and the friend who brings most of it."""
    friends, strength = shelf.hears(person, LISTENED)
    asked = [
        (v, s) for v, s in zip(friends[:FRIENDS].tolist(), strength.tolist(), strict=False) if shelf.named[v]
    ]
    found = [shelf.hears(v, THEIRS) for v, _ in asked]
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
    best = np.lexsort((met, -total))[:HEARD]
    return met[best], total[best], via[first[best]]
