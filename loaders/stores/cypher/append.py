"""Writing to a graph: events as nodes and relations, and what is said of people and products.

Everything here runs inside the one writer's transaction, one statement for each kind of event in the batch.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from typing import Any

from graph.events import Event, Kind, Product, User, micros, scaled
from loaders import schema
from loaders.schema import End, Node, Relation
from loaders.sealing import Seal
from loaders.stores.admission import Numbered
from loaders.stores.cypher.ask import (
    PRODUCT_FIELDS,
    USER_FIELDS,
    Ask,
    money_said,
    product_of,
    slices,
    timed,
)
from loaders.stores.cypher.shares import share_seqs
from loaders.stores.flat import CONSENTS, FLAT, PEOPLE, flat
from loaders.stores.naming import UNSAID, Names, by_said
from loaders.stores.sayings import changed, json, product_after, user_after, user_kept, user_of

BATCH = 10_000
"""Rows sent to one statement."""

REMEMBERED = 1_000_000
"""Names of nodes known to be there that are kept in memory, before they are forgotten and merged again."""

Properties = dict[str, Any]


def digests(ask: Ask, ids: Sequence[str], names: Names = UNSAID) -> dict[str, int]:
    """The digest of those events that are there, by id; looked for among every kind that there is."""
    ((said,),) = ask("MATCH (l:Log) RETURN l.said")
    found: dict[str, int] = {}
    kept = [names.get(id_, id_) for id_ in ids]
    for kind in {Kind[name.partition(".")[0]] for name in said}:
        found |= dict(ask(f"UNWIND $ids AS id {schema.finding(kind)} RETURN id, r.digest", ids=kept))
    return by_said(found, ids, names)


@dataclass(slots=True)
class Writing:
    """What the writer remembers from one transaction to the next. `forget` after one that failed."""

    nodes: dict[Node, set[Any]] = field(default_factory=lambda: defaultdict(set))
    said: set[str] = field(default_factory=set)

    def forget(self) -> None:
        """Remember nothing."""
        self.nodes.clear()
        self.said.clear()

    def events(
        self, ask: Ask, new: Sequence[Numbered], shares: Mapping[str, int], names: Names = UNSAID
    ) -> None:
        """Write events under their numbers. shares: those that they refer to and that are there, id → seq;
        names: of ids that are kept under another.
        """
        known = {**shares, **{event.id: seq for seq, event, _ in new if event.kind == Kind.SHARE}}
        placed = [_place((seq, event, digest), known, ask.seal, names) for seq, event, digest in new]
        self._make_nodes(ask, placed)
        self._tell(ask, placed)
        by_statement: dict[str, list[Properties]] = {schema.CREATING_SHARES: []}
        for one in placed:
            by_statement.setdefault(one.statement, []).append(one.row)
        # Shares stand first, since others lead to them.
        for statement, rows in by_statement.items():
            for some in slices(rows, BATCH):
                ask(statement, rows=some)
        parents = [
            [seq, known[event.parent_share]] for seq, event, _ in new if event.parent_share is not None
        ]
        for pairs in slices(parents, BATCH):
            ask(schema.CREATING_RESHARES, pairs=pairs)
        for claims in slices(_claims(new), BATCH):
            ask(schema.CLAIMING, rows=claims)

    def shares_anew(self, ask: Ask, shares: Sequence[Numbered]) -> None:
        """Write shares that are there under these numbers again, in the name of whoever made them now."""
        known = {event.id: seq for seq, event, _ in shares}
        known |= share_seqs(ask, [event.through for _, event, _ in shares if event.through is not None])
        rows = [_place((seq, event, digest), known, ask.seal).row for seq, event, digest in shares]
        for some in slices(rows, BATCH):
            ask(schema.REWRITING_SHARES, rows=some)

    def users(self, ask: Ask, said: Sequence[User], change: int) -> int:
        """Write what was said of people; how many were new or changed."""
        rows = ask(_USERS, keys=[user.key for user in said])
        told = changed({row[0]: user_of(row, ask.seal) for row in rows}, said, user_after)
        _describe(ask, schema.USER, [_user_said(user, ask.seal) for user in told], change)
        return len(told)

    def catalogue(self, ask: Ask, said: Sequence[Product], change: int) -> int:
        """Write what was said of products; how many were new or changed."""
        rows = ask(_PRODUCTS, keys=[product.key for product in said])
        told = changed({row[0]: product_of(row) for row in rows}, said, product_after)
        _describe(ask, schema.PRODUCT, [_product_said(product) for product in told], change)
        return len(told)

    def _make_nodes(self, ask: Ask, placed: Iterable["Placed"]) -> None:
        """Make the people, products and others that these events lead from, lead to or name."""
        named: dict[Node, set[Any]] = defaultdict(set)
        for one in placed:
            for node, key in one.nodes:
                named[node].add(key)
        for node, keys in named.items():
            if len(self.nodes[node]) > REMEMBERED:
                self.nodes[node].clear()
            for some in slices(sorted(keys - self.nodes[node]), BATCH):
                ask(schema.merging(node), keys=some)
            self.nodes[node] |= keys

    def _tell(self, ask: Ask, placed: Iterable["Placed"]) -> None:
        """Note what each kind of event says, so that nothing else need be read."""
        new = {name for one in placed for name in one.says} - self.said
        if new:
            ask(
                "MATCH (l:Log) SET l.said = l.said + [name IN $new WHERE NOT name IN l.said]", new=sorted(new)
            )
            self.said |= new


@dataclass(frozen=True, slots=True)
class Placed:
    """An event in the graph: the statement that makes it and its row, the nodes it needs, each `KIND.field`
    said.
    """

    statement: str
    row: Properties
    nodes: list[tuple[Node, Any]]
    says: frozenset[str]


_CREATING = {
    (relation, end): schema.creating(relation, end) for relation in schema.RELATIONS for end in relation.ends
}
_MADE_AT_NEED = {schema.QUERY, schema.ORDER, schema.DAY}


def _place(numbered: Numbered, shares: Mapping[str, int], seal: Seal, names: Names = UNSAID) -> Placed:
    seq, event, digest = numbered
    said = {name: value for name, value in zip(FLAT, flat(event), strict=True) if value is not None}
    said["id"] = names.get(event.id, event.id)
    says = frozenset(f"{event.kind.name}.{name}" for name in said)
    nodes = [(schema.USER, said[name]) for name in PEOPLE if name in said]
    if event.product is not None:
        nodes.append((schema.PRODUCT, event.product))
    row: Properties = timed(said.pop("at")) | {"said": said}
    said |= {"seq": seq, "digest": digest}
    if "share" in said:
        said["share"] = shares[said["share"]]
    if "region" in said:
        said["region"] = seal.region(event.region)
    _say_readably(said, event)
    if event.kind == Kind.SHARE:
        row |= {"source": event.person, "target": said.pop("product")}
        return Placed(schema.CREATING_SHARES, row, nodes, says)
    relation = schema.RELATION_OF[event.kind]
    end, target = _end(relation, said, event)
    if end.node in _MADE_AT_NEED:
        nodes.append((end.node, target))
    row |= {
        "source": event.person if relation.source == "person" else said.pop(relation.source),
        "target": target,
    }
    return Placed(_CREATING[relation, end], row, nodes, says)


def _end(relation: Relation, said: Properties, event: Event) -> tuple[End, Any]:
    """Where an event leads; taken out of what it says."""
    for end in relation.ends:
        if end.field in said:
            return end, said.pop(end.field)
    end = relation.ends[-1]
    return end, event.person if end is schema.TO_PERSON else event.at.astimezone(UTC).date()


def _say_readably(said: Properties, event: Event) -> None:
    """Turn a record into what somebody reads on a node or relation."""
    for name in ("kind", "parent"):
        said.pop(name, None)
    if event.user is None:
        said["stranger"] = True
        del said["visitor"]
    else:
        del said["user"]
    for name in ("amount", "incentive"):
        if name in said:
            said |= money_said(name, said[name])
    if event.verdict is not None:
        said["verdict"] = event.verdict.name
    if event.consent is not None:
        said |= {name: getattr(event.consent, name) for name in CONSENTS}


def _claims(new: Sequence[Numbered]) -> list[Properties]:
    """The first claim of each pair among these events."""
    first: dict[tuple[str, str], tuple[int, int]] = {}
    for _, event, digest in new:
        if event.user is not None and event.visitor is not None and event.user != event.visitor:
            pair, claim = (event.user, event.visitor), (micros(event.at), digest)
            first[pair] = min(claim, first.get(pair, claim))
    return [
        {"user": user, "visitor": visitor, "digest": digest, **timed(at)}
        for (user, visitor), (at, digest) in first.items()
    ]


_KNOWN = "WHERE r.key IN $keys AND r.changed IS NOT NULL"
_USERS = f"MATCH (r:User) {_KNOWN} RETURN {USER_FIELDS}"
_PRODUCTS = f"MATCH (r:Product) {_KNOWN} RETURN {PRODUCT_FIELDS}"


def _describe(ask: Ask, node: Node, rows: Sequence[Properties], change: int) -> None:
    merge = f"MERGE (n:{node.label} {{{node.key}: row.key}})"
    for some in slices(rows, BATCH):
        ask(f"UNWIND $rows AS row {merge} SET n += row, n.changed = $change", rows=some, change=change)


def _user_said(user: User, seal: Seal) -> Properties:
    name, region, attributes = user_kept(user, seal)
    return {"key": user.key, "name": name, "region": region, "attributes": attributes}


def _product_said(product: Product) -> Properties:
    price: Properties = {"price": None, "price_exact": None, "currency": None}
    if product.price is not None:
        price |= {**money_said("price", scaled(product.price.amount)), "currency": product.price.currency}
    return {
        "key": product.key,
        "name": product.name,
        "category": product.category,
        "brand": product.brand,
        "available": product.available,
        "attributes": json(product.attributes),
        **price,
    }
