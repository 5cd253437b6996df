"""What tells how a cascade goes on: signs of it at a time, from when people came and nothing else.

A cascade is self-exciting: each who comes brings others, soon or never, so what comes next is told by who
came lately. Memories of power law have no scale, so most is counted in fractions of the cascade's own age. At
age a with n people, of whom n½, n¼, n⅛ came in the last half, quarter and eighth of it, the signs are

    log n, log(1 + n½), log(1 + n¼), log(1 + n⅛), log(silence / a), log a, log(left / a), tide, tide½,

silence the time since somebody came, left that until the cascade counts as over, tide how much more came into
all cascades over the last a (or half of it) than over as long before: crowds rise and ebb together.

Four more are those of SEISMIC (Zhao et al. 2015), whose memory has a scale: for a short one and a long one,
both as long as gaps between people are in this log, the log of the pull that those in it will exert in what
is left, and the log of how many came for each pull exerted so far. SEISMIC multiplies the two; a regression
weighs them. It knows how many followers each has; a shop does not, so everybody pulls alike.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph.cascades import Cascades
from graph.kernels.arrivals import arrived, pulls

Longs = NDArray[np.int64]
Floats = NDArray[np.float64]
Places = NDArray[np.intp]

PARTS = (0.5, 0.25, 0.125)
SIZES = 1 + len(PARTS)
"""The first signs are sizes, and may exceed what was seen; the others are held within it."""

PLAIN = SIZES + 5
"""The signs without a scale, which come first."""

TIDE = 2.0
"""A tide of e² is as high as it counts."""

TAILS = (0.3, 0.8)
"""Exponents of the short memory, which forgets slowly later on, and of the long one."""

GAPS = (0.75, 0.95)
"""Their scales: quantiles of the gaps between people who came into one cascade."""


@dataclass(frozen=True, slots=True, eq=False)
class Arrivals:
    """When people came into each cascade. starts: (c + 1,); at: (N,), µs, ascending within each, the root
    first; tide: when anybody but a root came, ascending.
    """

    starts: Longs
    at: Longs
    tide: Longs

    @classmethod
    def of(cls, grown: Cascades) -> "Arrivals":
        """Of all cascades."""
        at, starts = grown.everybody.at, grown.starts
        ordered = at[np.lexsort((at, np.repeat(np.arange(len(grown)), np.diff(starts))))]
        return cls(starts, ordered, np.sort(np.delete(ordered, starts[:-1])))

    def __len__(self) -> int:
        return len(self.starts) - 1

    @property
    def began(self) -> Longs:
        """When each cascade began, µs."""
        return self.at[self.starts[:-1]]

    def people(self, rows: Places, by: Longs) -> Longs:
        """How many had come into these cascades by these times."""
        return arrived(self.starts, self.at, rows, by)

    def ages(self, until: int) -> Longs:
        """How old its cascade was when anybody but a root came by a time, µs; those who came with it left
        out.
        """
        old = self.at - np.repeat(self.began, np.diff(self.starts))
        return old[(old > 0) & (self.at <= until)]

    def gaps(self, until: int) -> Longs:
        """How long nobody else had come when somebody did by a time, µs."""
        waited = np.delete(np.diff(self.at, prepend=0), self.starts[:-1])
        came = np.delete(self.at, self.starts[:-1])
        return waited[came <= until]


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """Cascades as they stand at a time: people who came, shape (n,); signs: (n, 13)."""

    people: Longs
    signs: Floats

    @classmethod
    def at(
        cls, arrivals: Arrivals, asked: tuple[Places, Longs, Longs], scales: tuple[float, float]
    ) -> "Look":
        """Of these cascades at these times, with so long left, µs; nothing later is looked at.

        asked: (rows, now, left), each (n,). scales: of the two memories, µs.
        """
        rows, now, left = asked
        age = np.maximum(now - arrivals.began[rows], 1)
        people = arrivals.people(rows, now)
        silence = now - arrivals.at[arrivals.starts[rows] + people - 1] + 1
        lately = [people - arrivals.people(rows, now - _part(age, part)) for part in PARTS]
        times = np.log(silence / age), np.log(age), np.log(np.maximum(left, 1) / age)
        tides = (_tide(arrivals.tide, now, _part(age, part)) for part in (1.0, 0.5))
        memories = []
        for scale, tail in zip(scales, TAILS, strict=True):
            exerted, coming = pulls(arrivals.starts, arrivals.at, asked, scale, tail)
            memories += [np.log(coming + 1e-3), np.log((people - 0.5) / (exerted + 0.5))]
        columns = [np.log(people), *map(np.log1p, lately), *times, *tides, *memories]
        return cls(people, np.stack(columns, axis=1))


def _part(age: Longs, part: float) -> Longs:
    return np.maximum((age * part).astype(np.int64), 1)


def _tide(tide: Longs, now: Longs, span: Longs) -> Floats:
    before, since, last = (np.searchsorted(tide, now - back * span, side="right") for back in (2, 1, 0))
    return np.clip(np.log((1 + last - since) / (1 + since - before)), -TIDE, TIDE)
