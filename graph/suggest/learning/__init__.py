"""What a log teaches about its own sources: how much each counts, and how often what is shown is opened.

The log is cut; the sources are fitted on what came before, asked what they would have said to people who
chose something after, and weighed so that what was chosen is likely (graph.suggest.learning.fit). Two such
blends, one with ties and one without, stand beside the sources' own weights before people whom neither has
seen; the likeliest is kept, so a blend that was learned does no harm, and ties that carry nothing are not
listened to. What somebody came to by a share that was made after the cut teaches nothing: no source could
have told it, and a friend would seem to be no use for having shared it late. Who allows no personal answer
teaches nothing. All questions then teach the weights of the one that was kept. People are sampled, so the
cost beside the second fit of the sources is bounded.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from graph.events import Kind
from graph.log import NONE
from graph.snapshot import Snapshot
from graph.suggest.answers import Ask, Context
from graph.suggest.chances import Chances, chances
from graph.suggest.learning.examples import Examples, examples
from graph.suggest.learning.fit import NAMES, Weights, fitted, log_likelihood_by_level, own
from graph.suggest.learning.past import Afterwards, afterwards, before
from graph.suggest.learning.showings import Showings
from graph.suggest.shelf import Shelf
from graph.suggest.weights import Blend
from graph.ties import strengths
from graph.timeline import Rows, Shares

ASKED = 2_000
"""People whose questions teach the weights, and people whose showings teach the chances."""

ENOUGH = 300
"""Products chosen after the cut below which no chances are learned, and of those that could have been told,
below which no weights are."""

TIES = ("friends", "hops", "circle", "sharer")
"""Sources that listen to somebody in particular."""


@dataclass(frozen=True, slots=True, eq=False)
class Lessons:
    """blend: how much each source counts. chances: of being opened, by score; None where nothing tells."""

    blend: Blend
    chances: Chances | None


def learned(snapshot: Snapshot, labels: Rows) -> Lessons:
    """What a snapshot teaches; labels: (people,), communities. The sources' own weights, and no chances,
    where too little was chosen.
    """
    after = afterwards(snapshot)
    if len(after.rows) < ENOUGH:
        return Lessons(Blend(), None)
    past = before(snapshot, after.cut)
    shelf = Shelf.of(past, strengths(past), labels)
    heard = after.among(shelf.personal[after.events.person[after.rows]])
    blend = Blend()
    if np.count_nonzero(heard.tellable) >= ENOUGH:
        blend = as_blend(chosen_weights(examples(shelf, questions(heard, snapshot.shares))))
    shown = Showings.of(snapshot, replace(shelf, blend=blend), after, ASKED)
    return Lessons(blend, chances(shown.score, shown.opened))


def questions(after: Afterwards, shares: Shares) -> Iterator[tuple[Ask, Rows]]:
    """What people who chose something could have asked, and what they then chose: everybody at the cut, and
    whoever first came by a link, on its page.
    """
    events = after.events
    people = list(after.by_person())
    for person, rows in people[:: max(1, -(-len(people) // ASKED))]:
        chosen = after.told(rows)
        if len(chosen):
            yield Ask(person), events.product[chosen]
        linked = rows[(events.kind[rows] == Kind.OPEN) & (events.share[rows] != NONE)][:1]
        later = chosen[chosen > linked[0]] if len(linked) else linked
        if len(later):
            sharer = int(shares.person[events.share[linked[0]]])
            context = Context(sharer=sharer, product=int(events.product[linked[0]]))
            yield Ask(person, context), events.product[later]


def chosen_weights(told: Examples) -> Weights:
    """The likeliest of the sources' own weights, those learned, and those learned without ties; told by two
    thirds of the questions and chosen by the last.
    """
    last: NDArray[np.bool_] = np.arange(len(told)) % 3 == 2
    teach, check = told.among(~last), told.among(last)
    ways = (own, fitted, lambda some: fitted(some, silent=TIES))
    worth = [log_likelihood_by_level(check, way(teach).by_level) for way in ways]
    return ways[int(np.argmax(worth))](told)


def as_blend(weights: Weights) -> Blend:
    """The same in the sources' own units: all votes weigh as much in sum as they did by themselves."""
    by_level = weights.by_level / weights.unit
    return Blend({name: tuple(by_level[:, i].tolist()) for i, name in enumerate(NAMES)})
