"""What a product costs beside others of its kind, and what somebody takes to."""

from decimal import Decimal

import numpy as np
import pytest

from graph.events import Money, Product
from graph.suggest import Ask, PriceReason, Shelf, suggest
from graph.suggest.doubts import OUT_OF_BAND
from graph.suggest.prices import Prices
from graph.ties import ties
from tests.toy import snapshot


def priced(key: str, amount: str, category: str | None = "tents", currency: str = "CNY") -> Product:
    return Product(key, category=category, price=Money(Decimal(amount), currency))


def fitted(*catalogue: Product, told: str = "ana.view:t1") -> tuple[Prices, dict[str, float]]:
    taken = snapshot(told, catalogue=catalogue)
    found = Shelf.of(taken, ties(taken), np.zeros(len(taken.people), np.int32)).prices
    return found, dict(zip(taken.products.keys, found.level.tolist(), strict=True))


def test_a_level_is_the_log_of_the_price_over_the_usual_one_of_the_category():
    _, level = fitted(priced("t1", "100"), priced("t2", "200"), priced("t3", "400"), priced("t4", "50"))
    assert level["t2"] - level["t1"] == pytest.approx(np.log(2))
    assert level["t1"] == pytest.approx(-np.log(2) / 2)
    assert sum(sorted(level.values())[1:3]) == pytest.approx(0)


def test_a_category_of_two_another_currency_and_no_price_have_no_level():
    _, level = fitted(
        *(priced(f"t{n}", "100") for n in range(4)),
        priced("u1", "9", "mugs"),
        priced("u2", "99", "mugs"),
        priced("v1", "100", currency="USD"),
        priced("w1", "100", None),
        Product("x1", category="tents"),
    )
    assert {key for key, one in level.items() if np.isnan(one)} == {"u1", "u2", "v1", "w1", "x1"}


def test_without_prices_there_are_none_and_nobody_is_outside():
    found, _ = fitted(Product("t1"), Product("t2"))
    assert found.band(np.array([0], np.int32), np.ones(1)).outside(found.level).tolist() == pytest.approx(
        [np.nan, np.nan], nan_ok=True
    )


def test_one_product_says_little_and_many_a_lot():
    cheap = Prices(np.array([-1.0, -1.0, -1.0, 0.0, 2.0]), 0.5)
    few = cheap.band(np.array([0], np.int32), np.ones(1))
    many = cheap.band(np.array([0, 1, 2] * 10, np.int32), np.ones(30))
    assert -0.3 < few.middle < 0
    assert many.middle < -0.9
    assert few.known < 0.3
    assert many.known > 0.9
    assert many.outside(np.array([2.0]))[0] > few.outside(np.array([2.0]))[0] > 0


SHOP = [
    *(priced(f"c{n}", str(100 + n)) for n in range(12)),
    *(priced(f"m{n}", str(400 + n)) for n in range(12)),
    *(priced(f"d{n}", str(9000 + n)) for n in range(4)),
]
FRIENDS = "a>:d1 b>:c11 a~bea b~bea "


def answer(told: str) -> dict[str, tuple[float, list[PriceReason]]]:
    taken = snapshot(told + FRIENDS, catalogue=SHOP)
    on_shelf = Shelf.of(taken, ties(taken), np.zeros(len(taken.people), np.int32))
    (found,) = suggest(on_shelf, [Ask(taken.people.row("bea"))], limit=50)
    keys = taken.products.keys
    for one in found.suggestions:
        assert one.score == pytest.approx(sum(reason.weight for reason in one.reasons), abs=1e-12)
    return {
        keys[one.product]: (one.score, [why for why in one.reasons if isinstance(why, PriceReason)])
        for one in found.suggestions
    }


def test_what_is_far_too_dear_for_somebody_is_held_back_and_says_why():
    others = " ".join(f"u{n}$c{n % 12} u{n}$m{n % 12}" for n in range(30)) + " "
    before, after = answer(others), answer(others + " ".join(f"bea$c{n}" for n in range(10)) + " ")
    assert before["d1"][1] == []
    (reason,) = after["d1"][1]
    assert reason.dear
    assert after["c11"][1] == []
    spoken = after["d1"][0] - reason.weight
    assert (1 - OUT_OF_BAND) * spoken < after["d1"][0] < 0.9 * spoken


def test_new_products_have_no_level_until_a_fit():
    found = Prices(np.zeros(2), 1.0).with_more(3)
    assert np.isnan(found.level[2])
