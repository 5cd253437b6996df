"""Laws that every answer obeys."""

import math
from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.suggest import Ask, Context, Shelf, suggest
from graph.ties import ties
from tests.toy import snapshot

PEOPLE, PRODUCTS = "abcdef", ("tea", "mug", "tent", "bag")
person, product = st.sampled_from(PEOPLE), st.sampled_from(PRODUCTS)
WORD = st.one_of(
    st.builds("{}>{}:{}".format, person, person, product),
    st.builds("{}>:{}".format, person, product),
    st.builds("{}${}=5".format, person, product),
    st.builds(
        "{}.{}:{}".format, person, st.sampled_from(["view", "cart", "like", "not_interested"]), product
    ),
    st.builds("{}~{}".format, person, person),
)
STORY = st.lists(WORD, min_size=1, max_size=40).map(" ".join)


@settings(max_examples=60, deadline=None)
@given(told=STORY, limit=st.integers(1, 8), link=st.booleans())
def test_a_score_is_the_sum_of_its_reasons_and_the_order_is_that_of_scores(
    told: str, limit: int, *, link: bool
):
    taken = snapshot(told)
    on_shelf = Shelf.of(taken, ties(taken), np.zeros(len(taken.people), np.int32))
    context = Context(sharer=0, product=0 if len(taken.products) else None) if link else Context()
    asks = [Ask(None, context), *(Ask(row, context) for row in range(len(taken.people)))]
    for found in suggest(on_shelf, asks, limit=limit):
        scores = [suggestion.score for suggestion in found.suggestions]
        for suggestion in found.suggestions:
            assert len(suggestion.reasons) <= 10
            assert math.isclose(suggestion.score, sum(r.weight for r in suggestion.reasons), rel_tol=1e-12)
        assert all(a >= b - 1e-12 for a, b in pairwise(scores))
        assert [s.rank for s in found.suggestions] == list(range(1, len(scores) + 1))
        assert len({s.product for s in found.suggestions}) == len(scores) <= limit


@settings(max_examples=30, deadline=None)
@given(STORY)
def test_asking_for_many_people_at_once_gives_what_asking_one_by_one_gives(told: str):
    taken = snapshot(told)
    on_shelf = Shelf.of(taken, ties(taken), np.zeros(len(taken.people), np.int32))
    asks = [Ask(row) for row in range(len(taken.people))]
    assert suggest(on_shelf, asks, limit=5) == [suggest(on_shelf, [ask], limit=5)[0] for ask in asks]
