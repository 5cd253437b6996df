"""The place where everything happens: days, people, ties and goods, and what somebody wants on a day."""

from dataclasses import dataclass

import numpy as np

from graph.generate.calendar import Calendar
from graph.generate.catalogue import Catalogue
from graph.generate.model import Codes, Floats, Ints, ShopModel
from graph.generate.people import People
from graph.generate.ties import Ties


@dataclass(frozen=True, slots=True)
class Shop:
    """A shop before its first day."""

    model: ShopModel
    calendar: Calendar
    people: People
    ties: Ties
    catalogue: Catalogue

    def liking(self, people: Ints | Codes, products: Ints | Codes) -> Floats:
        """A person's liking for a product's world: taste over an even one to the power `affinity`, within
        [1/3, 3], over its mean for what the person's community likes. So it is about 1 in the mean of what
        reaches somebody.
        """
        relative = np.clip(
            (self.people.taste[people] * self.model.world_count) ** self.model.affinity, 1 / 3, 3
        )
        world = self.catalogue.world[products][:, None].astype(np.int64)
        usual = (relative * self.people.habits[self.people.community[people]]).sum(axis=1)
        return np.asarray(np.take_along_axis(relative, world, axis=1)[:, 0] / usual)

    def wanted(self, dice: np.random.Generator, people: Ints, at: Ints) -> Ints:
        """A product for each person and moment: world by taste, season and festival, then category,
        popularity and price; a random share of them by popularity alone.
        """
        weight = np.cumsum(self.people.taste[people] * self.calendar.lifts[self.calendar.day(at)], axis=1)
        world = (weight < dice.random(len(people))[:, None] * weight[:, -1:]).sum(axis=1)
        demand = np.cumsum(self.catalogue.demand(), axis=1)
        category = (demand[world] < dice.random(len(people))[:, None]).sum(axis=1)
        category = np.minimum(category, len(self.catalogue.served) - 1)
        chosen = self.catalogue.picked(dice, category, self.people.level[people], self.model.price_tolerance)
        random = dice.random(len(people)) < self.model.random_share
        return np.where(random, self.catalogue.anything(dice, len(people)), chosen)
