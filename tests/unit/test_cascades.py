"""Trees of people: who is under whom, and what is counted of a tree."""

from dataclasses import replace
from datetime import timedelta

import networkx as nx
import numpy as np
import pytest

from graph.cascades import CascadeFilter, CascadeOrder, Cascades, cascades, structural_virality
from graph.errors import InvalidInput
from graph.events import Event, Kind, micros
from graph.snapshot import Snapshot
from tests.toy import START, events, snapshot

Edges = set[tuple[str | None, str]]


def edges(shop: Snapshot, told: Cascades, row: int = 0) -> Edges:
    """Who is under whom in one cascade; the root is under None."""
    people = told.participants(row)
    names = [shop.people.keys[person] for person in people.person.tolist()]
    return {
        (names[parent] if parent >= 0 else None, name)
        for name, parent in zip(names, people.parent.tolist(), strict=True)
    }


def grown(text: str) -> Edges:
    shop = snapshot(text)
    return edges(shop, cascades(shop))


def test_a_share_that_nobody_opened_is_a_tree_of_one():
    told = cascades(snapshot("ana>:tea"))
    assert (told.size.tolist(), told.depth.tolist(), told.levels(0)) == ([1], [0], [1])
    assert np.isnan(told.virality[0])


def test_one_opener_makes_a_tree_of_two():
    assert grown("ana>bea:tea") == {(None, "ana"), ("ana", "bea")}


def test_whoever_opens_what_somebody_passed_on_is_under_them():
    assert grown("ana>bea>cy:tea") == {(None, "ana"), ("ana", "bea"), ("bea", "cy")}


def test_a_parent_the_log_does_not_tell_is_inferred_and_said_to_be():
    shop = snapshot("ana>bea:tea bea>cy:tea")
    told = cascades(shop)
    assert edges(shop, told) == {(None, "ana"), ("ana", "bea"), ("bea", "cy")}
    assert told.inferred.tolist() == [True]


def test_a_tree_whose_parents_the_log_tells_is_not_inferred():
    assert cascades(snapshot("ana>bea>cy:tea")).inferred.tolist() == [False]


def test_an_implied_root_makes_a_tree_inferred():
    told = events("ana>bea:tea")
    assert cascades(snapshot([replace(told[0], implied=True), *told[1:]])).inferred.tolist() == [True]


def test_a_person_stands_under_the_sharer_first_opened_in_this_tree():
    told = "ana>bea>:tea ana>cy>dan:tea bea>dan:tea"
    assert ("cy", "dan") in grown(told)
    assert ("bea", "dan") not in grown(told)


def test_a_person_may_be_in_several_trees():
    shop = snapshot("ana>cy:tea bea>cy:tea")
    told = cascades(shop)
    assert [edges(shop, told, row) for row in (0, 1)] == [
        {(None, "ana"), ("ana", "cy")},
        {(None, "bea"), ("bea", "cy")},
    ]


def test_passing_on_counts_as_opening_at_the_time_of_the_passing_on():
    told = [event for event in events("ana>bea>cy:tea") if (event.kind, event.user) != (Kind.OPEN, "bea")]
    shop = snapshot(told)
    people = cascades(shop).participants(0)
    assert edges(shop, cascades(shop)) == {(None, "ana"), ("ana", "bea"), ("bea", "cy")}
    assert people.at[1] == micros(START + timedelta(minutes=2))


def test_half_of_the_people_are_in_when_the_middle_one_comes():
    told = cascades(snapshot("ana>bea>cy>dan:tea ana>:mug"))
    people = told.participants(0)
    assert told.half_after.tolist() == [int(people.at[1] - people.at[0]), -1]


def test_the_cascades_of_a_person_are_those_with_a_place_of_theirs():
    shop = snapshot("ana>bea>cy:tea bea>cy:mug ana>dan:mug dan>ana,bea:tea")
    told = cascades(shop)
    for order in CascadeOrder:
        everywhere = told.select(order=order).tolist()
        for person in range(len(shop.people)):
            among = told.select(CascadeFilter(person=person), order).tolist()
            assert among == [row for row in everywhere if person in told.participants(row).person]
    assert told.select(CascadeFilter(person=-2)).tolist() == []


def test_opening_ones_own_share_changes_nothing_also_when_passed_around():
    told = cascades(snapshot("ana>bea>ana:tea ana>ana:tea"))
    assert (told.size.tolist(), told.opens.tolist(), told.share_opens.tolist()) == ([2], [2], [1, 1])


def test_passing_on_ones_own_share_is_no_opening():
    shop = snapshot("ana>ana>bea:tea")
    told = cascades(shop)
    assert edges(shop, told) == {(None, "ana"), ("ana", "bea")}
    assert (told.shares.tolist(), told.opens.tolist()) == ([1], [1])


def test_equal_times_cannot_close_a_circle():
    shared = [
        Event("s0", Kind.SHARE, START, user="ana", product="tea"),
        Event("s1", Kind.SHARE, START, user="bea", product="tea", parent_share="s0"),
        Event("s2", Kind.SHARE, START, user="cy", product="tea", parent_share="s1"),
        Event("s3", Kind.SHARE, START, user="bea", product="tea", parent_share="s2"),
        Event("e1", Kind.OPEN, START, user="cy", product="tea", share="s3"),
    ]
    for turn in range(len(shared)):
        shop = snapshot(shared[turn:] + shared[:turn])
        assert edges(shop, cascades(shop)) == {(None, "ana"), ("ana", "bea"), ("bea", "cy")}


def test_an_opening_before_the_share_is_refused_with_a_sentence():
    told = events("@1h ana>:tea @1m bea>:mug")
    early = Event("e", Kind.OPEN, START, user="bea", product="tea", share="ana/tea")
    with pytest.raises(InvalidInput, match="ana/tea"):
        cascades(snapshot([*told, early]))


def test_noise_is_left_out_unless_asked_for():
    shop = snapshot("ana>bea:tea")
    noisy = replace(shop, events=replace(shop.events, noise=shop.events.kind == Kind.OPEN))
    assert cascades(noisy).size.tolist() == [1]
    assert cascades(noisy, include_noise=True).size.tolist() == [2]


def test_people_come_breadth_first_with_parents_before_children():
    shop = snapshot("ana>bea>cy:tea ana>dan>ed:tea bea>fi:tea")
    people = cascades(shop).participants(0)
    assert [shop.people.keys[p] for p in people.person.tolist()] == ["ana", "bea", "dan", "cy", "fi", "ed"]
    assert people.parent.tolist() == [-1, 0, 0, 1, 1, 2]
    assert people.depth.tolist() == [0, 1, 1, 2, 2, 2]


def test_a_participants_share_is_the_first_they_made_in_this_tree():
    shop = snapshot("ana>bea>cy:tea ana>:tea")
    told = cascades(shop)
    assert [shop.shares.ids[s] if s >= 0 else None for s in told.participants(0).share.tolist()] == [
        "ana/tea",
        "bea/tea",
        None,
    ]
    assert told.of_share(1) == 0


def test_opens_are_distinct_pairs_of_person_and_share():
    told = cascades(snapshot("ana>bea:tea @2h ana>bea,cy:tea bea>cy:tea"))
    assert told.share_opens.tolist() == [2, 1]
    assert told.opens.tolist() == [3]


def test_a_purchase_counts_once_its_buyer_is_in_the_tree():
    told = cascades(snapshot("ana>:tea bea$tea=9 ana>bea,cy:tea bea$tea=8 cy$mug=1 dan$tea=5"))
    people = told.participants(0)
    assert (told.purchases.tolist(), told.share_purchases.tolist()) == ([1], [1])
    assert people.bought.tolist() == [False, True, False]
    assert list(told.revenue(0).values()) == [80_000]


def test_the_roots_own_purchase_is_of_the_cascade_but_not_of_the_share():
    told = cascades(snapshot("ana>bea:tea ana$tea=9"))
    assert (told.purchases.tolist(), told.share_purchases.tolist()) == ([1], [0])


def test_what_was_given_back_was_not_bought():
    told = cascades(snapshot("ana>bea,cy:tea bea$tea=9 cy$tea=7 bea$tea=-9 cy$tea=-2"))
    assert (told.purchases.tolist(), list(told.revenue(0).values())) == ([1], [50_000])
    assert told.participants(0).bought.tolist() == [False, False, True]


def test_revenue_is_told_by_currency():
    shop = snapshot("ana>bea,cy:tea bea$tea=9USD cy$tea=7EUR cy$tea=1EUR cy$tea")
    told = cascades(shop)
    assert {shop.words[code]: amount for code, amount in told.revenue(0).items()} == {
        "USD": 90_000,
        "EUR": 80_000,
    }
    assert told.purchases.tolist() == [4]


def test_it_lasts_from_its_first_share_to_its_latest_share_or_opening():
    told = cascades(snapshot("ana>:tea @1h ana>bea:tea @5h bea$tea"))
    assert told.started_at.tolist() == [micros(START)]
    assert told.last_at.tolist() == [micros(START + timedelta(hours=1))]


def test_the_reproduction_number_is_the_mean_number_of_children_of_those_long_enough_in_it():
    openers = ",".join(f"p{n}" for n in range(10))
    told = cascades(snapshot(f"ana>{openers}:tea p0>q0:tea p0>q1:tea @1d zoe>yan:mug"))
    number = told.reproduction_number(0)
    assert number is not None
    assert number.value == pytest.approx(12 / 13)
    assert 0 < number.low < number.value < number.high


def test_those_who_came_lately_are_not_asked_for_children():
    openers = ",".join(f"p{n}" for n in range(10))
    told = cascades(snapshot(f"ana>{openers}:tea"))
    assert told.delay == 9 * 60 * 1_000_000
    assert told.reproduction_number(0) is None


def test_a_log_without_children_has_no_reproduction_number():
    told = cascades(snapshot("ana>:tea @9d bea>:mug"))
    assert (told.delay, told.reproduction_number(0)) == (None, None)


def test_cascades_are_chosen_and_ordered():
    shop = snapshot("ana>bea>cy:tea dan>ed,fi,gus:tea ed>:mug")
    told = cascades(shop)
    tea, cy = shop.products.keys.row("tea"), shop.people.row("cy")
    assert told.select().tolist() == [1, 0, 2]
    assert told.select(order=CascadeOrder.DEPTH_DESC).tolist() == [0, 1, 2]
    assert told.select(order=CascadeOrder.VIRALITY_DESC).tolist() == [1, 0, 2]
    assert told.select(order=CascadeOrder.STARTED_AT_DESC).tolist() == [2, 1, 0]
    assert told.select(CascadeFilter(product=tea, min_size=4)).tolist() == [1]
    assert told.select(CascadeFilter(person=cy)).tolist() == [0]
    second = int(told.started_at[1])
    assert told.select(CascadeFilter(started_after=second)).tolist() == [1, 2]
    assert told.select(CascadeFilter(started_before=second)).tolist() == [0]


def test_a_campaign_is_that_of_the_root_share():
    told = events("ana>bea:tea cy>:tea")
    shop = snapshot([replace(told[0], campaign="spring"), *told[1:]])
    spring = list(shop.words).index("spring")
    assert cascades(shop).select(CascadeFilter(campaign=spring)).tolist() == [0]


def test_an_empty_log_has_no_cascades():
    told = cascades(snapshot(""))
    assert (len(told), told.select().tolist()) == (0, [])


@pytest.mark.parametrize("tree", [nx.star_graph(6), nx.path_graph(7), nx.balanced_tree(3, 3)])
def test_structural_virality_is_the_mean_distance_between_all_pairs(tree):
    parents = np.array([-1, *(min(tree[node]) for node in range(1, len(tree)))], np.int32)
    assert structural_virality(parents) == pytest.approx(nx.average_shortest_path_length(tree))


def test_a_wide_star_tends_to_a_virality_of_two():
    assert structural_virality(np.array([-1] + [0] * 99_999, np.int32)) == pytest.approx(
        2 * (1 - 1 / 100_000)
    )


def test_one_person_alone_has_no_virality():
    assert structural_virality(np.array([-1], np.int32)) is None
