"""Forecasts that were given out, in a graph: `(:Promise)` nodes that nothing leads to and no version counts.

graph.promises.promise has the law; what was asked goes with whom it names.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from secrets import token_bytes
from typing import Any

from graph.estimate import Estimate
from graph.promises.promise import NONCE_BYTES, Kept, Kind, Outcome, Promise, linked
from loaders.sealing import Seal
from loaders.stores.cypher.ask import Ask
from loaders.stores.sayings import asked_kept, asked_of
from loaders.stores.tombstones import Tombstones

_FIELDS = (
    "place", "kind", "unit", "asked", "version", "as_of", "due", "value", "low", "high", "confidence",
    "nonce", "commitment", "seal", "realised", "settled",
)  # fmt: skip
_RETURN = "RETURN " + ", ".join(f"p.{name}" for name in _FIELDS)


def keep(ask: Ask, promises: Sequence[Promise], tombstones: Tombstones) -> int:
    """Link those that were not given before to the chain; how many these were."""
    by_question = {tombstones.question(promise.question).hex(): promise for promise in promises}
    asked_before = "MATCH (p:Promise) WHERE p.question IN $questions RETURN p.question"
    known = {question for (question,) in ask(asked_before, questions=list(by_question))}
    new = [promise for question, promise in by_question.items() if question not in known]
    last = ask(f"MATCH (p:Promise) WITH p ORDER BY p.place DESC LIMIT 1 {_RETURN}")
    linked_now = linked(
        new, [token_bytes(NONCE_BYTES) for _ in new], _kept(last[0], ask.seal) if last else None
    )
    rows = [_row(kept, tombstones, ask.seal) for kept in linked_now]
    ask("UNWIND $rows AS row CREATE (p:Promise) SET p = row", rows=rows)
    return len(new)


def chain(ask: Ask) -> list[Kept]:
    """All of them, from the first."""
    return [_kept(row, ask.seal) for row in ask(f"MATCH (p:Promise) WITH p ORDER BY p.place {_RETURN}")]


def settle(ask: Ask, outcomes: Mapping[int, Outcome]) -> None:
    """Say what became of some, by place; what was said before stays."""
    rows = [
        {"place": place, "realised": came.realised, "settled": came.version}
        for place, came in outcomes.items()
    ]
    ask(
        "UNWIND $rows AS row MATCH (p:Promise {place: row.place}) WHERE p.settled IS NULL "
        "SET p.realised = row.realised, p.settled = row.settled",
        rows=rows,
    )


def take_out(ask: Ask, names: AbstractSet[str]) -> None:
    """Leave the figures alone of what names one of these people or shares."""
    gone = [kept.place for kept in chain(ask) if not names.isdisjoint(kept.promise.names())]
    ask(
        "MATCH (p:Promise) WHERE p.place IN $gone SET p.asked = '', p.nonce = '' REMOVE p.question",
        gone=gone,
    )


def _row(kept: Kept, tombstones: Tombstones, under: Seal) -> dict[str, Any]:
    question: str | None = tombstones.question(kept.promise.question).hex()
    if tombstones.mention(kept.promise.names()):
        kept, question = kept.without_question(), None
    promise, told = kept.promise, kept.promise.told
    return {
        "place": kept.place,
        "kind": promise.kind.value,
        "unit": promise.unit,
        "asked": asked_kept(promise.asked, kept.place, under),
        "question": question,
        "version": promise.version,
        "as_of": promise.as_of,
        "due": promise.due,
        **{name: float(getattr(told, name)) for name in ("value", "low", "high", "confidence")},
        **{name: getattr(kept, name).hex() for name in ("nonce", "commitment", "seal")},
    }


def _kept(row: Sequence[Any], under: Seal) -> Kept:
    place, kind, unit, asked, version, as_of, due, *told, nonce, commitment, seal, realised, settled = row
    promise = Promise(Kind(kind), unit, asked_of(asked, place, under), version, as_of, due, Estimate(*told))
    outcome = None if settled is None else Outcome(realised, settled)
    nonce, commitment, seal = map(bytes.fromhex, (nonce, commitment, seal))
    return Kept(place, promise, nonce, commitment, seal, outcome)
