"""A log cut in time: nothing after the cut is known, strangers are not asked, what is served is measured."""

import numpy as np
import pytest

from graph.errors import InvalidInput
from graph.evaluate.suggestions.logs import NOT_YET, STRANGERS, Cut, answered, held_out, served, validated
from graph.events import Product
from graph.taste import Fits, Interactions
from tests.toy import events, log_of

SHOP = (
    "ana>bea,cy:tea ana>bea:mug dan>cy:pot cy$mug  @1d ana>bea:tea dan>bea:pot ana>cy,eve:jug eve$tea bea$pot"
)


@pytest.fixture
def cut() -> Cut:
    return held_out(log_of(events(SHOP)), train_share=0.5)


def named(cut: Cut, cells) -> set[tuple[str, str]]:
    people, products = cut.snapshot.people.keys, cut.snapshot.products.keys
    user, item = cells.nonzero()
    return {(people[one], products[two]) for one, two in zip(user.tolist(), item.tolist(), strict=True)}


def test_what_was_chosen_before_the_cut_is_known_and_new_choices_are_asked(cut: Cut):
    assert named(cut, cut.held.known.chosen) == {
        ("bea", "tea"), ("cy", "tea"), ("bea", "mug"), ("cy", "pot"), ("cy", "mug"),
    }  # fmt: skip
    assert named(cut, cut.held.asked) == {("bea", "pot")}


def test_of_a_validation_part_nothing_that_is_held_out_is_seen():
    """One step earlier: bea's jug is asked about, whatever anybody does once the last part begins."""
    before = "ana>:jug ana>bea,cy:tea ana>bea,cy:mug ana>bea,cy:pot ana>dan:tea ana>dan:mug ana>bea:jug @1d"
    logs = [log_of(events(f"{before} {then}")) for then in ("cy$jug dan$jug", "dan$pot cy$pot")]
    one, other = (validated(log, train_share=0.9) for log in logs)
    assert named(one, one.held.asked) == named(other, other.held.asked) == {("bea", "jug")}
    assert named(one, one.held.known.chosen) == named(other, other.held.known.chosen)
    assert one.held.known.chosen.nnz == 8
    assert len(one.snapshot.events) == len(other.snapshot.events)


def test_who_was_never_seen_is_counted_and_not_asked(cut: Cut):
    assert cut.held.unasked[STRANGERS] == 2
    eve = cut.snapshot.people.row("eve")
    assert eve not in cut.held.users.tolist()


def test_what_nobody_had_touched_is_neither_shown_nor_known_nor_asked_about():
    """A catalogue that was put together from the log holds the jug, since cy opens it later."""
    catalogue = [Product(key, category="kitchen") for key in ("tea", "mug", "pot", "jug")]
    cut = held_out(log_of(events(SHOP), catalogue=catalogue), train_share=0.5)
    jug = cut.snapshot.products.keys.row("jug")
    assert cut.held.unasked[NOT_YET] == 1
    assert jug not in cut.held.asked.indices
    content = cut.held.known.content
    assert content is not None
    assert np.diff(content.indptr)[jug] == 0
    for one in served(cut):
        assert jug not in one.fit()().items


def test_the_row_listens_to_the_column(cut: Cut):
    friends = named_people(cut, cut.held.known)
    assert {("bea", "ana"), ("cy", "ana"), ("cy", "dan")} <= friends
    assert ("dan", "bea") not in friends


def named_people(cut: Cut, known: Interactions) -> set[tuple[str, str]]:
    keys = cut.snapshot.people.keys
    user, other = known.friends.nonzero()
    return {(keys[one], keys[two]) for one, two in zip(user.tolist(), other.tolist(), strict=True)}


def test_what_is_served_leaves_out_what_was_chosen(cut: Cut):
    found = answered(cut.shelf, cut.held)
    for user, items in zip(found.users, found.items, strict=True):
        mine = cut.held.taken[[user]].indices
        assert not set(items[items >= 0].tolist()) & set(mine.tolist())


def test_each_source_speaks_alone(cut: Cut):
    names = [one.name for one in served(cut)]
    assert names[0] == "served"
    assert {"served-friends", "served-interest", "served-popular"} <= set(names)


def test_a_log_too_short_to_be_cut_is_refused():
    with pytest.raises(InvalidInput, match="leave nothing"):
        held_out(log_of(events("ana>bea:tea")))


def test_weights_are_learned_from_what_came_last_with_the_ties_of_before():
    nine = " ".join(f"ana>bea,eve:{product}" for product in ("tea", "mug", "pot", "jug", "pan"))
    told = f"dan>:cup {nine} @1d dan>eve:cup @2d bea$cup eve$tea bea$cap"
    cut = held_out(log_of(events(told)), train_share=0.8)
    inner, friendless = cut.held.known.inner, cut.held.known.friendless().inner
    assert inner is not None
    assert friendless is not None
    assert named(cut, inner.held) == {("eve", "pan"), ("eve", "cup")}
    assert ("eve", "cup") in named(cut, cut.held.known.chosen) - named(cut, inner.known.chosen)
    tied = named_people(cut, inner.known)
    assert ("eve", "ana") in tied
    assert named_people(cut, cut.held.known) - tied == {("eve", "dan"), ("dan", "eve")}
    assert not friendless.known.friends.nnz


def test_a_blend_of_a_log_is_asked_about_what_came_last(cut: Cut):
    known = cut.held.known
    assert Fits(known).cut(known, share=0.5, seed=3) is known.inner
