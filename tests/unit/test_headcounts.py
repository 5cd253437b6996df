"""How many different people: by group, once each, and as few groups as one may be in."""

from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.analysis import Analysis
from graph.errors import InvalidInput
from graph.events import Consent, Event, Kind, Product, User
from graph.headcounts import Asked, By, Who, counted, headcounts
from tests.toy import START, events, snapshot

SHELF = [Product("tea", category="drinks"), Product("mug", category="ware")]
PEOPLE = [User("ana", region="Hebei"), User("bea", region="Hubei"), User("cy", region="Hebei")]
TOLD = "ana>bea,cy:tea  ana>bea:mug  bea>cy:mug  bea$tea bea$tea cy$mug cy$mug=-1"


def found(who: Who, by: By, text: str = TOLD, month: str | None = None) -> Mapping[str, int]:
    shop = snapshot(text, users=PEOPLE, catalogue=SHELF)
    grouped = counted(Analysis.of(shop), Asked(who, by, month))
    return {grouped.names[code]: people for code, people in grouped.people.items()}


def test_a_person_stands_in_a_group_once() -> None:
    assert found(Who.SHARERS, By.CATEGORY) == {"drinks": 1, "ware": 2}
    assert found(Who.OPENERS, By.CATEGORY) == {"drinks": 2, "ware": 2}
    assert found(Who.OPENERS, By.REGION) == {"Hebei": 1, "Hubei": 1}
    assert found(Who.BUYERS, By.CATEGORY) == {"drinks": 1}  # cy gave the mug back


def test_communities_are_positions_and_channels_those_of_the_share() -> None:
    shop = snapshot(TOLD, users=PEOPLE, catalogue=SHELF)
    analysis = Analysis.of(shop)
    assert sum(counted(analysis, Asked(Who.OPENERS, By.COMMUNITY)).people.values()) == 2
    assert counted(analysis, Asked(Who.OPENERS, By.CHANNEL)).people == {}


def test_a_month_counts_what_was_done_in_it() -> None:
    assert found(Who.SHARERS, By.REGION, month="2026-05") == {"Hebei": 1, "Hubei": 1}
    assert found(Who.SHARERS, By.REGION, month="2026-06") == {}
    for month in ("2026", "2026-5", "2026-13", "May", "2026-05-01"):
        with pytest.raises(InvalidInput, match="month"):
            found(Who.SHARERS, By.REGION, month=month)


@pytest.mark.parametrize(
    ("said", "region", "category"),
    [
        (Consent(research=False), {"Hubei": 1}, {"drinks": 1, "ware": 1}),
        (Consent(location=False), {"Hubei": 1}, {"drinks": 2, "ware": 2}),
        (Consent(named_to_friends=False), {"Hebei": 1, "Hubei": 1}, {"drinks": 2, "ware": 2}),
    ],
)
def test_who_refuses_is_not_counted(
    said: Consent, region: Mapping[str, int], category: Mapping[str, int]
) -> None:
    no = Event("no", Kind.CONSENT, START, user="cy", consent=said)
    shop = snapshot([*events(TOLD), no], users=PEOPLE, catalogue=SHELF)
    for by, expected in ((By.REGION, region), (By.CATEGORY, category)):
        grouped = counted(Analysis.of(shop), Asked(Who.OPENERS, by))
        assert {grouped.names[code]: people for code, people in grouped.people.items()} == expected


ACTS = st.lists(st.tuples(st.integers(0, 5), st.integers(-1, 6)), max_size=40)


@given(ACTS, st.integers(1, 4), st.integers(0, 5))
def test_one_person_changes_few_counts_each_by_one(acts: list[tuple[int, int]], most: int, gone: int) -> None:
    def counts(kept: list[tuple[int, int]]) -> Mapping[int, int]:
        person, group = np.array(kept, np.int64).reshape(-1, 2).T
        return headcounts(person, group, most)

    with_them, without = counts(acts), counts([act for act in acts if act[0] != gone])
    changes = [with_them.get(code, 0) - without.get(code, 0) for code in {*with_them, *without}]
    assert set(changes) <= {0, 1}
    assert sum(changes) <= most
