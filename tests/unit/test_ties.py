"""Who reaches whom, how strongly, how likely."""

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.ties import ANSWERED, HALF_LIFE, SATURATION, Ties, ties
from tests.toy import snapshot


def tied(told: str) -> dict[tuple[str, str], float]:
    taken = snapshot(told)
    found = ties(taken)
    keys = list(taken.people.keys)
    return {
        (keys[found.source[i]], keys[found.target[i]]): float(found.strength[i]) for i in range(len(found))
    }


def transmission(told: str, source: str, target: str) -> tuple[float, float]:
    taken = snapshot(told)
    found = ties(taken)
    position = next(
        i
        for i in found.listeners(taken.people.row(source) or 0)
        if found.target[i] == taken.people.row(target)
    )
    return float(found.alpha[position]), float(found.beta[position])


def test_an_open_ties_the_sharer_to_the_opener_and_faintly_the_other_way():
    strengths = tied("ana>bea:tea")
    assert set(strengths) == {("ana", "bea"), ("bea", "ana")}
    assert strengths["ana", "bea"] == pytest.approx(1 - np.exp(-1 / SATURATION))
    assert strengths["bea", "ana"] == pytest.approx(1 - np.exp(-ANSWERED / SATURATION))


def test_more_opens_make_a_stronger_tie_and_time_a_weaker_one():
    assert tied("ana>bea:tea ana>bea:mug")["ana", "bea"] > tied("ana>bea:tea")["ana", "bea"]
    faded = tied(f"@0s ana>bea:tea @{HALF_LIFE // timedelta(days=1)}d cy>dan:tea")["ana", "bea"]
    assert faded == pytest.approx(1 - np.exp(-0.5 / SATURATION), abs=1e-6)


def test_passing_on_and_buying_count_beside_the_open():
    opened = tied("ana>bea:tea @1h cy>dan:mug")["ana", "bea"]
    assert tied("ana>bea>:tea @1h cy>dan:mug ana>bea:tea")["ana", "bea"] > opened
    assert tied("ana>bea:tea bea$tea=5 @1h cy>dan:mug")["ana", "bea"] > opened


def test_a_purchase_given_back_is_no_evidence():
    opened = tied("ana>bea:tea")["ana", "bea"]
    bought = tied("ana>bea:tea bea$tea=5#o bea$tea=-5#o")["ana", "bea"]
    assert bought == pytest.approx(opened, abs=1e-3)


def test_a_follow_ties_until_it_is_taken_back_and_does_not_fade():
    assert ("ana", "bea") in tied("ana~bea @300d cy>dan:tea")
    assert tied("ana~bea @300d cy>dan:tea")["ana", "bea"] == pytest.approx(tied("ana~bea")["ana", "bea"])
    assert tied("ana~bea ana/~bea cy>dan:tea").keys() == {("cy", "dan"), ("dan", "cy")}


def test_a_mention_is_an_act_that_fades_and_adds_up():
    once, twice = tied("ana~bea:mention"), tied("ana~bea:mention ana~bea:mention")
    assert once["ana", "bea"] < twice["ana", "bea"] < tied("ana~bea")["ana", "bea"]


def test_nobody_is_tied_to_themselves():
    assert tied("ana>ana:tea ana~ana") == {}


def test_transmission_is_tried_by_the_shares_after_the_first_open():
    prior_a, prior_b = transmission("ana>bea:tea", "ana", "bea")
    assert prior_a / (prior_a + prior_b) == pytest.approx(0.05)
    a, b = transmission("ana>bea:tea ana>:mug ana>bea:tent ana>cy:tent", "ana", "bea")
    told_a, told_b = transmission("ana>bea:tea ana>:mug ana>bea:tent ana>cy:tent", "ana", "cy")
    assert a > told_a
    assert b > 0
    assert told_b > 0


def test_friends_come_strongest_first_and_ties_by_key():
    taken = snapshot("cy>bea:tea ana>bea:tea ana>bea:mug dan~bea eve~bea")
    found = ties(taken)
    keys = list(taken.people.keys)
    friends = [keys[found.source[i]] for i in found.friends(taken.people.row("bea") or 0)]
    assert friends == ["ana", "dan", "eve", "cy"]


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("abcd"), st.sampled_from("pq")), max_size=20)
)
def test_both_indexes_hold_every_tie_once(acts: list[tuple[str, str, str]]):
    found: Ties = ties(snapshot(" ".join(f"{a}>{b}:{p}" for a, b, p in acts)))
    people = len(found.in_indptr) - 1
    into = [int(i) for person in range(people) for i in found.friends(person)]
    out = [int(i) for person in range(people) for i in found.listeners(person)]
    assert sorted(into) == sorted(out) == list(range(len(found)))
    assert np.all((found.strength >= 0) & (found.strength < 1))
