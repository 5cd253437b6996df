"""What becomes of each row of an append: the law both stores share, as one function of what is there already.

Rows are judged in order, as if each had come in an append of its own. One is refused if one of its events is
(a conflict, or it names somebody forgotten), stored if one of them is new, else repeated. One that refers to
a share of a refused row shares its fate, since that share will not be there.
"""

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from graph.errors import InvalidInput
from graph.events import Event, Kind, Row
from graph.store import Appended

_TIES = (Kind.TIE, Kind.UNTIE)

Said = tuple[Event, int]
"""An event and its digest."""

Numbered = tuple[int, Event, int]
"""The number a store gave an event, the event, and its digest."""


def admit(
    rows: Sequence[Row],
    digests: Sequence[Sequence[int]],
    *,
    seq: int,
    stored: Mapping[str, int],
    shares: Container[str],
    forgotten: Callable[[Event], bool],
) -> tuple[Appended, list[Numbered]]:
    """The fate of each row, and the new events in order, numbered on from `seq`.

    digests: of each row's events. stored: id → digest of those events that are in the store. shares: ids of
    those shares referred to that are in it. Raises InvalidInput, and nothing is to be written, where a row
    refers to a share that is neither there nor before it: references are resolved before (loaders.ingest).
    """
    judging = _Judging(stored, shares, forgotten)
    fates: list[list[int]] = [[] for _ in Fate]
    for position, (row, its_digests) in enumerate(zip(rows, digests, strict=True)):
        fates[judging.take(row, its_digests)].append(position)
    implied = sum(event.implied and event.kind == Kind.SHARE for event, _ in judging.new.values())
    stored_, repeated, conflicts, gone = map(tuple, fates)
    appended = Appended(stored_, repeated, conflicts, gone, implied)
    return appended, [(number, *said) for number, said in enumerate(judging.new.values(), seq + 1)]


def checked(rows: Sequence[Row]) -> Sequence[Row]:
    """The rows; raises InvalidInput where an event lacks what makes it one: somebody, a share's product, a
    tie's other end. The empty text names nothing: in a log it stands for somebody forgotten.
    """
    for row in rows:
        for event in row.events:
            if lack := _lack(event):
                raise InvalidInput(f"row {row.line} {lack}")
    return rows


def _lack(event: Event) -> str:
    """What keeps an event from being one; nothing where it is one."""
    if "" in (event.id, event.user, event.visitor, event.other, event.recipient, event.sharer):
        return "names something by an empty text; leave it out instead"
    if event.user is None and event.visitor is None:
        return "tells of nobody: give a user or a visitor"
    if event.kind == Kind.SHARE and event.product is None:
        return "tells of a share without a product"
    if event.other is None and event.kind in _TIES:
        return "tells of a tie without the other"
    return ""


def references(event: Event) -> Iterator[str]:
    """The ids of the shares an event refers to."""
    if (through := event.through) is not None:
        yield through
    if event.parent_share is not None:
        yield event.parent_share


class Fate(IntEnum):
    """What becomes of a row, in the order of the fields of `Appended`."""

    STORED = 0
    REPEATED = 1
    CONFLICT = 2
    FORGOTTEN = 3


@dataclass(slots=True)
class _Judging:
    """The rows judged so far. new: events to be written, by id; lost: ids of events of refused rows."""

    stored: Mapping[str, int]
    shares: Container[str]
    forgotten: Callable[[Event], bool]
    new: dict[str, Said] = field(default_factory=dict)
    lost: dict[str, Fate] = field(default_factory=dict)

    def take(self, row: Row, digests: Sequence[int]) -> Fate:
        """The fate of the next row."""
        own: dict[str, Said] = {}
        fate = self._fate(row, digests, own)
        if fate is Fate.STORED:
            self.new |= own
        elif fate is not Fate.REPEATED:
            self.lost |= dict.fromkeys((event.id for event in row.events), fate)
        return fate

    def _fate(self, row: Row, digests: Sequence[int], own: dict[str, Said]) -> Fate:
        """The fate of a row, whose new events are put into `own`."""
        if any(map(self.forgotten, row.events)):
            return Fate.FORGOTTEN
        for event, digest in zip(row.events, digests, strict=True):
            there = self._digest(event.id, own)
            if there is None:
                own[event.id] = event, digest
            elif there != digest:
                return Fate.CONFLICT
        fates = (self._refusal(share, own, row) for event, _ in own.values() for share in references(event))
        refused = next((fate for fate in fates if fate is not None), None)
        if refused is not None:
            return refused
        return Fate.STORED if own else Fate.REPEATED

    def _digest(self, id_: str, own: Mapping[str, Said]) -> int | None:
        said = self.new.get(id_) or own.get(id_)
        return self.stored.get(id_) if said is None else said[1]

    def _refusal(self, reference: str, own: Mapping[str, Said], row: Row) -> Fate | None:
        """Why a share that is referred to will not be there; None where it will."""
        said = self.new.get(reference) or own.get(reference)
        if reference in self.shares or (said and said[0].kind == Kind.SHARE):
            return None
        if reference in self.lost:
            return self.lost[reference]
        raise InvalidInput(
            f"row {row.line} refers to the share {reference}, which is neither in the store nor before it in "
            "this append; resolve references before appending"
        )
