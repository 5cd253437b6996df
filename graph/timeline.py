"""What happened, in order of time, as arrays: the events and, among them, the shares with their lineage."""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from graph.events import Kind
from graph.texts import Keys

Rows = NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class Events:
    """n events in order of (at, shares first, digest); all arrays of shape (n,).

    kind: graph.events.Kind. at: microseconds since 1970. person, other, recipient: rows of people, −1 not
    said. product: row of products. share: row of `Shares` it came from; for a SHARE its own row. order,
    channel, campaign, device, region, surface, currency: codes into `Snapshot.words`. amount:
    ten-thousandths. own: an open of one's own share. noise: part of a burst no person can make.
    """

    kind: NDArray[np.int8]
    at: NDArray[np.int64]
    person: Rows
    other: Rows
    recipient: Rows
    product: Rows
    share: Rows
    order: Rows
    channel: Rows
    campaign: Rows
    device: Rows
    region: Rows
    surface: Rows
    currency: Rows
    quantity: Rows
    amount: NDArray[np.int64]
    rating: NDArray[np.float32]
    verdict: NDArray[np.int8]
    consent: NDArray[np.int16]
    own: NDArray[np.bool_]
    noise: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.kind)

    def at_rows(self, rows: NDArray[np.intp]) -> "Events":
        """The events at these positions, in this order."""
        return Events(**{column.name: getattr(self, column.name)[rows] for column in fields(self)})

    def before(self, at: int) -> "Events":
        """The events before a time (µs), as views."""
        count = int(np.searchsorted(self.at, at))
        return Events(**{column.name: getattr(self, column.name)[:count] for column in fields(self)})

    def followed_by(self, later: "Events") -> "Events":
        """These events and others behind them; who calls puts them in order."""
        names = [column.name for column in fields(self)]
        return Events(**{name: np.concatenate([getattr(self, name), getattr(later, name)]) for name in names})

    def rows(self, *kinds: Kind, noise: bool = False) -> NDArray[np.intp]:
        """Positions of the events of these kinds, in order of time; those marked as noise only if asked
        for.
        """
        asked = np.zeros(len(Kind) + 1, np.bool_)
        asked[list(kinds)] = True
        wanted = asked[self.kind]
        return np.flatnonzero(wanted if noise else wanted & ~self.noise)


@dataclass(frozen=True, slots=True, eq=False)
class Shares:
    """m shares, in the order of their events; all arrays of shape (m,).

    event: position in `Events`, −1 for one that came after these were sorted. person, product, at, channel,
    campaign: as its event has them. parent, root: rows of shares, parent −1 for a root share. depth: shares
    passed on before it. inferred: the parent was not in the log. implied: the share itself was not. seq: the
    store's running number of its event. ids: the shop's ids.
    """

    event: NDArray[np.int64]
    person: Rows
    product: Rows
    at: NDArray[np.int64]
    channel: Rows
    campaign: Rows
    parent: Rows
    root: Rows
    depth: Rows
    inferred: NDArray[np.bool_]
    implied: NDArray[np.bool_]
    seq: NDArray[np.int64]
    ids: Keys

    def __len__(self) -> int:
        return len(self.event)

    def row(self, share_id: str) -> int | None:
        """The row of a share's id; None where it is not held."""
        return self.ids.row(share_id)
