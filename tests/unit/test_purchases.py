"""What is left of an order after refunds."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.events import unscaled
from graph.purchases import Purchases, bought_after, purchases
from tests.toy import snapshot

Kept = list[tuple[str, str, str]]


def kept(text: str) -> Kept:
    """Who kept what, and for how much, in order of time."""
    shop = snapshot(text)
    lines = purchases(shop.events)
    return [
        (shop.people.keys[person], shop.products.keys[product], str(unscaled(amount)))
        for person, product, amount in zip(
            lines.person.tolist(), lines.product.tolist(), lines.amount.tolist(), strict=True
        )
    ]


def test_what_nobody_gave_back_is_kept_as_it_was_paid():
    assert kept("bea$tea=12.50 cy$mug") == [("bea", "tea", "12.50"), ("cy", "mug", "0.00")]


def test_a_line_given_back_in_full_is_no_purchase():
    assert kept("bea$tea=12.50 bea$tea=-12.50") == []


def test_a_line_given_back_in_part_counts_with_what_remains():
    assert kept("bea$tea=12.50 bea$tea=-2.25") == [("bea", "tea", "10.25")]


def test_parts_that_add_up_to_the_whole_leave_no_purchase():
    assert kept("bea$tea=12#o1 bea$tea=-5#o1 bea$tea=-7#o1") == []


def test_more_than_was_paid_takes_nothing_from_others():
    assert kept("cy$tea=12 bea$tea=12 bea$tea=-99") == [("cy", "tea", "12.00")]


def test_a_refund_finds_its_order_and_no_other():
    assert kept("bea$tea=9#o1 bea$tea=9#o2 bea$tea=-9#o1 bea$tea=-9#o3") == [("bea", "tea", "9.00")]


def test_a_refund_of_a_whole_order_takes_from_each_line_in_proportion():
    assert kept("bea$mug=30#o1 bea$tea=10#o1 bea$=-10#o1") == [
        ("bea", "mug", "22.50"),
        ("bea", "tea", "7.50"),
    ]


def test_a_whole_order_given_back_leaves_none_of_its_lines():
    assert kept("bea$mug=30#o1 bea$tea#o1 cy$tea=10 bea$=-30#o1") == [("cy", "tea", "10.00")]


def test_a_free_line_stays_when_its_order_is_given_back_in_part():
    assert kept("bea$mug=30#o1 bea$bag=0#o1 bea$=-10#o1") == [("bea", "mug", "20.00"), ("bea", "bag", "0.00")]


def test_without_an_order_the_latest_line_is_given_back_first():
    assert kept("bea$tea=9 bea$tea=8 bea$tea=-10") == [("bea", "tea", "7.00")]


def test_without_an_order_what_is_bought_later_is_not_meant():
    assert kept("bea$tea=-9 bea$tea=9") == [("bea", "tea", "9.00")]


def test_money_in_another_currency_leaves_a_line_as_it_is():
    assert kept("bea$tea=9 bea$tea=-9USD") == [("bea", "tea", "9.00")]


def test_a_line_without_an_amount_is_given_back_by_what_names_it():
    assert kept("bea$tea#o1 bea$mug=5#o1 bea$tea=-3#o1") == [("bea", "mug", "5.00")]


@pytest.mark.parametrize("refund", ["bea$=-9", "cy$tea=-9", "bea$mug=-9", "bea$tea=-9#o9"])
def test_a_refund_that_finds_nothing_is_counted(refund: str):
    lines = purchases(snapshot(f"bea$tea=9 {refund} ana>:mug").events)
    assert (len(lines), lines.unmatched) == (1, 1)


def test_a_log_without_purchases_has_none():
    assert kept("ana>bea:tea bea$tea=-9") == []


def test_what_was_bought_before_does_not_follow_from_anything_later():
    shop = snapshot("bea$tea ana>bea:tea bea$tea bea$mug cy$tea")
    bea, tea = (
        np.array([shop.people.row("bea")], np.int32),
        np.array([shop.products.keys.row("tea")], np.int32),
    )
    followed = bought_after(purchases(shop.events), bea, tea, shop.events.at[2:3])
    assert followed.lines[followed.low[0] : followed.high[0]].tolist() == [1]


ENTRIES = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2), st.integers(0, 9)), max_size=12)


@given(ENTRIES, ENTRIES)
def test_what_followed_is_what_a_look_at_every_pair_finds(
    lines: list[tuple[int, int, int]], entries: list[tuple[int, int, int]]
):
    lines.sort(key=lambda line: line[2])
    person, product, at = np.array(lines, np.int64).reshape(-1, 3).T
    amount = np.arange(1, len(lines) + 1)
    rows = person.astype(np.int32), product.astype(np.int32)
    bought = Purchases(np.arange(len(lines)), *rows, at, amount, np.zeros(len(lines), np.int32), 0)
    person, product, since = np.array(entries, np.int64).reshape(-1, 3).T
    found = bought_after(bought, person.astype(np.int32), product.astype(np.int32), since)
    pairs = [
        [n for n, (who, what, when) in enumerate(lines) if (who, what) == entry[:2] and when >= entry[2]]
        for entry in entries
    ]
    assert found.count.tolist() == [len(theirs) for theirs in pairs]
    assert found.total(amount).tolist() == [sum(n + 1 for n in theirs) for theirs in pairs]


cents = st.integers(0, 500)


@given(st.lists(cents, min_size=1, max_size=6), st.lists(cents, max_size=4))
def test_an_order_loses_just_what_was_given_back_of_it(paid: list[int], back: list[int]):
    lines = [f"bea$p{number}={Decimal(amount) / 100}#o1" for number, amount in enumerate(paid)]
    shop = snapshot(" ".join(lines + [f"bea$=-{Decimal(amount) / 100}#o1" for amount in back]))
    left = int(purchases(shop.events).amount.sum())
    assert Fraction(left, 100) == max(sum(paid) - sum(back), 0)
