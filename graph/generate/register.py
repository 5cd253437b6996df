"""What the shop says of its users and products: the two tables beside the log."""

import numpy as np

from graph.generate.keys import Keys
from graph.generate.model import Codes, Floats
from graph.generate.names import CULTURES, REGIONS, Culture
from graph.generate.shop import Shop
from graph.generate.tables import Cents, Coded, Flagged, Numbered, Table, constant, width, words

NAMED = 0.9
"""Share of the accounts with a display name."""

FOR_HIRE = 0.03
"""Share of the accounts, those with the most listeners, that say what a campaign with them costs."""


def users(shop: Shop, known: Keys) -> Table:
    """key, name, region, and the cost of hiring those with many listeners (text, `120.00 CNY`)."""
    dice = shop.model.dice("names")
    n = shop.people.accounts
    named = dice.random(n) < NAMED
    names = _names(dice, shop.people.culture[:n])
    listeners = shop.ties.listeners(np.arange(n))
    least = np.quantile(listeners, 1 - FOR_HIRE)
    hired = np.flatnonzero(listeners > least)
    cost = np.full(n, -1, dtype=np.int64)
    cost[hired] = np.arange(len(hired))
    return {
        "key": Coded(np.arange(n), known.words),
        "name": Coded(np.where(named, np.arange(n), -1), words(*names)),
        "region": Coded(shop.people.region[:n], words(*REGIONS)),
        "cost": Coded(cost, words(*_costs(dice, listeners[hired].astype(float)))),
    }


def _costs(dice: np.random.Generator, listeners: Floats) -> list[str]:
    """About 4 CNY a listener, in tens."""
    asked = np.ceil(0.4 * listeners * np.exp(0.4 * dice.standard_normal(len(listeners)))) * 10
    return [f"{amount:.0f}.00 CNY" for amount in asked] or [""]


def _names(dice: np.random.Generator, culture: Codes) -> list[str]:
    """A display name for each person; twice the same is possible, as in life."""
    given, family = dice.random(len(culture)), dice.random(len(culture))
    return [_name(CULTURES[c], g, f) for c, g, f in zip(culture.tolist(), given, family, strict=True)]


def _name(culture: Culture, given: float, family: float) -> str:
    pair = [culture.given[int(given * len(culture.given))], culture.family[int(family * len(culture.family))]]
    return culture.joiner.join(reversed(pair) if culture.family_first else pair)


def products(shop: Shop) -> Table:
    """key, name, category, brand, price, currency, available and the department (the world it belongs to)."""
    goods = shop.catalogue
    n = len(goods)
    brands, brand = np.unique(np.array(goods.brands), return_inverse=True)
    departments = words(*dict.fromkeys(c.world for c in goods.served))
    return {
        "key": Numbered(np.arange(n), "p", width(n, 5)),
        "name": Coded(np.arange(n), words(*goods.names)),
        "category": Coded(goods.category, words(*(c.name for c in goods.served))),
        "brand": Coded(brand, brands),
        "price": Cents(goods.cents),
        "currency": constant("CNY", np.ones(n, dtype=bool)),
        "available": Flagged(goods.available.astype(np.int8)),
        "department": Coded(goods.world, departments),
    }
