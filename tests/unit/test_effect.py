"""What a friend's share does, beside what likeness would have done: worlds of which the answer is known."""

from collections.abc import Iterator
from dataclasses import astuple
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from graph.effect import Effect, Outcome, effect
from graph.errors import InvalidInput
from graph.events import Event, Kind, Product
from graph.snapshot import Snapshot
from tests.toy import TOY, log_of, snapshot

START = datetime(2026, 1, 1, tzinfo=UTC)
PEOPLE, FRIENDS, WEEKS = 240, 8, 24


def world(*, by_taste: float, by_friends: float, seed: int = 1) -> Snapshot:
    """Two circles with a taste each, friends within a circle only. Each week one product of each taste is
    shared by somebody of its circle; within the week whoever has that taste buys it with chance `by_taste`
    (a tenth of it without that taste), and friends of the sharer with chance `by_friends` on top.
    """
    return Snapshot.of(
        log_of(
            _told(by_taste, by_friends, np.random.default_rng(seed)),
            catalogue=[Product(f"{taste}{week}", category=taste) for taste in "ab" for week in range(WEEKS)],
        )
    )


def _told(by_taste: float, by_friends: float, chance: np.random.Generator) -> Iterator[Event]:
    circle = np.arange(PEOPLE) % 2
    friends: dict[int, set[int]] = {person: set() for person in range(PEOPLE)}
    at = START
    for person in range(PEOPLE):
        for other in chance.choice(np.flatnonzero(circle == circle[person]), FRIENDS, replace=False).tolist():
            if other != person:
                friends[person].add(other)
                yield Event(
                    id=f"t{person}-{other}", kind=Kind.TIE, at=at, user=f"u{other}", other=f"u{person}"
                )
    for week in range(WEEKS):
        for number, taste in enumerate("ab"):
            at, product = START + timedelta(days=1 + 7 * week), f"{taste}{week}"
            sharer = int(chance.choice(np.flatnonzero(circle == number)))
            yield Event(id=f"s{product}", kind=Kind.SHARE, at=at, user=f"u{sharer}", product=product)
            own = np.where(circle == number, by_taste, by_taste / 10)
            likely = own + np.isin(np.arange(PEOPLE), list(friends[sharer])) * by_friends
            for buyer in np.flatnonzero(chance.random(PEOPLE) < likely).tolist():
                later = at + timedelta(days=float(chance.uniform(0.1, 6)))
                if buyer != sharer:
                    yield Event(
                        id=f"b{product}-{buyer}", kind=Kind.PURCHASE, at=later, user=f"u{buyer}",
                        product=product,
                    )  # fmt: skip


def bought(shop: Snapshot) -> Effect:
    return effect(shop, outcome=Outcome.PURCHASE)


def test_where_only_taste_makes_people_buy_matching_takes_the_naive_effect_away() -> None:
    found = bought(world(by_taste=0.2, by_friends=0.0))
    assert found.naive.low > 1.1
    assert found.matched.low < 1 < found.matched.high
    assert found.matched.value < found.naive.value


def test_where_friends_make_people_buy_the_effect_stays_after_matching() -> None:
    found = bought(world(by_taste=0.1, by_friends=0.3))
    assert found.matched.low > 1.5
    assert found.matched.low < 4 < found.matched.high


def test_matching_leaves_less_imbalance_than_there_was() -> None:
    found = bought(world(by_taste=0.2, by_friends=0.1))
    assert found.imbalance_left < found.imbalance / 2
    assert found.imbalance_left < 0.25


def test_two_runs_with_one_seed_are_equal() -> None:
    shop = world(by_taste=0.2, by_friends=0.1)
    assert astuple(bought(shop)) == astuple(bought(shop))


def test_one_product_is_measured_by_itself() -> None:
    shop = world(by_taste=0.2, by_friends=0.5)
    product = shop.products.keys.row("a3")
    one = effect(shop, product=product, outcome=Outcome.PURCHASE)
    assert 0 < one.exposures <= FRIENDS * PEOPLE
    assert one.exposures < bought(shop).exposures


@pytest.mark.parametrize("outcome", Outcome)
def test_where_nobody_can_be_compared_it_says_so(outcome: Outcome) -> None:
    with pytest.raises(InvalidInput, match="nothing to compare"):
        effect(snapshot(TOY), outcome=outcome)


def test_an_empty_log_says_so() -> None:
    with pytest.raises(InvalidInput, match="nothing to compare"):
        effect(snapshot([]))
