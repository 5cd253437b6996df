"""What people allow, where a log says it again on every row: a CONSENT event where it changed, only there.

A call carries what its sender's device knew at the time, not an act. So all that was carried is put aside, in
order of time for each device (user and visitor), and when the load ends what differs from the one before is
stored, also from what an earlier load had stored. Devices do not argue: a change on one of them is news, that
another has not heard of it is none.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import attrgetter

from graph.events import Consent, Event, Row, micros
from graph.store import Store
from loaders.sources.consents import SURFACE
from loaders.spill import Spill, chunks
from loaders.stores.flat import CONSENTS

PAIRS_AT_ONCE = 1_000
_LATEST = 2**63
_IN_ORDER = attrgetter("at", "id")

State = dict[str, bool]
Device = tuple[str | None, str | None]


class Consents:
    """What a load's rows carry of consents."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._carried: Spill[Event] = Spill()

    def hear(self, event: Event) -> None:
        """Take in what a row carries; it was stored, now or earlier."""
        # No key holds a NUL, so texts sort as (person, device, time, id) would.
        at = f"{micros(event.at) + _LATEST:020d}"
        self._carried.add("\0".join((*(key or "" for key in _device(event)), at, event.id)), event)

    def tell(self) -> None:
        """Store those that changed something."""
        devices = (_turns(events) for _, events in groupby(self._carried, key=_device))
        for some in chunks(devices, PAIRS_AT_ONCE):
            changes = [event for turns in self._after_earlier(some) for event in turns]
            if changes:
                self._store.append([Row(0, (event,)) for event in changes])

    def close(self) -> None:
        """Drop what was put aside; idempotent."""
        self._carried.close()

    def _after_earlier(self, some: Sequence[list[Event]]) -> Iterator[list[Event]]:
        """Of each device's events those that change what is known from earlier loads and from each other."""
        stored: defaultdict[Device, list[Event]] = defaultdict(list)
        for event in self._store.consents(list({str(turns[0].person) for turns in some})):
            if event.surface == SURFACE:
                stored[_device(event)].append(event)
        for turns in some:
            state: State = {}
            for event in sorted(stored[_device(turns[0])], key=_IN_ORDER):
                if event.at < turns[0].at:
                    state |= _said(event.consent)
            yield _changes(turns, state)


def _device(event: Event) -> Device:
    return event.user, event.visitor


def _turns(events: Iterable[Event]) -> list[Event]:
    """Events of one device without those that say what the one before says."""
    return [next(alike) for _, alike in groupby(events, key=lambda event: event.consent)]


def _changes(events: Iterable[Event], state: State) -> list[Event]:
    """Those that say something else of a purpose than was known of it."""
    changes = []
    for event in events:
        said = _said(event.consent)
        if any(state.get(purpose) is not allowed for purpose, allowed in said.items()):
            changes.append(event)
            state = state | said
    return changes


def _said(consent: Consent | None) -> State:
    told = ((purpose, getattr(consent, purpose)) for purpose in CONSENTS)
    return {purpose: allowed for purpose, allowed in told if allowed is not None}
