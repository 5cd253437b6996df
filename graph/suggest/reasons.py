"""Why a product is suggested, in terms that add up: the score of a suggestion is the sum of its reasons'
weights.
"""

from dataclasses import dataclass

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
    """People who chose these products of one's own, or of the sharer of a link, chose this one too; heaviest
    first, at most three. Without any, it is people who listen to the same friends that chose it.
    """

    weight: float
    because: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PeersReason:
    """So many people of like taste took to it; at least two."""

    weight: float
    people: int


@dataclass(frozen=True, slots=True)
class LikenessReason:
    """It is of the kind of these products of one's own, or of the one on the page: dearest first, at most
    three. brand: of the same brand; else of the same category.
    """

    weight: float
    because: tuple[int, ...]
    brand: bool


@dataclass(frozen=True, slots=True)
class RelationReason:
    """It goes with, or could stand for, a product: one of one's own, or the one on the page."""

    weight: float
    relation: Relation
    to: int
    own: bool


@dataclass(frozen=True, slots=True)
class PopularityReason:
    """It is chosen a lot: in one's community (its label), or by everybody (None). of_kind: among products of
    its category, not of all.
    """

    weight: float
    community: int | None
    of_kind: bool = False


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
    """The rest, so that the sum holds: how many reasons it stands for."""

    weight: float
    count: int


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
    """At most ten reasons in order of weight; from the tenth on they are gathered into a remainder."""
    ordered = sorted(reasons, key=lambda reason: -abs(reason.weight))
    if len(ordered) <= AT_MOST:
        return tuple(ordered)
    rest = ordered[AT_MOST - 1 :]
    return (*ordered[: AT_MOST - 1], RemainderReason(sum(reason.weight for reason in rest), len(rest)))
