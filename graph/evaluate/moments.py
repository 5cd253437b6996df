"""What is served, judged at the moment of each later choice, as a server would have answered it then.

The log is cut in time and everything is fitted and learned on what came before. Of everybody who opened
somebody's share or bought something from the cut on up to three choices are asked about, people in the order
that chance gives them: from the fit and, on top of it, all that happened up to that moment, which itself is
not known (graph.suggest.learning.moments). What friends share is taken up within hours; a history that stands
still at the cut knows nothing of it (graph.evaluate.suggestions.logs).

Asked is for products that could have been shown then: that the person had done nothing with, and that were
in the shop. A catalogue has no dates, so a product is in the shop from the first act with it. All others are
counted, by the rule that keeps them out of any answer; and so are those that no source named.

Every model answers the same questions: what is served; the same without friends, which is without ties and
the communities found from them (the weights, and the matrix of `solved`, are those that were learned with
them); the best of it first, whatever its kind and whosever voice (graph.suggest.order does not speak); the
weights as they start, nothing learned; each source alone; popularity, one list for everybody.
The gains of a person's choices are averaged first, so that each person counts once; intervals and tests are
over people (graph.evaluate.suggestions.sure).
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from graph.analysis import Analysis
from graph.errors import InvalidInput
from graph.estimate import Estimate
from graph.evaluate.suggestions.lists import LONGEST, Lists
from graph.evaluate.suggestions.metrics import AT, gains
from graph.evaluate.suggestions.sure import Difference, Draws
from graph.kernels.top import NOBODY
from graph.log import NONE, Log
from graph.scene import Moment
from graph.snapshot import Snapshot
from graph.suggest import BEST_FIRST, SOURCES, Ask, Blend, Context, Shelf, suggest
from graph.suggest.blend import scores
from graph.suggest.filters import Filter
from graph.suggest.learning.moments import Moments
from graph.suggest.learning.past import Choice, afterwards, before
from graph.suggest.question import Question
from graph.suggest.rules import allowed
from graph.suggest.weights import spans
from graph.taste import Telling, quiet
from graph.taste.model import facts
from graph.ties import LiveTies, strengths
from graph.timeline import Rows

MOST = 2_000
"""Choices that are asked about, at most."""

SERVED, WITHOUT, BEST, START, POPULARITY = (
    "served", "without-friends", "best-first", "weights-at-start", "popularity",
)  # fmt: skip
MEASURES = *(f"{name}@{k}" for k in AT for name in ("recall", "ndcg")), "mrr"
NAMES = tuple(source.name for source in SOURCES)

NOBODYS = np.zeros(1, np.int64)
"""Where the ties of each of no people lie."""

T = TypeVar("T")
Way = Callable[[Shelf], Shelf]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """One model. figures: by measure, over people. by_level: the same by activity."""

    figures: Mapping[str, Estimate]
    by_level: Mapping[str, Mapping[str, Estimate]]


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """people: asked about, by activity, `all` first. choices, products: that were asked about; untold: the
    products of these that no source named. barred: products that could not have been shown, by rule. models:
    by name. silent: sources that had nothing to say to any question. ahead: what is served less each other
    model, paired. friends: by activity, what is served less the same without friends. blend: what was
    learned.
    """

    people: Mapping[str, int]
    choices: int
    products: int
    untold: int
    barred: Mapping[str, int]
    models: Mapping[str, Scored]
    silent: tuple[str, ...]
    ahead: Mapping[str, Mapping[str, Difference]]
    friends: Mapping[str, Mapping[str, Difference]]
    blend: Blend


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """One choice. wanted: what was chosen and could have been shown. barred: what else was, by rule. named:
    how many of the wanted some source named. lists: by model, products in order; none where nothing is
    wanted.
    """

    person: int
    level: int
    wanted: Rows
    barred: Mapping[Filter, int]
    named: int
    lists: Mapping[str, Rows]


def evaluate(
    log: Log, *, train_share: float = 0.8, most: int = MOST, seed: int = 0, telling: Telling = quiet
) -> Evaluation:
    """Every model on one log. train_share: of its choices, in order of time. most: choices asked about.
    seed: of whom chance takes first, and of the draws.

    InvalidInput where nothing was chosen after the cut that could have been shown.
    """
    whole = Snapshot.of(log)
    after = afterwards(whole, 1 - train_share)
    past = before(whole, after.cut)
    telling("fitting what came before")
    shelf = Analysis.of(past, seed=seed).shelf
    moments = Moments.after(shelf, past, after.cut, whole, strengths(whole))
    telling("asking as of each later choice")
    heard = list(_until((_heard(moments, choice) for choice in after.choices(seed=seed)), most))
    asked = [one for one in heard if len(one.wanted)]
    if not asked:
        raise InvalidInput(
            "nothing was chosen after the cut that could have been shown; give more of the log"
        )
    telling("drawing people anew")
    return _compared(asked, _summed(heard), shelf, seed)


def ways(shelf: Shelf) -> dict[str, Way]:
    """How each model sees a shelf, by its name. shelf: of the fit."""
    learned = shelf.blend

    def weighed(blend: Blend) -> Way:
        return lambda now: replace(now, blend=blend)

    def one_list(now: Shelf) -> Shelf:
        alone = replace(friendless(now), blend=Blend().only("popular", NAMES))
        return replace(alone, order=BEST_FIRST, grants=None)

    return {
        SERVED: weighed(learned),
        WITHOUT: friendless,
        BEST: lambda now: replace(now, order=BEST_FIRST, grants=None),
        START: weighed(Blend()),
        POPULARITY: one_list,
        **{f"{SERVED}-{name}": weighed(learned.only(name, NAMES)) for name in NAMES},
    }


def friendless(shelf: Shelf) -> Shelf:
    """The same shelf, where nobody listens to anybody and nobody has a community."""
    tied = shelf.ties.base if isinstance(shelf.ties, LiveTies) else shelf.ties
    alone = replace(tied, indptr=NOBODYS, in_indptr=NOBODYS)
    return replace(shelf, ties=alone, labels=np.full_like(shelf.labels, NONE))


def _until(heard: Iterable["_Asked"], most: int) -> Iterator["_Asked"]:
    """The first of these, with so many that could have been foretold."""
    for one in heard:
        yield one
        most -= len(one.wanted) > 0
        if most <= 0:
            return


def _heard(moments: Moments, choice: Choice) -> _Asked:
    """What every model says right before a choice."""
    now = moments.at(choice.person, choice.at)
    ask = Ask(choice.person, Context(moment=Moment(at=choice.at)))
    chosen = np.unique(moments.whole.events.product[choice.rows])
    shown, barred = allowed(now, ask, chosen)
    wanted = chosen[shown]
    level = Question.of(now, ask).level
    if not len(wanted):
        return _Asked(choice.person, level, wanted, barred, 0, {})
    named, _ = scores(replace(now, blend=Blend()), ask)
    lists = {name: _listed(way(now), ask) for name, way in ways(moments.shelf).items()}
    return _Asked(choice.person, level, wanted, barred, int(np.isin(wanted, named).sum()), lists)


def _listed(shelf: Shelf, ask: Ask) -> Rows:
    (answer,) = suggest(shelf, [ask], limit=LONGEST)
    return np.array([one.product for one in answer.suggestions], np.int32)


def _summed(heard: list[_Asked]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for one in heard:
        total.update({str(rule): products for rule, products in one.barred.items()})
    return dict(total.most_common())


def _compared(asked: list[_Asked], barred: Mapping[str, int], shelf: Shelf, seed: int) -> Evaluation:
    person = np.array([one.person for one in asked])
    people, place = np.unique(person, return_inverse=True)
    level = np.zeros(len(people), np.int64)
    np.maximum.at(level, place, [one.level for one in asked])
    groups = _groups(level)
    draws = Draws.of(len(people), seed=seed)
    silent = tuple(name for name in NAMES if not any(len(one.lists[f"{SERVED}-{name}"]) for one in asked))
    spoken = [name for name in asked[0].lists if name.removeprefix(f"{SERVED}-") not in silent]
    tables = {name: _by_person(_gains(asked, name, shelf.products), place) for name in spoken}
    return Evaluation(
        people={"all": len(people), **{name: int(among.sum()) for name, among in groups.items()}},
        choices=len(asked),
        products=sum(len(one.wanted) for one in asked),
        untold=sum(len(one.wanted) - one.named for one in asked),
        barred=barred,
        models={
            name: Scored(
                _named(draws.means(table)),
                {group: _named(draws.means(table, among)) for group, among in groups.items()},
            )
            for name, table in tables.items()
        },
        silent=silent,
        ahead={
            name: _named(draws.differences(tables[SERVED], table))
            for name, table in tables.items()
            if name != SERVED
        },
        friends={
            group: _named(draws.differences(tables[SERVED], tables[WITHOUT], among))
            for group, among in {"all": np.ones(len(people), np.bool_), **groups}.items()
        },
        blend=shelf.blend,
    )


def _groups(level: NDArray[np.int64]) -> dict[str, NDArray[np.bool_]]:
    """Who is at each level at which somebody is, by how many products of their own that means."""
    return {name: level == place for place, name in enumerate(spans()) if (level == place).any()}


def _gains(asked: list[_Asked], name: str, products: int) -> Floats:
    """Each measure of each choice, (choices, measures)."""
    items = np.full((len(asked), LONGEST), NOBODY, np.int32)
    for row, one in enumerate(asked):
        items[row, : len(one.lists[name])] = one.lists[name]
    owner = np.repeat(np.arange(len(asked)), [len(one.wanted) for one in asked])
    wanted = np.concatenate([one.wanted for one in asked]).astype(np.intp)
    found = gains(Lists(np.arange(len(asked)), items), facts(owner, wanted, (len(asked), products)))
    return np.stack([found[measure] for measure in MEASURES], axis=1)


def _by_person(table: Floats, place: NDArray[np.intp]) -> Floats:
    """The mean over each person's choices, (people, measures)."""
    times = np.bincount(place)
    return np.stack([np.bincount(place, column) / times for column in table.T], axis=1)


def _named(values: Sequence[T]) -> dict[str, T]:
    return dict(zip(MEASURES, values, strict=True))
