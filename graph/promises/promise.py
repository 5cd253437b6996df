"""Forecasts as they were given out, kept so that nobody can mend them afterwards.

A promise says what was asked, of which version of the data, what was told with which interval, and when it
falls due. A store links its promises into a chain: each one's seal is a hash of the seal before it, of its
figures, and of a commitment to what was asked; so a figure that is changed, a promise that is taken out or
slipped in later breaks the chain from there on, and the last seal, noted elsewhere, tells that the whole was
not made anew. What was asked may name people. When one of them is forgotten the question goes, and with it
the random number that its commitment was made with: nobody can try names against what is left, and the
figures still fit their seal.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from hashlib import blake2b
from typing import Any

from graph.estimate import Estimate

NONCE_BYTES = SEAL_BYTES = 16
BEGINNING = bytes(SEAL_BYTES)
"""What stands for a seal before the first promise."""

PEOPLE, NEW_USERS, PURCHASES, OPENERS = "people", "new users", "purchases", "openers"
"""What is counted; money is counted in its currency."""


class Kind(StrEnum):
    """What a forecast is of."""

    SPREAD = "spread"
    KOLS = "kols"
    CASCADE = "cascade"


@dataclass(frozen=True, slots=True)
class Promise:
    """One forecast. unit: what is counted, one of the above or a currency. asked: canonical JSON; "" once it
    is taken out. version: of the dataset; as_of, due: µs; told: the forecast, in its unit.

    >>> asked = {"users": ["ana"], "product": None, "category": "tea"}
    >>> Promise.of((Kind.SPREAD, PEOPLE), asked, "v1", (0, 7), Estimate(3, 1, 5)).asked
    '{"category":"tea","users":["ana"]}'
    """

    kind: Kind
    unit: str
    asked: str
    version: str
    as_of: int
    due: int
    told: Estimate

    @classmethod
    def of(
        cls,
        of: tuple[Kind, str],
        asked: Mapping[str, Any],
        version: str,
        times: tuple[int, int],
        told: Estimate,
    ) -> "Promise":
        """From a question's parts; those that are None are as if not said. of: kind and unit; times: as_of
        and due.
        """
        said = {name: value for name, value in asked.items() if value is not None}
        text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return cls(*of, text, version, *times, told)

    @property
    def question(self) -> bytes:
        """The same for the same question of the same version, which is one promise however often it is
        given.
        """
        return _hash(self.kind, self.unit, self.asked, self.version)

    @property
    def parts(self) -> dict[str, Any]:
        """What was asked; nothing where it was taken out."""
        parts: dict[str, Any] = json.loads(self.asked) if self.asked else {}
        return parts

    def names(self) -> frozenset[str]:
        """Every text in the question that may name somebody or a share of theirs."""
        return frozenset(_texts(self.parts))

    def figures(self) -> str:
        """All but what was asked, as it is sealed."""
        told = (self.told.value, self.told.low, self.told.high, self.told.confidence)
        times = str(self.as_of), str(self.due)
        return "|".join((self.kind, self.unit, self.version, *times, *map(repr, map(float, told))))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a promise. realised: what was forecast, as the log had it when it was due; None where
    that cannot be told, since what was asked did not happen (void). version: of the dataset it was read from.
    """

    realised: float | None
    version: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A promise in its chain. place: from 1. nonce: b"" once what was asked is taken out."""

    place: int
    promise: Promise
    nonce: bytes
    commitment: bytes
    seal: bytes
    outcome: Outcome | None = None

    def without_question(self) -> "Kept":
        """Its figures alone."""
        return replace(self, promise=replace(self.promise, asked=""), nonce=b"")


def linked(promises: Sequence[Promise], nonces: Sequence[bytes], last: Kept | None = None) -> list[Kept]:
    """Promises behind the last one of a chain. nonces: a random number for each."""
    place, seal = (0, BEGINNING) if last is None else (last.place, last.seal)
    chain = []
    for promise, nonce in zip(promises, nonces, strict=True):
        place, commitment = place + 1, _hash(nonce.hex(), promise.asked)
        seal = _hash(seal.hex(), promise.figures(), commitment.hex())
        chain.append(Kept(place, promise, nonce, commitment, seal))
    return chain


def broken_at(chain: Sequence[Kept]) -> int | None:
    """The first place at which a whole chain is not what was sealed; None where all of it is.

    >>> promise = Promise.of((Kind.SPREAD, PEOPLE), {}, "v", (0, 7), Estimate(3, 1, 5))
    >>> chain = linked([promise, promise], [b"a", b"b"])
    >>> broken_at(chain), broken_at(chain[1:]), broken_at([chain[0].without_question(), chain[1]])
    (None, 1, None)
    """
    seal = BEGINNING
    for place, kept in enumerate(chain, 1):
        asked = not kept.promise.asked or kept.commitment == _hash(kept.nonce.hex(), kept.promise.asked)
        seal = _hash(seal.hex(), kept.promise.figures(), kept.commitment.hex())
        if not asked or kept.place != place or kept.seal != seal:
            return place
    return None


def _texts(said: Any) -> Iterator[str]:
    if isinstance(said, str):
        yield said
    elif isinstance(said, dict):
        for part in said.values():
            yield from _texts(part)
    elif isinstance(said, list):
        for part in said:
            yield from _texts(part)


def _hash(*parts: str) -> bytes:
    return blake2b("\x1f".join(parts).encode(), digest_size=SEAL_BYTES).digest()
