"""What came of answers, on logs of a few lines."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import count
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from graph.answers import Given, Place, placed
from graph.evaluate.answers import UNSAID, part_of, rates, unexplored
from graph.evaluate.showings import Misfits, Showings
from graph.evaluate.suggestions.offpolicy import off_policy
from graph.events import Event, Kind, Verdict, micros
from graph.log import NONE
from graph.snapshot import Snapshot
from graph.suggest import ExplorationReason, FeedbackReason, InterestReason, Reason, Suggestion
from graph.suggest.exploring import FIRST, Odds, explored, with_chance
from tests import toy

FITTING = Misfits(0, 0, 0, 0, 0, 0)
NUMBER = count()


def answer(name: str, *products: str, person: str | None = None, **said: Any) -> Given:
    chance = said.pop("chance", 1.0)
    source = said.pop("source", "friend")
    places = tuple(Place(rank, key, chance, source) for rank, key in enumerate(products, start=1))
    return Given(name, "v", person, said.pop("surface", "home"), said.pop("at", micros(toy.START)), places)


def act(kind: Kind, person: str, product: str, name: str, **said: Any) -> Event:
    number = next(NUMBER)
    return Event(
        f"a{number}", kind, toy.START + number * toy.MINUTE, user=person, product=product, answer=name, **said
    )


def saw(person: str, product: str, name: str = "A", **said: Any) -> Event:
    return act(Kind.EXPOSURE, person, product, name, **said)


def opened(person: str, product: str, name: str = "A", **said: Any) -> Event:
    return act(
        Kind.OPEN, person, product, name, share="ana/tea" if product == "tea" else f"ana/{product}", **said
    )


def bought(person: str, product: str, name: str = "A", **said: Any) -> Event:
    return act(Kind.PURCHASE, person, product, name, **said)


def joined(given: Iterable[Given], *told: Event, since: int = 0, also: str = "") -> Showings:
    log = toy.log_of([*toy.events("ana>:tea ana>:mug ana>:cup " + also), *told])
    return Showings.of(log, Snapshot.of(log), given, since)


def test_an_open_finds_the_showing_that_it_came_from():
    shown = joined(
        [answer("A", "tea", "mug"), answer("B", "tea")],
        saw("bea", "tea"),
        saw("bea", "mug"),
        saw("bea", "tea", "B"),
        saw("cy", "tea"),
        opened("bea", "tea", "B"),
        bought("cy", "tea"),
    )
    assert shown.opened.tolist() == [False, False, True, False]
    assert shown.bought.tolist() == [False, False, False, True]
    assert shown.rank.tolist() == [1, 2, 1, 1]
    assert shown.misfits == FITTING


def test_a_product_that_is_drawn_again_and_opened_twice_is_one_showing_opened():
    shown = joined(
        [answer("A", "tea")], saw("bea", "tea"), saw("bea", "tea"), opened("bea", "tea"), opened("bea", "tea")
    )
    assert shown.opened.tolist() == [True]


def test_a_visitor_who_turned_out_to_be_somebody_saw_it_as_that_person():
    seen = Event("v1", Kind.EXPOSURE, toy.START, visitor="phone", product="tea", answer="A")
    shown = joined([answer("A", "tea", person="bea")], seen, opened("bea", "tea"), also="bea=?phone")
    assert shown.opened.tolist() == [True]
    assert shown.misfits == FITTING


def test_a_purchase_that_is_given_back_is_none():
    kept = joined([answer("A", "tea")], saw("bea", "tea"), bought("bea", "tea", order="o1"))
    back = joined(
        [answer("A", "tea")],
        saw("bea", "tea"),
        bought("bea", "tea", order="o1"),
        Event("r1", Kind.REFUND, toy.START + 9999 * toy.MINUTE, user="bea", product="tea", order="o1"),
    )
    assert (kept.bought.tolist(), back.bought.tolist()) == ([True], [False])


def test_what_does_not_fit_is_counted_and_joins_nothing():
    shown = joined(
        [answer("A", "tea", person="bea")],
        saw("bea", "tea", "gone"),
        saw("bea", "mug"),
        saw("cy", "tea"),
        opened("bea", "tea"),
    )
    assert len(shown) == 0
    assert shown.misfits == Misfits(unknown=1, elsewhere=1, another=1, unexposed=1, rank=0, propensity=0)


def test_the_exposure_says_where_it_was_shown_and_what_it_leaves_out_the_answer_knows():
    shown = joined(
        [answer("A", "tea", "mug", chance=0.25)],
        saw("bea", "tea", rank=7, surface="cart", propensity=0.5, variant="blue"),
        saw("bea", "mug", rank=2),
    )
    assert shown.rank.tolist() == [7, 2]
    assert shown.propensity.tolist() == [0.5, 0.25]
    assert [shown.words[code] for code in shown.surface] == ["cart", "home"]
    assert [shown.words[code] if code >= 0 else None for code in shown.variant] == ["blue", None]
    assert shown.misfits == Misfits(0, 0, 0, 0, rank=1, propensity=1)


def test_what_came_late_of_an_old_answer_is_no_misfit_and_not_told():
    later = micros(toy.START + toy.MINUTE)
    shown = joined(
        [answer("A", "tea"), answer("B", "tea", at=later)],
        saw("bea", "tea"),
        saw("cy", "tea", "B"),
        since=later,
    )
    assert len(shown) == 1
    assert shown.misfits == FITTING


def test_rates_are_told_in_all_and_by_what_is_known():
    shown = joined(
        [answer("A", "tea", "mug")],
        saw("bea", "tea", variant="blue"),
        saw("bea", "mug"),
        saw("cy", "tea", variant="blue"),
        opened("bea", "tea"),
    )
    told = {(one.by, one.of): one for one in rates(shown)}
    assert list(told) == [
        ("all", ""), ("surface", "home"), ("rank", "1"), ("rank", "2"),
        ("variant", "blue"), ("variant", UNSAID), ("source", "friend"),
    ]  # fmt: skip
    assert (told["all", ""].showings, told["all", ""].people) == (3, 2)
    first = told["rank", "1"].opened
    assert first is not None
    assert first.value == 0.5


def test_without_events_nothing_is_told_and_nothing_fails():
    shown = joined([])
    (everything,) = rates(shown)
    assert (everything.showings, everything.opened) == (0, None)
    assert unexplored(shown) is None
    assert len(joined([answer("A")])) == 0


def test_one_who_opens_everything_is_not_a_hundred_people_who_do():
    yes = np.repeat([True, False], [50, 50])
    one, many = part_of(yes, np.repeat([0, 1], [50, 50])), part_of(yes, np.arange(100))
    assert one is not None
    assert many is not None
    assert one.high - one.low > 4 * (many.high - many.low)


@pytest.mark.parametrize("chance", [0.02, 0.2])
def test_intervals_hold_what_they_promise_where_people_differ(chance: float):
    dice, held = np.random.default_rng(1), 0
    for _ in range(300):
        person = np.repeat(np.arange(80), dice.integers(1, 12, 80))
        liking = dice.beta(chance * 3, (1 - chance) * 3, 80)[person]
        told = part_of(dice.random(len(person)) < liking, person)
        assert told is not None
        held += told.low <= chance <= told.high
    assert held / 300 > 0.92


def test_without_exploration_is_told_from_what_was_shown_with_it():
    dice, told, given = np.random.default_rng(2), list[Event](), list[Given]()
    for number in range(400):
        tried = dice.random() < 0.25
        product, chance, source = ("mug", 0.25, "exploration") if tried else ("tea", 0.75, "friend")
        given.append(answer(f"A{number}", product, chance=chance, source=source))
        told.append(saw(f"u{number}", product, f"A{number}"))
        if dice.random() < (0.1 if tried else 0.5):
            told.append(opened(f"u{number}", product, f"A{number}"))
    estimate = unexplored(joined(given, *told))
    assert estimate is not None
    assert estimate.is_sound
    assert estimate.snips.low <= 0.5 <= estimate.snips.high
    assert estimate.snips.low > 0.4


PLACES, BEST = 10, np.arange(100)
WORTH = np.append(0.3 / (1 + BEST), np.full(400, 0.01))
"""How often each product is opened where it is shown: the best hundred, and those that chance draws from."""


def simulated(share: float, answers: int, seed: int) -> tuple[Showings, NDArray[np.float64]]:
    """What was shown in so many lists of ten places, one to each person, and what the places said of their
    chances before they knew what had moved on: 1 − share, wherever that is.
    """
    odds, drawn = Odds(share, 400, 400.0), np.arange(100, 500, dtype=np.int32)
    product, chance, tried = np.empty((3, answers, PLACES))
    for row in range(answers):
        given = explored(odds, drawn, PLACES, seed * answers + row)
        product[row] = with_chance(BEST[:PLACES].tolist(), given, PLACES)
        tried[row] = np.cumsum(product[row] >= len(BEST))
        by_chance = {one.rank: one.propensity for one in given}
        chance[row] = [
            by_chance.get(rank) or odds.own(rank, rank - 1 - int(product[row, rank - 1]))
            for rank in range(1, PLACES + 1)
        ]
    rank = np.tile(np.arange(1, PLACES + 1, dtype=np.int32), answers)
    rows = product.ravel().astype(np.int32)
    nothing, dice = np.full(len(rows), NONE, np.int32), np.random.default_rng(seed)
    shown = Showings(
        np.repeat(np.arange(answers, dtype=np.int32), PLACES), rows, rank, chance.ravel(), nothing, nothing,
        nothing, tried.ravel().astype(np.int32), dice.random(len(rows)) < WORTH[rows],
        np.zeros(len(rows), np.bool_), [], FITTING,
    )  # fmt: skip
    own = np.where(rank < FIRST, 1.0, 1 - share)
    return shown, np.where(rows < len(BEST), own, shown.propensity)


TRUTH = float(WORTH[:PLACES].mean())
"""Opens a showing of ten places, had nothing been left to chance."""


@pytest.mark.parametrize("share", [0.02, 0.1, 0.3])
def test_lists_of_ten_places_are_told_as_they_would_be_without_chance(share: float):
    shown, _ = simulated(share, 4_000, seed=1)
    found = unexplored(shown)
    assert found is not None
    assert found.is_sound
    assert found.weight.value == pytest.approx(1, abs=0.05)
    truth = float(WORTH[: found.showings // 4_000].mean())
    assert found.ips.low <= truth <= found.ips.high
    assert found.snips.low <= truth <= found.snips.high


def test_chances_that_forget_what_moved_on_are_noticed_and_were_wrong():
    shown, before = simulated(0.3, 4_000, seed=1)
    forgetful = unexplored(replace(shown, propensity=before))
    assert forgetful is not None
    assert not forgetful.is_sound
    likelier_than_not = (before > 0.5).astype(np.float64)
    wrong = off_policy(shown.opened, before, likelier_than_not, groups=shown.person)
    assert wrong.is_sound, "which is why nobody noticed"
    assert wrong.snips.low > TRUTH


def test_intervals_without_exploration_hold_what_they_promise():
    held = sound = 0
    for seed in range(60):
        shown, _ = simulated(0.05, 150, seed)
        found = unexplored(shown)
        assert found is not None
        held += found.snips.low <= TRUTH <= found.snips.high
        sound += found.is_sound
    assert held >= 0.88 * 60
    assert sound >= 0.88 * 60


def test_a_few_answers_in_which_nothing_was_tried_yet_are_no_sign_of_wrong_chances():
    shown, _ = simulated(0.02, 5, seed=3)
    untouched = replace(shown, explored=np.zeros_like(shown.explored))
    chance = 0.98 ** np.maximum(shown.rank - FIRST + 1, 0)
    found = unexplored(replace(untouched, propensity=chance))
    assert found is not None
    assert found.is_sound


def test_places_so_far_down_that_hardly_one_stayed_tell_nothing():
    shown, _ = simulated(0.3, 500, seed=4)
    found = unexplored(shown)
    assert found is not None
    assert found.showings == 500 * 8, "0.7^6 of the eighth places stayed, and less than a tenth of the ninth"


def test_an_answer_whose_first_page_is_lost_tells_nothing_of_its_second():
    second = Given("A", "v", None, "home", micros(toy.START), (Place(2, "mug", 0.9, "friend"),))
    shown = joined([second], saw("bea", "mug"))
    assert len(shown) == 1
    assert unexplored(shown) is None


@pytest.mark.parametrize(
    ("reasons", "source"),
    [
        ([InterestReason(0.5, (1,))], "interest"),
        ([FeedbackReason(-0.2, Verdict.NOT_INTERESTED, 1), InterestReason(0.1, (1,))], "interest"),
        ([ExplorationReason(0.0, 0.1)], "exploration"),
        ([], ""),
    ],
)
def test_a_suggestion_is_kept_with_what_speaks_loudest_for_it(reasons: list[Reason], source: str):
    suggestion = Suggestion(3, 2, 0.5, tuple(reasons), 0.1)
    assert placed(suggestion, "tea") == Place(2, "tea", 0.1, source)
