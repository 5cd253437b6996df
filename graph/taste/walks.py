"""Personalised PageRank over people and items: friends, friends of friends, and people met through an item.

A walk starts at a user. From a user it steps to somebody they listen to with chance `social`, else to an item
they chose; from an item to somebody who chose it; after every step it goes on with chance `going_on`, so that
each further hand counts for less. A score is the sum over the people visited who chose the item, by visits
(Jeh & Widom 2003; on the joint graph of ties and choices Konstas, Stathopoulos & Jose 2009).

Walks are pushed within a budget (`graph.kernels.push`), not run to the end. On Last.fm (1,892 users) the
default finds 86 % of the twenty best items of the exact walk for a fortieth of its CPU (`python -m
bench.walks`, bench/results/walks.txt). Whether the seventh that differs is a worse one is not told there.
"""

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from graph.kernels.push import visits
from graph.taste.friends import Heard, divided
from graph.taste.joint import in_rows
from graph.taste.model import Interactions, Kind, Parts, Rows, Scores, Sparse


@dataclass(frozen=True, slots=True)
class Walks:
    """social: in [0, 1]. going_on: in [0, 1). budget: steps along edges one user may cost. most: people kept
    a user.
    """

    social: float = 0.8
    going_on: float = 0.7
    budget: int = 100_000
    most: int = 300
    name: str = "walks"

    def fit(self, known: Interactions) -> "Walked":
        """Walk from every user."""
        steps = transitions(known, self.social)
        indptr, people, often = visits(
            steps.indptr.astype(np.int64),
            steps.indices.astype(np.int32),
            steps.data,
            known.users,
            self.going_on,
            self.budget,
            self.most,
        )
        visited = in_rows(sp.csr_array((often, people, indptr), shape=(known.users, known.users)))
        return Walked(Heard(known.chosen, visited, Kind.PERSON), known.friends)


@dataclass(frozen=True, slots=True, eq=False)
class Walked:
    """heard: who is visited how often. friends: who of them is listened to at first hand."""

    heard: Heard
    friends: Sparse

    def scores(self, users: Rows) -> Scores:
        """Sums over the people visited."""
        return self.heard.scores(users)

    def parts(self, user: int, item: int) -> Parts:
        """One for everybody visited who chose the item: a friend, or a person met on the way."""
        parts = self.heard.parts(user, item)
        listened = self.friends[[user], :].toarray().ravel()[parts.row] > 0
        kind = np.where(listened, Kind.FRIEND, Kind.PERSON).astype(np.int8)
        return Parts(kind, parts.row, parts.weight)


def transitions(known: Interactions, social: float) -> Sparse:
    """Chances of the next step, (n + m, n + m); who has no ties steps to items, who chose nothing to
    people.
    """
    lonely = np.diff(known.friends.indptr) == 0
    idle = np.diff(known.chosen.indptr) == 0
    to_people = np.where(lonely, 0.0, np.where(idle, 1.0, social))
    people = in_rows(sp.diags_array(to_people) @ divided(known.friends))
    items = in_rows(sp.diags_array(1.0 - to_people) @ divided(known.chosen))
    back = divided(in_rows(known.chosen.T))
    nothing = in_rows(sp.csr_array((known.items, known.items)))
    return in_rows(sp.vstack([in_rows(sp.hstack([people, items])), in_rows(sp.hstack([back, nothing]))]))
