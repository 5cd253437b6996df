"""The shop as a whole: `generate` draws its people, goods and ties, lets shares travel, and weaves the
log.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from graph.events import Consent, Event, Kind, Money, Product, User, Verdict
from graph.generate.arrivals import introduce, join_after_opening
from graph.generate.buying import buy, together
from graph.generate.calendar import calendar
from graph.generate.catalogue import stock
from graph.generate.fraud import collude, fraudsters, swarm
from graph.generate.model import ShopModel
from graph.generate.opens import tell
from graph.generate.people import settle
from graph.generate.register import products, users
from graph.generate.shop import Shop
from graph.generate.strands import Strands
from graph.generate.tables import Table, length
from graph.generate.ties import befriend
from graph.generate.travel import travel
from graph.generate.truth import described, truth
from graph.generate.visits import look_around, show, visit
from graph.generate.weave import weave

TRAVELLING, SHOWING = 0.4, 0.03
"""Parts of the log: shares, opens and told exposures; places of the start page."""

BROWSING = 0.6
"""Part of what shares, cheats and their orders leave that goes to visits which may end in a purchase; the
others fill up.
"""

EVENTS_OF_A_WANT, EVENTS_OF_A_VISIT = 2.6, 3.6
"""How many events one of them makes in the mean, orders included."""


@dataclass(frozen=True, slots=True)
class Generated:
    """A shop: the log, what is said of users and products, and the truth behind them. Tables as in
    graph.generate.tables; the columns of `events` are those of our own format.
    """

    model: ShopModel
    events: Table
    users: Table
    products: Table
    truth: dict[str, Table]
    parameters: dict[str, object]

    def said(self) -> Iterator[Event]:
        """The log as events, one by one; for shops small enough to be held as objects."""
        for row in range(length(self.events)):
            yield _event({name: column.said(row) for name, column in self.events.items()})

    def said_of_users(self) -> Iterator[User]:
        """The users' attributes."""
        for row in range(length(self.users)):
            told: dict[str, Any] = {name: column.said(row) for name, column in self.users.items()}
            cost = told.pop("cost")
            yield User(**told, attributes={} if cost is None else {"cost": str(cost)})

    def said_of_products(self) -> Iterator[Product]:
        """The products' attributes."""
        for row in range(length(self.products)):
            told: dict[str, Any] = {name: column.said(row) for name, column in self.products.items()}
            price = Money(told.pop("price"), told.pop("currency"))
            department = {"department": str(told.pop("department"))}
            yield Product(**told, price=price, attributes=department)


def generate(model: ShopModel) -> Generated:
    """The shop of a model: the same one for the same model.

    >>> shop = generate(ShopModel(users=50, events=2_000, seed=3))
    >>> length(shop.events), length(shop.users)
    (2000, 50)
    """
    days = calendar(model)
    people = settle(model, days)
    shop = Shop(model, days, people, befriend(model, people), stock(model))
    shares, trials = travel(shop, round(TRAVELLING * model.events))
    shop = replace(shop, people=join_after_opening(shop, trials))
    cheats = fraudsters(shop)
    strands = Strands()
    introduce(shop, strands)
    wants = tell(shop, strands, shares, trials)
    swarm(shop, strands, shares, cheats)
    shares, bought = collude(shop, strands, shares, cheats)
    show(shop, strands, round(SHOWING * model.events))
    left = model.events - len(strands) - EVENTS_OF_A_WANT * (len(wants) + len(bought))
    visited = visit(shop, strands, max(0, round(BROWSING * left / EVENTS_OF_A_VISIT)))
    buy(shop, strands, together(wants, bought, visited))
    look_around(shop, strands, model.events - len(strands))
    woven = weave(shop, strands)
    tables = truth(shop, woven, shares, trials, cheats)
    told_users, told_products = users(shop, woven.keys), products(shop)
    rows = {"events": woven.events, "users": told_users, "products": told_products, **tables}
    return Generated(model, woven.events, told_users, told_products, tables, described(model, rows))


def _event(told: Mapping[str, object]) -> Event:
    """One row of the log as the event it stands for."""
    plain: dict[str, Any] = {name: value for name, value in told.items() if value is not None}
    plain["kind"] = Kind[plain["kind"]]
    for name, currency in (("amount", "currency"), ("incentive", "incentiveCurrency")):
        if name in plain:
            plain[name] = Money(plain[name], plain.pop(currency))
    if "parentShare" in plain:
        plain["parent_share"] = plain.pop("parentShare")
    if "verdict" in plain:
        plain["verdict"] = Verdict[plain["verdict"]]
    if "notice" in plain:
        plain["consent"] = Consent(
            personalisation=plain.pop("personalisation"),
            named_to_friends=plain.pop("namedToFriends"),
            location=plain.pop("location"),
            research=plain.pop("research"),
            notice=plain.pop("notice"),
        )
    return Event(**plain)
