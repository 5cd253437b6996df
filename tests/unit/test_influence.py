"""Credit: whose shares people acted on."""

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from graph.estimate import Estimate
from graph.events import Money
from graph.influence import CREDIT_RULE, SHARERS, WINDOW, Credit, credit, influence
from graph.openings import openings
from graph.purchases import purchases
from graph.snapshot import Snapshot
from tests.toy import snapshot


def credited(shop: Snapshot) -> Credit:
    return credit(openings(shop), purchases(shop.events), len(shop.people))


def purchases_credited(text: str) -> dict[str, float]:
    shop = snapshot(text)
    each = credited(shop).purchases.tolist()
    return {key: parts for key, parts in zip(shop.people.keys, each, strict=True) if parts}


def test_an_open_is_its_sharers_once_for_each_person_and_share():
    shop = snapshot("ana>bea,cy:tea @2h ana>bea:tea bea>cy:tea ana>ana:tea")
    assert dict(zip(shop.people.keys, credited(shop).opens.tolist(), strict=True)) == {
        "ana": 2,
        "bea": 1,
        "cy": 0,
    }


def test_a_purchase_is_its_last_sharers():
    assert purchases_credited("ana>cy:tea cy$tea") == {"ana": 1}


def test_a_purchase_is_divided_in_equal_parts():
    assert purchases_credited("ana>cy:tea bea>cy:tea cy$tea") == {"ana": 0.5, "bea": 0.5}


def test_only_the_last_three_sharers_have_a_part():
    told = "ana>zoe:tea bea>zoe:tea cy>zoe:tea dan>zoe:tea bea>zoe:tea zoe$tea"
    assert purchases_credited(told) == {"bea": 1 / 3, "cy": 1 / 3, "dan": 1 / 3}


def test_a_sharer_opened_twice_has_one_part():
    assert purchases_credited("ana>cy:tea bea>cy:tea ana>:tea ana>cy:tea cy$tea") == {"ana": 0.5, "bea": 0.5}


def test_opens_after_the_purchase_or_of_other_products_bring_nothing():
    assert purchases_credited("ana>cy:mug cy$tea bea>cy:tea") == {}


def test_a_purchase_that_nobodys_share_led_to_is_credited_to_nobody():
    assert purchases_credited("cy>bea:tea cy$tea") == {}


def test_the_window_ends_after_thirty_days():
    assert timedelta(days=30) == WINDOW
    assert purchases_credited("ana>cy:tea @30d bea>:mug cy$tea") == {"ana": 1}
    assert purchases_credited("ana>:tea @1m ana>cy:tea @43202m cy$tea") == {}


def test_passing_on_counts_as_opening():
    assert purchases_credited("ana>bea>:tea bea$tea") == {"ana": 1}


def test_a_line_given_back_in_full_brings_no_credit():
    assert purchases_credited("ana>cy:tea cy$tea=9 cy$tea=-9") == {}


def test_revenue_is_net_and_told_by_currency():
    shop = snapshot("ana>cy:tea bea>cy:tea cy$tea=10USD cy$tea=-1USD cy$tea=3EUR")
    given_to = credited(shop)
    ana = influence(
        0, page_rank=np.ones(3) / 3, reach=Estimate.exactly(2), credited=given_to, words=shop.words
    )
    assert ana.revenue_credited == (Money(Decimal("1.50"), "EUR"), Money(Decimal("4.50"), "USD"))
    assert (ana.purchases_credited, ana.opens_credited) == (1.0, 1.0)


def test_the_rule_says_its_window_and_its_parts():
    assert f"{WINDOW.days} days" in CREDIT_RULE
    assert f"{SHARERS} people" in CREDIT_RULE


people = st.sampled_from("abcde")
products = st.sampled_from(("tea", "mug"))
words = st.one_of(
    st.builds("{}>{}:{}".format, people, people, products),
    st.builds("{}${}={}".format, people, products, st.integers(-3, 9).filter(bool)),
)


@given(st.lists(words, max_size=30))
def test_no_more_is_credited_than_was_bought(told: list[str]):
    shop = snapshot(" ".join(told))
    kept, given_to = purchases(shop.events), credited(shop)
    assert Fraction(float(given_to.purchases.sum())).limit_denominator(6) <= len(kept)
    for code, amounts in given_to.revenue.items():
        assert 0 <= amounts.sum() <= kept.amount[kept.currency == code].sum()


@given(st.lists(words, max_size=30))
def test_it_is_what_plain_python_credits(told: list[str]):
    shop = snapshot(" ".join(told))
    opened, kept = openings(shop), purchases(shop.events)
    parts = [Fraction(0)] * len(shop.people)
    for person, product, at in zip(kept.person, kept.product, kept.at, strict=True):
        seen = (opened.person == person) & (opened.product == product) & (opened.at <= at)
        last = list(dict.fromkeys(opened.sharer[seen][::-1].tolist()))[:SHARERS]
        for sharer in last:
            parts[sharer] += Fraction(1, len(last))
    assert np.allclose([float(part) for part in parts], credited(shop).purchases, rtol=0, atol=1e-9)
