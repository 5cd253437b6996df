"""A score is the sum of its reasons: of every source by itself, of every doubt, and of the answer."""

from dataclasses import replace

import numpy as np
import pytest

from graph.events import Product
from graph.generate import ShopModel, generate
from graph.scene import Moment
from graph.snapshot import Snapshot
from graph.suggest import Ask, Context, Shelf, suggest
from graph.suggest.blend import scores
from graph.suggest.question import Question
from graph.suggest.sources import SOURCES, Source
from graph.ties import strengths
from tests.toy import snapshot

MADE = ShopModel(users=400, events=16_000, days=400, seed=3)
ASKED = 25
"""People, each asked about at home, on the page of a link, and as somebody unknown on it."""


@pytest.fixture(scope="module")
def taken() -> Snapshot:
    """A made-up shop whose catalogue says all that a catalogue can say."""
    made = generate(MADE)
    told = [_told(place, one) for place, one in enumerate(made.said_of_products())]
    return snapshot(list(made.said()), catalogue=told)


def _told(place: int, product: Product) -> Product:
    said = {"shop": f"shop {place % 7}", "tags": f"tag {place % 5}", "top_category": f"floor {place % 3}"}
    return replace(product, attributes=said)


@pytest.fixture(scope="module")
def shelf(taken: Snapshot) -> Shelf:
    """Fitted, everybody in one of three communities."""
    return Shelf.of(taken, strengths(taken), np.arange(len(taken.people), dtype=np.int32) % 3)


@pytest.fixture(scope="module")
def asks(taken: Snapshot, shelf: Shelf) -> list[Ask]:
    """Questions of people, of people on a page, and of newcomers on it, in a place and at a time."""
    dice, found = np.random.default_rng(5), []
    for person in dice.choice(np.flatnonzero(shelf.personal), ASKED, replace=False).tolist():
        sharer, product = int(dice.choice(np.flatnonzero(shelf.named))), int(dice.integers(shelf.products))
        now = Context(moment=Moment(at=taken.as_of, region=taken.people.regions[sharer]))
        page = replace(now, sharer=sharer, product=product)
        found += [Ask(person, now), Ask(person, page), Ask(None, page)]
    return found


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_what_a_source_adds_to_a_score_is_the_sum_of_its_reasons(
    source: Source, shelf: Shelf, asks: list[Ask]
):
    spoke = 0
    for ask in asks:
        votes = source.votes(shelf, Question.of(shelf, ask))
        weight = votes.vote * 0.7
        for product in np.unique(votes.product):
            entries = np.flatnonzero(votes.product == product)
            told = sum(reason.weight for reason in votes.reasons(entries, weight[entries]))
            assert told == pytest.approx(float(weight[entries].sum()), rel=1e-9)
            spoke += 1
    assert spoke > 0, f"{source.name} said nothing of anything"


def test_what_is_told_of_a_suggestion_is_what_it_was_ranked_by(shelf: Shelf, asks: list[Ask]):
    held_back = 0
    for ask, answer in zip(asks, suggest(shelf, asks, limit=50), strict=True):
        ranked = dict(zip(*(column.tolist() for column in scores(shelf, ask)), strict=True))
        for one in answer.suggestions:
            assert len(one.reasons) <= 10
            assert one.score == pytest.approx(ranked[one.product], rel=1e-9)
            assert one.score == pytest.approx(sum(reason.weight for reason in one.reasons), rel=1e-12)
            held_back += any(reason.weight < 0 for reason in one.reasons)
    assert held_back > 0, "no doubt took anything from anything"
