"""How large a young cascade becomes, by how others went on that had looked like it.

A cascade is self-exciting: each who comes brings others, soon or never, so what comes next is told by who
came lately. Its memory is taken to be a power law, which has no scale: whatever counts is counted in
fractions of the cascade's own age. At age a with n people, of whom n½, n¼, n⅛ came in the last half, quarter
and eighth of it,

    log(1 + people to come) ≈ β · [log n, log(1 + n½), log(1 + n¼), log(1 + n⅛), log(silence / a),
                                   log a, log(left / a), tide, tide½, log n · log a]

silence is the time since somebody came, left that until the cascade counts as over, tide how much more came
into all cascades over the last a (or half of it) than over as long before: crowds rise and ebb together. It
is in the manner of SEISMIC (Zhao et al. 2015), which weighs who came lately by a power law too, but needs the
number of everybody's followers, which a shop does not know, and a cascade of many people. Most have fewer
than ten; so β is learned from all cascades of the log at many ages. It does not have to wait for a cascade's
end to learn from it; what is left up to now is one more length of `left`. (The product log n · log a was
chosen among several on cuts inside the first 60 % of the Higgs log, whose later part had been looked at by
then. Products with log(left / a) were left out: what is left in a forecast is often more than was ever seen.)

β · x only puts cascades in an order. What may come is read from those nearest in it: their outcomes are the
forecast's distribution (as isotonic distributional regression does without windows; Walz, Henzi, Ziegel &
Gneiting 2024), so a cascade of two of which nine in ten like it never grew is told to stay at two.
"""

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from graph.cascades import Cascades
from graph.estimate import CONFIDENCE, Estimate
from graph.kernels.arrivals import Spreads, arrived, ends

Longs = NDArray[np.int64]
Floats = NDArray[np.float64]
Places = NDArray[np.intp]

WINDOW, KNOTS = 600, 256
"""Outcomes that make one distribution, and how many of these are kept."""

FEWEST = 100
"""Of fewer cascades nothing is learned."""

NEWEST = 20_000
"""At each age so many cascades are learned from, those that began last."""

PARTS = (0.5, 0.25, 0.125)
SIZES = 1 + len(PARTS)
"""The first signs are sizes, and may exceed what was seen; the others are held within it."""

AGE = SIZES + 1
"""Which sign is log a."""

TIDE = 2.0
"""A tide of e² is as high as it counts."""


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

    def ages(self) -> Longs:
        """How old its cascade was when anybody but a root came, µs."""
        old = self.at - np.repeat(self.began, np.diff(self.starts))
        return np.delete(old, self.starts[:-1])


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """Cascades as they stand at a time: people who came, shape (n,); signs: (n, 9), the columns of x but the
    product.
    """

    people: Longs
    signs: Floats

    @classmethod
    def at(cls, arrivals: Arrivals, rows: Places, now: Longs, left: Longs) -> "Look":
        """Of these cascades at these times, with so long left, µs; nothing later is looked at."""
        age = np.maximum(now - arrivals.began[rows], 1)
        people = arrivals.people(rows, now)
        silence = now - arrivals.at[arrivals.starts[rows] + people - 1] + 1
        lately = [people - arrivals.people(rows, now - _part(age, part)) for part in PARTS]
        times = np.log(silence / age), np.log(age), np.log(np.maximum(left, 1) / age)
        tides = (_tide(arrivals.tide, now, _part(age, part)) for part in (1.0, 0.5))
        return cls(people, np.stack([np.log(people), *map(np.log1p, lately), *times, *tides], axis=1))


@dataclass(frozen=True, slots=True, eq=False)
class Sizes:
    """Sizes in the end of n cascades, in people, with their 95 % intervals; NaN where nothing can be said.

    value: where the expected relative error is least (graph.kernels.arrivals.ends), in whole people.
    """

    value: Floats
    low: Floats
    high: Floats

    def of(self, row: int) -> Estimate | None:
        """One cascade's."""
        if np.isnan(self.value[row]):
            return None
        return Estimate(float(self.value[row]), float(self.low[row]), float(self.high[row]))


@dataclass(frozen=True, slots=True, eq=False)
class Growth:
    """What a log teaches of how cascades grow.

    end: the age, µs, at which a cascade is over; one older than half of it is given as long again as it has
    lived. youngest: below this age, µs, nothing is said. low, high: (9,), what was seen of each sign, sizes
    unbounded above. weight: (11,), β with its constant first. spreads: what came of those at each score.
    tide: when anybody but a root came into any cascade.
    """

    end: int
    youngest: int
    low: Floats
    high: Floats
    weight: Floats
    spreads: Spreads
    tide: Longs

    @classmethod
    def of(cls, arrivals: Arrivals, until: int, *, end: int | None = None) -> "Growth | None":
        """Learned from everything up to a time, µs; None where there is too little: fewer than `FEWEST`
        cascades, or than `WINDOW` looks at any that were followed for half as long again.

        end: an age to forecast, instead of that by which nineteen in twenty had come of all who came.
        """
        ages = arrivals.ages()
        ages = ages[ages > 0]
        if len(arrivals) < FEWEST or not len(ages):
            return None
        youngest, usual = np.quantile(ages, [0.05, 0.95], method="inverted_cdf").astype(np.int64)
        over = int(usual) if end is None else end
        rows, now, left = _looks(arrivals, max(int(youngest), 1_000_000), over, until)
        if len(rows) < WINDOW:
            return None
        seen = Look.at(arrivals, rows, now, left)
        gained = arrivals.people(rows, now + left) - seen.people
        low, high = seen.signs.min(axis=0), seen.signs.max(axis=0)
        high[:SIZES] = np.inf
        weight, spreads = _fitted(seen, gained)
        first = int((now - arrivals.began[rows]).min())
        return cls(over, first, low, high, weight, spreads, arrivals.tide)

    def sizes(self, arrivals: Arrivals, rows: Places, now: Longs) -> Sizes:
        """How large these cascades will be in the end, as seen at these times, µs."""
        age = now - arrivals.began[rows]
        look = Look.at(arrivals, rows, now, np.maximum(self.end - age, age))
        score = _columns(np.clip(look.signs, self.low, self.high)) @ self.weight
        told = ends(self.spreads, look.people, score, (1 - CONFIDENCE) / 2)
        value, low, high = (np.where(age < self.youngest, np.nan, people) for people in told)
        return Sizes(value, low, high)

    def size(self, grown: Cascades, row: int) -> Estimate | None:
        """One cascade's size in the end, as of now; nothing of the others is looked at but their tide when
        this was learned.
        """
        at = np.sort(grown.participants(row).at)
        alone = Arrivals(np.array([0, len(at)]), at, self.tide)
        return self.sizes(alone, np.zeros(1, np.intp), np.array([grown.as_of])).of(0)


def _fitted(seen: Look, gained: Longs) -> tuple[Floats, Spreads]:
    """β by weighted ridge regression, and the outcomes along β · x."""
    x = _columns(seen.signs)
    # Large cascades are few; the root of its size is between counting each once and each by its people.
    trust = np.sqrt(seen.people)
    ridge = np.diag(x.var(axis=0)) + 1e-9 * np.eye(x.shape[1])
    weight = np.linalg.solve(x.T @ (x * trust[:, None]) + ridge, x.T @ (trust * np.log1p(gained)))
    return weight, _spreads(x @ weight, 1.0 + gained)


def _columns(signs: Floats) -> Floats:
    """x: a constant, the signs, log n · log a."""
    return np.column_stack([np.ones(len(signs)), signs, signs[:, 0] * signs[:, AGE]])


def _part(age: Longs, part: float) -> Longs:
    return np.maximum((age * part).astype(np.int64), 1)


def _tide(tide: Longs, now: Longs, span: Longs) -> Floats:
    before, since, last = (np.searchsorted(tide, now - back * span, side="right") for back in (2, 1, 0))
    return np.clip(np.log((1 + last - since) / (1 + since - before)), -TIDE, TIDE)


def _looks(arrivals: Arrivals, youngest: int, end: int, until: int) -> tuple[Places, Longs, Longs]:
    """Cascades at ages √2 apart that were followed for half as long again: which, when, how long after."""
    began, found = arrivals.began, []
    newest = np.argsort(-began, kind="stable")
    oldest = max((until - int(began.min())) / 1.5, youngest)
    for age in youngest * 2 ** np.arange(0, np.log2(oldest / youngest) + 1e-9, 0.5):
        rows = newest[began[newest] + 1.5 * age <= until][:NEWEST]
        now = began[rows] + np.int64(age)
        left = np.minimum(until - now, max(end - int(age), int(age)))
        found.append((rows, now, left))
    rows, now, left = (np.concatenate(part) for part in zip(*found, strict=True))
    return rows, now, left


def _spreads(score: NDArray[np.floating], grown: NDArray[np.floating]) -> Spreads:
    """The outcomes around KNOTS scores, each brought to its score; a window at each end stands still."""
    order = np.argsort(score, kind="stable")
    starts = np.linspace(0, len(order) - WINDOW, min(KNOTS, len(order) - WINDOW + 1)).astype(np.intp)
    near, came = (sliding_window_view(column[order], WINDOW)[starts] for column in (score, grown))
    middle = np.median(near, axis=1)
    return Spreads(middle, np.sort(came * np.exp(middle[:, None] - near), axis=1))
