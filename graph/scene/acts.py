"""Acts that show a taste, with when and where; what lifts are counted from."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph.events import Kind
from graph.log import NONE
from graph.scene.calendar import Calendar
from graph.snapshot import Snapshot
from graph.timeline import Rows

Longs = NDArray[np.int64]

TELLING = (Kind.VIEW, Kind.OPEN, Kind.CART, Kind.FAVOURITE, Kind.SHARE, Kind.PURCHASE)


@dataclass(frozen=True, slots=True, eq=False)
class Acts:
    """n acts in order of time, the first of a person in a category on a day: who compares five tents in one
    evening speaks once for tents. A product without a category is one of its own.

    region, surface: places in `regions` and `surfaces`, −1 not known; a region is where it happened, else
    where the person lives.
    """

    product: Rows
    at: Longs
    region: Longs
    surface: Longs
    regions: tuple[str, ...]
    surfaces: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.product)

    @classmethod
    def of(
        cls,
        snapshot: Snapshot,
        silent: NDArray[np.bool_],
        calendar: Calendar,
        nowhere: NDArray[np.bool_] | None = None,
    ) -> "Acts":
        """Everybody's, but for those who allow no use of them and for noise. nowhere: (people,), of whom no
        region may be used.
        """
        events = snapshot.events
        rows = events.rows(*TELLING)
        rows = rows[(events.product[rows] != NONE) & (events.person[rows] != NONE) & ~events.own[rows]]
        rows = rows[~silent[events.person[rows]]]
        day, _ = calendar.local(events.at[rows])
        alone = -1 - np.arange(len(snapshot.products))
        kind = np.where(snapshot.products.category == NONE, alone, snapshot.products.category)
        _, kind = np.unique(kind, return_inverse=True)
        key = events.person[rows] * np.int64(max(len(kind), 1)) + kind[events.product[rows]]
        order = np.lexsort((rows, day, key))
        anew = np.ones(len(rows), np.bool_)
        anew[1:] = (np.diff(key[order]) != 0) | (np.diff(day[order]) != 0)
        rows = np.sort(rows[order[anew]])
        region, regions = _regions(snapshot, rows)
        if nowhere is not None:
            region = np.where(nowhere[events.person[rows]], NONE, region)
        surface, surfaces = _named(snapshot, events.surface[rows])
        return cls(events.product[rows], events.at[rows], region, surface, regions, surfaces)


def _named(snapshot: Snapshot, codes: Rows) -> tuple[Longs, tuple[str, ...]]:
    """Codes of words as places among those that occur."""
    occurring, place = np.unique(codes, return_inverse=True)
    silent = int(len(occurring) > 0 and occurring[0] == NONE)
    return place.astype(np.int64) - silent, tuple(
        snapshot.words[code] for code in occurring[silent:].tolist()
    )


def _regions(snapshot: Snapshot, rows: NDArray[np.intp]) -> tuple[Longs, tuple[str, ...]]:
    events = snapshot.events
    told, words = _named(snapshot, events.region[rows])
    place = {word: number for number, word in enumerate(words)}
    homes = [place.setdefault(home, len(place)) if home else NONE for home in snapshot.people.regions]
    home = np.array(homes, np.int64)[events.person[rows]] if homes else told
    return np.where(told == NONE, home, told), tuple(place)
