"""Partitions, what is said of a community, and ids that stay."""

from typing import Any

import networkx as nx
import numpy as np
import pytest
from scipy.sparse import csr_array

from graph.communities import Communities, Community, Partition, cohesion, matched, modularity, partition
from graph.measures import mutual, rank
from graph.sharegraph import ShareGraph

TWO_CIRCLES = "01 12 20 34 45 53 23"
"""Users 0–2 and 3–5 know each other; one tie leads from 2 to 3."""


def drawn(ties: str, weight: list[float] | None = None) -> Any:
    src, dst = ([int(tie[end]) for tie in ties.split()] for end in (0, 1))
    return ShareGraph.from_arrays(src, dst, weight)


def by_id(found: Partition) -> dict[int, set[int]]:
    return {int(found.ids[k]): set(found.members(k).tolist()) for k in range(len(found))}


def split(*groups: str) -> tuple[Partition, list[str]]:
    keys = sorted("".join(groups))
    return Partition.of(np.array([next(i for i, g in enumerate(groups) if key in g) for key in keys])), keys


def refitted(before: tuple[Partition, list[str]], *groups: str) -> dict[int, str]:
    new, keys = split(*groups)
    found = matched(*before, new, keys)
    return {identity: "".join(keys[row] for row in sorted(rows)) for identity, rows in by_id(found).items()}


@pytest.mark.parametrize("spoken", [lambda G: G, lambda G: G.to_networkx()], ids=["ours", "networkx"])
def test_circles_are_found_in_either_language(spoken: Any):
    assert by_id(partition(spoken(drawn(TWO_CIRCLES)), seed=1)) == {0: {0, 1, 2}, 1: {3, 4, 5}}


def test_the_karate_club_splits_at_the_best_modularity_known():
    club: Any = nx.karate_club_graph()
    found = partition(ShareGraph.from_networkx(club, weight=None), seed=1)
    parts = [set(found.members(k).tolist()) for k in range(len(found))]
    assert nx.community.modularity(club, parts, weight=None) == pytest.approx(0.4197896, abs=1e-6)
    assert found.sizes.tolist() == sorted(found.sizes, reverse=True)


def test_equal_seeds_give_equal_partitions():
    G = ShareGraph.from_networkx(nx.gnp_random_graph(200, 0.03, seed=1, directed=True))
    assert np.array_equal(partition(G, seed=4).labels, partition(G, seed=4).labels)


def test_a_graph_without_ties_is_all_alone_and_an_empty_one_has_no_communities():
    assert partition(ShareGraph.from_arrays([], [], users=3)).sizes.tolist() == [1, 1, 1]
    assert len(partition(ShareGraph.from_arrays([], []))) == 0


def test_who_has_no_ties_changes_no_circle():
    src, dst = ([10 * int(tie[end]) for tie in TWO_CIRCLES.split()] for end in (0, 1))
    found = partition(ShareGraph.from_arrays(src, dst, users=60), seed=1)
    circles = {0: {0, 10, 20}, 1: {30, 40, 50}}
    assert {key: rows for key, rows in by_id(found).items() if len(rows) > 1} == circles
    assert len(found) == 56
    alone, together = ShareGraph.from_arrays(src, dst, users=60), drawn(TWO_CIRCLES)
    assert modularity(alone, found) == modularity(together, partition(together, seed=1))


def test_what_flows_either_way_adds_up():
    pair: Any = mutual(drawn("01 10 12", [0.5, 0.25, 1.0]))
    assert set(pair.to_networkx().edges(data="weight")) == {(0, 1, 0.75), (1, 2, 1.0)}


def test_rank_goes_to_the_sharer_and_on_to_who_reached_the_sharer():
    scores = rank(drawn("01 12 13 14"))
    assert scores[0] > scores[1] > scores[2] == scores[3] == scores[4]


def test_cohesion_is_the_weight_that_stays_at_both_ends():
    G = drawn(TWO_CIRCLES, [1.0] * 6 + [2.0])
    assert cohesion(G, Partition.of(np.array([0, 0, 0, 1, 1, 1]))) == pytest.approx([6 / 8, 6 / 8])
    assert cohesion(G, Partition.of(np.zeros(6, np.int32))) == pytest.approx([1.0])
    assert cohesion(drawn("01"), Partition.of(np.array([0, 1]))) == pytest.approx([0.0, 0.0])


def test_cohesion_of_who_has_no_ties_is_nothing():
    assert cohesion(ShareGraph.from_arrays([], [], users=1), Partition.of(np.array([0]))).tolist() == [0.0]


def test_leaders_are_the_highest_ranks_and_equals_come_by_row():
    found = Partition.of(np.array([0, 1, 0, 0]))
    said = Communities.of(drawn("02 31"), found, np.array([0.2, 0.9, 0.2, 0.4]), csr_array((4, 1)))
    assert [one.leaders for one in said] == [(3, 0, 2), (1,)]
    twelve, rising = ShareGraph.from_arrays([], [], users=12), np.arange(12.0)
    many = Communities.of(twelve, Partition.of(np.zeros(12, np.int32)), rising, csr_array((12, 1)))
    assert many[0].leaders == tuple(range(11, 1, -1))


def test_everything_said_of_two_circles():
    G = drawn(TWO_CIRCLES)
    did = csr_array(np.array([[2.0, 0, 0], [1, 1, 0], [0, 0, 0], [0, 0, 5], [0, 0, 0], [0, 0, 0]]))
    found = Communities.of(G, partition(G, seed=1), rank(G), did)
    assert [(one.id, one.size, one.leaders[0]) for one in found] == [(0, 3, 2), (1, 3, 3)]
    assert found[0] == Community(0, 3, 6 / 7, (2, 1, 0), ((0, 0.75, 2), (1, 0.25, 1)))
    assert found[1].categories == ((2, 1.0),)


def test_ids_stay_with_the_members():
    before = split("abcd", "efg")
    assert refitted(before, "efgh", "abc") == {0: "abc", 1: "efgh"}


def test_of_two_halves_the_larger_keeps_the_id():
    assert refitted(split("abcde"), "ab", "cde") == {0: "cde", 1: "ab"}


def test_of_two_that_merge_the_larger_one_s_id_stays():
    assert refitted(split("abc", "de"), "abcde") == {0: "abcde"}


def test_a_community_of_newcomers_gets_an_id_that_was_never_given():
    before = split("abc", "de")
    assert refitted(before, "abc", "xy") == {0: "abc", 2: "xy"}


def test_too_little_overlap_is_another_community():
    assert refitted(split("ab"), "bcdefghijklm") == {1: "bcdefghijklm"}


def test_the_id_of_a_community_that_is_gone_is_not_given_again():
    before, keys = split("abc", "de")
    middle, some = split("abc")
    after = matched(before, keys, middle, some)
    assert after.position(1) is None
    new, all_keys = split("abc", "xy")
    assert matched(after, some, new, all_keys).ids.tolist() == [0, 2]


def test_a_partition_may_follow_an_empty_one():
    new, keys = split("ab")
    empty = Partition(np.empty(0, np.int32), np.empty(0, np.int32), 0)
    assert matched(empty, [], new, keys).ids.tolist() == [0]
    assert len(matched(new, keys, empty, [])) == 0
