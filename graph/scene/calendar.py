"""Festivals by solar or lunar date, and what a local day is.

A festival is felt on the days before it, and is over when it is over. Which there are is configuration; when
a lunar one falls is counted by borax (docs/decisions/0014).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
from borax.calendars.lunardate import LunarDate
from numpy.typing import NDArray

from graph.errors import InvalidInput

Longs = NDArray[np.int64]

HOUR = 3_600_000_000
"""In microseconds."""

EPOCH = date(1970, 1, 1)
FIRST_YEAR, LAST_YEAR = 1901, 2099
"""Of which lunar dates are known."""


@dataclass(frozen=True, slots=True)
class Festival:
    """month, day: its date, of the lunar calendar where `lunar`. lead: days before it on which it is felt.

    >>> Festival("spring-festival", 1, 1, lead=20, lunar=True).on(2026)
    datetime.date(2026, 2, 17)
    >>> Festival("618", 6, 18, lead=10).on(2026)
    datetime.date(2026, 6, 18)
    """

    name: str
    month: int
    day: int
    lead: int = 7
    lunar: bool = False

    def on(self, year: int) -> date:
        """Its date in the year that begins in this solar year. InvalidInput beyond the years known."""
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise InvalidInput(f"festivals of {year}; lunar dates are known from {FIRST_YEAR} to {LAST_YEAR}")
        if not self.lunar:
            return date(year, self.month, self.day)
        solar: date = LunarDate(year, self.month, self.day).to_solar_date()
        return solar


FESTIVALS = (
    Festival("new-year", 1, 1),
    Festival("spring-festival", 1, 1, lead=20, lunar=True),
    Festival("lantern-festival", 1, 15, lunar=True),
    Festival("valentines-day", 2, 14),
    Festival("womens-day", 3, 8),
    Festival("labour-day", 5, 1),
    Festival("520", 5, 20),
    Festival("dragon-boat", 5, 5, lunar=True),
    Festival("618", 6, 18, lead=14),
    Festival("qixi", 7, 7, lunar=True),
    Festival("mid-autumn", 8, 15, lead=14, lunar=True),
    Festival("national-day", 10, 1),
    Festival("double-eleven", 11, 11, lead=14),
    Festival("double-twelve", 12, 12),
    Festival("christmas", 12, 25),
)
"""What Chinese shops live by; a shop elsewhere gives its own."""


def _festival(said: object) -> Festival:
    names = {"name": str, "month": int, "day": int, "lead": int, "lunar": bool}
    if not isinstance(said, Mapping) or not {"name", "month", "day"} <= {*said} <= {*names}:
        raise InvalidInput(f"a festival has a name, a month, a day, perhaps lead and lunar: {said!r:.80}")
    for name, value in said.items():
        if type(value) is not names[name]:
            raise InvalidInput(f"{name} of the festival {said['name']!r:.40}: {value!r:.40} will not do")
    feast = Festival(**said)
    for year in (2024, 2026):
        try:
            feast.on(year)
        except (ValueError, KeyError) as never:
            raise InvalidInput(f"{feast.name!r:.40}: {feast.month}-{feast.day} is no day") from never
    if not 0 <= feast.lead <= 366:
        raise InvalidInput(f"lead of the festival {feast.name!r:.40}: from 0 to 366 days")
    return feast


@dataclass(frozen=True, slots=True)
class Calendar:
    """A shop's days. zone: whose midnight it is. Where two festivals are near, the nearer counts."""

    zone: tzinfo = field(default_factory=lambda: ZoneInfo("Asia/Shanghai"))
    festivals: tuple[Festival, ...] = FESTIVALS

    @classmethod
    def of(cls, said: Mapping[str, object]) -> "Calendar":
        """What a shop says of its calendar: `zone`, the name of a time zone, and a list `festival` of tables
        with `name`, `month`, `day` and perhaps `lead` and `lunar`. What it leaves out is as it is by itself;
        an empty list is no festivals. InvalidInput for anything else.

        >>> ours = {"zone": "Europe/Berlin", "festival": [{"name": "christmas", "month": 12, "day": 24}]}
        >>> Calendar.of(ours).festivals
        (Festival(name='christmas', month=12, day=24, lead=7, lunar=False),)
        """
        unknown = sorted({*said} - {"zone", "festival"})
        if unknown:
            raise InvalidInput(f"a calendar says `zone` and `festival`, not {unknown[0]!r:.40}")
        try:
            zone = ZoneInfo(str(said["zone"])) if "zone" in said else cls().zone
        except (ZoneInfoNotFoundError, ValueError) as none:
            raise InvalidInput(f"{said['zone']!r:.40} is no time zone; write Asia/Shanghai") from none
        listed = said.get("festival", ())
        if listed == ():
            return cls(zone)
        if not isinstance(listed, list):
            raise InvalidInput("`festival` is a list of tables")
        return cls(zone, tuple(_festival(feast) for feast in listed))

    def local(self, at: Longs) -> tuple[Longs, Longs]:
        """Days since 1970 and hours of the day by the clock on the wall; at: µs since 1970, UTC."""
        hours, place = np.unique(at // HOUR, return_inverse=True)
        shifts = [self._shift(hour) for hour in hours.tolist()]
        wall = at + np.array(shifts, np.int64)[place] if len(at) else at
        return wall // (24 * HOUR), wall // HOUR % 24

    def _shift(self, hour: int) -> int:
        moment = datetime.fromtimestamp(hour * 3600, UTC)
        return round((self.zone.utcoffset(moment.astimezone(self.zone)) or timedelta()).total_seconds() * 1e6)

    def near(self, days: Longs) -> Longs:
        """The festival near each day, by its place among `festivals`; −1 for none."""
        distinct, place = np.unique(days, return_inverse=True)
        felt = [
            _felt(self.festivals, (EPOCH + timedelta(days=day)).year).get(day, -1)
            for day in distinct.tolist()
        ]
        return np.array(felt, np.int64)[place]


@lru_cache(maxsize=1_024)
def _felt(festivals: tuple[Festival, ...], year: int) -> Mapping[int, int]:
    """Which festival each day of a year is near, those of the years beside it included; lunar dates take long
    to count, and every answer asks.
    """
    nearest: dict[int, tuple[int, int]] = {}
    for one in (year - 1, year, year + 1):
        for place, feast in enumerate(festivals):
            on = (feast.on(one) - EPOCH).days
            for before in range(feast.lead + 1):
                nearest[on - before] = min(nearest.get(on - before, (before, place)), (before, place))
    return {day: place for day, (_, place) in nearest.items()}
