"""What could stand for what: looked at in one session, and one bought instead of the other."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray
from scipy.stats import poisson

from graph.events import Kind
from graph.purchases import Purchases
from graph.relations.arrows import Arrows
from graph.relations.complements import BOUGHT_WITHIN
from graph.relations.lists import Relation, Relations
from graph.relations.needs import Needs
from graph.relations.pairs import Acts, Successions, found, people_by_pair
from graph.relations.pooled import Estimates, Seen, pooled
from graph.relations.significance import discoveries
from graph.snapshot import Snapshot

SESSION = timedelta(hours=1)

Longs = NDArray[np.int64]
Flags = NDArray[np.bool_]


def substitutes(snapshot: Snapshot, silent: Flags, kept: Purchases) -> Relations:
    """What is looked at, or bought, instead of what; of products of one category.

    Looks at two speak for both ways. Whoever looked at a, did not buy it, and bought b within the session
    speaks for a → b once more. Where people buy two together more often than by chance, each loses by as
    much: these go together. silent: (people,), those who allow no use of what they did.
    """
    needs, events = Needs.of(snapshot.products), snapshot.events
    views = events.rows(Kind.VIEW, Kind.OPEN)
    looks, bought = Acts.of(events, views, silent), Acts.of(events, kept.event, silent)
    acts = Acts.of(events, np.sort(np.append(views, kept.event)), silent)
    pairs = _of_one_need(needs, Successions.of(acts, len(snapshot.people), SESSION))
    seen = _seen(len(needs.need), looks, pairs, bought)
    alike = _compared(needs, looks.people, seen)
    seen = seen.taken(alike.hold(*(needs.need[end] for end in seen.ends)))
    both = _of_one_need(needs, Successions.of(bought, len(snapshot.people), BOUGHT_WITHIN))
    estimated = _apart(pooled(needs, alike, seen), len(needs.need), bought, both)
    return estimated.listed(Relation.SUBSTITUTE, seen)


def _of_one_need(needs: Needs, pairs: Successions) -> Successions:
    alike = needs.need[pairs.first] == needs.need[pairs.second]
    return pairs.taken(alike & (needs.need[pairs.first] < needs.named))


def _seen(products: int, looks: Acts, pairs: Successions, bought: Acts) -> Seen:
    both = pairs.taken(~pairs.first_bought & ~pairs.second_bought)
    person, first, second = both.person, both.first, both.second
    compared, support = people_by_pair(
        np.append(person, person), np.append(first, second), np.append(second, first), products
    )
    owned = np.unique(bought.person * np.int64(products) + bought.product)
    instead = pairs.taken(~pairs.first_bought & pairs.second_bought)
    instead = instead.taken(~found(instead.person * np.int64(products) + instead.first, owned)[1])
    chosen, choosers = people_by_pair(instead.person, instead.first, instead.second, products)
    pair = np.union1d(compared, chosen)
    times, seen_in = np.zeros((2, len(pair)), np.int64)
    times[found(compared, pair)[0]] = seen_in[found(compared, pair)[0]] = support
    times[found(chosen, pair)[0]] += choosers
    seen_in = np.where(seen_in, seen_in, times)
    takers = looks.people_by(np.arange(products, dtype=np.int32), products)
    share = np.maximum(takers, 0.5) / max(looks.people, 1)
    return Seen(pair, times, seen_in, takers, np.zeros(products), share)


def _compared(needs: Needs, people: int, seen: Seen) -> Arrows:
    """The categories of which people look at two in a session more often than by chance: Poisson, at a
    false-discovery rate of 5 % over the categories of two products or more.
    """
    k = needs.named
    category = needs.need[seen.ends[0]]
    times = np.bincount(category, seen.support, k) / 2
    lookers = np.bincount(needs.need, seen.takers, len(needs))[:k]
    squares = np.bincount(needs.need, seen.takers**2, len(needs))[:k]
    expected = (lookers**2 - squares) / (2 * max(people, 1))
    several = np.flatnonzero(np.bincount(needs.need, minlength=len(needs))[:k] > 1)
    chance = np.asarray(poisson.sf(times[several] - 1, expected[several]), np.float64)
    alike = several[discoveries(chance, len(several))]
    return Arrows(alike * np.int64(len(needs)) + alike, len(needs))


def _apart(estimated: Estimates, products: int, bought: Acts, both: Successions) -> Estimates:
    """Less where the two are bought by the same people: by (1 + expected) / (1 + seen), at most 1."""
    low, high = np.minimum(both.first, both.second), np.maximum(both.first, both.second)
    pair, people = people_by_pair(both.person, low, high, products)
    buyers = bought.people_by(np.arange(products, dtype=np.int32), products)
    source, target = estimated.source, estimated.target
    place, held = found(np.minimum(source, target) * products + np.maximum(source, target), pair)
    seen = np.where(held, people[place] if len(people) else 0, 0)
    expected = buyers[source] * buyers[target] / max(bought.people, 1)
    return replace(estimated, chance=estimated.chance * np.minimum(1.0, (1 + expected) / (1 + seen)))
