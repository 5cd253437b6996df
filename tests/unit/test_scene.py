"""What is wanted when and where."""

from datetime import UTC, date, datetime, timedelta
from gettext import NullTranslations
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from graph.errors import InvalidInput
from graph.evaluate.cut import until
from graph.evaluate.scene import ALWAYS, SCENE, evaluate
from graph.events import Consent, Event, Kind, Product, User, micros
from graph.log import Log
from graph.scene import FESTIVALS, Calendar, Facet, Festival, Lifts, Moment, learned
from graph.scene.facets import times
from graph.scene.shrunk import FOLDS, lifts
from graph.snapshot import Snapshot
from graph.suggest import Answer, Ask, Context, SceneReason, Shelf, explain, suggest
from graph.suggest.explain import Names
from graph.ties import ties
from tests.toy import log_of, snapshot

SHANGHAI = ZoneInfo("Asia/Shanghai")
SPRING = [date(2023, 1, 22), date(2024, 2, 10), date(2025, 1, 29), date(2026, 2, 17), date(2027, 2, 6)]
CATALOGUE = [Product(kind, category=kind) for kind in ("beans", "wine", "tea")]


def at(text: str, zone: ZoneInfo = SHANGHAI) -> int:
    return micros(datetime.fromisoformat(text).replace(tzinfo=zone))


def log(*, weeks: int = 40, lifted: bool = True) -> Log:
    """Beans in the morning and wine in the evening, tea at any time; or everything at any time."""
    started = datetime(2025, 3, 3, tzinfo=SHANGHAI)
    events: list[Event] = []
    dice = np.random.default_rng(5)
    for day in range(7 * weeks):
        for hour, product in ((9, "beans"), (20, "wine"), (9, "tea"), (20, "tea")):
            when = hour if lifted else int(dice.choice([9, 20]))
            for person in dice.choice(30, 3, replace=False).tolist():
                moment = started + timedelta(days=day, hours=when, minutes=person)
                name, number = f"p{person}", len(events)
                events.append(
                    Event(f"e{number}", Kind.VIEW, moment.astimezone(UTC), user=name, product=product)
                )
    return log_of(events, catalogue=CATALOGUE)


def lifts_of(told: Log) -> tuple[Lifts, dict[str, int]]:
    taken = Snapshot.of(told)
    found = learned(taken, np.zeros(len(taken.people), np.bool_), Calendar())
    return found, {key: row for row, key in enumerate(taken.products.keys)}


def monthly(years: int, *, summers: int) -> Log:
    """Three acts a day for so many years from January on: tea, but wine in July and August of the last so
    many.
    """
    events: list[Event] = []
    for day in range(365 * years):
        moment = datetime(2023, 1, 1, 12, tzinfo=SHANGHAI) + timedelta(days=day)
        summer = moment.month in {7, 8} and moment.year > 2022 + years - summers
        for person in range(3):
            product = "wine" if summer and person else "tea"
            name = f"p{(day + 7 * person) % 30}"
            events.append(
                Event(f"e{len(events)}", Kind.VIEW, moment.astimezone(UTC), user=name, product=product)
            )
    return log_of(events, catalogue=CATALOGUE)


@pytest.mark.parametrize(("years", "summers", "told"), [(1, 1, False), (2, 1, False), (2, 2, True)])
def test_what_is_wanted_in_summer_is_a_season_from_its_second_year_on(
    years: int, summers: int, *, told: bool
):
    found, row = lifts_of(monthly(years, summers=summers))
    assert (Facet.MONTH in found.facets) is told
    if told:
        july = found.of(found.values(Moment(at("2025-07-10 12:00"))))
        assert july[row["wine"]] > 2
        assert july[row["tea"]] < 1


def test_a_month_that_was_seen_in_one_year_alone_lifts_nothing():
    found, row = lifts_of(until(monthly(2, summers=2), at("2024-08-01 00:00")))
    july, august, december = (found.of({Facet.MONTH: month})[row["wine"]] for month in (6, 7, 11))
    assert july > 2
    assert (august, december) == pytest.approx((1, 1))


@pytest.mark.parametrize("feast", SPRING)
def test_spring_festival_falls_on_its_date(feast):
    spring = next(one for one in FESTIVALS if one.name == "spring-festival")
    assert spring.on(feast.year) == feast


def test_mid_autumn_falls_behind_a_leap_month_where_there_is_one():
    autumn = next(one for one in FESTIVALS if one.name == "mid-autumn")
    assert autumn.on(2025) == date(2025, 10, 6)
    assert autumn.on(2026) == date(2026, 9, 25)


def test_a_year_without_known_lunar_dates_is_told():
    with pytest.raises(InvalidInput, match="2105"):
        Festival("far", 1, 1, lunar=True).on(2105)


def test_a_festival_is_felt_before_it_and_not_after_it():
    calendar = Calendar(festivals=(Festival("feast", 5, 1, lead=3),))
    days = [(date(2026, 5, 1) - date(1970, 1, 1)).days + step for step in (-4, -3, 0, 1)]
    assert calendar.near(np.array(days)).tolist() == [-1, 0, 0, -1]


def test_of_two_festivals_the_nearer_counts_also_across_new_year():
    calendar = Calendar(festivals=(Festival("late", 1, 3, lead=20), Festival("soon", 12, 31, lead=20)))
    days = [(date(2025, 12, 30) - date(1970, 1, 1)).days, (date(2026, 1, 1) - date(1970, 1, 1)).days]
    assert calendar.near(np.array(days)).tolist() == [1, 0]


def test_days_and_hours_are_those_on_the_wall_also_when_clocks_change():
    berlin = ZoneInfo("Europe/Berlin")
    moments = ["2026-03-28T23:30", "2026-03-29T12:00", "2026-10-25T00:30", "2026-10-25T12:00"]
    found = times(Calendar(berlin), np.array([at(text, berlin) for text in moments]))
    assert found[Facet.PART_OF_DAY].tolist() == [6, 3, 0, 3]
    assert found[Facet.WEEKDAY].tolist() == [5, 6, 6, 6]


def test_what_is_wanted_in_the_evening_is_lifted_in_the_evening():
    found, row = lifts_of(log())
    evening = found.of(found.values(Moment(at=at("2026-01-07T20:10"))))
    morning = found.of(found.values(Moment(at=at("2026-01-07T09:10"))))
    assert evening[row["wine"]] > 1.5
    assert evening[row["beans"]] < 0.5
    assert morning[row["beans"]] > 1.5
    assert evening[row["tea"]] == pytest.approx(1, abs=0.2)
    assert found.strongest(found.values(Moment(at=at("2026-01-07T20:10"))), row["wine"]) == (
        Facet.PART_OF_DAY,
        "evening",
    )


def test_a_scene_may_be_named_without_a_time():
    found, row = lifts_of(log())
    assert found.of(found.values(Moment(named="evening")))[row["wine"]] > 1.5
    assert found.values(Moment(named="nowhere")) == found.values(Moment()) == {}


def test_a_scene_of_which_nothing_is_known_lifts_nothing():
    found, _ = lifts_of(log())
    assert found.of({}).tolist() == pytest.approx([1, 1, 1])


def test_where_the_hour_tells_nothing_it_lifts_next_to_nothing():
    found, _ = lifts_of(log(lifted=False))
    assert found.of(found.values(Moment(at=at("2026-01-07T20:10")))) == pytest.approx(1, abs=0.2)


def test_lifts_are_one_on_average_over_all_acts():
    found, _ = lifts_of(log())
    for hour in (9, 20):
        lifted = found.of_categories(found.values(Moment(at=at(f"2026-01-07T{hour:02d}:00"))))
        assert lifted @ found.share == pytest.approx(1)


def test_a_burst_in_one_week_is_no_lift():
    counts = np.full((FOLDS, 2, 4), 10.0)
    counts[2, 1, 3] = 200.0
    assert np.isinf(lifts(counts, np.full_like(counts, 12.0))[1])


def test_where_somebody_lives_is_the_region_of_what_they_do():
    events = [
        Event(f"e{n}{day}", Kind.VIEW, datetime(2025, 3, 3, tzinfo=UTC) + timedelta(days=day, minutes=n),
              user=f"p{n}", product="wine" if n % 2 else "beans")
        for n in range(20) for day in range(70)
    ]  # fmt: skip
    users = [User(f"p{n}", region="south" if n % 2 else "north") for n in range(20)]
    taken = snapshot(events, catalogue=CATALOGUE, users=users)
    found = learned(taken, np.zeros(len(taken.people), np.bool_), Calendar())
    row = {key: number for number, key in enumerate(taken.products.keys)}
    assert found.of(found.values(Moment(region="south")))[row["wine"]] > 1.5
    everybody = np.ones(len(taken.people), np.bool_)
    assert learned(taken, everybody, Calendar()).facets == {}
    assert Facet.REGION not in learned(taken, ~everybody, Calendar(), everybody).facets


def test_an_empty_log_has_no_lifts():
    taken = snapshot("", catalogue=CATALOGUE)
    found = learned(taken, np.zeros(0, np.bool_), Calendar())
    assert found.facets == {}
    assert found.of({}).tolist() == pytest.approx([1, 1, 1])


def test_knowing_the_hour_foretells_what_comes_later():
    found = evaluate(log(), Calendar())
    assert found.scores[SCENE].gain.low > 0
    assert found.scores[ALWAYS].gain.value == 0


def test_a_log_of_one_moment_leaves_nothing_to_ask():
    with pytest.raises(InvalidInput, match="nothing to learn from"):
        evaluate(log_of([]), Calendar())


def asked(moment: Moment, *, refuses: bool = False) -> tuple[list[str], Answer]:
    events = [*_events(), *([_refusal()] if refuses else [])]
    taken = snapshot(events, catalogue=CATALOGUE)
    shelf = Shelf.of(taken, ties(taken), np.zeros(len(taken.people), np.int32))
    person = taken.people.row("p0") if refuses else None
    (answer,) = suggest(shelf, [Ask(person, Context(moment=moment))], limit=10)
    return [taken.products.keys[one.product] for one in answer.suggestions], answer


def _events() -> list[Event]:
    """Everybody shares wine in the evening and beans in the morning."""
    started = datetime(2025, 3, 3, tzinfo=SHANGHAI)
    moments = [(day, hour) for day in range(280) for hour in (9, 20)]
    return [
        Event(
            f"s{day}-{hour}-{person}", Kind.SHARE,
            (started + timedelta(days=day, hours=hour, minutes=person)).astimezone(UTC),
            user=f"p{(day + person) % 30}", product="wine" if hour == 20 else "beans",
        )
        for day, hour in moments for person in range(3)
    ]  # fmt: skip


def _refusal() -> Event:
    consent = Consent(personalisation=True, named_to_friends=True, location=False, research=True, notice="1")
    return Event("c", Kind.CONSENT, datetime(2025, 12, 1, tzinfo=UTC), user="p0", consent=consent)


def test_a_stranger_is_shown_what_the_hour_lifts_and_told_so():
    evening, answer = asked(Moment(at=at("2025-12-10T20:00")))
    morning, _ = asked(Moment(at=at("2025-12-10T09:00")))
    assert (evening[0], morning[0]) == ("wine", "beans")
    first = answer.suggestions[0]
    (reason,) = (reason for reason in first.reasons if isinstance(reason, SceneReason))
    assert (reason.facet, reason.scene) == (Facet.PART_OF_DAY, "evening")
    assert first.score == pytest.approx(sum(one.weight for one in first.reasons))
    names = Names([], ["" for _ in CATALOGUE])
    assert "draws more interest at this time of day" in explain(first, names, NullTranslations())


def test_without_a_scene_no_scene_is_a_reason():
    _, answer = asked(Moment())
    assert not any(isinstance(reason, SceneReason) for one in answer.suggestions for reason in one.reasons)


def test_who_allows_no_use_of_their_location_is_answered_without_it():
    with_region, _ = asked(Moment(region="south"), refuses=True)
    without, _ = asked(Moment(), refuses=True)
    assert with_region == without


def test_a_shop_says_its_own_days_and_festivals() -> None:
    said = {"zone": "Europe/Berlin", "festival": [{"name": "easter-eve", "month": 4, "day": 4, "lead": 0}]}
    calendar = Calendar.of(said)
    assert str(calendar.zone) == "Europe/Berlin"
    assert [feast.name for feast in calendar.festivals] == ["easter-eve"]
    assert Calendar.of({}) == Calendar()
    assert Calendar.of({"festival": []}).festivals == ()


@pytest.mark.parametrize(
    "said",
    [
        {"zone": "Mars/Olympus"},
        {"zones": "UTC"},
        {"festival": {"name": "x"}},
        {"festival": [{"name": "x", "month": 2}]},
        {"festival": [{"name": "x", "month": 2, "day": 30}]},
        {"festival": [{"name": "x", "month": "2", "day": 3}]},
        {"festival": [{"name": "x", "month": 2, "day": 3, "lead": -1}]},
        {"festival": [{"name": "x", "month": 2, "day": 3, "moon": True}]},
    ],
)
def test_a_calendar_that_says_what_cannot_be_is_refused(said: dict[str, object]) -> None:
    with pytest.raises(InvalidInput):
        Calendar.of(said)
