"""Reading a graph out: as columns, and event by event.

Each kind of event is read in runs of `seq`, every field as one collected list, so that an answer is a few
long lists instead of many short records. A collected list leaves nulls out, so what was not said is sent as
`false`, which no field's value is. Times and amounts become integers before they travel: a list of integers
is unpacked tens of times faster than one of times.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from operator import itemgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph.events import Event, Kind, User, Verdict
from graph.log import NONE, EventColumns, Log
from loaders import schema
from loaders.stores.cypher.ask import PRODUCT_FIELDS, USER_FIELDS, Ask, money_read, product_of
from loaders.stores.cypher.people import forgotten_keys
from loaders.stores.flat import DTYPES, FLAT, PEOPLE, SHARES, WORDS, columns, unflat, unsaid
from loaders.stores.sayings import user_of
from loaders.stores.versions import Version

CHUNK = 50_000
"""Events read at once as columns."""

PAGE = 5_000
"""Events read at once when they are asked for as objects."""

_COLUMNS = EventColumns.__dataclass_fields__.keys()

RUN = "r.seq > $after AND r.seq <= $upto"
"""A condition on `r`: the events of one run."""

Told = dict[str, list[Any]]
"""The fields of some events, by name; False where not said."""


def log(ask: Ask, version: Version, since: Version | None) -> Log:
    """What came after `since`, up to `version`; nothing that was there then may be rewritten meanwhile."""
    after, changes = (since.seq, since.changes) if since is not None else (0, 0)
    gathered, said = _Gathered(), said_by_kind(ask)
    for start in range(after, version.seq, CHUNK):
        run: dict[str, Any] = {"after": start, "upto": min(start + CHUNK, version.seq)}
        for kind, fields in said.items():
            names = [name for name in fields if name in _COLUMNS or (name == "id" and kind == Kind.SHARE)]
            gathered.take(kind, events_told(ask, kind, names, RUN, **run))
    return Log(
        version=str(version),
        people=gathered.people.texts(nameless=forgotten_keys(ask)),
        products=gathered.products.texts(),
        words=gathered.words.texts(),
        share_ids=gathered.share_ids,
        events=gathered.columns(),
        users=[user_of(row, ask.seal) for row in ask(_USERS, changes=changes)],
        catalogue=[product_of(row) for row in ask(_CATALOGUE, changes=changes)],
        since=None if since is None else str(since),
        consenting=bool(ask("MATCH (l:Log) RETURN l.consenting")[0][0]),
    )


def events(ask: Ask, after: int, last: int) -> Iterator[Event]:
    """The events after one number up to another, in order."""
    said, forgotten = said_by_kind(ask), forgotten_keys(ask)
    for start in range(after, last, PAGE):
        run = {"after": start, "upto": min(start + PAGE, last)}
        page = [
            numbered
            for kind, names in said.items()
            for numbered in numbered_events(ask, kind, names, forgotten, RUN, **run)
        ]
        yield from (event for _, event in sorted(page, key=itemgetter(0)))


def consents(ask: Ask, people: Sequence[str]) -> list[Event]:
    """The CONSENT events of these people, by the key each of them names."""
    names = said_by_kind(ask).get(Kind.CONSENT)
    if names is None:
        return []
    theirs = (
        f"{schema.found('a', 'User', 'key', 'key')} MATCH (a)-[r:{schema.RELATION_OF[Kind.CONSENT].type}]->()"
    )
    seqs = [seq for (seq,) in ask(f"UNWIND $keys AS key {theirs} RETURN r.seq", keys=list(people))]
    by_seq = "r.seq IN $seqs"
    return [event for _, event in numbered_events(ask, Kind.CONSENT, names, set(), by_seq, seqs=seqs)]


def numbered_events(
    ask: Ask, kind: Kind, names: Sequence[str], forgotten: AbstractSet[str], where: str, **parameters: Any
) -> list[tuple[int, Event]]:
    """Events of one kind with their numbers, in no order."""
    told = events_told(ask, kind, names, where, **parameters)
    id_of = _share_ids(ask, {share for name in SHARES for share in told.get(name, ()) if share is not False})
    for name in SHARES:
        told[name] = [id_of.get(share, False) for share in told.get(name, ())]
    told["user"] = [False if user in forgotten else user for user in told.get("user", ())]
    told["verdict"] = [verdict and Verdict[verdict] for verdict in told.get("verdict", ())]
    told["kind"] = [kind] * len(told["seq"])
    nothing = [False] * len(told["seq"])
    records = zip(*(told.get(name) or nothing for name in FLAT), strict=True)
    return [
        (seq, unflat(None if value is False else value for value in record))
        for seq, record in zip(told["seq"], records, strict=True)
    ]


def events_told(
    ask: Ask, kind: Kind, names: Iterable[str], where: str, *, by: str = "seq", **parameters: Any
) -> Told:
    """Fields of the events of one kind that a condition on `r` selects; `seq` and `digest` among them.

    by: the property of the condition by whose index they are found.
    """
    expressions = {name: _expression(kind, name) for name in ("seq", "digest", *names) if name != "kind"}
    gathered = ", ".join(f"collect(coalesce({expression}, false))" for expression in expressions.values())
    (row,) = ask(f"{schema.reading(kind, by)} WHERE {where} RETURN {gathered}", **parameters)
    told = dict(zip(expressions, row, strict=True))
    if "region" in told:
        told["region"] = [ask.seal.opened_region(region) for region in told["region"]]
    return told


def said_by_kind(ask: Ask) -> dict[Kind, list[str]]:
    """The fields that each kind of event says, of the kinds there are."""
    ((said,),) = ask("MATCH (l:Log) RETURN l.said")
    names = [name.split(".") for name in said]
    return {
        kind: [name for name in FLAT if [kind.name, name] in names]
        for kind in Kind
        if any(kind.name == name for name, _ in names)
    }


def _expression(kind: Kind, name: str) -> str:
    """What an event of a kind says in a field, as an expression of `a`, `r` and `b`."""
    relation = schema.RELATION_OF.get(kind)
    ends = relation.ends if relation else (schema.TO_PRODUCT,)
    person = "b.key" if schema.TO_PERSON in ends else "a.key"
    derived = {
        "at": "r.at.epochSeconds * 1000000 + r.at.microsecond",
        "user": f"CASE WHEN r.stranger THEN null ELSE {person} END",
        "visitor": f"CASE WHEN r.stranger THEN {person} ELSE r.visitor END",
        "parent": "head([(r)-[:RESHARE_OF]->(parent:Share) | parent.seq])",
        "amount": money_read("amount"),
        "incentive": money_read("incentive"),
    }
    if relation and relation.source == name:
        return "a.key"
    return derived.get(name) or schema.said_in(name, ends)


class Texts:
    """Texts in the order in which they were met, and their codes."""

    def __init__(self) -> None:
        self._codes: dict[str | bool, int] = {False: NONE}

    def codes(self, told: Sequence[str | bool]) -> NDArray[np.int32]:
        """The code of each text, new ones numbered on; −1 for False."""
        for text in dict.fromkeys(told):
            self._codes.setdefault(text, len(self._codes) - 1)
        return np.fromiter(map(self._codes.__getitem__, told), dtype=np.int32, count=len(told))

    def texts(self, nameless: AbstractSet[str] = frozenset()) -> list[str]:
        """The texts by code, "" in the place of those that shall have no name."""
        return ["" if text in nameless else str(text) for text in self._codes if text is not False]


class _Gathered:
    """The columns read so far, a part for each kind of event and run."""

    def __init__(self) -> None:
        self.people, self.products, self.words = Texts(), Texts(), Texts()
        self.share_ids: list[str] = []
        self._parts: list[dict[str, NDArray[Any]]] = []

    def take(self, kind: Kind, told: Told) -> None:
        """Add the events of one kind in one run."""
        if kind == Kind.SHARE:
            order = np.argsort(told["seq"])
            self.share_ids += [told["id"][position] for position in order]
        part = {name: self._column(name, values) for name, values in told.items() if name != "id"}
        part["kind"] = np.full(len(told["seq"]), kind, dtype=DTYPES["kind"])
        self._parts.append(part)

    def columns(self) -> EventColumns:
        """All of them, in the order of their numbers."""
        said = {name for part in self._parts for name in part}
        whole = {name: np.concatenate([_part(part, name) for part in self._parts]) for name in said}
        order = np.argsort(whole["seq"]) if whole else np.empty(0, np.int64)
        return columns({name: values[order] for name, values in whole.items()}, len(order))

    def _column(self, name: str, told: Sequence[Any]) -> NDArray[Any]:
        if name in PEOPLE:
            return self.people.codes(told)
        if name == "product":
            return self.products.codes(told)
        if name in WORDS:
            return self.words.codes(told)
        if name == "verdict":
            told = [verdict and Verdict[verdict] for verdict in told]
        nothing = unsaid(name)
        return np.array([nothing if value is False else value for value in told], dtype=DTYPES[name])


def _part(part: Mapping[str, NDArray[Any]], name: str) -> NDArray[Any]:
    return part[name] if name in part else np.full(len(part["seq"]), unsaid(name), dtype=DTYPES[name])


def _share_ids(ask: Ask, seqs: AbstractSet[int]) -> dict[int, str]:
    rows = ask("MATCH (s:Share) WHERE s.seq IN $seqs RETURN s.seq, s.id", seqs=list(seqs)) if seqs else []
    return dict(rows)


def described(ask: Ask, keys: Sequence[str]) -> list[User]:
    """What was said of these people."""
    said = f"MATCH (r:User) WHERE r.key IN $keys AND r.changed IS NOT NULL RETURN {USER_FIELDS}"
    return [user_of(row, ask.seal) for row in ask(said, keys=list(keys))]


_USERS = f"MATCH (r:User) WHERE r.changed > $changes RETURN {USER_FIELDS}"
_CATALOGUE = f"MATCH (r:Product) WHERE r.changed > $changes RETURN {PRODUCT_FIELDS}"
