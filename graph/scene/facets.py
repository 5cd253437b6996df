"""The facets in which a moment is seen, and the words for their values."""

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from graph.scene.calendar import EPOCH, Calendar

Longs = NDArray[np.int64]

PARTS = ("night", "early-morning", "morning", "noon", "afternoon", "evening", "late-evening")
STARTS = np.array([0, 6, 9, 12, 14, 18, 22])
"""The hour at which each part of the day begins."""

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip


class Facet(Enum):
    """What of a scene may matter."""

    PART_OF_DAY = "part of day"
    WEEKDAY = "weekday"
    MONTH = "month"
    FESTIVAL = "festival"
    REGION = "region"
    SURFACE = "surface"


OF_TIME = (Facet.PART_OF_DAY, Facet.WEEKDAY, Facet.MONTH, Facet.FESTIVAL)


@dataclass(frozen=True, slots=True)
class Moment:
    """What is known of when and where. at: µs since 1970. named: a value of any facet by its word
    (`spring-festival`, `evening`), which stands before what the time says.
    """

    at: int | None = None
    region: str | None = None
    surface: str | None = None
    named: str | None = None


def times(calendar: Calendar, at: Longs) -> dict[Facet, Longs]:
    """The value of each facet of time at each moment; −1 where no festival is near.

    >>> found = times(Calendar(), np.array([1_771_200_000_000_000]))  # 2026-02-16 08:00 in Shanghai
    >>> found[Facet.PART_OF_DAY], found[Facet.WEEKDAY], found[Facet.MONTH], found[Facet.FESTIVAL]
    (array([1]), array([0]), array([1]), array([1]))
    """
    days, hours = calendar.local(at)
    distinct, place = np.unique(days, return_inverse=True)
    months = np.array([(EPOCH + timedelta(days=day)).month - 1 for day in distinct.tolist()], np.int64)
    return {
        Facet.PART_OF_DAY: np.searchsorted(STARTS, hours, side="right") - 1,
        Facet.WEEKDAY: (days + 3) % 7,
        Facet.MONTH: months[place],
        Facet.FESTIVAL: calendar.near(days),
    }
