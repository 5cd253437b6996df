"""Forgetting a person in a graph (loaders.stores.forgetting has the law).

The relations that name them, or a share of theirs, are taken out and what is left of them is made again;
shares change in place, since others lead to them. What nobody mentions any more goes too. What stays is one
nameless `User` with the blanks, and a keyed hash of each of their keys and shares.
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet

from graph.events import Event, Kind
from loaders import schema
from loaders.stores.admission import Numbered, references
from loaders.stores.cypher import answers, calls, promises
from loaders.stores.cypher.append import Writing
from loaders.stores.cypher.ask import Ask
from loaders.stores.cypher.people import forgotten_keys, one_person
from loaders.stores.cypher.readout import numbered_events, said_by_kind
from loaders.stores.cypher.shares import share_seqs
from loaders.stores.flat import PEOPLE
from loaders.stores.forgetting import Forgetting
from loaders.stores.tombstones import Tombstones

Fields = Mapping[Kind, Sequence[str]]
"""What each kind of event says."""


def forget(ask: Ask, key: str, tombstones: Tombstones, memory: Writing) -> bool:
    """Forget whoever has this key, with everybody joined to them; False where there is nobody.

    Runs within the writer's transaction. What is named on a relation and not by its ends is found by looking
    at all relations of the kinds that name people so.
    """
    if not ask("MATCH (n:User {key: $key}) WHERE NOT n:Forgotten RETURN 1", key=key):
        return False
    canonical = one_person(ask)
    hers = {key} | {other for other, end in canonical.items() if end == canonical.get(key, key)}
    fields = said_by_kind(ask)
    told = _told(ask, fields, hers)
    forgetting = Forgetting.of(hers, [event for _, event in told])
    left = forgetting.rewritten(told, tombstones.names)
    hashes = tombstones.left_of(hers, forgetting.shares([event for _, event in told]))
    ask("UNWIND $hashes AS hash MERGE (:Tombstone {hash: hash})", hashes=[hash_.hex() for hash_ in hashes])
    promises.take_out(ask, hers | {*forgetting.shares(event for _, event in told)})
    answers.take_out(ask, hers)
    calls.take_out(ask)
    _rewrite(ask, forgetting, told, left, memory)
    _claim_anew(ask, told)
    _drop_unused(ask, fields, [event for _, event in told])
    ask("MATCH (l:Log) SET l.epoch = l.epoch + 1, l.events = l.events - $gone", gone=len(told) - len(left))
    return True


def naming(ask: Ask, keys: Sequence[str]) -> list[tuple[int, Event]]:
    """The events that name one of these people, in any way, with their numbers."""
    hers = frozenset(keys)
    told = _told(ask, said_by_kind(ask), hers)
    return [one for one in told if not hers.isdisjoint(getattr(one[1], name) for name in PEOPLE)]


def _told(ask: Ask, fields: Fields, hers: AbstractSet[str]) -> list[tuple[int, Event]]:
    """The events that name her or a share of hers, with their numbers."""
    keys, forgotten = list(hers), forgotten_keys(ask)
    made = "MATCH (a:User)-[:MADE]->(r:Share) USING INDEX SEEK a:User(key) WHERE a.key IN $keys RETURN r.seq"
    shares = [seq for (seq,) in ask(made, keys=keys)]
    told: list[tuple[int, Event]] = []
    for kind, names in fields.items():
        statements = _naming(kind, names)
        seqs = {
            seq for named in statements for (seq,) in ask(f"{named} RETURN r.seq", keys=keys, shares=shares)
        }
        if seqs:
            told += numbered_events(ask, kind, names, forgotten, "r.seq IN $seqs", seqs=list(seqs))
    return told


_VISITOR = "MATCH (a:User)-[:IS]->(:User)"
_CLAIMED = "USING INDEX SEEK a:User(key) WHERE a.key IN $keys AND r.visitor IN $keys"


def _naming(kind: Kind, names: Sequence[str]) -> list[str]:
    """Matches the events of a kind, as `r`, that name one of `$keys` or `$shares`."""
    on_it = [f"r.{name} IN $keys" for name in _named(names)]
    if kind == Kind.SHARE:
        scanned = "MATCH (r:Share)"
        by_ends = [
            "MATCH (r:Share) USING INDEX SEEK r:Share(seq) WHERE r.seq IN $shares",
            "MATCH (b:Share)<-[:RESHARE_OF]-(r) USING INDEX SEEK b:Share(seq) WHERE b.seq IN $shares",
            f"{_VISITOR}-[:MADE]->(r:Share) {_CLAIMED}",
        ]
    else:
        relation = schema.RELATION_OF[kind]
        type_ = f"r:{relation.type}"
        scanned = f"MATCH ()-[{type_}]->()"
        by_ends = [
            f"MATCH (a:User)-[{type_}]-() USING INDEX SEEK a:User(key) WHERE a.key IN $keys",
            f"{_VISITOR}-[{type_}]-() {_CLAIMED}",
            f"MATCH (b:Share)<-[{type_}]-() USING INDEX SEEK b:Share(seq) WHERE b.seq IN $shares",
        ]
        if "share" in names and relation.ends[0] is not schema.TO_SHARE:
            on_it.append("r.share IN $shares")
    return by_ends + ([f"{scanned} WHERE {' OR '.join(on_it)}"] if on_it else [])


def _rewrite(
    ask: Ask,
    forgetting: Forgetting,
    told: Sequence[tuple[int, Event]],
    left: Sequence[Numbered],
    memory: Writing,
) -> None:
    """Put what is left in the place of what was told, and one nameless person in hers."""
    ask(f"CREATE (:User:{schema.FORGOTTEN} {{key: $blank}})", blank=forgetting.blank)
    for kind, relation in schema.RELATION_OF.items():
        seqs = [seq for seq, event in told if event.kind == kind]
        if seqs:
            by_seq = f"MATCH ()-[r:{relation.type}]->() USING INDEX SEEK r:{relation.type}(seq)"
            ask(f"{by_seq} WHERE r.seq IN $seqs DELETE r", seqs=seqs)
    memory.shares_anew(ask, [numbered for numbered in left if numbered[1].kind == Kind.SHARE])
    others = [numbered for numbered in left if numbered[1].kind != Kind.SHARE]
    referred = {reference for _, event, _ in others for reference in references(event)}
    memory.events(ask, others, share_seqs(ask, list(referred)))
    ask("MATCH (n:User) WHERE n.key IN $keys DETACH DELETE n", keys=list(forgetting.keys))


def _claim_anew(ask: Ask, told: Iterable[tuple[int, Event]]) -> None:
    """Tell the claims of these events again, from what is left of them."""
    pairs = {(event.user, event.visitor) for _, event in told if event.user and event.visitor}
    ties = [schema.RELATION_OF[kind].type for kind in (Kind.TIE, Kind.UNTIE)]
    for user, visitor in pairs:
        ask(_CLAIM_ANEW, user=user, visitor=visitor, ties=ties)


_CLAIM_ANEW = (
    "MATCH (:User {key: $visitor})-[claim:IS]->(a:User {key: $user}) "
    "WITH claim, [(a)-[r]-() WHERE r.visitor = $visitor "
    "AND a = CASE WHEN type(r) IN $ties THEN endNode(r) ELSE startNode(r) END | [r.at, r.digest]] "
    "+ [(a)-[:MADE]->(r:Share) WHERE r.visitor = $visitor | [r.at, r.digest]] AS told "
    "UNWIND CASE told WHEN [] THEN [null] ELSE told END AS one "
    "WITH claim, one ORDER BY one[0], one[1] WITH claim, collect(one) AS told "
    "FOREACH (first IN told[0..1] | SET claim.at = first[0], claim.digest = first[1]) "
    "FOREACH (_ IN CASE told WHEN [] THEN [1] ELSE [] END | DELETE claim)"
)


def _drop_unused(ask: Ask, fields: Fields, told: Sequence[Event]) -> None:
    """Delete the nodes these events mentioned that nothing leads to any more and nothing was said of."""
    people = {getattr(event, name) for event in told for name in PEOPLE} - {None}
    _drop_unmentioned(ask, schema.USER, people, {kind: _named(names) for kind, names in fields.items()})
    products = {event.product for event in told} - {None}
    naming = {kind: ["product"] for kind, names in fields.items() if "product" in names}
    _drop_unmentioned(ask, schema.PRODUCT, products, naming)
    for node in (schema.QUERY, schema.ORDER, schema.DAY):
        ask(f"MATCH (n:{node.label}) WHERE NOT (n)--() DELETE n")


def _drop_unmentioned(ask: Ask, node: schema.Node, keys: AbstractSet[str | None], naming: Fields) -> None:
    lonely = f"MATCH (n:{node.label}) WHERE n.key IN $keys AND n.changed IS NULL AND NOT (n)--()"
    left = {key for (key,) in ask(f"{lonely} RETURN n.key", keys=list(keys))}
    for kind, names in naming.items():
        if left and names:
            what = "(r:Share)" if kind == Kind.SHARE else f"()-[r:{schema.RELATION_OF[kind].type}]->()"
            for name in names:
                named = ask(f"MATCH {what} WHERE r.{name} IN $keys RETURN DISTINCT r.{name}", keys=list(left))
                left -= {key for (key,) in named}
    ask(f"{lonely} DELETE n", keys=list(left))


def _named(names: Sequence[str]) -> list[str]:
    """The fields in which an event names people and no path leads there; a visitor's claim is a path."""
    return [name for name in PEOPLE if name in names and name not in {"user", "visitor"}]
