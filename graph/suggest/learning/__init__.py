"""What a log teaches about its own sources: how much each counts, and how often what is shown is opened.

The log is cut; the sources are fitted on what came before, and asked at the moment of each later choice what
they would have said then, from the fit and all that happened since (graph.suggest.learning.moments), as a
server is; communities are those of before the cut too. They are weighed so that what was chosen is likely
(graph.suggest.learning.fit); the less was chosen, the nearer they stay to the sources' own weights. Two such
blends, one with ties and one without, stand beside those before people whom neither has seen; the likeliest
is kept, at each activity level by itself, so a blend that was learned does no harm, and ties are not listened
to where they carry nothing. Who allows no personal answer teaches nothing. All questions then teach the
weights of those that were kept. What is shown is asked about in the same way, as of when it was shown: how
often it is opened is told of the scores that a server tells. Choices and showings are sampled, so the cost
beside the second fit of the sources is bounded.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from graph.scene import Calendar, Moment
from graph.snapshot import Snapshot
from graph.suggest.answers import Ask, Context
from graph.suggest.chances import Chances, chances
from graph.suggest.learning.examples import Asked, Examples, examples
from graph.suggest.learning.fit import NAMES, Weights, fitted, log_likelihoods, own
from graph.suggest.learning.moments import Moments
from graph.suggest.learning.past import Afterwards, afterwards, before
from graph.suggest.learning.showings import Showings, lately
from graph.suggest.shelf import Shelf
from graph.suggest.shown import CAP, Cap
from graph.suggest.usual import USUAL, Usual
from graph.suggest.weights import LEVELS, Blend
from graph.ties import Ties, strengths
from graph.timeline import Rows

CHOICES, TELLABLE, SITTINGS = 2_000, 800, 5_000
"""Choices that are asked about, of which so many that some source could tell teach the weights; and sittings
whose showings teach the chances."""

ENOUGH = 300
"""Products chosen after the cut below which nothing is learned."""

PARTS = 3
"""Of people: each part in turn judges what the others teach."""

SURELY = 2.0
"""Standard errors by which a way is likelier at one level than the way of all together, to be its own."""

TIES = ("friends", "news", "hops", "circle", "sharer")
"""Sources that listen to somebody in particular."""

Gathering = Callable[[Snapshot, Ties], Rows]
"""With whom everybody's choices are counted, (people,), by the ties of a snapshot."""


@dataclass(frozen=True, slots=True, eq=False)
class Lessons:
    """blend: how much each source counts. chances: of being opened; None where nothing tells."""

    blend: Blend
    chances: Chances | None


def teaches(snapshot: Snapshot) -> bool:
    """Whether enough was chosen for anything to be learned."""
    return len(afterwards(snapshot).rows) >= ENOUGH


def learned(
    snapshot: Snapshot,
    gathering: Gathering,
    ties: Ties | None = None,
    *,
    calendar: Calendar | None = None,
    cap: Cap = CAP,
) -> Lessons:
    """What a snapshot teaches. gathering: finds communities; asked about the past, since who opens somebody's
    share is in their community by that very opening. ties: the snapshot's own, where the caller has them.
    calendar, cap: those that answers are given by. The sources' own weights, and no chances, where too little
    was chosen.
    """
    if not teaches(snapshot):
        return Lessons(Blend(), None)
    after = afterwards(snapshot)
    past = before(snapshot, after.cut)
    known = strengths(past)
    shelf = replace(Shelf.of(past, known, gathering(past, known), calendar=calendar), cap=cap)
    heard = after.among(shelf.personal[after.events.person[after.rows]])
    moments = Moments.after(shelf, past, after.cut, snapshot, ties or strengths(snapshot))
    told = examples(questions(heard, moments), most=TELLABLE)
    blend = as_blend(chosen_weights(told)) if len(told) else Blend()
    shown = Showings.of(replace(moments, shelf=replace(shelf, blend=blend)), SITTINGS)
    return Lessons(blend, _chances(shown, lately(moments) if shown.exposed else USUAL))


def _chances(shown: Showings, usual: Usual) -> Chances | None:
    return chances(
        shown.score,
        shown.opened,
        shown.level,
        listed=shown.sitting,
        person=shown.person,
        usual=usual,
        exposed=shown.exposed,
    )


def questions(after: Afterwards, moments: Moments) -> Iterator[Asked]:
    """What people who chose something could have asked right before, and what they chose; and what whoever
    came by a link for the first time since the cut could have asked on its page, and what they chose next.
    """
    events = after.events
    for choice in islice(after.choices(), CHOICES):
        person, at = choice.person, choice.at
        then = Context(moment=Moment(at=at))
        yield Asked(moments.at(person, at), Ask(person, then), events.product[choice.rows])
        if choice.landed is not None and len(choice.following):
            share = int(events.share[choice.landed])
            sharer, product = int(moments.whole.shares.person[share]), int(events.product[choice.landed])
            on_page = Ask(person, replace(then, sharer=sharer, product=product))
            yield Asked(moments.at(person, at + 1), on_page, events.product[choice.following])


def chosen_weights(told: Examples) -> Weights:
    """At each level the likeliest of the sources' own weights, those learned, and those learned without ties.

    The way that is likeliest for all together is everybody's, but a level's where another is surely likelier
    there. Each part of the people is asked about by what the others teach; all teach the ways kept.
    """
    worth = np.array([_worth(told, way) for way in WAYS])
    everybodys = int(worth.sum(axis=1).argmax())
    ahead = worth - worth[everybodys]
    kept = [_surest(ahead[:, told.level == level], everybodys) for level in range(len(LEVELS) + 1)]
    found = {place: WAYS[place](told) for place in {everybodys, *kept}}
    by_level = np.stack([found[place].by_level[level] for level, place in enumerate(kept)])
    return Weights(by_level, found[everybodys].unit)


def _surest(ahead: NDArray[np.float64], everybodys: int) -> int:
    """Which way is surely ahead and most so, else everybody's; ahead: (ways, questions), in nats."""
    lead, error = ahead.sum(axis=1), np.sqrt((ahead**2).sum(axis=1))
    surely = lead > SURELY * error
    return int(np.where(surely, lead, 0.0).argmax()) if surely.any() else everybodys


def _without_ties(told: Examples) -> Weights:
    return fitted(told, silent=TIES)


WAYS: tuple[Callable[[Examples], Weights], ...] = (own, fitted, _without_ties)


def _worth(told: Examples, way: Callable[[Examples], Weights]) -> NDArray[np.float64]:
    """How likely a way makes what was chosen by people who did not teach it, in nats; (questions,)."""
    worth, part = np.zeros(len(told)), told.person % PARTS
    for one in range(PARTS):
        by_level = way(told.among(part != one)).by_level
        worth[part == one] = log_likelihoods(told.among(part == one), by_level)
    return worth


def as_blend(weights: Weights) -> Blend:
    """The same in the sources' own units: all votes weigh as much in sum as they did by themselves."""
    by_level = weights.by_level / weights.unit
    return Blend({name: tuple(by_level[:, i].tolist()) for i, name in enumerate(NAMES)})
