"""A score's reasons as one sentence that a person would say.

At most two clauses, the heaviest kinds of reason first; at most two friends named, and only those who allow
it and have a name (friends of a link's sharer are only counted); nothing is claimed that is not among the
reasons. Sentences are made per language, because plural and order are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

from graph.events import Kind
from graph.suggest.answers import Suggestion
from graph.suggest.reasons import (
    FriendReason,
    InterestReason,
    PopularityReason,
    Reason,
    Relation,
    RelationReason,
)


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


def explain(suggestion: Suggestion, names: Names, spoken: Language) -> str:
    """One sentence for the end user."""
    groups: dict[tuple[type[Reason], int | None], list[Reason]] = {}
    for reason in suggestion.reasons:
        groups.setdefault((type(reason), getattr(reason, "via", None)), []).append(reason)
    ordered = sorted(groups.values(), key=lambda group: -sum(reason.weight for reason in group))
    voice = _VOICES[spoken]
    clauses = [clause for clause in (_clause(group, names, voice) for group in ordered) if clause]
    return voice.sentence(clauses[:2])


def _clause(group: list[Reason], names: Names, voice: "type[_English | _Chinese]") -> str | None:
    match group[0]:
        case FriendReason(action=action, via=via):
            friends = [
                reason for reason in group if isinstance(reason, FriendReason) and reason.action is action
            ]
            if via is not None:
                return voice.circle(names.people[via], len(friends), action)
            called = [names.people[friend.friend] for friend in friends if friend.named]
            called = [name for name in called if name][:2]
            return voice.friends(called, len(friends) - len(called), action)
        case RelationReason(relation=relation, to=to, own=own):
            return voice.relation(relation, names.products[to], own=own)
        case InterestReason(because=because):
            return voice.interest([name for name in (names.products[row] for row in because[:2]) if name])
        case PopularityReason(community=community):
            return voice.popularity(around=community is not None)
        case _:
            return None


class _English:
    """Sentences in English."""

    ACTS: ClassVar = {Kind.SHARE: "shared this", Kind.PURCHASE: "bought this", Kind.RATE: "liked this"}

    @classmethod
    def friends(cls, called: list[str], others: int, action: Kind) -> str:
        if not called:
            who = "A friend" if others == 1 else f"{others} friends"
        elif not others:
            who = " and ".join(called)
        else:
            other = "1 other friend" if others == 1 else f"{others} other friends"
            who = f"{', '.join(called)} and {other}"
        return f"{who} {cls.ACTS.get(action, 'looked at this')}"

    @classmethod
    def circle(cls, sharer: str, friends: int, action: Kind) -> str:
        who = "a friend" if friends == 1 else f"{friends} friends"
        return f"{who} of {sharer or 'whoever shared the link'} {cls.ACTS.get(action, 'looked at this')}"

    @staticmethod
    def relation(relation: Relation, product: str, *, own: bool) -> str:
        if relation is Relation.SUBSTITUTE:
            return f"it is an alternative to the {product or 'one you looked at'}"
        whose = "your" if own else "the"
        return f"it goes with {whose} {product}" if product else "it goes with something you chose"

    @staticmethod
    def interest(products: list[str]) -> str:
        return f"people who chose {' and '.join(products) or 'the same as you'} chose this too"

    @staticmethod
    def popularity(*, around: bool) -> str:
        return "it is popular in this circle" if around else "it is popular right now"

    @staticmethod
    def sentence(clauses: list[str]) -> str:
        whole = "; ".join(clauses) or "a suggestion for you"
        return f"{whole[0].upper()}{whole[1:]}."


class _Chinese:
    """Sentences in simplified Chinese; names are set off by spaces where they are written in letters."""

    ACTS: ClassVar = {Kind.SHARE: "分享了它", Kind.PURCHASE: "买了它", Kind.RATE: "喜欢它"}

    @classmethod
    def friends(cls, called: list[str], others: int, action: Kind) -> str:
        if not called:
            who = f"{others} 位朋友"
        elif not others:
            who = "和".join(called)
        else:
            who = f"{'、'.join(called)}和另外 {others} 位朋友"
        return f"{who}{cls.ACTS.get(action, '看过它')}"

    @classmethod
    def circle(cls, sharer: str, friends: int, action: Kind) -> str:
        return f"{sharer or '分享者'}的 {friends} 位朋友{cls.ACTS.get(action, '看过它')}"

    @staticmethod
    def relation(relation: Relation, product: str, *, own: bool) -> str:
        thing = f"“{product}”" if product else "你看过的商品"
        if relation is Relation.SUBSTITUTE:
            return f"它可以代替{thing}"
        return f"它和{'你的' if own and product else ''}{thing}很搭"

    @staticmethod
    def interest(products: list[str]) -> str:
        chosen = "和".join(f"“{product}”" for product in products)
        return f"选了{chosen}的人也选了它" if chosen else "口味和你相近的人也选了它"

    @staticmethod
    def popularity(*, around: bool) -> str:
        return "它在这个圈子里很受欢迎" if around else "它最近很受欢迎"

    @staticmethod
    def sentence(clauses: list[str]) -> str:
        return f"{'；'.join(clauses) or '为你推荐'}。"


_VOICES: dict[Language, type[_English | _Chinese]] = {Language.ENGLISH: _English, Language.CHINESE: _Chinese}
