"""Which share was passed on: rules prefer another of those opened, what the log says stays."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.cascades import cascades
from graph.cascades.parents import ParentRule, under
from graph.snapshot import Snapshot
from graph.ties import ties
from tests.toy import snapshot

ACTS = st.lists(
    st.tuples(st.sampled_from("abcd"), st.sampled_from(["", *"abcd"]), st.sampled_from(["tea", "mug"])),
    min_size=1,
    max_size=25,
)


def parents(shop: Snapshot, rule: ParentRule) -> dict[str, str | None]:
    """By whom what everybody's shares passed on was shared."""
    shares, keys = under(shop, rule, ties(shop)).shares, shop.people.keys
    return {
        shares.ids[row]: keys[int(shares.person[parent])]
        if (parent := int(shares.parent[row])) >= 0
        else None
        for row in range(len(shares))
    }


TWO = "ana>cy:tea bea>cy:tea cy>:tea"


def test_the_latest_the_first_or_the_likeliest_of_those_opened_was_passed_on():
    shop = snapshot("ana>cy:mug ana>cy:pot " + TWO)
    assert parents(shop, ParentRule.LATEST)["cy/tea"] == "bea"
    assert parents(shop, ParentRule.FIRST)["cy/tea"] == "ana"
    assert parents(shop, ParentRule.LIKELIEST)["cy/tea"] == "ana"


def test_of_two_that_are_as_likely_the_later_one_was_passed_on():
    assert parents(snapshot(TWO), ParentRule.LIKELIEST)["cy/tea"] == "bea"


@pytest.mark.parametrize("rule", list(ParentRule))
def test_what_the_log_says_stays(rule: ParentRule):
    shop = snapshot("ana>cy:tea bea>cy>dan:tea")
    assert parents(shop, rule)["cy/tea"] == "bea"
    assert cascades(under(shop, rule, ties(shop))).guessed.tolist() == [0, 0]


@pytest.mark.parametrize("rule", list(ParentRule))
def test_who_opened_nothing_passed_nothing_on(rule: ParentRule):
    shop = snapshot("ana>bea:tea cy>:tea cy>:mug")
    assert set(parents(shop, rule).values()) == {None}


@settings(max_examples=60, deadline=None)
@given(ACTS)
def test_rules_choose_among_what_was_opened_before_and_the_first_rule_is_the_snapshots_own(
    acts: Sequence[tuple[str, str, str]],
):
    shop = snapshot(" ".join(f"{who}>{other}:{what}" for who, other, what in acts))
    shares, events = shop.shares, shop.events
    tied = ties(shop)
    own = under(shop, ParentRule.LATEST, tied).shares
    for name in ("parent", "root", "depth", "inferred"):
        np.testing.assert_array_equal(getattr(own, name), getattr(shares, name))
    for rule in ParentRule:
        found = under(shop, rule, tied).shares
        np.testing.assert_array_equal(found.parent >= 0, shares.parent >= 0)
        for row in np.flatnonzero(found.inferred).tolist():
            parent = int(found.parent[row])
            opened = (events.person == found.person[row]) & (events.share == parent)
            assert found.product[parent] == found.product[row]
            assert events.at[opened].min() <= found.at[row]
            assert found.at[parent] < found.at[row]
