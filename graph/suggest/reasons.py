"""Why a product is suggested, in terms that add up: the score of a suggestion is the sum of its reasons'
weights.
"""

from dataclasses import dataclass, replace
from enum import Enum

from graph.events import Kind, Verdict
from graph.relations import Relation
from graph.scene import Facet

AT_MOST = 10
"""Reasons given for one suggestion; the last then gathers the rest."""


@dataclass(frozen=True, slots=True)
class FriendReason:
    """A person one listens to did something with the product, or a friend of theirs, or a friend of whoever's
    link one opened.

    named: whether that person allows to be named here. via: whose friend it was, who allows to be named; None
    for a friend of one's own.
    """

    weight: float
    friend: int
    named: bool
    action: Kind
    at: int
    share: int | None
    via: int | None = None


@dataclass(frozen=True, slots=True)
class InterestReason:
    """People who took to these products, of one's own or of the sharer of a link, took to this one too;
    heaviest first to the model that says it loudest, at most three. Without any, it is people who listen to
    the same friends that took to it.

    To take to something is to do anything with it; the least of that is a look. bought: whether all who took
    to any of these products bought it. few: whether that is fewer than two people, of the first two products;
    then no sentence tells of people.
    """

    weight: float
    because: tuple[int, ...]
    bought: bool = False
    few: bool = False


@dataclass(frozen=True, slots=True)
class PeersReason:
    """So many people of like taste took to it; at least two. bought: whether all of them bought it."""

    weight: float
    people: int
    bought: bool = False


class Alike(Enum):
    """What two products have in common: a category, a brand, a shop, a category and how dear they are in it,
    a department (the category above their own), a tag.
    """

    KIND = "kind"
    BRAND = "brand"
    SHOP = "shop"
    PRICE = "price"
    DEPARTMENT = "department"
    TAG = "tag"


@dataclass(frozen=True, slots=True)
class LikenessReason:
    """It is like these products of one's own, or like the one on the page: dearest first, at most three. by:
    what they have in common.
    """

    weight: float
    because: tuple[int, ...]
    by: Alike


@dataclass(frozen=True, slots=True)
class RelationReason:
    """It goes with, or could stand for, a product: one of one's own, or the one on the page."""

    weight: float
    relation: Relation
    to: int
    own: bool


@dataclass(frozen=True, slots=True)
class PopularityReason:
    """Much is made of it, in shares, purchases, ratings and opened links: in a community (its label), or by
    everybody (None). of_kind: among products of its category, not of all. own: the community is that of
    whoever asks; else that of the sharer of a link.
    """

    weight: float
    community: int | None
    of_kind: bool = False
    own: bool = True


@dataclass(frozen=True, slots=True)
class SceneReason:
    """It is wanted more than usual when and where it is to be shown. scene: the word for what of this lifts
    it most, of that facet.
    """

    weight: float
    facet: Facet
    scene: str


@dataclass(frozen=True, slots=True)
class ExplorationReason:
    """It stands here to be tried. propensity: the chance with which an explored product was given this
    place.
    """

    weight: float
    propensity: float


@dataclass(frozen=True, slots=True)
class FeedbackReason:
    """It is like a product of which the person gave a verdict; the weight of one not wanted is below 0."""

    weight: float
    verdict: Verdict
    to: int


@dataclass(frozen=True, slots=True)
class PriceReason:
    """It costs far more (dear), or far less, than what the person takes to; the weight is below 0."""

    weight: float
    dear: bool


@dataclass(frozen=True, slots=True)
class RemainderReason:
    """The rest, so that the sum holds: how many reasons it stands for, and how much of its weight is whose
    (`voice_of`).
    """

    weight: float
    count: int
    by_voice: tuple[tuple[type["Reason"], float], ...] = ()


Reason = (
    FriendReason
    | InterestReason
    | PeersReason
    | LikenessReason
    | RelationReason
    | PopularityReason
    | SceneReason
    | ExplorationReason
    | FeedbackReason
    | PriceReason
    | RemainderReason
)


def heaviest_first(reasons: list[Reason]) -> tuple[Reason, ...]:
    """At most ten reasons in order of weight; from the tenth on they are gathered into a remainder.

    What several models say of what goes with one's own is one reason, as it is one thing to whoever reads it;
    so is one act of one friend, which may be news beside.
    """
    ordered = sorted(_acts_as_one(_interest_as_one(reasons)), key=lambda reason: -abs(reason.weight))
    if len(ordered) <= AT_MOST:
        return tuple(ordered)
    return (*ordered[: AT_MOST - 1], _remainder(ordered[AT_MOST - 1 :]))


def _interest_as_one(reasons: list[Reason]) -> list[Reason]:
    """The same sum; of all reasons that name products, the heaviest says which."""
    named = [reason for reason in reasons if isinstance(reason, InterestReason) and reason.because]
    if len(named) < 2:
        return reasons
    others = [reason for reason in reasons if not (isinstance(reason, InterestReason) and reason.because)]
    heaviest = max(named, key=lambda reason: reason.weight)
    return [*others, replace(heaviest, weight=sum(reason.weight for reason in named))]


def _acts_as_one(reasons: list[Reason]) -> list[Reason]:
    """The same sum; a friend speaks for a product with one act."""
    friends = [reason for reason in reasons if isinstance(reason, FriendReason)]
    acts: dict[tuple[int, int | None], FriendReason] = {}
    for reason in friends:
        told = acts.get((reason.friend, reason.via))
        louder = reason if told is None else replace(told, weight=told.weight + reason.weight)
        acts[reason.friend, reason.via] = louder
    if len(acts) == len(friends):
        return reasons
    return [*(reason for reason in reasons if not isinstance(reason, FriendReason)), *acts.values()]


def _remainder(rest: list[Reason]) -> RemainderReason:
    by_voice: dict[type[Reason], float] = {}
    for reason in rest:
        by_voice[voice_of(reason)] = by_voice.get(voice_of(reason), 0.0) + reason.weight
    return RemainderReason(sum(reason.weight for reason in rest), len(rest), tuple(by_voice.items()))


def voice_of(reason: Reason) -> type[Reason]:
    """Whose voice a reason is to a reader, told by the sort of reason that leads it: people of like taste are
    one crowd, counted or not, and what is popular of a kind speaks for the kind.
    """
    match reason:
        case PeersReason():
            return InterestReason
        case PopularityReason(of_kind=True):
            return LikenessReason
        case _:
            return type(reason)
