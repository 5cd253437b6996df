"""The k-factor: whom a share brings, counted once, within its span."""

import numpy as np
import pytest

from graph.cascades.kfactor import DAY, Asked, Conversion, Every, Invites, KFactor, k_factors, span_of
from graph.errors import InvalidInput
from graph.events import Kind
from graph.openings import openings
from graph.snapshot import Snapshot
from tests.toy import snapshot


def told(text: str | Snapshot, asked: Asked | None = None) -> KFactor:
    shop = snapshot(text) if isinstance(text, str) else text
    invites = Invites.of(shop, openings(shop), asked or Asked())
    return k_factors(invites, shop.shares.product)[0]


def value(estimate: object) -> float:
    return float(getattr(estimate, "value", np.nan))


def test_k_is_invites_per_person_times_conversion():
    found = told("ana>bea,cy:tea bea>dan:mug ana>:pot")
    assert (found.people, found.invites, found.converted) == (4, 3, 3)
    assert value(found.invites_per_person) == 3 / 4
    assert value(found.conversion) == 1
    assert value(found.factor) == value(found.invites_per_person) * value(found.conversion)


def test_who_was_in_the_log_before_did_not_join_by_the_share():
    assert told("bea$tea ana>bea,cy:tea").converted == 1
    assert told("bea$tea ana>bea,cy:tea", Asked(Conversion.OPENED)).converted == 2


def test_whom_two_shares_reached_joined_by_the_first():
    shop = snapshot("ana>cy:tea bea>cy:mug")
    _, groups = k_factors(Invites.of(shop, openings(shop), Asked()), shop.shares.product)
    converted = {shop.products.keys[group.code]: group.told.converted for group in groups}
    assert converted == {"tea": 1, "mug": 0}


def test_an_opening_after_its_span_does_not_count():
    shop = "ana>:tea @2h ana>bea:tea"
    assert [told(shop, Asked(within=hours * 3_600_000_000)).converted for hours in (1, 3)] == [0, 1]


def test_shares_are_those_made_in_the_time_asked_for():
    shop = snapshot("ana>bea:tea @1d cy>dan:mug")
    second = int(shop.shares.at[1])
    assert told(shop, Asked(since=second)).people == 2
    assert told(shop, Asked(until=second)).invites == 1
    assert told(shop, Asked(until=0)) == KFactor(0, 0, 0, (0, 0, 0))


def test_groups_come_with_most_people_first_and_each_shares_person_and_opener_counts():
    shop = snapshot("ana>bea,cy:tea ana>bea:mug dan>ed,fay,gil:pot")
    invites = Invites.of(shop, openings(shop), Asked(Conversion.OPENED))
    _, groups = k_factors(invites, shop.shares.product, first=2)
    keys = shop.products.keys
    assert [(keys[group.code], group.told.people, group.told.converted) for group in groups] == [
        ("pot", 4, 3), ("tea", 3, 2),
    ]  # fmt: skip


def test_few_people_are_kept_back_and_whatever_would_tell_of_them_however_long_the_list():
    shop = snapshot("ana>bea,cy:tea ana>bea,cy:mug ana>bea,cy,dan:pot ed>:pen ed>:cup")
    invites = Invites.of(shop, openings(shop), Asked())
    told = {
        tuple(shop.products.keys[group.code] for group in k_factors(invites, code, first=n, fewest=3)[1])
        for code in [shop.shares.product]
        for n in (1, 2, 5)
    }
    assert told in ({("pot",), ("pot", "tea")}, {("pot",), ("pot", "mug")})


def test_a_hidden_group_counts_by_its_different_people():
    shop = snapshot("ana>bea,cy:tea ana>bea,cy:mug dan>ed,fay,gil:pot hal>ida:pen hal>ida:cup")
    invites = Invites.of(shop, openings(shop), Asked())
    code, keys = shop.shares.product, shop.products.keys

    def shown(*hidden: str) -> set[str]:
        rows = [keys.index(key) for key in hidden]
        return {keys[group.code] for group in k_factors(invites, code, fewest=3, hidden=rows)[1]}

    assert len(shown()) == 2
    assert shown("tea") == {"mug", "pot"}
    assert shown("pot") == {"tea", "mug"}


def test_periods_follow_each_other_without_a_gap_and_the_last_is_not_complete():
    shop = snapshot("ana>bea:tea @3d ana>cy:mug @3d ana>:tea @4d bea>:mug")
    invites = Invites.of(shop, openings(shop), Asked(within=DAY))
    _, (tea, *_) = k_factors(invites, np.zeros(len(shop.shares), np.int32), every=Every.DAY)
    assert [period.told.invites for period in tea.periods] == [1, 0, 0, 2, 1]
    assert [period.complete for period in tea.periods] == [True, True, True, False, False]
    for before, after in zip(tea.periods, tea.periods[1:], strict=False):
        assert before.ends == after.begins


@pytest.mark.parametrize("every", list(Every))
def test_a_time_lies_in_its_period(every: Every):
    at = np.array([0, 5 * DAY, 20_000 * DAY + 1, 20_574 * DAY - 1])
    for time, number in zip(at.tolist(), every.number(at).tolist(), strict=True):
        assert every.begins(number) <= time < every.begins(number + 1)


def test_a_week_begins_on_monday():
    monday = 4 * DAY
    assert Every.WEEK.begins(int(Every.WEEK.number(np.array([monday]))[0])) == monday


def test_too_many_periods_and_spans_out_of_range_are_refused():
    shop = snapshot("ana>:tea @500d ana>:mug")
    invites = Invites.of(shop, openings(shop), Asked())
    with pytest.raises(InvalidInput, match="longer ones"):
        k_factors(invites, shop.shares.product, every=Every.DAY)
    with pytest.raises(InvalidInput, match="from 1 to 366"):
        span_of(0)


def test_one_who_brings_everybody_says_little_of_the_rest():
    alike = told("a>b:tea c>d:tea e>f:tea g>h:tea").factor
    famous = told("a>b,d,f,h:tea c>:tea e>:tea g>:tea").factor
    assert value(alike) == value(famous)
    assert famous is not None
    assert alike is not None
    assert famous.high - famous.low > alike.high - alike.low


TWIN = "ana>bea,cy:tea bea>dan,cy:tea cy>ed:mug ana>ed,fay:mug fay>ana:pot @9d gil>ana,hal:tea hal$pot"


def test_counts_are_those_of_a_look_at_every_event():
    shop = snapshot(TWIN)
    found = told(shop, Asked(within=DAY))
    events, shares = shop.events, shop.shares
    began = {p: int(events.at[events.person == p].min()) for p in range(len(shop.people))}
    brought, people = set(), set(shares.person.tolist())
    for row in np.flatnonzero(events.kind == Kind.OPEN).tolist():
        share, who, at = int(events.share[row]), int(events.person[row]), int(events.at[row])
        if at - int(shares.at[share]) <= DAY and shares.person[share] != who:
            people.add(who)
            if began[who] == at:
                brought.add(who)
    assert (found.people, found.invites, found.converted) == (len(people), len(shares), len(brought))
