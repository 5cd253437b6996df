"""Whom a demonstration shows, on logs drawn in text."""

from api.cli.cast import Link, Role, cast, link
from tests import toy

TOLD = "ana>bea,cy,dan:tea bea>eve:mug cy>eve:pot dan>fay:jug gus$tea gus$mug hal=?hat bea.view:tea"


def test_everybody_is_shown_for_one_thing() -> None:
    assert cast(toy.snapshot(TOLD)) == [
        Role("gus", "bought 2 times, more than anybody"),
        Role("eve", "opened what 2 people shared"),
        Role("ana", "had shares opened by 3 people"),
        Role("fay", "opened one share, and nothing else"),
        Role("hal", "signed up last, and did nothing yet"),
    ]


def test_nobody_is_shown_twice_and_a_role_without_anybody_is_left_out() -> None:
    assert [role.key for role in cast(toy.snapshot("ana>bea:tea"))] == ["bea", "ana"]
    assert cast(toy.snapshot("")) == []


def test_the_stranger_opens_the_most_opened_of_the_newest_shares() -> None:
    snapshot = toy.snapshot("ana>bea,cy,dan:tea " + "ana>:tea " * 7 + "bea>cy:mug cy>ana,bea:mug")
    found = link(snapshot)
    assert found == Link("cy/mug", snapshot.people.keys.row("cy") or 0, 0)
    assert link(toy.snapshot("ana>:tea")) is None
