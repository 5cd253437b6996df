"""Which of a score's reasons are said aloud, and in which order."""

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.sentences import sayings
from graph.events import Kind
from graph.suggest import (
    Alike,
    FriendReason,
    InterestReason,
    LikenessReason,
    PeersReason,
    PopularityReason,
    Reason,
    Relation,
    RelationReason,
    Suggestion,
    explain,
)
from graph.suggest.explain import Language, Names
from graph.suggest.reasons import heaviest_first

ENGLISH = sayings(Language.ENGLISH)


def spoken(*reasons: Reason) -> str:
    gathered = heaviest_first(list(reasons))
    told = Suggestion(0, 1, sum(reason.weight for reason in gathered), gathered)
    return explain(told, Names([f"F{row}" for row in range(30)], ["mug", "cup", "pot"]), ENGLISH)


def did(weight: float, friend: int, action: Kind = Kind.SHARE, via: int | None = None) -> FriendReason:
    return FriendReason(weight, friend, via is None, action, 0, None, via)


def test_many_quiet_friends_are_told_before_what_is_louder_than_each_of_them():
    friends = [did(0.02, row) for row in range(20)]
    assert sum(reason.weight for reason in friends[:9]) < 0.3
    said = spoken(PopularityReason(0.3, None), *friends)
    assert said == "F0, F1 and 6 other friends shared this; it is popular."


def test_of_what_friends_did_the_heaviest_is_told_and_the_rest_where_nothing_else_speaks():
    friends = did(0.5, 0, Kind.PURCHASE), did(0.3, 1), did(0.3, 2)
    assert spoken(*friends) == "F1 and F2 shared this; F0 bought this."
    assert spoken(*friends, PeersReason(0.1, 3)).startswith("F1 and F2 shared this; 3 people")
    theirs = [did(0.2, row, via=row) for row in range(3)]
    assert spoken(*theirs, PopularityReason(0.5, None)).startswith("A friend of F0 shared this; it is pop")


def test_people_who_took_to_the_same_are_one_crowd_whichever_model_counts_them():
    models = InterestReason(0.1, (0, 1)), InterestReason(0.3, (1,)), InterestReason(0.2, (0,))
    one, audience = heaviest_first([*models, InterestReason(0.05, ())])
    assert one.weight == pytest.approx(0.6)
    assert audience.weight == 0.05
    assert isinstance(one, InterestReason)
    assert one.because == (1,)
    said = spoken(*models, PeersReason(0.5, 4), PopularityReason(0.4, None))
    assert said == "People who looked at the cup looked at this too; it is popular."


def test_what_is_popular_in_a_circle_is_told_of_ones_own_or_of_the_sharers():
    assert spoken(PopularityReason(0.3, 2)) == "It is popular in your circle."
    assert spoken(PopularityReason(0.3, 2, own=False)) == "It is popular in the sharer's circle."
    assert spoken(PopularityReason(0.3, None)) == "It is popular."


def test_what_is_popular_of_a_kind_speaks_for_the_kind():
    like, popular = LikenessReason(0.2, (1,), Alike.KIND), PopularityReason(0.2, None, of_kind=True)
    both = "It is popular among what is like the cup; people who looked at the mug looked at this too."
    assert spoken(like, popular, InterestReason(0.3, (0,))) == both
    assert spoken(like) == "It is of the same kind as the cup."
    assert spoken(popular) == "It is popular among what is like it."
    brand = LikenessReason(0.3, (1,), Alike.BRAND)
    assert spoken(brand, popular) == "It is from the brand of the cup; it is popular among what is like it."


@pytest.mark.parametrize("language", Language)
def test_what_two_products_have_in_common_is_told_by_its_own_word(language: Language):
    names = Names([], ["mug", ""])
    told = {
        (by, row): explain(
            Suggestion(1, 1, 0.2, (LikenessReason(0.2, (row,), by),)), names, sayings(language)
        )
        for by in Alike
        for row in (0, 1)
    }
    assert len(set(told.values())) == len(told)
    assert {row for (_, row), sentence in told.items() if "mug" in sentence} == {0}


def test_a_department_is_told_where_no_kind_is():
    department = LikenessReason(0.3, (0,), Alike.DEPARTMENT)
    assert spoken(department) == "It is from the department of the mug."
    assert spoken(department, LikenessReason(0.2, (1,), Alike.KIND)) == "It is of the same kind as the cup."
    popular = PopularityReason(0.2, None, of_kind=True)
    both = "It is from the department of the mug; it is popular among what is like it."
    assert spoken(department, popular) == both


def test_all_it_goes_with_counts_together_and_the_closest_is_told():
    tents = [RelationReason(0.2, Relation.COMPLEMENT, row, own=True) for row in range(3)]
    said = spoken(PopularityReason(0.5, None), *tents)
    assert said == "It goes with your mug; it is popular."


SAID = {
    "friends": r"shared this|bought this|opened a link|rated this",
    "crowd": "looked at this",
    "goods": "goes with|alternative to",
    "popular": "popular",
}
"""What the clause of each voice sounds like."""

VOICE = {
    FriendReason: "friends",
    InterestReason: "crowd",
    PeersReason: "crowd",
    RelationReason: "goods",
    PopularityReason: "popular",
}

weight, person, product = st.floats(1e-3, 1.0), st.integers(0, 29), st.integers(0, 2)
REASON = st.one_of(
    st.builds(
        FriendReason,
        weight,
        person,
        st.just(value=False),
        st.sampled_from([Kind.SHARE, Kind.PURCHASE]),
        st.just(0),
        st.none(),
        person,
    ),
    st.builds(did, weight, person),
    st.builds(InterestReason, weight, st.lists(product, max_size=3, unique=True).map(tuple)),
    st.builds(PeersReason, weight, st.integers(2, 40)),
    st.builds(RelationReason, weight, st.sampled_from(list(Relation)), product, st.booleans()),
    st.builds(PopularityReason, weight, st.none()),
)


@given(st.lists(REASON, min_size=1, max_size=30))
def test_the_loudest_voice_that_is_among_the_reasons_is_heard_first_and_nobody_else_is_named(
    reasons: list[Reason],
):
    gathered = heaviest_first(reasons)
    assert len(gathered) <= 10
    assert math.isclose(sum(one.weight for one in gathered), sum(one.weight for one in reasons))
    heard = {VOICE[type(one)] for one in gathered if type(one) in VOICE}
    loud = {name: sum(one.weight for one in reasons if VOICE[type(one)] == name) for name in heard}
    first, *second = spoken(*reasons).split("; ")
    [voice] = [name for name, sound in SAID.items() if re.search(sound, first)]
    assert loud[voice] == pytest.approx(max(loud.values()))
    assert len(second) <= 1
    may_be_named = {f"F{one.friend}" for one in gathered if isinstance(one, FriendReason) and one.named}
    brought = {f"F{one.via}" for one in gathered if isinstance(one, FriendReason)}
    assert set(re.findall(r"F\d+", spoken(*reasons))) <= may_be_named | brought
