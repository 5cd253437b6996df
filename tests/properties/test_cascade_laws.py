"""What holds of the cascades of any log, equal times included, beside the same in plain Python."""

from collections import Counter
from datetime import timedelta
from random import Random

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.cascades import cascades
from graph.events import Event, Kind
from graph.snapshot import Snapshot
from tests.toy import START, snapshot

PEOPLE = ("ana", "bea", "cy", "dan", "ed")
PRODUCTS = ("tea", "mug")


@st.composite
def logs(draw: st.DrawFn) -> list[Event]:
    """Shares, some passed on, opens and purchases, close together in time."""
    people, hours = st.sampled_from(PEOPLE), st.integers(0, 3)
    said: list[Event] = []
    for number in range(draw(st.integers(1, 8))):
        at = START + timedelta(hours=draw(hours))
        earlier = [share for share in said if share.at <= at]
        parent = draw(st.sampled_from([None, *earlier]))
        product = parent.product if parent else draw(st.sampled_from(PRODUCTS))
        passed_on = parent.id if parent else None
        said.append(
            Event(f"s{number}", Kind.SHARE, at, user=draw(people), product=product, parent_share=passed_on)
        )
    shares = tuple(said)
    for number in range(draw(st.integers(0, 20))):
        share = draw(st.sampled_from(shares))
        at = share.at + timedelta(hours=draw(hours))
        said.append(
            Event(f"o{number}", Kind.OPEN, at, user=draw(people), product=share.product, share=share.id)
        )
    for number in range(draw(st.integers(0, 5))):
        at = START + timedelta(hours=draw(hours))
        product = draw(st.sampled_from(PRODUCTS))
        said.append(Event(f"p{number}", Kind.PURCHASE, at, user=draw(people), product=product))
    return said


Tree = dict[int, int | None]


def grown_in_words(shop: Snapshot) -> list[Tree]:
    """For each root share who is under whom: person → parent, both rows."""
    events, shares = shop.events, shop.shares
    sharer = [int(events.person[event]) for event in shares.event]
    acts = []
    for row in range(len(events)):
        share = int(events.share[row])
        if events.kind[row] == Kind.SHARE:
            share = int(shares.parent[share])
        elif events.kind[row] != Kind.OPEN or events.noise[row]:
            continue
        if share >= 0 and sharer[share] != events.person[row]:
            acts.append((int(events.at[row]), int(shares.depth[share]), share, int(events.person[row])))
    trees: dict[int, Tree] = {
        share: {sharer[share]: None} for share in range(len(shares)) if shares.parent[share] < 0
    }
    for _, _, share, person in sorted(acts):
        trees[int(shares.root[share])].setdefault(person, sharer[share])
    return list(trees.values())


@given(logs())
def test_they_are_what_plain_python_grows(log: list[Event]):
    shop = snapshot(log)
    told = cascades(shop)
    grown: list[Tree] = []
    for row in range(len(told)):
        people = told.participants(row)
        parents = [None if above < 0 else int(people.person[above]) for above in people.parent.tolist()]
        grown.append(dict(zip(people.person.tolist(), parents, strict=True)))
    assert grown == grown_in_words(shop)


@given(logs())
def test_each_is_one_tree_and_its_measures_are_networkxs(log: list[Event]):
    told = cascades(snapshot(log))
    for row in range(len(told)):
        people = told.participants(row)
        tree = nx.DiGraph((above, below) for below, above in enumerate(people.parent.tolist()) if above >= 0)
        tree.add_node(0)
        assert nx.is_arborescence(tree)
        distance = nx.shortest_path_length(tree, 0)
        assert [distance[node] for node in range(len(people))] == people.depth.tolist()
        assert told.levels(row) == [count for _, count in sorted(Counter(distance.values()).items())]
        assert told.size[row] == len(tree) == sum(told.levels(row))
        assert told.depth[row] == max(distance.values())
        assert people.depth.tolist() == sorted(people.depth.tolist())
        if len(tree) > 1:
            apart = nx.average_shortest_path_length(tree.to_undirected())
            assert told.virality[row] == pytest.approx(apart)
            came = sorted(people.at.tolist())
            assert told.half_after[row] == came[(len(came) + 1) // 2 - 1] - came[0]


@given(logs())
def test_nobody_comes_in_before_their_parent(log: list[Event]):
    told = cascades(snapshot(log))
    for row in range(len(told)):
        people = told.participants(row)
        assert (people.at[1:] >= people.at[people.parent[1:]]).all()


@given(logs())
def test_every_share_has_its_cascade_and_its_sharer_is_in_it(log: list[Event]):
    shop = snapshot(log)
    told = cascades(shop)
    assert told.shares.sum() == len(shop.shares)
    assert told.opens.sum() == told.share_opens.sum()
    for share in range(len(shop.shares)):
        people = told.participants(told.of_share(share)).person.tolist()
        assert shop.events.person[shop.shares.event[share]] in people


@given(logs())
def test_a_share_brings_no_more_purchases_than_its_cascade(log: list[Event]):
    told = cascades(snapshot(log))
    for row in range(len(told)):
        assert told.share_purchases[told.row_by_share == row].max() <= told.purchases[row]
        assert told.participants(row).bought.sum() <= told.purchases[row]


@given(logs(), st.randoms())
def test_the_order_of_arrival_changes_nothing(log: list[Event], chance: Random):
    shuffled = list(log)
    chance.shuffle(shuffled)
    here, there = cascades(snapshot(log)), cascades(snapshot(shuffled))
    assert here.everybody.person.tolist() == there.everybody.person.tolist()
    assert here.everybody.parent.tolist() == there.everybody.parent.tolist()
