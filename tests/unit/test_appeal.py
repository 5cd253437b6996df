"""Whose shares people will open: the law of remembering, its learning by recovery, and the audiences."""

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.appeal import Acts, Memory, appeal, learned
from graph.appeal.crowd import MOST_DOUBT
from graph.appeal.crowd import crowd as coming
from graph.appeal.memory import SCALES, climbed
from graph.errors import InvalidInput
from graph.kernels.fading import covering, faded
from graph.openings import openings
from tests.toy import snapshot

MINUTE = 60_000_000
HOUR = timedelta(hours=1)


def acts_of(drawing: str) -> tuple[Acts, dict[str, int]]:
    shop = snapshot(drawing)
    return Acts.of(openings(shop), len(shop.people)), {key: row for row, key in enumerate(shop.people.keys)}


def crowd(people: int, acts: int, seed: int) -> Acts:
    """A rich-get-richer log: each opening goes where one of the last forty went, or to anybody."""
    chance = np.random.default_rng(seed)
    sharer = np.empty(acts, np.int32)
    for act in range(acts):
        back = int(chance.integers(1, 40))
        sharer[act] = sharer[act - back] if act >= back and chance.random() < 0.9 else chance.integers(people)
    person = people + chance.integers(10 * people, size=acts).astype(np.int32)
    return Acts(sharer, person, np.arange(1, acts + 1) * MINUTE, 11 * people)


def test_passing_on_what_one_opens_is_one_act():
    acts, row = acts_of("ana>bea>cy:tea")
    assert len(acts) == 3
    together = Acts.of(openings(snapshot("ana>bea:tea")), 2)
    assert len(together) == 1
    assert (acts.sharer == row["ana"]).sum() == 2


def test_a_cut_keeps_an_instant_together():
    at = np.array([1, 2, 2, 3])
    acts = Acts(np.zeros(4, np.int32), np.arange(4, dtype=np.int32), at, 4)
    assert (len(acts.before(2)), len(acts.since(2))) == (1, 3)


def test_audiences_are_different_people():
    acts = Acts(np.array([0, 0, 0, 1], np.int32), np.array([2, 2, 3, 2], np.int32), np.arange(4), 4)
    assert acts.audiences().tolist() == [2, 1, 0, 0]
    assert acts.last().at.tolist() == [1, 2, 3]


def test_an_act_counts_half_after_a_half_life():
    left = faded(np.array([0, 0], np.int32), np.array([0.0, 3.0]), np.array([3.0, 1e12]), 1)
    assert left[0] == pytest.approx([1.5, 2.0, 2.0])


def test_weights_of_a_known_law_are_found_again():
    chance = np.random.default_rng(1)
    parts = chance.dirichlet(np.full(300, 0.1), size=3).T
    truth = np.array([0.7, 0.0, 0.2])
    assert climbed(parts, parts @ truth) == pytest.approx(truth, abs=0.01)


def test_a_crowd_that_forgets_fast_teaches_a_short_memory():
    memory = learned(crowd(people=30, acts=3_000, seed=5))
    short = memory.weights[:-1][SCALES <= 1 / 8].sum()
    assert short > memory.weights[:-1][SCALES > 1 / 8].sum()
    assert 0 <= memory.returning <= 1
    assert 0 <= memory.alike <= 1


def test_what_was_learned_does_not_depend_on_the_unit_of_time():
    acts = crowd(people=20, acts=1_000, seed=2)
    slower = Acts(acts.sharer, acts.person, acts.at * 7, acts.people)
    assert learned(slower).weights == pytest.approx(learned(acts).weights, abs=1e-4)


def test_nothing_after_the_time_is_looked_at():
    acts = crowd(people=20, acts=600, seed=3)
    at = int(acts.at[400])
    whole, past = (appeal(known, at=at, horizon=HOUR) for known in (acts, acts.before(at)))
    assert np.array_equal(whole.expected, past.expected)
    assert np.array_equal(whole.seeds(5), past.seeds(5))


def test_known_people_and_strangers_make_up_the_audience():
    acts = crowd(people=20, acts=2_000, seed=4)
    told = appeal(acts, at=int(acts.at[-1]) + 1, horizon=HOUR)
    known = np.bincount(told.pairs.sources(), told.known(), minlength=acts.people)
    assert told.strangers() + known == pytest.approx(told.expected)
    assert (told.known() < 1).all()
    best = int(told.seeds(1)[0])
    estimate = told.of(best)
    assert estimate.low < estimate.value < estimate.high
    assert told.of(acts.people - 1).value == 0


def test_somebody_who_comes_again_is_no_second_person():
    sharer, person = np.array([0, 1, 0, 0, 1], np.int32), np.array([2, 2, 2, 3, 3], np.int32)
    acts = Acts(sharer, person, np.array([1, 2, 2, 4, 4]) * MINUTE, 4)
    told = appeal(acts, at=5 * MINUTE, horizon=HOUR)
    assert told.expected[0] == pytest.approx(told.expected[1])


def test_twice_the_horizon_is_twice_the_crowd_of_a_steady_log():
    acts = crowd(people=20, acts=2_000, seed=4)
    at = int(acts.at[-1]) + 1
    short, long = (appeal(acts, at=at, horizon=horizon) for horizon in (5 * HOUR, 10 * HOUR))
    assert long.expected.sum() / short.expected.sum() == pytest.approx(2, rel=0.15)


def apart(minutes: list[float]) -> Acts:
    """Somebody opened by a new person at each of these minutes."""
    opened = len(minutes)
    at = (np.array(minutes) * MINUTE).astype(np.int64)
    return Acts(np.zeros(opened, np.int32), np.arange(1, opened + 1, dtype=np.int32), at, opened + 1)


@pytest.mark.parametrize("minutes", [[0.0], [0.0] * 30, list(range(30)), [n / 600 for n in range(60)]])
def test_a_log_of_minutes_does_not_promise_a_week_of_them(minutes: list[float]):
    acts = apart(minutes)
    told = appeal(acts, at=int(acts.at[-1]) + 1, horizon=timedelta(days=7))
    assert told.doubt == MOST_DOUBT
    assert told.expected.sum() == pytest.approx(len(minutes))
    assert told.of(0).low < 1


def test_after_a_gap_it_is_told_whom_people_would_come_to_and_with_every_empty_week_how_little():
    acts = apart([1_440.0 * day for day in range(30)])
    week, last = timedelta(days=7), int(acts.at[-1])
    told = [appeal(acts, at=last + days * 1_440 * MINUTE + 1, horizon=week).of(0) for days in (0, 8, 15, 400)]
    assert [one.value for one in told[:3]] == pytest.approx([7, 6 / 2, 6 / 3])
    assert 0 < told[3].value < 0.2
    # It may open again as it was before.
    assert told[2].low < 1
    assert told[2].high > 7


def test_of_a_young_log_less_is_told_than_a_straight_line_would_and_it_lies_inside():
    acts = apart([15.0 * n for n in range(97)])
    at = int(acts.at[-1]) + MINUTE
    pairs, doubt = coming(apart([15.0 * n for n in range(97)] + [0.0] * 1_000), at, at)
    assert (pairs, doubt) == (1_097, 0)
    week = appeal(Acts(acts.sharer, acts.person, acts.at, 10_000), at=at, horizon=timedelta(days=7)).of(0)
    assert 97 < week.value < 2 * 97
    assert week.low < 97
    assert week.high > 7 * 97


def test_the_older_the_log_the_surer_until_a_whole_horizon_was_seen():
    acts = apart([10.0 * n for n in range(100)])
    at = int(acts.at[-1]) + 1
    crowds = [coming(acts, at, int(at * times)) for times in (1, 1.5, 3, 10, 1_000)]
    assert crowds[0] == (100.0, 0.0)
    assert [one.doubt for one in crowds] == sorted({one.doubt for one in crowds})


def test_a_new_thing_in_an_old_log_is_told_by_what_came_of_it():
    old = apart([0.0, *range(20_000, 20_003)])
    new, at = old.since(20_000 * MINUTE), int(old.at[-1]) + 1
    week = 7 * 24 * 60 * MINUTE
    assert coming(new, at, week, whole=old) == (3.0, 0.0)
    assert coming(new, at, week, whole=new) == coming(new, at, week)


def test_a_part_of_a_young_log_is_told_no_more_than_the_whole():
    whole = apart([float(n) for n in range(40)])
    at, week = int(whole.at[-1]) + 1, 7 * 24 * 60 * MINUTE
    for start in range(40):
        assert coming(whole.since(start * MINUTE), at, week, whole=whole) <= coming(whole, at, week)


@pytest.mark.parametrize("late", [30, 20, 15])
def test_where_most_came_in_the_newest_instant_nothing_is_learned_and_nothing_breaks(late: int):
    memory = learned(apart([float(n) for n in range(30 - late)] + [100.0] * late))
    assert memory.weights == pytest.approx(np.full(len(SCALES) + 1, 1 / (len(SCALES) + 1)))
    assert memory.spread == 1


def test_from_a_few_acts_something_is_learned_and_not_all_believed():
    memory = learned(apart([float(n * n) for n in range(25)]))
    assert memory.weights.min() >= 20 / 45 / len(memory.weights)
    assert memory.spread >= 20 / 45


def test_somebody_who_may_not_be_chosen_is_not():
    acts, row = acts_of("ana>bea,cy,dan:tea eva>fay:mug")
    told = appeal(acts, at=int(acts.at[-1]) + MINUTE, horizon=HOUR)
    allowed = np.arange(acts.people) != row["ana"]
    assert told.seeds(5, allowed).tolist() == [row["eva"]]
    assert set(told.seeds(5).tolist()) == {row["ana"], row["eva"]}


def test_a_log_without_openings_expects_nobody():
    none = np.empty(0, np.int32)
    told = appeal(Acts(none, none, np.empty(0, np.int64), 3), at=1, horizon=HOUR)
    assert told.expected.tolist() == [0, 0, 0]
    assert len(told.seeds(2)) == 0


def test_a_horizon_is_positive():
    acts, _ = acts_of("ana>bea:tea")
    with pytest.raises(InvalidInput, match="not positive"):
        appeal(acts, at=1, horizon=timedelta(0))


def test_a_memory_may_be_kept_for_the_next_question():
    acts = crowd(people=20, acts=600, seed=3)
    memory = learned(acts)
    assert isinstance(memory, Memory)
    told = appeal(acts, at=int(acts.at[-1]) + 1, horizon=HOUR, memory=memory)
    assert told.memory is memory


@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 8)), min_size=1, max_size=30, unique=True),
    st.sampled_from([0.0, 0.5, 1.0]),
)
def test_the_lazy_choice_is_the_plain_one(pairs: list[tuple[int, int]], alike: float):
    sharer, person = np.array(sorted(pairs), np.int32).T.copy()
    weight = 1.0 + (7 * sharer + 3 * person) % 5
    rows = Acts(sharer, person, np.arange(len(sharer)), 9).pairs(weight)
    chosen, held = list[int](), np.zeros(9)
    for _ in range(3):
        gains = np.zeros(9)
        for user in set(range(9)) - set(chosen):
            mine = rows.each_weight()[rows.indptr[user] : rows.indptr[user + 1]]
            gains[user] = mine.sum() - alike * np.minimum(mine, held[rows.row(user)]).sum()
        best = int(gains.argmax())
        if gains[best] <= 0:
            break
        chosen.append(best)
        mine = rows.each_weight()[rows.indptr[best] : rows.indptr[best + 1]]
        held[rows.row(best)] = np.maximum(held[rows.row(best)], mine)
    plain = rows.indptr, rows.indices, rows.each_weight()
    assert covering(*plain, np.ones(9, np.bool_), alike, 3).tolist() == chosen
