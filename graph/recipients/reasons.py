"""A recipient and the terms of its chance."""

from dataclasses import dataclass

from graph.estimate import Estimate


@dataclass(frozen=True, slots=True)
class TieReason:
    """What lies between the two. sharer, person: rows. opened: how many of the sharer's shares this person
    opened, of how many since the first of these; None where none was.
    """

    weight: float
    sharer: int
    person: int
    opened: int
    of_shares: int | None


@dataclass(frozen=True, slots=True)
class CircleReason:
    """People between the two, and how many share the sharer's attention. in_common: people tied to both.
    size: how many are tied to the sharer.
    """

    weight: float
    in_common: int
    size: int


@dataclass(frozen=True, slots=True)
class InterestReason:
    """What this person took to that is like the product. because: rows of products of its category or brand
    that they opened, newest first, at most three.
    """

    weight: float
    because: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ActivityReason:
    """How much this person opens and shares at all. opens: shares of anybody's that they opened."""

    weight: float
    opens: int


Reason = TieReason | CircleReason | InterestReason | ActivityReason


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who may open. rank: from 1. opens: the chance that they do. reasons: heaviest first; their
    weights sum to the log-odds of `opens` less those of an average pair.
    """

    person: int
    rank: int
    opens: Estimate
    reasons: tuple[Reason, ...]
