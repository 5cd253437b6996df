"""Are a generated shop's complements and substitutes found again? Precision at five, beside an oracle.

Asked are all products that have relatives of a kind in the truth. precision@5 is the mean, over these, of how
many of the first five are true, over five: a list that is too short loses. Beside it stand

- `together`: what is bought, or looked at, with the product by most people, within the same time and of other
  categories or of the same; what counting says.
- `catalogue`, of substitutes: what is of the category, the nearest in price first; what reading no log says.
  Where it is right, nothing is proved by being right: by default a shelf is a category.
- `oracle`: knows the law the shop was drawn from (graph.evaluate.goods).

`answered` also asks the products that have none: of all that are shown in first fives, the part that is
true. Intervals by bootstrap over the categories of all shops: products of one category share its arrows.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph.estimate import CONFIDENCE, Estimate
from graph.evaluate.goods import FIRST, Lists, oracle, rows_of
from graph.events import Kind
from graph.generate import ShopModel
from graph.generate.tables import Coded, Numbered, Table
from graph.log import NONE
from graph.purchases import purchases
from graph.relations import Relation, Relations, complements, substitutes
from graph.relations.complements import BOUGHT_WITHIN
from graph.relations.pairs import Acts, Successions, people_by_pair
from graph.relations.substitutes import SESSION
from graph.snapshot import Snapshot

Longs = NDArray[np.int64]

OURS, TOGETHER, CATALOGUE, ORACLE = "ours", "together", "catalogue", "oracle"
DRAWS = 1_000


@dataclass(frozen=True, slots=True)
class Score:
    """precision: at five, over the products that have relatives. answered: of what is shown of any product,
    the part that is true. shown: products of which anything is shown.
    """

    precision: Estimate
    answered: Estimate
    shown: int


@dataclass(frozen=True, slots=True, eq=False)
class _Row:
    """Of every product of a shop: category; true, shown: in the first five; asked: it has relatives."""

    category: NDArray[np.int32]
    true: Longs
    shown: Longs
    asked: NDArray[np.bool_]


Shop = tuple[ShopModel, Mapping[str, Table], Snapshot]
"""A generated shop's parameters, its truth, and the snapshot of its log."""


def evaluate(shops: Iterable[Shop], *, seed: int = 0) -> dict[Relation, dict[str, Score]]:
    """Every model's scores for each kind, over all shops together."""
    rows: dict[tuple[Relation, str], list[_Row]] = {}
    for model, tables, snapshot in shops:
        said = _said(model, snapshot)
        for kind, truth in true_relations(tables, snapshot).items():
            for name, lists in said[kind].items():
                rows.setdefault((kind, name), []).append(_compared(snapshot, truth, lists))
    scores: dict[Relation, dict[str, Score]] = {}
    for (kind, name), compared in rows.items():
        scores.setdefault(kind, {})[name] = _score(compared, seed)
    return scores


def true_relations(tables: Mapping[str, Table], snapshot: Snapshot) -> dict[Relation, dict[int, set[int]]]:
    """The truth of a shop by rows of the snapshot of its log."""
    table = tables["relations"]
    kind, source, target = table["kind"], table["from"], table["to"]
    if not (isinstance(kind, Coded) and isinstance(source, Numbered) and isinstance(target, Numbered)):
        raise TypeError(table)
    row = rows_of(snapshot, len(snapshot.products))
    found: dict[Relation, dict[int, set[int]]] = {relation: {} for relation in Relation}
    ends = row[source.values].tolist(), row[target.values].tolist()
    for place, (one, other) in enumerate(zip(*ends, strict=True)):
        found[Relation(str(kind.said(place)))].setdefault(one, set()).add(other)
    return found


def _said(model: ShopModel, snapshot: Snapshot) -> dict[Relation, dict[str, Lists]]:
    silent, kept = np.zeros(len(snapshot.people), np.bool_), purchases(snapshot.events)
    found = complements(snapshot, silent, kept), substitutes(snapshot, silent, kept)
    known = oracle(model, snapshot)
    return {
        one.relation: {
            OURS: _lists(one),
            TOGETHER: _together(snapshot, one.relation, kept.event),
            **({CATALOGUE: _shelved(snapshot)} if one.relation is Relation.SUBSTITUTE else {}),
            ORACLE: known[one.relation],
        }
        for one in found
    }


def _lists(relations: Relations) -> Lists:
    products = range(len(relations.indptr) - 1)
    return {row: relations.product[relations.of(row)][:FIRST].tolist() for row in products}


def _together(snapshot: Snapshot, relation: Relation, bought: Longs) -> Lists:
    """The products that most people bought, or looked at, within the time in which we look; either way."""
    events, category = snapshot.events, snapshot.products.category
    going_with = relation is Relation.COMPLEMENT
    rows = bought if going_with else events.rows(Kind.VIEW, Kind.OPEN)
    acts = Acts.of(events, rows, np.zeros(len(snapshot.people), np.bool_))
    pairs = Successions.of(acts, len(snapshot.people), BOUGHT_WITHIN if going_with else SESSION)
    first, second = np.append(pairs.first, pairs.second), np.append(pairs.second, pairs.first)
    person, alike = np.append(pairs.person, pairs.person), category[first] == category[second]
    wanted = (alike != going_with) & (category[first] != NONE)
    products = len(snapshot.products)
    pair, people = people_by_pair(person[wanted], first[wanted], second[wanted], products)
    order = np.lexsort((pair, -people, pair // products))
    source, target = pair[order] // products, pair[order] % products
    return {row: target[source == row][:FIRST].tolist() for row in np.unique(source).tolist()}


def _shelved(snapshot: Snapshot) -> Lists:
    """The others of each product's category, the nearest in price first."""
    category, price = snapshot.products.category, snapshot.products.price
    lists: Lists = {}
    for row in range(len(category)):
        others = np.flatnonzero(category == category[row])
        others = others[np.argsort(np.abs(price[others] - price[row]), kind="stable")]
        lists[row] = others[others != row][:FIRST].tolist()
    return lists


def _compared(snapshot: Snapshot, truth: Mapping[int, set[int]], lists: Lists) -> _Row:
    products = range(len(snapshot.products))
    true = [len(truth.get(row, set()).intersection(lists.get(row, []))) for row in products]
    shown = [len(lists.get(row, [])) for row in products]
    asked = np.array([row in truth for row in products], np.bool_)
    return _Row(snapshot.products.category, np.array(true), np.array(shown), asked)


def _score(rows: list[_Row], seed: int) -> Score:
    """Over the products of all shops; the bootstrap draws (shop, category)."""
    pairs = [(shop, code) for shop, row in enumerate(rows) for code in row.category.tolist()]
    _, group = np.unique(np.array(pairs), axis=0, return_inverse=True)
    true, shown, asked = (
        np.concatenate([getattr(row, name) for row in rows]) for name in ("true", "shown", "asked")
    )
    dice = np.random.default_rng(seed)
    groups = int(group.max()) + 1
    times = dice.multinomial(groups, np.full(groups, 1 / groups), DRAWS)

    def rate(hits: Longs, of: Longs) -> Estimate:
        drawn = (times @ np.bincount(group, hits)) / np.maximum(times @ np.bincount(group, of), 1e-300)
        tail = (1 - CONFIDENCE) / 2
        low, high = np.quantile(drawn, [tail, 1 - tail])
        return Estimate(float(hits.sum() / max(of.sum(), 1)), float(low), float(high))

    return Score(rate(true * asked, FIRST * asked), rate(true, shown), int(np.count_nonzero(shown)))
