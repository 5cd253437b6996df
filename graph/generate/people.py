"""Who lives in the shop: communities, circles, fame, taste, purse, and when a visitor becomes an account.

A person is a number: accounts first, then the strangers who never get one. Communities have unlike sizes and
each its taste, a Dirichlet draw over the worlds; a person's taste is a Dirichlet draw around the community's.
Within a community people form circles of about sixteen.
"""

from dataclasses import dataclass

import numpy as np

from graph.generate.calendar import Calendar
from graph.generate.model import NEVER, Codes, Flags, Floats, Ints, ShopModel, drawn_from
from graph.generate.names import CULTURES, REGIONS


@dataclass(frozen=True, slots=True)
class People:
    """n people, one array each, of shape (n,) unless said otherwise.

    order: people sorted by community and circle; begins: (communities + 1,) where each community begins in
    it. fame: weight of being listened to (Pareto, least 1). curiosity: weight of listening. voice: weight of
    sharing. activity: weight of visiting. sender, receiver: factors of the chance of opening, mean 1.
    reshares: chance of passing on. taste: (n, worlds), habits: (communities, worlds), the communities'
    tastes; rows sum to 1. level: log of the price a person likes over the category's median. joins: second
    from which the account is used; before, the visitor's key is (or, where moved, the earlier account's).
    """

    accounts: int
    community: Codes
    circle: Codes
    order: Ints
    begins: Ints
    fame: Floats
    curiosity: Floats
    voice: Floats
    activity: Floats
    sender: Floats
    receiver: Floats
    reshares: Floats
    taste: Floats
    habits: Floats
    level: Floats
    region: Codes
    culture: Codes
    joins: Ints
    moved: Flags
    identified: Flags

    def __len__(self) -> int:
        return len(self.community)

    def has_account(self, people: Ints | Codes, at: Ints) -> Flags:
        """Whether they act under an account, present or earlier, at that moment."""
        return np.asarray((self.joins[people] <= at) | self.moved[people])


def settle(model: ShopModel, calendar: Calendar) -> People:
    """The people of the model."""
    dice = model.dice("people")
    n = model.users + round(model.strangers * model.users)
    community, order, begins, circle = _neighbourhoods(model, dice, n)
    groups = len(begins) - 1
    habits = dice.dirichlet(np.full(model.world_count, model.taste_focus), groups)
    taste = _around(dice, habits[community] * model.taste_kinship)
    fame = (1 - dice.random(n)) ** (-1 / model.fame_exponent)
    fame = np.minimum(fame, n**0.6)
    receiver = dice.gamma(model.receiver_shape, 1 / model.receiver_shape, n)
    joins, moved, identified = _accounts(model, calendar, n)
    return People(
        accounts=model.users,
        community=community,
        circle=circle,
        order=order,
        begins=begins,
        fame=fame,
        curiosity=np.exp(0.6 * dice.standard_normal(n)),
        voice=np.exp(dice.standard_normal(n)) * fame**0.6,
        activity=np.exp(0.8 * dice.standard_normal(n)),
        sender=dice.gamma(model.sender_shape, 1 / model.sender_shape, n),
        receiver=receiver,
        reshares=np.minimum(0.6, model.reshare * dice.gamma(1.5, 1 / 1.5, n)),
        taste=taste,
        habits=habits,
        level=(0.3 * dice.standard_normal(groups))[community] + 0.35 * dice.standard_normal(n),
        region=_homes(dice, community, groups, np.array([1 / (p + 1) for p in range(len(REGIONS))])),
        culture=_homes(dice, community, groups, np.array([c.weight for c in CULTURES])),
        joins=joins,
        moved=moved,
        identified=identified,
    )


def _neighbourhoods(model: ShopModel, dice: np.random.Generator, n: int) -> tuple[Codes, Ints, Ints, Codes]:
    """Community of each person, the order by community, where each begins, and the circle (numbered
    through).
    """
    sizes: Floats = np.arange(1.0, model.community_count + 1) ** -0.6
    community = drawn_from(dice, sizes, n).astype(np.int32)
    order = np.argsort(community, kind="stable")
    begins = np.searchsorted(community[order], np.arange(model.community_count + 1))
    place = np.arange(n) - begins[community[order]]
    fresh = np.diff(np.stack([community[order], place // model.circle_size]), prepend=-1).any(axis=0)
    circle = np.empty(n, dtype=np.int32)
    circle[order] = np.cumsum(fresh) - 1
    return community, order, begins, circle


def _around(dice: np.random.Generator, concentration: Floats) -> Floats:
    """One Dirichlet draw a row, a tenth of it spread evenly: nobody is blind to a world."""
    drawn = dice.standard_gamma(concentration + 0.02) + 1e-9
    return np.asarray(0.9 * drawn / drawn.sum(axis=1, keepdims=True) + 0.1 / drawn.shape[1])


def _homes(dice: np.random.Generator, community: Codes, groups: int, weights: Floats) -> Codes:
    """A place for each person: the community's own for seven in ten, by the weights for the others."""
    own = drawn_from(dice, weights, groups)[community]
    away = dice.random(len(community)) < 0.3
    return np.where(away, drawn_from(dice, weights, len(community)), own).astype(np.int32)


def _accounts(model: ShopModel, calendar: Calendar, n: int) -> tuple[Ints, Flags, Flags]:
    """When each person's account begins, whether an earlier account came before it, and whether its SIGNUP
    will name the visitor.
    """
    dice = model.dice("accounts")
    joiners = min(model.joiners, 0.05 * model.events / model.users)
    luck = dice.random(n)
    account = np.arange(n) < model.users
    moved = account & (luck < model.moved)
    joining = account & (luck >= model.moved) & (luck < model.moved + joiners)
    joins = np.where(account, model.start - 1, NEVER)
    within = moved | joining
    joins[within] = calendar.times(dice, int(within.sum()))
    return joins, moved, dice.random(n) < model.identified
