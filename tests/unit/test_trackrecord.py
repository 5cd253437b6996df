"""What became of forecasts, on toy logs."""

from dataclasses import replace
from typing import Any

import pytest

from graph.cascades import cascades
from graph.estimate import Estimate
from graph.events import Product, User
from graph.openings import openings
from graph.promises.promise import NEW_USERS, OPENERS, PEOPLE, PURCHASES, Kind, Outcome, Promise, linked
from graph.promises.scored import Afterwards, track_record
from graph.purchases import purchases
from tests import toy

HOUR = 3_600 * 1_000_000
UNITS = (PEOPLE, NEW_USERS, PURCHASES)
START = toy.snapshot("ana>:tea").as_of


def afterwards(text: str, **known: Any) -> Afterwards:
    snapshot = toy.snapshot(text, **known)
    return Afterwards.of(snapshot, openings(snapshot), purchases(snapshot.events), cascades(snapshot))


def told(kind: Kind = Kind.SPREAD, unit: str = PEOPLE, **asked: object) -> Promise:
    return Promise.of((kind, unit), asked, "v", (START + HOUR, START + 2 * HOUR), Estimate(3, 1, 5))


def came(text: str, promise: Promise, **known: Any) -> float | None:
    outcome = afterwards(f"{text} @9d ed.view:tea", **known).outcome(promise)
    assert outcome is not None
    return outcome.realised


BEFORE = "ana>bea,cy:tea @1.5h "


def test_nothing_is_said_before_it_is_due():
    assert afterwards("ana>bea:tea @1.5h ana>:tea").outcome(told(users=["ana"])) is None


def test_a_share_is_followed_however_far_it_was_passed_on():
    assert came(BEFORE + "ana>:tea ana>bea>dan,ed:tea dan>fay:tea", told(users=["ana"])) == 5


def test_what_comes_after_it_was_due_does_not_count():
    assert came(BEFORE + "ana>:tea ana>bea:tea @2.5h ana>cy:tea bea>dan:tea", told(users=["ana"])) == 2


def test_only_their_first_share_since_counts():
    assert came(BEFORE + "ana>:tea ana>bea:tea ana>:tea ana>cy,dan:tea", told(users=["ana"])) == 2


def test_who_shared_nothing_since_makes_it_void():
    assert came("ana>bea:tea @1.5h ana>cy:tea", told(users=["ana"])) is None
    assert came(BEFORE + "ana>:tea ana>bea:tea", told(users=["ana", "cy"])) is None
    assert came(BEFORE + "ana>:tea", told(users=["nobody"])) is None
    assert came(BEFORE + "ana>:tea", told()) is None


def test_of_several_everybody_reached_counts_once():
    text = BEFORE + "ana>:tea cy>:mug ana>bea:tea cy>bea,dan:mug cy>ana:mug"
    assert came(text, told(users=["ana", "cy"])) == 4


def test_the_share_has_to_be_of_what_was_asked():
    text = BEFORE + "ana>bea:mug ana>:tea ana>cy,dan:tea"
    assert came(text, told(users=["ana"])) == 2
    assert came(text, told(users=["ana"], product="tea")) == 3
    assert came(text, told(users=["ana"], product="pot")) is None
    assert came(text, told(users=["ana"], category="drinks")) is None


def test_a_product_stands_for_its_category():
    catalogue = [Product("tea", category="drinks"), Product("mug", category="drinks")]
    text = BEFORE + "ana>bea:mug"
    assert came(text, told(users=["ana"], product="tea"), catalogue=catalogue) == 2
    assert came(text, told(users=["ana"], category="drinks"), catalogue=catalogue) == 2


def test_only_the_audience_counts_and_a_community_is_in_no_log():
    users = [User("bea", region="cn"), User("dan", region="cn"), User("cy", region="de")]
    text = BEFORE + "ana>:tea ana>bea,cy:tea bea>dan:tea"
    assert came(text, told(users=["ana"], audienceRegion="cn"), users=users) == 2
    assert came(text, told(users=["ana"], audienceCommunity="C1")) is None


def test_each_unit_counts_what_it_says():
    text = "ana>bea,cy:tea bea$mug=1 @1.5h ana>:tea ana>bea,cy,dan:tea cy$tea=5 cy$tea=2 dan$mug=9"
    text += " @2.5h dan$tea=7"
    counted = {unit: came(text, told(unit=unit, users=["ana"])) for unit in (*UNITS, "CNY", "USD")}
    assert counted == {PEOPLE: 4, NEW_USERS: 3, PURCHASES: 1, "CNY": 7, "USD": 0}


def test_in_a_log_without_purchases_new_is_who_had_opened_nothing():
    assert came(BEFORE + "ana>:tea ana>bea,dan:tea", told(unit=NEW_USERS, users=["ana"])) == 2


def test_a_visitor_is_who_they_turned_out_to_be():
    assert came(BEFORE + "ana>:tea ana>?phone:tea dan=?phone dan=?old", told(users=["ana"])) == 2
    assert came(BEFORE + "dan>bea:tea dan=?old", told(users=["old"])) == 2


def test_a_cascade_is_as_large_as_it_was_when_due():
    promise = told(Kind.CASCADE, cascade="ana/tea")
    assert came("ana>bea,cy:tea @1.5h ana>dan:tea @2.5h ana>ed:tea", promise) == 4
    assert came("ana>bea:tea", told(Kind.CASCADE, cascade="nobody/tea")) is None
    assert came("ana>bea>cy:tea", told(Kind.CASCADE, cascade="bea/tea")) is None


def test_what_was_taken_out_is_void():
    promise = replace(told(users=["ana"]), asked="")
    assert came(BEFORE + "ana>bea:tea", promise) is None


def test_the_record_counts_all_and_scores_what_came_due():
    promises = [replace(told(users=[str(n)]), told=Estimate(4, 2, 6)) for n in range(5)]
    realised = [Outcome(2, "w"), Outcome(7, "w"), Outcome(None, "w"), Outcome(4, "w"), None]
    chain = [
        replace(kept, outcome=outcome)
        for kept, outcome in zip(linked(promises, [b""] * 5), realised, strict=True)
    ]
    (standing,) = track_record(chain)
    assert (standing.given, standing.pending, standing.void, standing.scored) == (5, 1, 1, 3)
    assert standing.coverage is not None
    assert standing.coverage.value == pytest.approx(2 / 3)
    assert standing.coverage.low < 2 / 3 < standing.coverage.high
    assert standing.promised == pytest.approx(0.95)
    assert standing.width == pytest.approx(1.0)
    assert standing.bias == pytest.approx(12 / 13 - 1)
    assert standing.error == pytest.approx(3 / 7)


def test_what_counts_different_things_is_not_put_together():
    promises = [told(users=["ana"]), told(unit="CNY", users=["ana"]), told(Kind.KOLS, users=["ana"])]
    standings = track_record(linked(promises, [b""] * 3))
    assert [(one.kind, one.unit, one.given) for one in standings] == [
        (Kind.SPREAD, "people", 1),
        (Kind.SPREAD, "CNY", 1),
        (Kind.KOLS, "people", 1),
    ]


def test_nothing_scored_is_no_figure():
    (standing,) = track_record(linked([told(users=["ana"])], [b""]))
    assert (standing.coverage, standing.width, standing.bias, standing.error) == (None, None, None, None)
    assert track_record([]) == []


def test_openers_are_who_opens_anything_of_theirs_whoever_shared_again():
    users = [User("bea", region="cn"), User("dan", region="de")]
    text = BEFORE + "ana>bea,dan:tea ana>bea:mug bea>ed>fay:tea @2.5h ana>gil:tea"
    promise = told(Kind.KOLS, OPENERS, users=["ana", "cy"])
    assert came(text, promise) == 2
    assert came(text, told(Kind.KOLS, OPENERS, users=["ana", "bea"])) == 3
    assert came(text, told(Kind.KOLS, OPENERS, users=["ana"], product="mug")) == 1
    assert came(text, told(Kind.KOLS, OPENERS, users=["ana"], audienceRegion="de"), users=users) == 1
    assert came(BEFORE, promise) == 0
    assert came(text, told(Kind.KOLS, OPENERS, users=["ana", "nobody"])) is None
    assert came(text, told(Kind.KOLS, OPENERS, users=["ana"], audienceCommunity="C1")) is None
