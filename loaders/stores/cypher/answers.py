"""Answers that were given out, in a graph: `(:Answer)` nodes that nothing leads to and no version counts.

graph.answers has the law. Places stand in lists of the same length, in the order in which they were kept.
"""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from graph.answers import FORGOTTEN, Given, Place, together, unnamed
from loaders.stores.cypher.ask import Ask
from loaders.stores.tombstones import Tombstones

_SAID = ("id", "version", "person", "surface", "at")
_LISTS = ("rank", "product", "propensity", "source")
_RETURN = "RETURN " + ", ".join(f"a.{name}" for name in _SAID + _LISTS)
_KEEP = (
    "UNWIND $rows AS row MERGE (a:Answer {id: row.id}) ON CREATE SET a += row.said, "
    + ", ".join(f"a.{name} = []" for name in _LISTS)
    + " WITH a, row, [i IN range(0, size(row.rank) - 1) WHERE NOT row.rank[i] IN a.rank] AS new SET "
    + ", ".join(f"a.{name} = a.{name} + [i IN new | row.{name}[i]]" for name in _LISTS)
)
PAGE = 2_000
"""Answers read at a time."""


def keep(ask: Ask, given: Sequence[Given], tombstones: Tombstones) -> int:
    """Note answers, or further pages of them; how many were not there before."""
    answers = together(
        one.without_person() if one.person is not None and tombstones.hold(one.person) else one
        for one in given
    )
    ids = [answer.id for answer in answers]
    ((known,),) = ask("MATCH (a:Answer) WHERE a.id IN $ids RETURN count(a)", ids=ids)
    ask(_KEEP, rows=[_row(answer) for answer in answers])
    return len(answers) - int(known)


def since(ask: Ask, at: int) -> Iterator[Given]:
    """Those given at a time (µs) or later, in order of time, read page by page."""
    last = at, ""
    while True:
        rows = ask(
            "MATCH (a:Answer) WHERE a.at >= $at AND (a.at > $at OR a.id > $id) "
            f"WITH a ORDER BY a.at, a.id LIMIT {PAGE} {_RETURN}",
            at=last[0],
            id=last[1],
        )
        yield from map(_given, rows)
        if len(rows) < PAGE:
            return
        last = rows[-1][_SAID.index("at")], rows[-1][_SAID.index("id")]


def given_to(ask: Ask, keys: Sequence[str]) -> list[Given]:
    """Those given to who has these keys, in order of time."""
    theirs = f"MATCH (a:Answer) WHERE a.person IN $keys WITH a ORDER BY a.at, a.id {_RETURN}"
    return [_given(row) for row in ask(theirs, keys=list(keys))]


def drop(ask: Ask, before: int, most: int) -> int:
    """Delete at most so many of those given before a time (µs), the oldest first; how many it were."""
    ((dropped,),) = ask(
        "MATCH (a:Answer) WHERE a.at < $before WITH a ORDER BY a.at LIMIT $most "
        "WITH collect(a) AS oldest FOREACH (a IN oldest | DELETE a) RETURN size(oldest)",
        before=before,
        most=most,
    )
    return int(dropped)


def take_out(ask: Ask, keys: AbstractSet[str]) -> None:
    """Leave the figures alone of what was given to who has these keys."""
    hers = ask("MATCH (a:Answer) WHERE a.person IN $keys RETURN a.id", keys=list(keys))
    ask(
        "UNWIND $hers AS one MATCH (a:Answer {id: one[0]}) "
        "SET a.id = one[1], a.person = $nobody, a.product = [_ IN a.product | $nobody]",
        hers=[[id_, unnamed()] for (id_,) in hers],
        nobody=FORGOTTEN,
    )


def _row(answer: Given) -> dict[str, Any]:
    said = {name: getattr(answer, name) for name in _SAID}
    places = {name: [getattr(place, name) for place in answer.places] for name in _LISTS}
    return {"id": answer.id, "said": said, **places}


def _given(row: Sequence[Any]) -> Given:
    id_, version, person, surface, at, *lists = row
    places = sorted(zip(*lists, strict=True))
    return Given(id_, version, person, surface, at, tuple(Place(*place) for place in places))
