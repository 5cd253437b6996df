"""A score's reasons as one sentence that a person would say.

At most two clauses, the heaviest kinds of reason first; at most two friends named, and only those who allow
it and have a name (friends of others are only counted); nothing is claimed that is not among the reasons, and
nothing that speaks against it is told. What can be said is in `graph.suggest.phrases`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from graph.suggest import phrases
from graph.suggest.answers import Suggestion
from graph.suggest.phrases import Sayings
from graph.suggest.reasons import (
    ExplorationReason,
    FriendReason,
    InterestReason,
    LikenessReason,
    PeersReason,
    PopularityReason,
    Reason,
    RelationReason,
    SceneReason,
)

CLAUSES, NAMED = 2, 2


class Language(Enum):
    """The languages sentences are written in (BCP 47)."""

    ENGLISH = "en"
    CHINESE = "zh-Hans"


@dataclass(frozen=True, slots=True)
class Names:
    """How people and products are called in a sentence; "" for somebody without a name. people: by row;
    products: by row.
    """

    people: Sequence[str]
    products: Sequence[str]


def language(tag: str | None) -> Language:
    """The language to answer in for a BCP 47 tag or an Accept-Language header: the first one known, else
    English.

    >>> language("zh-CN,zh;q=0.9,en;q=0.8").value, language("fr").value, language(None).value
    ('zh-Hans', 'en', 'en')
    """
    for entry in (tag or "").replace("_", "-").split(","):
        spoken = entry.partition(";")[0].strip().lower().partition("-")[0]
        if spoken in {"zh", "en"}:
            return Language.CHINESE if spoken == "zh" else Language.ENGLISH
    return Language.ENGLISH


def explain(suggestion: Suggestion, names: Names, said: Sayings) -> str:
    """One sentence for the end user, in the language of a catalogue."""
    groups: dict[tuple[type[Reason], object], list[Reason]] = {}
    for reason in suggestion.reasons:
        if reason.weight > 0 or isinstance(reason, ExplorationReason):
            groups.setdefault(_kind(reason), []).append(reason)
    ordered = sorted(groups.values(), key=lambda group: -sum(reason.weight for reason in group))
    clauses = [clause for clause in (_clause(group, names, said) for group in ordered) if clause]
    return phrases.sentence(said, clauses[:CLAUSES])


def _kind(reason: Reason) -> tuple[type[Reason], object]:
    """Reasons that are told in one breath."""
    match reason:
        case FriendReason(via=via):
            return FriendReason, via
        case InterestReason(because=because):
            return InterestReason, not because
        case _:
            return type(reason), None


def _clause(group: list[Reason], names: Names, said: Sayings) -> str | None:
    clause: str | None = None
    match group[0]:
        case FriendReason():
            clause = _friends([reason for reason in group if isinstance(reason, FriendReason)], names, said)
        case RelationReason(relation=relation, to=to, own=own):
            clause = phrases.relation(said, relation, names.products[to], own=own)
        case InterestReason(because=()):
            clause = phrases.audience(said)
        case InterestReason(because=because):
            clause = phrases.interest(said, _called(names.products, because)[:NAMED])
        case PeersReason(people=people):
            clause = phrases.peers(said, people)
        case LikenessReason(because=because, brand=brand):
            clause = phrases.likeness(said, next(iter(_called(names.products, because)), ""), brand=brand)
        case PopularityReason(community=community, of_kind=of_kind):
            clause = phrases.popularity(said, around=community is not None, of_kind=of_kind)
        case SceneReason(facet=facet):
            clause = phrases.scene(said, facet)
        case ExplorationReason():
            clause = phrases.exploration(said)
        case _:
            pass
    return clause


def _friends(group: list[FriendReason], names: Names, said: Sayings) -> str:
    action, via = group[0].action, group[0].via
    friends = {reason.friend: reason.named for reason in group if reason.action is action}
    if via is not None:
        return phrases.circle(said, names.people[via], len(friends), action)
    called = _called(names.people, [friend for friend, named in friends.items() if named])[:NAMED]
    return phrases.friends(said, called, len(friends) - len(called), action)


def _called(names: Sequence[str], rows: Sequence[int]) -> list[str]:
    return [name for name in (names[row] for row in rows) if name]
