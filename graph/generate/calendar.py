"""When things happen: the week's and the day's rhythm, festivals, seasons, nights.

Local days begin at UTC+8. An hour's weight is weekday × hour × growth × festival; times are drawn from these
weights. A festival makes the days before it busier and lifts some worlds above others; a season lifts worlds
smoothly over the year. Lunar dates are a list.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np

from graph.generate.model import DAY, LOCAL, Floats, Ints, ShopModel, drawn_from
from graph.generate.taxonomy import WORLDS

HOURS = (9, 5, 3, 2, 2, 3, 8, 18, 26, 30, 33, 36, 44, 38, 32, 31, 32, 35, 42, 52, 64, 70, 55, 26)
"""Weight of each local hour."""

WEEKDAYS = (0.95, 0.93, 0.94, 0.97, 1.06, 1.2, 1.15)
"""Weight of each weekday, Monday first."""

PEAK_MONTH = {"camping": 5, "running": 4, "cycling": 6, "tea": 1, "coffee": 12, "cameras": 8, "skin care": 7}
"""Middle of the season of each world that has one; the lift is 1 ± 0.35."""


class Festival(NamedTuple):
    """lead: days before the date on which it is felt, growing. bustle: activity on the date itself. lifts:
    world → factor.
    """

    name: str
    dates: tuple[str, ...]
    lead: int
    bustle: float
    lifts: dict[str, float]


FESTIVALS = (
    Festival(
        "double-eleven", ("11-11",), 10, 2.6, {"phones": 2.2, "desk": 1.9, "skin care": 1.8, "baby": 1.5}
    ),
    Festival("double-twelve", ("12-12",), 4, 1.6, {"kitchen": 1.6, "skin care": 1.4, "cats": 1.4}),
    Festival("618", ("06-18",), 10, 2.2, {"phones": 1.9, "desk": 1.9, "kitchen": 1.5}),
    Festival(
        "spring-festival",
        ("2023-01-22", "2024-02-10", "2025-01-29", "2026-02-17", "2027-02-06", "2028-01-26", "2029-02-13"),
        18,
        1.9,
        {"tea": 3.2, "kitchen": 1.8, "cameras": 1.4},
    ),
    Festival(
        "mid-autumn",
        ("2023-09-29", "2024-09-17", "2025-10-06", "2026-09-25", "2027-09-15", "2028-10-03", "2029-09-22"),
        12,
        1.4,
        {"tea": 2.6},
    ),
    Festival("labour-day", ("05-01",), 8, 1.4, {"camping": 2.0, "cycling": 1.7, "cameras": 1.5}),
)


@dataclass(frozen=True, slots=True)
class Calendar:
    """start, end: seconds since 1970. hours: weight of each hour from the start. lifts: (days, worlds), 1 is
    a day like any other. festival: for each local day the position in FESTIVALS that is near, −1 for none.
    """

    start: int
    end: int
    hours: Floats
    lifts: Floats
    festival: Ints

    def day(self, at: Ints) -> Ints:
        """The local day of the log, from 0."""
        first = (self.start + LOCAL) // DAY
        return np.minimum((at + LOCAL) // DAY - first, len(self.lifts) - 1)

    def times(self, dice: np.random.Generator, n: int) -> Ints:
        """N moments of the log by its rhythm."""
        hour = drawn_from(dice, self.hours, n)
        return self.start + hour * 3600 + dice.integers(0, 3600, n)

    @staticmethod
    def awake(dice: np.random.Generator, at: Ints) -> Ints:
        """The same moments, but four in five that fall between 1 and 7 o'clock wait for the morning."""
        second = (at + LOCAL) % DAY
        sleeps = (second >= 3600) & (second < 7 * 3600) & (dice.random(len(at)) < 0.8)
        morning = at - second + 7 * 3600 + (9000 * dice.random(len(at)) ** 2).astype(np.int64)
        return np.where(sleeps, morning, at)


def calendar(model: ShopModel) -> Calendar:
    """The rhythm of the model's days."""
    first = (model.start + LOCAL) // DAY
    days = (model.end + LOCAL - 1) // DAY - first + 1
    lifts = np.ones((days, model.world_count))
    bustle = np.ones(days)
    festival = np.full(days, -1, dtype=np.int64)
    for number in range(days):
        today = date(1970, 1, 1) + timedelta(days=int(first) + number)
        lifts[number] = _season(today, model.world_count)
        for place, feast in enumerate(FESTIVALS):
            closeness = _closeness(feast, today)
            if closeness > 0:
                festival[number] = place
                bustle[number] *= 1 + (feast.bustle - 1) * closeness**2
                lifts[number] *= [
                    1 + (feast.lifts.get(w, 1.0) - 1) * closeness for w in WORLDS[: model.world_count]
                ]
    starts = model.start + 3600 * np.arange(model.days * 24)
    day = (starts + LOCAL) // DAY - first
    weekday = (day + first + 3) % 7
    growth = 1 + 0.6 * np.arange(len(starts)) / len(starts)
    hour = (starts + LOCAL) // 3600 % 24
    weights = np.array(HOURS)[hour] * np.array(WEEKDAYS)[weekday] * growth * bustle[day]
    return Calendar(model.start, model.end, weights, lifts, festival)


def _season(today: date, worlds: int) -> list[float]:
    """Each world's lift on a day of the year, in [0.65, 1.35]."""
    turn = today.timetuple().tm_yday / 365.25
    return [
        1 + 0.35 * float(np.cos(2 * np.pi * (turn - (PEAK_MONTH[w] - 0.5) / 12))) if w in PEAK_MONTH else 1.0
        for w in WORLDS[:worlds]
    ]


def _closeness(feast: Festival, today: date) -> float:
    """1 on the date, falling to 0 over the days before it; 0 after it."""
    for text in feast.dates:
        on = date.fromisoformat(text if len(text) == 10 else f"{today.year}-{text}")
        before = (on - today).days
        if 0 <= before <= feast.lead:
            return 1 - before / (feast.lead + 1)
    return 0.0
