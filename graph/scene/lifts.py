"""Lifts of categories and products by scene, learned from who did what when and where.

The facets of time are fitted together, each to what the others leave unexplained, in a few rounds over the
distinct times (a festival in February is not February too); region and surface each by itself. A product
with acts enough has lifts of its own, beyond its category's, drawn to 1 in the same way.

What is wanted more this May may be wanted more every May, or be growing; one year cannot tell. So months are
asked about other years, not other weeks, and a month that was seen in one year alone lifts nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from graph.log import NONE
from graph.scene.acts import Acts
from graph.scene.calendar import HOUR, Calendar
from graph.scene.facets import MONTHS, OF_TIME, PARTS, WEEKDAYS, Facet, Moment, times
from graph.scene.shrunk import FOLDS, NONE_AT_ALL, lifts
from graph.snapshot import Snapshot
from graph.timeline import Rows

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]

ROUNDS = 4
WEEK = 7 * 24 * HOUR

OWN_ACTS = 300
"""A product with fewer acts has its category's lifts alone."""


@dataclass(frozen=True, slots=True, eq=False)
class FacetLifts:
    """What the values of one facet lift. names: (values,). of_category: (values, columns); of_product:
    (values, known), beyond the category's. kappa: how firmly the categories' were drawn to 1.
    """

    names: tuple[str, ...]
    of_category: Floats
    of_product: Floats
    kappa: float


@dataclass(frozen=True, slots=True, eq=False)
class Lifts:
    """What scenes lift, for a log; of n products.

    column: (n,), which column of the lifts each product has: its category, the last for none. share:
    (columns,), of all acts. known: products with lifts of their own, rising. facets: those that tell
    something.
    """

    calendar: Calendar
    column: Longs
    share: Floats
    known: Longs
    facets: Mapping[Facet, FacetLifts]

    def values(self, moment: Moment) -> dict[Facet, int]:
        """The value of each facet that is learned and known of a moment."""
        found: dict[Facet, int] = {}
        if moment.at is not None:
            at = times(self.calendar, np.array([moment.at]))
            found = {facet: int(value[0]) for facet, value in at.items()}
        for facet, word in ((Facet.REGION, moment.region), (Facet.SURFACE, moment.surface)):
            found[facet] = self._place(facet, word)
        for facet in self.facets:
            named = self._place(facet, moment.named)
            found[facet] = found.get(facet, NONE) if named == NONE else named
        return {facet: value for facet, value in found.items() if value != NONE and facet in self.facets}

    def _place(self, facet: Facet, word: str | None) -> int:
        names = self.facets[facet].names if facet in self.facets else ()
        return names.index(word) if word in names else NONE

    def of(self, values: Mapping[Facet, int]) -> Floats:
        """How many times as often as usual each product is wanted in a scene, (n,)."""
        lifted = self.of_categories(values)[self.column]
        for facet, value in values.items():
            lifted[self.known] *= self.facets[facet].of_product[value]
        return lifted

    def of_categories(self, values: Mapping[Facet, int]) -> Floats:
        """The same of each column; 1 in the mean over all acts."""
        lifted = np.ones(len(self.share))
        for facet, value in values.items():
            lifted = lifted * self.facets[facet].of_category[value]
        return np.asarray(lifted / max(float(lifted @ self.share), 1e-300))

    def strongest(self, values: Mapping[Facet, int], product: int) -> tuple[Facet, str]:
        """What of a scene lifts a product most, and the word for it. values: not empty."""
        column, place = self.column[product], int(np.searchsorted(self.known, product))
        own = place < len(self.known) and self.known[place] == product

        def lift(facet: Facet) -> float:
            told, value = self.facets[facet], values[facet]
            return float(told.of_category[value, column] * (told.of_product[value, place] if own else 1.0))

        facet = max(values, key=lift)
        return facet, self.facets[facet].names[values[facet]]

    def with_more(self, products: int) -> "Lifts":
        """The same where products came since: they have the lifts of products without a category."""
        more = products - len(self.column)
        return replace(self, column=np.pad(self.column, (0, more), constant_values=len(self.share) - 1))


def learned(
    snapshot: Snapshot,
    silent: NDArray[np.bool_],
    calendar: Calendar,
    nowhere: NDArray[np.bool_] | None = None,
) -> Lifts:
    """The lifts of a log. silent, nowhere: (people,), those who allow no use of what they did, and of where
    they are.
    """
    return learned_from(Acts.of(snapshot, silent, calendar, nowhere), snapshot.products.category, calendar)


def learned_from(acts: Acts, category: Rows, calendar: Calendar) -> Lifts:
    """The lifts that acts tell of. category: (products,), codes, −1 for none."""
    codes = np.unique(category[category != NONE])
    column = np.where(category == NONE, len(codes), np.searchsorted(codes, category))
    of_act, columns = column[acts.product], len(codes) + 1
    usual = np.bincount(of_act, minlength=columns) + 0.5
    share = usual / usual.sum()
    known = np.flatnonzero(np.bincount(acts.product, minlength=len(category)) >= OWN_ACTS)
    values = times(calendar, acts.at) | {Facet.REGION: acts.region, Facet.SURFACE: acts.surface}
    year = _years(calendar, acts.at)
    values[Facet.MONTH] = _seen_twice(values[Facet.MONTH], year)
    folds = dict.fromkeys(Facet, acts.at // WEEK % FOLDS) | {Facet.MONTH: year % FOLDS}
    names = _names(calendar, acts)
    counts = {
        facet: _counts((folds[facet], value, of_act), (FOLDS, len(names[facet]), columns))
        for facet, value in values.items()
    }
    fitted = _together({facet: values[facet] for facet in OF_TIME}, folds, counts, share)
    for facet in (Facet.REGION, Facet.SURFACE):
        fitted[facet] = lifts(counts[facet], counts[facet].sum(axis=2, keepdims=True) * share)
    of_known = np.searchsorted(known, acts.product)
    own = np.isin(acts.product, known)
    facets = {}
    for facet, (lift, kappa) in fitted.items():
        if kappa < NONE_AT_ALL:
            shape = FOLDS, len(names[facet]), len(known)
            seen = _counts((folds[facet][own], values[facet][own], of_known[own]), shape)
            beyond = _beyond(seen, counts[facet][:, :, column[known]])
            facets[facet] = FacetLifts(names[facet], lift, beyond, kappa)
    return Lifts(calendar, column, share, known, facets)


def _years(calendar: Calendar, at: Longs) -> Longs:
    days, _ = calendar.local(at)
    return 1970 + days.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64)


def _seen_twice(month: Longs, year: Longs) -> Longs:
    """Months from 0, −1 for those that were seen in one year alone."""
    of_month = np.unique(year * len(MONTHS) + month) % len(MONTHS)
    twice = np.bincount(of_month, minlength=len(MONTHS)) > 1
    return np.where(twice[month], month, NONE)


def _names(calendar: Calendar, acts: Acts) -> dict[Facet, tuple[str, ...]]:
    return {
        Facet.PART_OF_DAY: PARTS,
        Facet.WEEKDAY: WEEKDAYS,
        Facet.MONTH: MONTHS,
        Facet.FESTIVAL: tuple(feast.name for feast in calendar.festivals),
        Facet.REGION: acts.regions,
        Facet.SURFACE: acts.surfaces,
    }


def _counts(of: tuple[Longs, Longs, Longs], shape: tuple[int, int, int]) -> Floats:
    """How often each (fold, value, column) occurs; values of −1 left out."""
    held = of[1] >= 0
    place = np.ravel_multi_index((of[0][held], of[1][held], of[2][held]), shape)
    return np.bincount(place, minlength=int(np.prod(shape))).reshape(shape).astype(np.float64)


def _together(
    values: Mapping[Facet, Longs],
    folds: Mapping[Facet, Longs],
    counts: Mapping[Facet, Floats],
    share: Floats,
) -> dict[Facet, tuple[Floats, float]]:
    """The lifts of the facets of time and their κ, each fitted to what the others leave."""
    stacked = np.stack([*values.values(), *(folds[facet] for facet in values)], axis=1)
    cells, seen = np.unique(stacked, axis=0, return_counts=True)
    found = {facet: (np.ones(counts[facet].shape[1:]), NONE_AT_ALL) for facet in values}
    # A row of ones behind the others is what a cell without a value finds at −1.
    rows = {facet: np.vstack([lift, np.ones_like(share)]) for facet, (lift, _) in found.items()}
    for _ in range(ROUNDS):
        for place, facet in enumerate(values):
            chance = np.tile(share, (len(cells), 1))
            for other, cell in zip(values, cells.T[: len(values)], strict=True):
                chance *= rows[other][cell]
            expected = seen[:, None] * chance / chance.sum(axis=1, keepdims=True)
            without = np.zeros((FOLDS, *rows[facet].shape))
            fold = cells[:, len(values) + place]
            np.add.at(without, (fold, cells[:, place]), expected / rows[facet][cells[:, place]])
            found[facet] = lifts(counts[facet], without[:, :-1])
            rows[facet][:-1] = found[facet][0]
    return found


def _beyond(seen: Floats, of_category: Floats) -> Floats:
    """What lifts products beyond their categories, (values, products). seen, of_category: (folds, values,
    products).
    """
    part = seen.sum(axis=(0, 1)) / np.maximum(of_category.sum(axis=(0, 1)), 1.0)
    return lifts(seen, of_category * part)[0]
