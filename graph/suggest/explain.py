"""A score's reasons as one sentence that a person would say.

A reader hears voices, not terms: all friends together, all people of like taste, all that it goes with. At
most two clauses: of the two loudest voices, whatever of them is in the remainder counting with them, the
heaviest that can be told in one breath; of one voice alone two. At most two friends are named, and only those
who allow it and have a name (friends of others are only counted); nothing is claimed that is not among the
reasons, and nothing that speaks against it is told. What can be said is in `graph.suggest.phrases`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import zip_longest

from graph.suggest import phrases
from graph.suggest.answers import Suggestion
from graph.suggest.phrases import Sayings
from graph.suggest.reasons import (
    Alike,
    ExplorationReason,
    FriendReason,
    InterestReason,
    LikenessReason,
    PeersReason,
    PopularityReason,
    Reason,
    RelationReason,
    RemainderReason,
    SceneReason,
    voice_of,
)

CLAUSES, NAMED = 2, 2


class Language(Enum):
    """The languages sentences are written in (BCP 47)."""

    ENGLISH = "en"
    CHINESE = "zh-Hans"


KNOWN = {"en": Language.ENGLISH, "zh": Language.CHINESE}
"""By the first part of a tag."""


@dataclass(frozen=True, slots=True)
class Names:
    """How people and products are called in a sentence; "" for somebody without a name. people: by row;
    products: by row.
    """

    people: Sequence[str]
    products: Sequence[str]


QUALITY = re.compile(r"\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*", re.IGNORECASE)
"""How much a language is liked beside the others of a header (RFC 9110, 12.4.2)."""


def language(tag: str | None) -> Language:
    """The language to answer in for a BCP 47 tag or an Accept-Language header: of those known the one liked
    best, the first of equals; English where none is.

    >>> language("zh-CN,zh;q=0.9,en;q=0.8").value, language("fr").value, language(None).value
    ('zh-Hans', 'en', 'en')
    >>> language("en;q=0.4, zh").value, language("zh;q=0, fr").value
    ('zh-Hans', 'en')
    """
    found, most = Language.ENGLISH, 0.0
    for entry in (tag or "").replace("_", "-").split(","):
        spoken, _, said = entry.partition(";")
        known = KNOWN.get(spoken.strip().lower().partition("-")[0])
        liked = QUALITY.fullmatch(said)
        quality = float(liked[1]) if liked else 1.0
        if known is not None and quality > most:
            found, most = known, quality
    return found


def explain(suggestion: Suggestion, names: Names, said: Sayings) -> str:
    """One sentence for the end user, in the language of a catalogue."""
    in_turn = zip_longest(*_voices(suggestion.reasons))
    breaths = [breath for turn in in_turn for breath in turn if breath is not None]
    clauses = [clause for clause in (_clause(breath, names, said) for breath in breaths) if clause]
    return phrases.sentence(said, clauses[:CLAUSES])


def _voices(reasons: Sequence[Reason]) -> list[list[list[Reason]]]:
    """What each voice says for it, the loudest voice first; of a voice what is told in one breath, the
    heaviest first. Whoever hears that it is of the same kind need not hear that it is of the same department.
    """
    voices: dict[type[Reason], dict[object, list[Reason]]] = {}
    for reason in reasons:
        speaks = reason.weight > 0 or isinstance(reason, ExplorationReason)
        if speaks and _can_be_told(reason):
            breaths = voices.setdefault(voice_of(reason), {})
            breaths.setdefault(_breath(reason), []).append(reason)
    likeness = voices.get(LikenessReason, {})
    if any(isinstance(reason, LikenessReason) for reason in likeness.get(Alike.KIND, ())):
        likeness.pop(Alike.DEPARTMENT, None)
    loud = _loudness(reasons)
    ordered = sorted(voices, key=lambda voice: -loud[voice])
    return [sorted(voices[one].values(), key=lambda told: -sum(r.weight for r in told)) for one in ordered]


def _can_be_told(reason: Reason) -> bool:
    """Nothing is told of people who are not two, and of the remainder there is no saying."""
    return not (isinstance(reason, RemainderReason) or (isinstance(reason, InterestReason) and reason.few))


def _loudness(reasons: Sequence[Reason]) -> dict[type[Reason], float]:
    """What each voice adds to the score, its part of the remainder included."""
    loud: dict[type[Reason], float] = {}
    for reason in reasons:
        mine = ((voice_of(reason), reason.weight),)
        for voice, weight in reason.by_voice if isinstance(reason, RemainderReason) else mine:
            loud[voice] = loud.get(voice, 0.0) + weight
    return loud


def _breath(reason: Reason) -> object:
    """Reasons of one voice of which this is the same are one clause, that of the heaviest."""
    match reason:
        case FriendReason(via=via, action=action):
            return via, action
        case RelationReason(relation=relation, to=to):
            return relation, to
        case LikenessReason(by=by):
            return by
        case PopularityReason(of_kind=of_kind):
            # What is popular of its kind is told with what is of that kind, by no brand.
            return Alike.KIND if of_kind else None
        case SceneReason(facet=facet):
            return facet
        case _:
            return None


def _clause(group: list[Reason], names: Names, said: Sayings) -> str | None:
    clause: str | None = None
    match group[0]:
        case FriendReason():
            clause = _friends([reason for reason in group if isinstance(reason, FriendReason)], names, said)
        case RelationReason(relation=relation, to=to, own=own):
            clause = phrases.relation(said, relation, names.products[to], own=own)
        case InterestReason(because=(), bought=bought):
            clause = phrases.audience(said, bought=bought)
        case InterestReason(because=because, bought=bought):
            clause = phrases.interest(said, _called(names.products, because)[:NAMED], bought=bought)
        case PeersReason(people=people, bought=bought):
            clause = phrases.peers(said, people, bought=bought)
        case LikenessReason() | PopularityReason(of_kind=True):
            clause = _kind(group, names, said)
        case PopularityReason(community=community, own=own):
            clause = phrases.popularity(said, around=community is not None, own=own)
        case SceneReason(facet=facet):
            clause = phrases.scene(said, facet)
        case ExplorationReason():
            clause = phrases.exploration(said)
        case _:
            pass
    return clause


def _friends(group: list[FriendReason], names: Names, said: Sayings) -> str:
    action, via = group[0].action, group[0].via
    friends = {reason.friend: reason.named for reason in group}
    if via is not None:
        return phrases.circle(said, names.people[via], len(friends), action)
    called = _called(names.people, [friend for friend, named in friends.items() if named])[:NAMED]
    return phrases.friends(said, called, len(friends) - len(called), action)


def _kind(group: list[Reason], names: Names, said: Sayings) -> str:
    """That it is of a kind or a brand, or popular among its like, or both."""
    alike = [reason for reason in group if isinstance(reason, LikenessReason)]
    called = next(iter(_called(names.products, [row for reason in alike for row in reason.because])), "")
    if len(alike) < len(group):
        return phrases.popular_of_kind(said, called)
    return phrases.likeness(said, called, by=alike[0].by)


def _called(names: Sequence[str], rows: Sequence[int]) -> list[str]:
    return [name for name in (names[row] for row in rows) if name]
