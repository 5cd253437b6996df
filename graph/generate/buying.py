"""From wanting to having: orders, what goes with them, refunds and ratings.

A want (somebody, something, a moment, and the share it came from) becomes an order of one line. A product
with complements brings lines of them with the mean counts of the catalogue, most in the same order, the
others within two weeks; a random share of the orders holds something unrelated. What is no consumable is
bought once by one person.
"""

from dataclasses import dataclass

import numpy as np

from graph.events import Kind, Verdict
from graph.generate.model import DAY, Flags, Floats, Ints, lognormal, ranges
from graph.generate.shop import Shop
from graph.generate.strands import SURFACES, Strands


@dataclass(frozen=True, slots=True)
class Wants:
    """n intentions to buy; share is −1 where none led there."""

    person: Ints
    product: Ints
    at: Ints
    share: Ints

    def __len__(self) -> int:
        return len(self.person)

    def only(self, kept: Flags | Ints) -> "Wants":
        """Those of them."""
        return Wants(self.person[kept], self.product[kept], self.at[kept], self.share[kept])


def together(*many: Wants) -> Wants:
    """One after another."""
    columns = ([getattr(w, name) for w in many] for name in ("person", "product", "at", "share"))
    return Wants(*(np.concatenate(column) for column in columns))


def chance_to_buy(shop: Shop, person: Ints, product: Ints, base: float) -> Floats:
    """Base × liking × price fit, the last over its mean of about 0.8; at most 0.6."""
    level = shop.people.level[person]
    apart = (shop.catalogue.dearness[product] - level) / shop.model.price_tolerance
    return np.minimum(0.6, base * shop.liking(person, product) * np.exp(-0.5 * apart**2) / 0.8)


def buy(shop: Shop, strands: Strands, wants: Wants) -> None:
    """The orders that come of the wants, with all that follows."""
    dice = shop.model.dice("orders")
    lines, order = _baskets(shop, dice, wants)
    keep = _once(shop, lines) & (lines.at < shop.model.end)
    lines, order = lines.only(keep), order[keep]
    order = _numbered(order, lines.at)
    quantity = np.where(shop.catalogue.consumable[lines.product], 1 + dice.poisson(0.4, len(lines)), 1)
    price = shop.catalogue.cents[lines.product]
    festive = shop.calendar.festival[shop.calendar.day(lines.at)] >= 0
    reduced = (dice.random(len(lines)) < np.where(festive, 0.5, 0.1)) * dice.choice(
        [5, 10, 15, 20], len(lines)
    )
    cents = quantity * (price * (100 - reduced) // 100)
    carted = dice.random(len(lines)) < 0.35
    before = np.maximum(lines.at - dice.integers(5, 40, len(lines)), shop.model.start)
    told = _column(lines, carted)
    strands.add(Kind.CART, before[carted], surface=SURFACES.index("product page"), **told)
    strands.add(
        Kind.PURCHASE,
        lines.at,
        person=lines.person,
        product=lines.product,
        share=lines.share,
        order=order,
        quantity=quantity,
        cents=cents,
        device=lines.person,
        region=shop.people.region[lines.person],
    )
    _refunds(shop, dice, strands, lines, order, quantity, cents)
    _verdicts(shop, dice, strands, lines)


def _column(wants: Wants, kept: Flags) -> dict[str, Ints]:
    """Who and what, as a strand's columns."""
    return {"person": wants.person[kept], "product": wants.product[kept]}


def _baskets(shop: Shop, dice: np.random.Generator, wants: Wants) -> tuple[Wants, Ints]:
    """The lines of all orders and the order of each."""
    n, catalogue = len(wants), shop.catalogue
    order = np.arange(n)
    counts = catalogue.partners_of[wants.product + 1] - catalogue.partners_of[wants.product]
    anchor = np.repeat(order, counts)
    arrow = ranges(catalogue.partners_of[wants.product], counts)
    drawn = dice.random(len(arrow)) < catalogue.pull[arrow]
    anchor, partner = anchor[drawn], catalogue.partners[arrow[drawn]].astype(np.int64)
    random = dice.random(len(anchor)) < 0.5 * shop.model.random_share
    partner = np.where(random, catalogue.anything(dice, len(anchor)), partner)
    later = dice.random(len(anchor)) >= shop.model.complements_at_once
    wait = np.where(later, (DAY * dice.uniform(0.5, 14, len(anchor))).astype(np.int64), 0)
    at = np.where(later, shop.calendar.awake(dice, wants.at[anchor] + wait), wants.at[anchor])
    nothing = np.full(len(anchor), -1)
    follow = Wants(wants.person[anchor], partner, at, nothing)
    followed = np.where(later, n + np.arange(len(anchor)), anchor)
    odd = np.flatnonzero(dice.random(n) < 0.5 * shop.model.random_share)
    extra = Wants(wants.person[odd], catalogue.anything(dice, len(odd)), wants.at[odd], np.full(len(odd), -1))
    return together(wants, follow, extra), np.concatenate([order, followed, odd])


def _once(shop: Shop, lines: Wants) -> Flags:
    """Whether each line is the first of its person and product, or something that is bought again; never
    twice in one moment.
    """
    key = lines.person * len(shop.catalogue) + lines.product
    place = np.lexsort((lines.at, key))
    again = np.zeros(len(lines), dtype=bool)
    same = key[place][1:] == key[place][:-1]
    soon = lines.at[place][1:] - lines.at[place][:-1] < 10 * DAY
    again[place[1:]] = same & (soon | ~shop.catalogue.consumable[lines.product[place[1:]]])
    return ~again


def _numbered(order: Ints, at: Ints) -> Ints:
    """The orders, numbered from 0 by their first moment."""
    _, first, which = np.unique(order, return_index=True, return_inverse=True)
    begun = np.full(len(first), np.iinfo(np.int64).max)
    np.minimum.at(begun, which, at)
    number = np.empty(len(first), dtype=np.int64)
    number[np.argsort(begun, kind="stable")] = np.arange(len(first))
    return number[which]


def _refunds(
    shop: Shop,
    dice: np.random.Generator,
    strands: Strands,
    lines: Wants,
    order: Ints,
    quantity: Ints,
    cents: Ints,
) -> None:
    """Some whole orders given back (no product said), and some lines of the others, one to ten days later."""
    count = int(order.max(initial=-1)) + 1
    whole = dice.random(count) < shop.model.refunded_orders
    total = np.bincount(order, cents, count).astype(np.int64)
    placed, buyer = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
    np.maximum.at(placed, order, lines.at)
    buyer[order] = lines.person
    back = placed + (DAY * dice.uniform(1, 10, count)).astype(np.int64)
    whole &= back < shop.model.end
    strands.add(
        Kind.REFUND, back[whole], person=buyer[whole], order=np.flatnonzero(whole), cents=total[whole]
    )
    back = lines.at + (DAY * dice.uniform(1, 10, len(lines))).astype(np.int64)
    single = (dice.random(len(lines)) < shop.model.refunded_lines) & ~whole[order] & (back < shop.model.end)
    strands.add(
        Kind.REFUND,
        back[single],
        order=order[single],
        quantity=quantity[single],
        cents=cents[single],
        **_column(lines, single),
    )


def _verdicts(shop: Shop, dice: np.random.Generator, strands: Strands, lines: Wants) -> None:
    """Ratings from 1 to 5 by quality and liking, days later; and a few who say that they own it already."""
    at = lines.at + DAY + lognormal(dice, (4 * DAY, 0.7), len(lines))
    rates = (dice.random(len(lines)) < shop.model.rated) & (at < shop.model.end)
    taste = np.log(shop.liking(lines.person, lines.product))
    stars = shop.catalogue.quality[lines.product] + 0.4 * taste + 0.7 * dice.standard_normal(len(lines))
    stars = np.clip(np.round(stars), 1, 5)
    strands.add(Kind.RATE, at[rates], rating=stars[rates], **_column(lines, rates))
    owns = (dice.random(len(lines)) < 0.01) & (at < shop.model.end)
    strands.add(Kind.FEEDBACK, at[owns], verdict=int(Verdict.ALREADY_OWNED), **_column(lines, owns))
