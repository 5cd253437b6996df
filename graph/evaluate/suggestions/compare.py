"""Models side by side on one part held out: each by itself, by group of users, and against the blend."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from graph.estimate import Estimate
from graph.evaluate.suggestions.held import Held
from graph.evaluate.suggestions.lists import Lists, lists
from graph.evaluate.suggestions.metrics import breadth, gains
from graph.evaluate.suggestions.sure import Difference, Draws
from graph.taste import Fitted, Interactions, Model

T = TypeVar("T")

BLEND, WITHOUT = "blend", "blend-without-friends"
MAIN = "recall@10", "ndcg@10", "recall@20", "ndcg@20"
"""What differences are told in."""

COLD = 5
ACTIVITY = (0, COLD - 1), (COLD, 9), (10, 19), (20, 49), (50, None)
"""Groups of users by how many items they had chosen, both ends included; the first are cold."""


@dataclass(frozen=True, slots=True)
class Contender:
    """One way to make lists. fit: learns, and gives what then makes them."""

    name: str
    fit: Callable[[], Callable[[], Lists]]


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds to learn and to make everybody's list, bytes that came to be held for both, and bytes that the
    process held at the most meanwhile.
    """

    fit: float
    lists: float
    memory: int
    peak: int


Watch: TypeAlias = Callable[[Contender], tuple[Lists, Cost]]
"""Has a contender learn and make its lists, and says what that took: the clock is the caller's."""


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """One model. figures: by measure, over all users asked; breadth: of all their lists together. by_group,
    breadth_by_group: the same by group.
    """

    figures: Mapping[str, Estimate]
    by_group: Mapping[str, Mapping[str, Estimate]]
    breadth: Mapping[str, float]
    breadth_by_group: Mapping[str, Mapping[str, float]]
    cost: Cost


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """unasked: choices that are not asked about, by why. asked: users by group, `all` first. ahead: of each
    other model the lead of ours over it by measure. friends: by group, what friends add, the blend's lead
    over itself without them.
    """

    known: Interactions
    held_out: int
    unasked: Mapping[str, int]
    asked: Mapping[str, int]
    models: Mapping[str, Scored]
    ahead: Mapping[str, Mapping[str, Difference]]
    friends: Mapping[str, Mapping[str, Difference]]

    @property
    def seconds(self) -> float:
        """What all models took together."""
        return sum(one.cost.fit + one.cost.lists for one in self.models.values())

    @property
    def peak(self) -> int:
        """Bytes that were held at the most."""
        return max((one.cost.peak for one in self.models.values()), default=0)


@dataclass(frozen=True, slots=True)
class Without:
    """The same model, not shown something. what: friends, or content."""

    model: Model
    what: Literal["friends", "content"]

    @property
    def name(self) -> str:
        """Whose, and what is missing."""
        return f"{self.model.name} without {self.what}"

    def fit(self, known: Interactions) -> Fitted:
        """Learn from what else is known."""
        return self.model.fit(known.friendless() if self.what == "friends" else known.contentless())


def contender(model: Model, held: Held) -> Contender:
    """A model of taste, asked about everybody with something held out."""

    def fit() -> Callable[[], Lists]:
        fitted = model.fit(held.known)
        return lambda: lists(fitted, held.users, held.taken)

    return Contender(model.name.replace(" ", "-"), fit)


def compare(
    held: Held, contenders: Iterable[Contender], watch: Watch, *, ours: str = BLEND, seed: int = 0
) -> Evaluation:
    """Every contender on the same users, with intervals over users and the blend's paired lead.

    ours: whose lead it is. seed: of the draws. Contenders are fitted one after the other, and only their
    figures are kept. InvalidInput where nobody has anything held out.
    """
    users = held.somebody
    draws = Draws.of(len(users), seed=seed)
    groups = _groups(np.diff(held.known.chosen.indptr)[users])
    values: dict[str, NDArray[np.float64]] = {}
    models: dict[str, Scored] = {}
    for one in contenders:
        found, cost = watch(one)
        measures = gains(found, held.asked)
        table = np.stack(list(measures.values()), axis=1)
        models[one.name] = Scored(
            figures=_named(measures, draws.means(table)),
            by_group={name: _named(measures, draws.means(table, among)) for name, among in groups.items()},
            breadth=breadth(found, held.known.chosen),
            breadth_by_group={
                name: breadth(found.of(among), held.known.chosen) for name, among in groups.items()
            },
            cost=cost,
        )
        values[one.name] = np.stack([measures[name] for name in MAIN], axis=1)
    return Evaluation(
        known=held.known,
        held_out=int(held.asked.nnz),
        unasked=held.unasked,
        asked={"all": len(users), **{name: int(among.sum()) for name, among in groups.items()}},
        models=models,
        ahead=_ahead(values, ours, draws),
        friends=_friends(values, groups, draws),
    )


def _groups(counts: NDArray[np.integer]) -> dict[str, NDArray[np.bool_]]:
    """Who is in each group that has anybody, by its name."""
    groups = {}
    for least, most in ACTIVITY:
        among = (counts >= least) & (counts <= (most if most is not None else np.inf))
        if among.any():
            groups["cold" if not least else f"{least}–{most}" if most is not None else f"{least}+"] = among
    return groups


def _ahead(
    values: Mapping[str, NDArray[np.float64]], ours: str, draws: Draws
) -> dict[str, dict[str, Difference]]:
    if ours not in values:
        return {}
    return {
        name: _named(MAIN, draws.differences(values[ours], theirs))
        for name, theirs in values.items()
        if name != ours
    }


def _friends(
    values: Mapping[str, NDArray[np.float64]], groups: Mapping[str, NDArray[np.bool_]], draws: Draws
) -> dict[str, dict[str, Difference]]:
    if not {BLEND, WITHOUT} <= values.keys():
        return {}
    everybody = {"all": np.ones(len(values[BLEND]), np.bool_)}
    return {
        name: _named(MAIN, draws.differences(values[BLEND], values[WITHOUT], among))
        for name, among in (everybody | dict(groups)).items()
    }


def _named(names: Iterable[str], values: Sequence[T]) -> dict[str, T]:
    return dict(zip(names, values, strict=True))
