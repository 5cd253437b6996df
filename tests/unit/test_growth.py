"""How large young cascades become: nothing later is looked at, and intervals hold as often as they say."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from graph.cascades import cascades
from graph.cascades.growth import FEWEST, WINDOW, Arrivals, Growth
from graph.cascades.signs import PLAIN, Look
from graph.kernels.arrivals import CLASSES, Spreads, ends, held, pulls
from tests.toy import snapshot

HOUR = 3_600_000_000


def crowd(seed: int, cascades_: int = 3_000) -> Arrivals:
    """Cascades of a known law: each who comes brings a gamma-distributed number of others, after delays with
    a power-law tail; one begins each minute.
    """
    chance = np.random.default_rng(seed)
    ats = []
    for row in range(cascades_):
        began = row * HOUR // 60
        at, waiting = [began], [began]
        while waiting and len(at) < 500:
            parent = waiting.pop()
            children = chance.poisson(chance.gamma(0.3, 3.0))
            delays = (HOUR // 60 * ((1 - chance.random(children)) ** -0.8 - 1)).astype(np.int64)
            at += (parent + delays).tolist()
            waiting += (parent + delays).tolist()
        ats.append(np.sort(np.array(at, np.int64)))
    starts = np.append(0, np.cumsum([len(at) for at in ats]))
    return Arrivals(starts, np.concatenate(ats), np.sort(np.concatenate([at[1:] for at in ats])))


def before(arrivals: Arrivals, until: int) -> Arrivals:
    """The same crowd as it was known at a time."""
    rows = np.repeat(np.arange(len(arrivals)), np.diff(arrivals.starts))
    kept = arrivals.at <= until
    size = np.bincount(rows[kept], minlength=len(arrivals))
    starts = np.append(0, np.cumsum(size[size > 0]))
    return Arrivals(starts, arrivals.at[kept], arrivals.tide[arrivals.tide <= until])


@pytest.fixture(scope="module")
def arrivals() -> Arrivals:
    return crowd(1)


def test_intervals_hold_what_came_about_as_often_as_they_say(arrivals: Arrivals):
    cut, end = 30 * HOUR, 10 * HOUR
    growth = Growth.of(before(arrivals, cut), cut, end=end)
    assert growth is not None
    rows = np.flatnonzero((arrivals.began >= cut) & (arrivals.began <= 40 * HOUR))
    for age in (HOUR // 12, HOUR):
        now = arrivals.began[rows] + age
        told, came = growth.sizes(arrivals, rows, now), arrivals.people(rows, arrivals.began[rows] + end)
        assert 0.92 <= np.mean((told.low <= came) & (came <= told.high)) <= 1
        people = arrivals.people(rows, now)
        error, as_now = (np.mean(np.abs(np.log(said / came))) for said in (told.value, people))
        assert error < as_now
        assert np.all((people <= told.low) & (told.low <= told.value) & (told.value <= told.high))


def test_a_forecast_looks_at_nothing_later(arrivals: Arrivals):
    cut = 20 * HOUR
    known = before(arrivals, cut)
    growth, same = Growth.of(known, cut), Growth.of(arrivals, cut)
    assert growth is not None
    assert same is not None
    rows = np.arange(len(known))
    now = np.full(len(rows), cut)
    told, other = growth.sizes(known, rows, now), growth.sizes(arrivals, rows, now)
    np.testing.assert_array_equal(told.value, other.value)
    np.testing.assert_array_equal(told.high, other.high)


def test_a_large_cascade_that_still_runs_is_expected_to_grow_and_one_long_silent_is_not(arrivals: Arrivals):
    cut = 40 * HOUR
    growth = Growth.of(arrivals, cut)
    assert growth is not None
    minute = HOUR // 60
    running, silent = np.arange(60) * minute // 4, np.arange(60) * minute // 60
    at = np.concatenate([running, silent])
    two = Arrivals(np.array([0, 60, 120]), at, np.sort(at))
    told = growth.sizes(two, np.arange(2), np.array([15 * minute, 30 * HOUR]))
    assert told.value[0] > 66
    assert told.value[1] == 60


def test_of_too_few_cascades_nothing_is_learned():
    few = crowd(2, FEWEST - 1)
    assert Growth.of(few, int(few.at.max())) is None
    assert Growth.of(Arrivals.of(cascades(snapshot("ana>bea>cy:tea"))), 0) is None


def test_one_cascade_is_told_what_all_together_are(arrivals: Arrivals):
    shop = cascades(snapshot("ana>bea>cy:tea ana>bea,cy,dan:mug"))
    growth = Growth.of(arrivals, int(arrivals.at.max()))
    assert growth is not None
    all_ = replace(Arrivals.of(shop), tide=growth.tide)
    together = growth.sizes(all_, np.arange(2), np.full(2, shop.as_of))
    assert [growth.size(shop, row) for row in (0, 1)] == [together.of(row) for row in (0, 1)]


def test_a_share_made_just_now_is_told_nothing(arrivals: Arrivals):
    growth = Growth.of(arrivals, 40 * HOUR)
    assert growth is not None
    told = growth.sizes(arrivals, np.array([7]), arrivals.began[7:8])
    assert told.of(0) is None
    assert timedelta(microseconds=growth.youngest) > timedelta(0)


@pytest.fixture
def spreads() -> Spreads:
    """Of one score: six in ten gain nobody, the others one to four."""
    return Spreads(np.zeros(1), np.array([[1.0] * 6 + [2.0, 3.0, 4.0, 5.0]]))


def told_of(spreads: Spreads, people: int, mass: float) -> tuple[float, float, float]:
    value, low, high = ends(spreads, np.array([people]), np.zeros(1), np.full(CLASSES, mass))
    return float(value[0]), float(low[0]), float(high[0])


def test_a_cascade_whose_like_stayed_is_told_to_stay_and_an_interval_may_be_one_number(spreads: Spreads):
    assert told_of(spreads, 3, 0.6) == (3, 3, 3)
    assert told_of(spreads, 3, 0.9) == (3, 3, 6)


def test_where_two_in_five_stay_it_is_told_to_stay_and_else_it_may_lie_between_numbers():
    two, one = ([1.0] * many + [2.0] * 3 + [9.0] * (7 - many) for many in (4, 3))
    assert told_of(Spreads(np.zeros(1), np.array([two])), 3, 0.9)[0] == 3
    assert told_of(Spreads(np.zeros(1), np.array([one])), 3, 0.9)[0] == pytest.approx(24 / 7)


def test_no_other_number_has_a_smaller_median_error():
    chance = np.random.default_rng(1)
    outcomes = np.sort(np.rint(np.exp(chance.gamma(2, 0.5, 41))))
    value, *_ = told_of(Spreads(np.zeros(1), outcomes[None, :]), 5, 0.9)
    end = 4 + outcomes

    def half_off_by(number: float) -> float:
        return float(np.sort(np.abs(number - end) / end)[20])

    assert half_off_by(value) <= min(map(half_off_by, np.linspace(1, 60, 5_901))) + 1e-9


def test_an_interval_is_the_narrowest_that_holds_its_mass(spreads: Spreads):
    wide = Spreads(np.zeros(1), np.array([[1.0, 11.0, 12.0, 13.0, 14.0, 100.0]]))
    assert told_of(wide, 1, 4 / 6)[1:] == (11, 14)
    kind, inside, off = held(spreads, np.array([3, 3]), np.zeros(2), np.array([3, 7]), np.array([0.6, 1.0]))
    assert kind.tolist() == [2, 2]
    assert inside.tolist() == [[True, True], [False, True]]
    assert off[0] < off[1]


def test_what_pulls_still_is_what_the_memory_leaves():
    starts, at = np.array([0, 3]), np.array([0, 5, 9])
    exerted, coming = pulls(starts, at, (np.array([0]), np.array([6]), np.array([4])), 2.0, 0.5)
    left = {waited: (1 + waited / 2) ** -0.5 for waited in (1, 5, 6, 10)}
    assert exerted[0] == pytest.approx(2 - left[6] - left[1])
    assert coming[0] == pytest.approx(left[6] - left[10] + left[1] - left[5])


def test_a_look_sees_nobody_who_came_later():
    arrivals = Arrivals(np.array([0, 3]), np.array([0, 5, 9]) * HOUR, np.array([5, 9]) * HOUR)
    cut = Arrivals(np.array([0, 2]), np.array([0, 5]) * HOUR, np.array([5]) * HOUR)
    asked = np.array([0]), np.array([6 * HOUR]), np.array([HOUR])
    seen, known = (Look.at(these, asked, (HOUR, 9 * HOUR)) for these in (arrivals, cut))
    assert seen.people.tolist() == [2]
    np.testing.assert_array_equal(seen.signs, known.signs)


def test_the_plain_line_stays_where_there_is_little_to_learn_from(arrivals: Arrivals):
    few = before(arrivals, 3 * HOUR)
    growth = Growth.of(few, 3 * HOUR)
    assert growth is not None
    assert growth.spreads.grown.shape[1] == WINDOW
    assert len(growth.line.mean) == PLAIN
    assert np.all((growth.mass >= 0.5) & (growth.mass <= 1))
