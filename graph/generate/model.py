"""`ShopModel`: every number the shop is drawn from, with its default, and the dice.

The same model gives the same shop, byte for byte. Each part of the shop (ties, catalogue, travel, …) throws
its own dice, so that changing one part's parameters leaves the earlier parts as they were. docs/generator.md
says the same as equations.
"""

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from graph.errors import InvalidInput
from graph.generate.taxonomy import CATEGORIES, WORLDS

Ints = NDArray[np.signedinteger[Any]]
Codes = Ints
"""Numbers of people, products or shares, held in 32 bits."""
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

NEVER = np.iinfo(np.int64).max
"""The second at which nothing happens any more; stands for "not within this world's time"."""

LOCAL = 8 * 3600
"""The shop's days begin at UTC+8."""

DAY = 86_400


@dataclass(frozen=True, slots=True)
class ShopModel:
    """A shop with `users` accounts whose log holds exactly `events` events, the last of them before `until`.

    Probabilities lie in [0, 1], durations are medians in seconds unless said otherwise, money is in CNY.
    """

    users: int = 2_000
    events: int = 40_000
    seed: int = 7
    until: datetime = datetime(2026, 6, 1, tzinfo=UTC)
    days: int = 240
    """Length of the log."""
    noise: float = 1.0
    """Level of random behaviour: a tenth of all choices each level (see `random_share`)."""
    worlds: int | None = None
    """Worlds of interest that the shop serves; None: six, from 50,000 events on all twelve."""
    products: int | None = None
    """None: one for 200 events, at least six a category."""
    shelves_by_price: bool = True
    """Whether the products of a shelf are neighbours in price; else they are any of their category, and only
    what people look at tells which stand for one another.
    """
    wandering: float = 0.0
    """Share of a visit's looks after its first, at each level of noise, at whatever is popular anywhere."""

    # People
    strangers: float = 0.08
    """People who never get an account, for each account."""
    joiners: float = 0.2
    """Share of the accounts that are opened within the log; before, these people are visitors."""
    identified: float = 0.8
    """Share of the joiners whose SIGNUP names the visitor they were."""
    moved: float = 0.01
    """Share of the accounts that replace an earlier account of the same person; SIGNUP names it as
    `visitor`.
    """
    circle_size: int = 16
    """People of one circle (family, class, office): the neighbourhood in which friends of friends are
    friends.
    """
    taste_focus: float = 0.35
    """Dirichlet weight of a community's taste for each world; smaller: more one-sided."""
    taste_kinship: float = 6.0
    """Dirichlet concentration of a person's taste around the community's."""

    # Ties
    ties_each: float = 10.0
    """Mean number of listeners."""
    reciprocity: float = 0.5
    """Share of ties whose reverse is a tie too."""
    in_circle: float = 0.3
    in_community: float = 0.5
    """The rest of the ties leads anywhere."""
    fame_exponent: float = 1.6
    """Pareto exponent of fame: how many listen to a person, circle aside."""
    ties_told: float = 0.1
    """Share of the ties that the log tells by a TIE event; the rest shows in opens alone."""
    ties_cut: float = 0.03
    """Share of the told ties that end with an UNTIE, after which nothing travels along them."""

    # Transmission
    opens_given_seen: float = 0.24
    """Global chance that a share which reached a listener is opened."""
    sender_shape: float = 4.0
    """Senders' factors are Gamma with this shape and mean 1."""
    receiver_shape: float = 4.0
    closeness: tuple[float, float, float] = (1.6, 1.0, 0.5)
    """Factor of ties within a circle, within a community, elsewhere."""
    tie_concentration: float = 12.0
    """κ of Beta(κμ, κ(1−μ)), the tie's own chance around what sender, receiver and closeness give."""
    affinity: float = 0.3
    """Exponent of the listener's taste for the product's world in the chance of one trial; 0: the same for
    all products.
    """
    reach: float = 0.6
    """Chance that a listener sees a share that was sent to everybody."""
    direct: float = 0.3
    """Share of the shares that are sent to one listener, who always sees them."""
    recipient_told: float = 0.6
    """Share of the direct shares whose recipient the log tells."""
    exposures_told: float = 0.25
    """Share of the other shares whose every viewer the log tells (EXPOSURE with a share)."""
    reshare: float = 0.22
    """Mean chance that somebody passes on what they opened first in a cascade."""
    parent_told: float = 0.85
    """Share of the re-shares that name their parent."""
    seen_after: tuple[float, float] = (900.0, 1.4)
    """Median and log-sigma of the time from the share to its being seen."""
    opened_after: tuple[float, float] = (600.0, 1.6)
    reshared_after: tuple[float, float] = (1_200.0, 1.3)
    campaigns: float = 0.12
    """Share of the first shares that are paid for; their product follows the campaign, not the sharer's
    taste.
    """

    # Buying
    buys_opened: float = 0.2
    """Chance that an average open leads to a purchase, before taste and price fit."""
    buys_browsed: float = 0.45
    """The same for a visit."""
    price_tolerance: float = 0.6
    """Log-distance between price and a person's level at which the chance falls to 61 %."""
    complements_at_once: float = 0.65
    """Share of the complements that are in the same order; the rest follows within two weeks."""
    refunded_orders: float = 0.015
    refunded_lines: float = 0.03
    rated: float = 0.2

    # Noise and fraud
    bots: float = 0.0005
    """Accounts that open hundreds of shares within an hour, for each account; at least one."""
    rings: float = 0.0002
    """Self-referral rings for each account; at least one."""

    def __post_init__(self) -> None:
        for fine, wrong in (
            (self.users >= 20, f"{self.users} users; give at least 20"),
            (self.events >= 500, f"{self.events} events; give at least 500"),
            (self.seed >= 0, f"seed {self.seed}; give 0 or more"),
            (14 <= self.days <= 3650, f"a log of {self.days} days; give between 14 and 3650"),
            (self.ties_each >= 1, f"{self.ties_each} listeners each; give at least 1"),
            (0 <= self.noise <= 9, f"noise level {self.noise}; give a number between 0 and 9"),
            (self.until.tzinfo is not None, f"until {self.until} has no offset; add one, or Z for UTC"),
            (1 <= self.world_count <= len(WORLDS), f"{self.worlds} worlds; give between 1 and {len(WORLDS)}"),
        ):
            if not fine:
                raise InvalidInput(wrong)

    @property
    def world_count(self) -> int:
        """How many worlds of interest the shop serves."""
        if self.worlds is not None:
            return self.worlds
        return 6 if self.events < 50_000 else len(WORLDS)

    @property
    def product_count(self) -> int:
        """How many products the shop sells; every category it has gets some."""
        served = sum(c.world in WORLDS[: self.world_count] for c in CATEGORIES)
        if self.products is not None:
            return max(served, self.products)
        return max(6 * served, self.events // 200)

    @property
    def community_count(self) -> int:
        """How many communities are planted: 7 for 300 people, 50 for 20,000, 290 for a million."""
        return max(3, round(0.58 * math.pow(self.users, 0.45)))

    @property
    def random_share(self) -> float:
        """Share of the choices that follow no taste, no relation and no tie."""
        return 0.1 * self.noise

    @property
    def end(self) -> int:
        """The second (since 1970) before which everything lies."""
        return int(self.until.timestamp())

    @property
    def start(self) -> int:
        """The second at which the log begins."""
        return int((self.until - timedelta(days=self.days)).timestamp())

    def dice(self, part: str) -> np.random.Generator:
        """The part's own source of chance: equal for equal seeds, unrelated to the other parts'."""
        return np.random.Generator(np.random.PCG64(np.random.SeedSequence([self.seed, crc32(part.encode())])))


def lognormal(dice: np.random.Generator, law: tuple[float, float], n: int) -> Ints:
    """N durations of at least one second with the law's median and log-sigma, in whole seconds, at most 30
    days.
    """
    drawn = law[0] * np.exp(law[1] * dice.standard_normal(n))
    return np.clip(drawn, 1, 30 * DAY).astype(np.int64)


def drawn_from(dice: np.random.Generator, weights: Floats, n: int) -> Ints:
    """N positions, each with chance proportional to its weight."""
    cumulative = np.cumsum(weights)
    found = np.searchsorted(cumulative, dice.random(n) * cumulative[-1], side="right")
    return np.asarray(np.minimum(found, len(weights) - 1))


def ranges(starts: Ints, counts: Ints) -> Ints:
    """The concatenation of start, start+1, … start+count−1 over all pairs.

    >>> ranges(np.array([5, 0]), np.array([2, 3]))
    array([5, 6, 0, 1, 2])
    """
    ends = np.cumsum(counts)
    return np.asarray(np.arange(ends[-1] if len(ends) else 0) + np.repeat(starts - (ends - counts), counts))
