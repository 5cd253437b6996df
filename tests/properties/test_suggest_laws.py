"""Laws that every answer obeys."""

import math
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from graph.events import Money, Product
from graph.scene import Moment
from graph.snapshot import Snapshot
from graph.suggest import BEST_FIRST, Ask, Context, ExplorationReason, Order, Shelf, suggest
from graph.suggest.blend import scores
from graph.suggest.learning.moments import Moments
from graph.suggest.learning.past import before
from graph.suggest.question import Question
from graph.suggest.rules import allowed
from graph.suggest.sources import SOURCES, Source, circle, friends, hops, solved
from graph.ties import ties
from tests.toy import events, saying_no, snapshot, without_acts_of

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


def shelf_of(taken: Snapshot) -> Shelf:
    return Shelf.of(taken, ties(taken), np.zeros(len(taken.people), np.int32))


@settings(max_examples=60, deadline=None)
@given(told=STORY, limit=st.integers(1, 8), link=st.booleans())
def test_a_score_is_the_sum_of_its_reasons_and_the_order_is_that_of_scores(
    told: str, limit: int, *, link: bool
):
    taken = snapshot(told)
    on_shelf = replace(shelf_of(taken), order=BEST_FIRST)
    context = Context(sharer=0, product=0 if len(taken.products) else None) if link else Context()
    asks = [Ask(None, context), *(Ask(row, context) for row in range(len(taken.people)))]
    for ask, found in zip(asks, suggest(on_shelf, asks, limit=limit), strict=True):
        shown = [suggestion.score for suggestion in found.suggestions]
        ranked = dict(zip(*(column.tolist() for column in scores(on_shelf, ask)), strict=True))
        for suggestion in found.suggestions:
            assert len(suggestion.reasons) <= 10
            assert math.isclose(suggestion.score, sum(r.weight for r in suggestion.reasons), rel_tol=1e-12)
            assert math.isclose(suggestion.score, ranked[suggestion.product], rel_tol=1e-9, abs_tol=1e-12)
        assert all(a >= b - 1e-12 for a, b in pairwise(shown))
        assert [s.rank for s in found.suggestions] == list(range(1, len(shown) + 1))
        assert len({s.product for s in found.suggestions}) == len(shown) <= limit


@settings(max_examples=30, deadline=None)
@given(STORY)
def test_asking_for_many_people_at_once_gives_what_asking_one_by_one_gives(told: str):
    taken = snapshot(told)
    on_shelf = Shelf.of(taken, ties(taken), np.zeros(len(taken.people), np.int32))
    asks = [Ask(row) for row in range(len(taken.people))]
    assert suggest(on_shelf, asks, limit=5) == [suggest(on_shelf, [ask], limit=5)[0] for ask in asks]


KNOB = st.sampled_from([0.0, 0.3, 1.0])


@settings(max_examples=60, deadline=None)
@given(told=STORY, order=st.builds(Order, KNOB, KNOB, KNOB), limit=st.integers(1, 6), seed=st.integers(0, 9))
def test_the_first_of_more_are_the_same_whatever_the_order_and_whatever_is_left_to_chance(
    told: str, order: Order, limit: int, seed: int
):
    taken = snapshot(told, catalogue=[Product(f"new{i}", category="new") for i in range(5)])
    on_shelf = replace(shelf_of(taken), order=order)
    asks = [Ask(row, seed=seed) for row in range(len(taken.people))]
    few, many = (suggest(on_shelf, asks, limit=most) for most in (limit, 20))
    assert [one.suggestions for one in few] == [one.suggestions[:limit] for one in many]
    for found in many:
        products = [one.product for one in found.suggestions]
        assert len(set(products)) == len(products)
        for one in found.suggestions:
            explored = any(isinstance(reason, ExplorationReason) for reason in one.reasons)
            assert math.isclose(one.score, sum(reason.weight for reason in one.reasons))
            assert 0 < one.propensity <= (order.exploration if explored else 1)
            assert one.rank >= 3 or not explored
            assert (one.by_score is None) == explored


@settings(max_examples=30, deadline=None)
@given(told=STORY, order=st.builds(Order, KNOB, KNOB, st.just(0.0)))
def test_an_order_shows_what_is_shown_best_first_with_the_same_scores(told: str, order: Order):
    on_shelf = shelf_of(taken := snapshot(told))
    asks = [Ask(row) for row in range(len(taken.people))]
    shown = (suggest(replace(on_shelf, order=one), asks, limit=20) for one in (BEST_FIRST, order))
    for best, found in zip(*shown, strict=True):
        assert {(one.product, one.score, one.reasons) for one in best.suggestions} == {
            (one.product, one.score, one.reasons) for one in found.suggestions
        }
        by_score = {one.product: one.rank for one in best.suggestions}
        assert {one.product: one.by_score for one in best.suggestions} == by_score
        assert {one.product: one.by_score for one in found.suggestions} == by_score
        assert best.dropped == found.dropped


@settings(max_examples=60, deadline=None)
@given(told=STORY, part=st.floats(0, 1), row=st.integers(0, 5))
def test_what_friends_say_at_a_moment_is_what_a_fit_of_all_before_it_would_say(
    told: str, part: float, row: int
):
    whole = snapshot(told)
    at = whole.events.at
    cut, moment = int(at[int(part * (len(at) - 1))]), int(at[-1])
    past, then = before(whole, cut), before(whole, moment)
    person = row % len(whole.people)
    refit, rolled = (
        shelf_of(then),
        Moments.after(shelf_of(past), past, cut, whole, ties(whole)).at(person, moment),
    )
    heard = [voices(on_shelf, person) for on_shelf in (refit, rolled)]
    assert heard[1] == pytest.approx(heard[0], rel=1e-5)


def voices(on_shelf: Shelf, person: int) -> dict[int, float]:
    """What friends say of each product that may be shown."""
    ask = Ask(person)
    said = friends.votes(on_shelf, Question.of(on_shelf, ask))
    product = np.unique(said.product)
    shown, _ = allowed(on_shelf, ask, product)
    return {int(one): float(said.vote[said.product == one].sum()) for one in product[shown]}


CROWD, REFUSING = [f"p{n}" for n in range(40)], [f"no{n}" for n in range(12)]
KINDS = [f"{kind}{n}" for kind in ("tea", "mug", "pen") for n in range(4)]
PRICED = [
    Product(
        key,
        category=key[:3],
        brand=f"b{n % 3}",
        price=Money(Decimal(5 + 3 * n), "CNY"),
        attributes={"shop": f"s{n % 2}", "tags": f"t{n % 5}"},
    )
    for n, key in enumerate(KINDS)
]
FEW_ARE_HEARD = [(friends, "LISTENED", 3), (solved, "LISTENED", 3), (circle, "CLOSEST", 3),
                 (hops, "SERVED", hops.Bounds(3, 3, 3, 3))]  # fmt: skip


def market(seed: int) -> str:
    """People with a kind they like; those who refuse do as much as anybody, and are opened by nobody."""
    dice, words = np.random.default_rng(seed), []
    for name in dice.permutation([*CROWD, *REFUSING] * 2).tolist():
        kind = 4 * (int(name.strip("pno")) % 3)
        mine = [KINDS[one] for one in (*(kind + dice.choice(4, 3, replace=False)), dice.integers(12))]
        other, refuser = (str(dice.choice(some)) for some in (CROWD, REFUSING))
        words += [
            f"{name}${mine[0]}=5",
            f"{name}${mine[1]}=7",
            f"{name}.view:{mine[2]}",
            f"{name}>:{mine[3]}",
        ]
        words += [
            f"{other}>{name}:{mine[0]}",
            f"{refuser}~{name}",
            f"{other}~{name}",
            f"{name}.cart:{mine[2]}",
        ]
        words += [f"{other}>{refuser}:{mine[2]}", f"{refuser}.favourite:{mine[0]}"]
    half = len(words) // 2
    return " ".join([*words[:half], "@3d", *words[half:]])


@settings(max_examples=2, deadline=None, phases=[Phase.generate])
@given(st.integers(0, 10_000))
def test_what_refusers_do_and_who_is_tied_to_them_changes_no_word_of_any_source_to_others(seed: int):
    said = saying_no(events(f"{market(seed)} p0.view:tea0"), REFUSING)
    both = [snapshot(told, catalogue=PRICED) for told in (said, without_acts_of(REFUSING, said))]
    whole, alone = map(shelf_of, both)
    assert len(whole.ties) > len(alone.ties)
    spoke = set()
    with pytest.MonkeyPatch.context() as patch:
        for module, bound, few in FEW_ARE_HEARD:
            patch.setattr(module, bound, few)
        for ask in asked_by_others(both[0]):
            questions = [Question.of(on_shelf, ask) for on_shelf in (whole, alone)]
            for source in SOURCES:
                heard, expected = (
                    said_by(source, on_shelf, question)
                    for on_shelf, question in zip((whole, alone), questions, strict=True)
                )
                assert heard == pytest.approx(expected, rel=1e-3, abs=1e-6), source.name
                spoke |= {source.name} if expected else set()
    assert spoke >= {source.name for source in SOURCES} - {"scene"}


def asked_by_others(taken: Snapshot) -> list[Ask]:
    """People at home, strangers on a product's page, and strangers who come by a link."""
    now, rows = Moment(at=taken.as_of), [taken.people.row(key) for key in CROWD]
    asks = [Ask(row, Context(moment=now)) for row in rows]
    asks += [Ask(None, Context(product=product, moment=now)) for product in range(len(KINDS))]
    return asks + [Ask(None, Context(sharer=row, moment=now)) for row in rows]


def said_by(source: Source, on_shelf: Shelf, question: Question) -> dict[int, float]:
    """What a source says for each product."""
    said = source.votes(on_shelf, question)
    return {int(one): float(said.vote[said.product == one].sum()) for one in np.unique(said.product)}
