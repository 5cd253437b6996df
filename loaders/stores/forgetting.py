"""What an event says after a person was forgotten: the law both stores share.

Everything they did goes, but for their shares and opens, which stay as blanks: kind, time, product and what
came from what, under new ids (a device's too), so that cascades keep their shape and bursts stay bursts.
Where others named them, the name goes; a tie to them goes whole. An id that is a hash of what was said is
drawn anew wherever they were in what was said: else whoever has the rest of it could try names.
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from secrets import token_hex

from graph.events import Event, Kind
from loaders.stores.admission import Numbered
from loaders.stores.naming import Naming

HASHED = "~"
"""Leads an id that is a hash of what its event says (graph.events.content_id)."""

_BLANKED = (Kind.SHARE, Kind.OPEN)
_TIES = (Kind.TIE, Kind.UNTIE)


@dataclass(frozen=True, slots=True)
class Forgetting:
    """One person's way out of the log. keys: all of theirs; blank: the key that no log can hold, under which
    their blanks are kept together; renamed: the new id of each of their shares and opens, and of others'
    events that were known by a hash; devices: of each device of theirs, so that the bursts of a forgotten bot
    stay bursts.
    """

    keys: AbstractSet[str]
    blank: str
    renamed: Mapping[str, str]
    devices: Mapping[str, str]

    @classmethod
    def of(cls, keys: AbstractSet[str], events: Sequence[Event]) -> "Forgetting":
        """Forget those who have these keys, given the events that name them."""
        hers = [event for event in events if event.person in keys and event.kind in _BLANKED]
        hashed = [event for event in events if event.id.startswith(HASHED)]
        return cls(
            keys,
            "forgotten-" + token_hex(10),
            {event.id: "~" + token_hex(10) for event in (*hers, *hashed)},
            {event.device: "~" + token_hex(10) for event in hers if event.device is not None},
        )

    def shares(self, events: Iterable[Event]) -> list[str]:
        """The ids that renamed shares had."""
        return [event.id for event in events if event.kind is Kind.SHARE and event.id in self.renamed]

    def rewritten(self, events: Iterable[tuple[int, Event]], naming: Naming) -> list[Numbered]:
        """What is left of numbered events, each under its number with the digest of what it says now; blanks
        have the blank key as user, which takes no part in their digest. naming: of their ids.
        """
        left = [(seq, event, self.after(event)) for seq, event in events]
        return [
            (seq, replace(new, user=self.blank) if event.person in self.keys else new, naming.digest(new))
            for seq, event, new in left
            if new is not None
        ]

    def after(self, event: Event) -> Event | None:
        """What is left of an event; None where nothing is."""
        hers = event.person in self.keys
        if (hers and event.kind not in _BLANKED) or (event.kind in _TIES and event.other in self.keys):
            return None
        share, parent = self._renamed(event.through), self._renamed(event.parent_share)
        if hers:
            return Event(
                self.renamed[event.id],
                event.kind,
                event.at,
                product=event.product,
                share=share,
                parent_share=parent,
                device=None if event.device is None else self.devices[event.device],
                implied=event.implied,
            )
        # Without the sharer nothing is left to be found by: the share is as if said.
        found = event.share is None and event.sharer not in self.keys
        return replace(
            event,
            id=self.renamed.get(event.id, event.id),
            visitor=self._unless_hers(event.visitor),
            other=self._unless_hers(event.other),
            recipient=self._unless_hers(event.recipient),
            sharer=self._unless_hers(event.sharer),
            share=None if found else share,
            found_share=share if found else None,
            parent_share=parent,
        )

    def _unless_hers(self, key: str | None) -> str | None:
        return None if key in self.keys else key

    def _renamed(self, share: str | None) -> str | None:
        return None if share is None else self.renamed.get(share, share)
