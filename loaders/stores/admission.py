"""What becomes of each row of an append: the law both stores share, as one function of what is there already.

A row is refused if one of its events is (a conflict, or it names somebody forgotten), stored if one of them
is new, else repeated. Within a batch the first of two events with one id counts, as if the rows had come one
append each. A row that refers to a share of a refused row shares its fate, since nothing of that row will be
there.
"""

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from graph.errors import InvalidInput
from graph.events import Event, Kind, Row
from graph.store import Appended

_TIES = (Kind.TIE, Kind.UNTIE)

Said = tuple[Event, int]
"""An event and its digest."""

Numbered = tuple[int, Event, int]
"""The number a store gave an event, the event, and its digest."""


@dataclass(slots=True)
class _Verdicts:
    """Rows by their fate, and what is to be written."""

    stored: list[int] = field(default_factory=list)
    repeated: list[int] = field(default_factory=list)
    conflicts: set[int] = field(default_factory=set)
    forgotten: set[int] = field(default_factory=set)
    new: dict[str, Said] = field(default_factory=dict)
    rows: dict[int, list[Event]] = field(default_factory=dict)


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
    refers to a share that is nowhere: references are resolved before (loaders.ingest).
    """
    conflicts: set[int] = set()
    gone = {position for position, row in enumerate(rows) if any(map(forgotten, row.events))}
    while True:
        verdicts = _judge(rows, digests, stored, conflicts, gone)
        if not _spread(rows, verdicts, shares):
            break
        conflicts, gone = verdicts.conflicts, verdicts.forgotten
    implied = sum(event.implied and event.kind == Kind.SHARE for event, _ in verdicts.new.values())
    appended = Appended(
        tuple(verdicts.stored),
        tuple(verdicts.repeated),
        tuple(sorted(verdicts.conflicts)),
        tuple(sorted(verdicts.forgotten)),
        implied,
    )
    return appended, [(n, *said) for n, said in enumerate(verdicts.new.values(), seq + 1)]


def checked(rows: Sequence[Row]) -> Sequence[Row]:
    """The rows; raises InvalidInput where an event lacks what makes it one: somebody, a share's product, a
    tie's other end. The empty text names nothing: in a log it stands for somebody forgotten.
    """
    for row in rows:
        for event in row.events:
            if "" in (event.id, event.user, event.visitor, event.other, event.recipient, event.sharer):
                raise InvalidInput(f"row {row.line} names something by an empty text; leave it out instead")
            for lacking, what in (
                (event.person is None, "nobody: give a user or a visitor"),
                (event.kind == Kind.SHARE and event.product is None, "a share without a product"),
                (event.kind in _TIES and event.other is None, "a tie without the other"),
            ):
                if lacking:
                    raise InvalidInput(f"row {row.line} tells of {what}")
    return rows


def references(event: Event) -> Iterator[str]:
    """The ids of the shares an event refers to."""
    if (through := event.through) is not None:
        yield through
    if event.parent_share is not None:
        yield event.parent_share


def _judge(
    rows: Sequence[Row],
    digests: Sequence[Sequence[int]],
    stored: Mapping[str, int],
    conflicts: set[int],
    forgotten: set[int],
) -> _Verdicts:
    """Every row's fate, those refused so far left out, before references are looked at."""
    verdicts = _Verdicts(conflicts=set(conflicts), forgotten=set(forgotten))
    for position, row in enumerate(rows):
        if position in conflicts or position in forgotten:
            continue
        new: dict[str, Said] = {}
        for event, digest in zip(row.events, digests[position], strict=True):
            said = verdicts.new.get(event.id) or new.get(event.id)
            there = stored.get(event.id) if said is None else said[1]
            if there is None:
                new[event.id] = event, digest
            elif there != digest:
                verdicts.conflicts.add(position)
                break
        else:
            (verdicts.stored if new else verdicts.repeated).append(position)
            verdicts.new |= new
            verdicts.rows[position] = [event for event, _ in new.values()]
    return verdicts


def _spread(rows: Sequence[Row], verdicts: _Verdicts, shares: Container[str]) -> bool:
    """Refuse the rows whose references were refused, by adding them to their verdicts; whether there were
    any.
    """
    dangling = [
        (position, reference)
        for position, events in verdicts.rows.items()
        for event in events
        for reference in references(event)
        if reference not in shares
        and not (reference in verdicts.new and verdicts.new[reference][0].kind == Kind.SHARE)
    ]
    if not dangling:
        return False
    lost = {
        event.id: fate
        for fate in (verdicts.conflicts, verdicts.forgotten)
        for position in fate
        for event in rows[position].events
    }
    for position, reference in dangling:
        if reference not in lost:
            raise InvalidInput(
                f"row {rows[position].line} refers to the share {reference}, which is neither in the store "
                "nor in this append; resolve references before appending"
            )
    for position, reference in dangling:
        lost[reference].add(position)
    return True
