"""Models solved at once, as sources: what they say is a sum over one's own and one's friends, as of now."""

import math
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import graph.suggest.factors as by_factors
import graph.suggest.solved as by_ease
from api.sentences import sayings
from graph.events import Kind
from graph.snapshot import Snapshot
from graph.suggest import Ask, InterestReason, Reason, Shelf, Suggestion, explain
from graph.suggest.explain import Language, Names
from graph.suggest.factors import MODEL
from graph.suggest.learning.moments import Moments
from graph.suggest.learning.past import before
from graph.suggest.question import Question
from graph.suggest.sources import factors, solved
from graph.suggest.votes import Votes
from graph.taste import EASE, interactions
from graph.ties import ties
from tests.toy import START, events, saying_no, snapshot, without_acts_of

ENGLISH = sayings(Language.ENGLISH)
KINDS = [f"{kind}{n}" for kind in ("tea", "mug", "pen") for n in range(4)]


def crowd(seed: int = 0, people: int = 40) -> str:
    """People who buy four things, three of them of one kind, and open what the two loudest share."""
    dice, words = np.random.default_rng(seed), []
    for person in range(people):
        mine = dice.choice(4, 3, replace=False) + 4 * (person % 3)
        bought = [*mine.tolist(), int(dice.integers(len(KINDS)))]
        words += [f"p{person}${KINDS[product]}" for product in dict.fromkeys(bought)]
        words.append(f"{'ana' if person % 3 else 'bob'}>p{person}:{KINDS[int(dice.integers(12))]}")
    return " ".join(words)


def shelf_of(taken: Snapshot) -> Shelf:
    return Shelf.of(taken, ties(taken), np.zeros(len(taken.people), np.int32))


def by_product(votes: Votes) -> dict[int, float]:
    return {int(one): float(votes.vote[votes.product == one].sum()) for one in np.unique(votes.product)}


def said_of(votes: Votes) -> dict[int, list[Reason]]:
    entries = {int(one): np.flatnonzero(votes.product == one) for one in np.unique(votes.product)}
    return {product: votes.reasons(some, votes.vote[some]) for product, some in entries.items()}


def test_without_friends_the_lists_are_the_weights_of_ease():
    taken = snapshot(" ".join(word for word in crowd().split() if ">" not in word))
    listed = shelf_of(taken).solved.with_product
    pairs = np.array(
        [(event.user, event.product) for event in events(crowd()) if event.kind is Kind.PURCHASE]
    )
    person = np.array([taken.people.row(key) for key in pairs[:, 0].tolist()], np.intp)
    product = np.array([taken.products.keys.row(key) for key in pairs[:, 1].tolist()], np.intp)
    nobody = np.zeros(0, np.intp)
    shape = len(taken.people), len(taken.products)
    fitted = EASE(by_ease.PENALTY).fit(interactions((person, product), (nobody, nobody), shape))
    for other in range(shape[1]):
        weights = dict(zip(listed.product[listed.of(other)], listed.closeness[listed.of(other)], strict=True))
        takers = person[product == other]
        for taker in takers[:2].tolist():
            parts = fitted.parts(taker, int(next(iter(weights))))
            assert parts.weight[parts.row == other] == pytest.approx([weights[next(iter(weights))]], rel=1e-3)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 50), row=st.integers(0, 39), which=st.sampled_from([solved, factors]))
def test_every_vote_is_the_sum_of_its_reasons(seed: int, row: int, which):
    taken = snapshot(crowd(seed))
    on_shelf = shelf_of(taken)
    votes = which.votes(on_shelf, Question.of(on_shelf, Ask(row)))
    assert (votes.vote > 0).all()
    told = said_of(votes)
    for product, vote in by_product(votes).items():
        assert math.isclose(sum(reason.weight for reason in told[product]), vote, rel_tol=1e-9)


def test_a_score_of_points_is_the_users_own_solution_split_over_what_they_chose():
    taken = snapshot(crowd())
    on_shelf = shelf_of(taken)
    question = Question.of(on_shelf, Ask(taken.people.row("p4")))
    known, (mine, taste) = on_shelf.factors, question.listened
    assert known is not None
    own = known.point[mine].astype(np.float64)
    penalty = MODEL.penalty * (taste.sum() + MODEL.unseen * len(known.point)) ** MODEL.scaled
    A = own.T @ np.diag(taste) @ own + np.diag(known.base) + penalty * np.eye(own.shape[1])
    x = np.linalg.solve(A, own.T @ taste)
    votes = by_product(factors.votes(on_shelf, question))
    assert votes == pytest.approx({p: v for p, v in enumerate(known.point @ x) if v > 0}, rel=1e-3, abs=1e-6)
    assert (known.terms(mine, taste) @ known.point.T.astype(np.float64)).sum(axis=0) == pytest.approx(
        known.point @ x, rel=1e-6
    )


def test_people_who_choose_a_kind_are_told_more_of_it_by_either_model():
    taken = snapshot(crowd() + " new$tea0 new$tea1")
    on_shelf = shelf_of(taken)
    question = Question.of(on_shelf, Ask(taken.people.row("new")))
    for source in (solved, factors):
        votes = by_product(source.votes(on_shelf, question))
        best = max((product for product in votes if product not in question.mine), key=votes.__getitem__)
        assert taken.products.keys[best].startswith("tea")


def test_listeners_of_a_friend_speak_as_a_crowd_of_whom_nobody_is_named():
    told = " ".join(f"ana>p{i}:tea0 p{i}$mug{i % 2} cy>q{i}:tea0 q{i}$pen0" for i in range(20))
    taken = snapshot(f"{told} ana>new:tea1")
    on_shelf = shelf_of(taken)
    question = Question.of(on_shelf, Ask(taken.people.row("new")))
    told_of = said_of(solved.votes(on_shelf, question))
    mug = next(reasons for product, reasons in told_of.items() if taken.products.keys[product] == "mug0")
    [crowd_says] = [one for one in mug if isinstance(one, InterestReason) and not one.because]
    assert crowd_says.weight > 0
    only = Suggestion(0, 1, crowd_says.weight, (crowd_says,))
    assert explain(only, Names([], [""]), ENGLISH) == "People who listen to the same friends bought this."


def test_whoever_refuses_contributes_nothing_to_either_model():
    # dan would be the loudest, and of those who listen to ana or bob every fourth refuses too.
    loudest = " ".join(f"dan~p{n} p{n}>dan:mug0" for n in range(0, 60, 2) if n % 4)
    told = events(f"{crowd(people=60)} {loudest} dan$tea0 ana.view:tea0")
    silent = {"dan", *(f"p{n}" for n in range(0, 60, 4))}
    said = saying_no(told, silent)
    heard, alone = (shelf_of(snapshot(one)) for one in (said, without_acts_of(silent, said)))
    assert len(heard.ties) > len(alone.ties)
    assert len(heard.solved.with_person.product)
    for one in ("with_product", "with_person"):
        lists = [getattr(shelf.solved, one) for shelf in (heard, alone)]
        assert lists[0].indptr.tolist() == lists[1].indptr.tolist()
        assert lists[0].product.tolist() == lists[1].product.tolist()
        assert lists[0].closeness == pytest.approx(lists[1].closeness, rel=1e-5)
    assert heard.solved.heard == pytest.approx(alone.solved.heard)
    known = [fitted for shelf in (heard, alone) if (fitted := shelf.factors)]
    assert known[0].base == pytest.approx(known[1].base, rel=1e-5)
    assert known[0].point @ known[0].point.T == pytest.approx(known[1].point @ known[1].point.T, abs=1e-5)


def test_a_choice_made_after_the_fit_counts_at_once():
    whole = snapshot(f"new.search {crowd()} @30d new$tea0 new$tea1 new.search")
    cut, now = (
        int(np.datetime64(START.replace(tzinfo=None) + timedelta(days=day), "us").astype(np.int64))
        for day in (20, 31)
    )
    past, row = before(whole, cut), whole.people.row("new")
    fitted = shelf_of(past)
    assert row is not None
    rolled = Moments.after(fitted, past, cut, whole, ties(whole)).at(row, now)
    for source in (solved, factors):
        assert not len(source.votes(fitted, Question.of(fitted, Ask(row))).product)
        votes = by_product(source.votes(rolled, question := Question.of(rolled, Ask(row))))
        best = max((product for product in votes if product not in question.mine), key=votes.__getitem__)
        assert whole.products.keys[best].startswith("tea")


def test_the_products_with_most_takers_have_columns_and_the_rest_is_counted(monkeypatch):
    monkeypatch.setattr(by_ease, "PRODUCTS", 3)
    monkeypatch.setattr(by_factors, "MOST", 3)
    taken = snapshot(crowd() + " " + " ".join(f"q{i}$tea{i % 3}" for i in range(30)))
    on_shelf = shelf_of(taken)
    assert on_shelf.solved.left_out == len(taken.products) - 3
    assert set(on_shelf.solved.with_product.product) <= {taken.products.keys.row(f"tea{n}") for n in range(3)}
    assert on_shelf.factors is None
    assert {*on_shelf.left_out} == {"solved", "factors"}
    assert on_shelf.left_out["solved"].startswith(
        f"{len(taken.products) - 3} of {len(taken.products)} products"
    )
