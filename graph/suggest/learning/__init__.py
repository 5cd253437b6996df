"""What a log teaches about its own sources: how much each counts, and how often what is shown is opened.

The log is cut; the sources are fitted on what came before, and asked at the moment of each later choice what
they would have said then, from the fit and all that happened since (graph.suggest.learning.moments), as a
server is. They are weighed so that what was chosen is likely (graph.suggest.learning.fit). Two such blends,
one with ties and one without, stand beside the sources' own weights before people whom neither has seen; the
likeliest is kept, so a blend that was learned does no harm, and ties that carry nothing are not listened to.
Who allows no personal answer teaches nothing. All questions then teach the weights of the one that was kept.
What is shown is asked about in the same way, as of when it was shown: how often it is opened is told of the
scores that a server tells. Choices and showings are sampled, so the cost beside the second fit of the sources
is bounded.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from graph.snapshot import Snapshot
from graph.suggest.answers import Ask, Context
from graph.suggest.chances import Chances, chances
from graph.suggest.learning.examples import Asked, Examples, examples
from graph.suggest.learning.fit import NAMES, Weights, fitted, log_likelihood_by_level, own
from graph.suggest.learning.moments import Moments
from graph.suggest.learning.past import Afterwards, afterwards, before
from graph.suggest.learning.showings import Showings
from graph.suggest.shelf import Shelf
from graph.suggest.weights import Blend
from graph.ties import Ties, strengths
from graph.timeline import Rows

CHOICES, TELLABLE, SITTINGS = 2_000, 800, 2_000
"""Choices that are asked about, of which so many that some source could tell teach the weights; and sittings
whose showings teach the chances."""

ENOUGH = 300
"""Products chosen after the cut below which no chances are learned, and of those that some source could tell,
below which no weights are."""

TIES = ("friends", "news", "hops", "circle", "sharer")
"""Sources that listen to somebody in particular."""


@dataclass(frozen=True, slots=True, eq=False)
class Lessons:
    """blend: how much each source counts. chances: of being opened, by score; None where nothing tells."""

    blend: Blend
    chances: Chances | None


def teaches(snapshot: Snapshot) -> bool:
    """Whether enough was chosen for anything to be learned."""
    return len(afterwards(snapshot).rows) >= ENOUGH


def learned(snapshot: Snapshot, labels: Rows, ties: Ties | None = None) -> Lessons:
    """What a snapshot teaches; labels: (people,), communities; ties: its own, where the caller has them. The
    sources' own weights, and no chances, where too little was chosen.
    """
    if not teaches(snapshot):
        return Lessons(Blend(), None)
    after = afterwards(snapshot)
    past = before(snapshot, after.cut)
    shelf = Shelf.of(past, strengths(past), labels)
    heard = after.among(shelf.personal[after.events.person[after.rows]])
    moments = Moments.after(shelf, past, after.cut, snapshot, ties or strengths(snapshot))
    told = examples(questions(heard, moments), most=TELLABLE)
    enough = np.count_nonzero(told.chosen) >= ENOUGH
    blend = as_blend(chosen_weights(told)) if enough else Blend()
    shown = Showings.of(replace(moments, shelf=replace(shelf, blend=blend)), SITTINGS)
    return Lessons(blend, chances(shown.score, shown.opened))


def questions(after: Afterwards, moments: Moments) -> Iterator[Asked]:
    """What people who chose something could have asked right before, and what they chose; and what whoever
    came by a link for the first time could have asked on its page, and what they chose next.
    """
    events = after.events
    for choice in islice(after.choices(), CHOICES):
        person, at = choice.person, choice.at
        yield Asked(moments.at(person, at), Ask(person), events.product[choice.rows])
        if choice.landed is not None and len(choice.following):
            share = int(events.share[choice.landed])
            sharer, product = int(moments.whole.shares.person[share]), int(events.product[choice.landed])
            on_page = Ask(person, Context(sharer=sharer, product=product))
            yield Asked(moments.at(person, at + 1), on_page, events.product[choice.following])


def chosen_weights(told: Examples) -> Weights:
    """The likeliest of the sources' own weights, those learned, and those learned without ties; told by two
    thirds of the people and chosen by the last.
    """
    last: NDArray[np.bool_] = told.person % 3 == 2
    teach, check = told.among(~last), told.among(last)
    ways = (own, fitted, lambda some: fitted(some, silent=TIES))
    worth = [log_likelihood_by_level(check, way(teach).by_level) for way in ways]
    return ways[int(np.argmax(worth))](told)


def as_blend(weights: Weights) -> Blend:
    """The same in the sources' own units: all votes weigh as much in sum as they did by themselves."""
    by_level = weights.by_level / weights.unit
    return Blend({name: tuple(by_level[:, i].tolist()) for i, name in enumerate(NAMES)})
