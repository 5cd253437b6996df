"""Laws of every source: its reasons add up to what it says, a score is the sum of what all say, and what came
since the fit moves it the way in which a refit would.
"""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from graph.analysis import Analysis
from graph.events import Product
from graph.live.refit import after
from graph.snapshot import Snapshot
from graph.suggest import BEST_FIRST, SOURCES, Ask, Shelf, suggest
from graph.suggest.doubts import taken as doubted
from graph.suggest.question import Question
from graph.suggest.sources import Source
from tests.properties.test_live_laws import split
from tests.properties.test_suggest_laws import PRICED, asked_by_others, market, shelf_of
from tests.toy import events, log_of, snapshot

SILENT_HERE = {"scene"}
"""Nobody wants anything more at one time than at another in a market of two days."""


CAMP = " ".join(
    f"c{n}$tent#o{n} c{n}$bag#o{n} d{n}$tea#q{n} d{n}$mug#q{n} e{n}$tent e{n}$tea" for n in range(30)
)
THINGS = ("tent", "bag", "tea", "mug")
SOLD = [replace(one, attributes={"shop": f"shop {n % 3}"}) for n, one in enumerate(PRICED)]
SOLD += [Product(one, category=one) for one in THINGS]


def said_by(source: Source, on_shelf: Shelf, question: Question) -> NDArray[np.float64]:
    """What a source says for each product, (products,)."""
    votes = source.votes(on_shelf, question)
    return np.bincount(votes.product, votes.vote, on_shelf.products).astype(np.float64)


@settings(max_examples=3, deadline=None, phases=[Phase.generate])
@given(st.integers(0, 10_000))
def test_the_reasons_of_every_source_add_up_to_its_votes(seed: int):
    taken = snapshot(f"{CAMP} {market(seed)} p0.view:tea0", catalogue=SOLD)
    on_shelf, spoke = shelf_of(taken), set()
    for ask in [Ask(taken.people.row("e0")), *asked_by_others(taken)[::4]]:
        question = Question.of(on_shelf, ask)
        for source in SOURCES:
            votes = source.votes(on_shelf, question)
            assert (votes.vote >= 0).all()
            for product in np.unique(votes.product).tolist():
                entries = np.flatnonzero(votes.product == product)
                weight = 0.3 * votes.vote[entries].astype(np.float64)
                told = sum(reason.weight for reason in votes.reasons(entries, weight))
                assert told == pytest.approx(float(weight.sum()), rel=1e-6), source.name
                spoke.add(source.name)
    assert spoke >= {source.name for source in SOURCES} - SILENT_HERE


@settings(max_examples=3, deadline=None, phases=[Phase.generate])
@given(st.integers(0, 10_000))
def test_a_score_is_what_all_sources_say_by_their_weights_less_the_doubts(seed: int):
    taken = snapshot(f"{CAMP} {market(seed)} p0.not_interested:tea0", catalogue=SOLD)
    on_shelf, ranked = replace(shelf_of(taken), order=BEST_FIRST), 0
    for ask in [Ask(taken.people.row("e0")), *asked_by_others(taken)[::4]]:
        question = Question.of(on_shelf, ask)
        score = np.sum([source.weight * said_by(source, on_shelf, question) for source in SOURCES], axis=0)
        every = np.flatnonzero(score).astype(np.int32)
        for doubt in doubted(on_shelf, question, every, score[every]):
            score[every] -= doubt.amount
        (answer,) = suggest(on_shelf, [ask], limit=20)
        for one in answer.suggestions:
            assert one.score == pytest.approx(score[one.product], rel=1e-6, abs=1e-12)
            ranked += 1
    assert ranked > 50


@pytest.mark.parametrize("source", [one for one in SOURCES if one.name in {"interest", "relations"}])
def test_what_somebody_did_since_the_fit_moves_interest_and_relations_as_a_refit_would(source: Source):
    """Eve had the tea, and after the fit buys the tent, which goes with the bag."""
    log = log_of(
        events(f"{CAMP} eve$tea @5d eve$tent"), catalogue=[Product(one, category=one) for one in THINGS]
    )
    first, rest = split(log, len(log.events) - 1)
    fit, refit = Analysis.of(Snapshot.of(first)), Analysis.of(Snapshot.of(log))
    live = after(fit, replace(rest, catalogue=[]))
    before, now, then = (said(source, one, "eve") for one in (fit, live, refit))
    moved, wanted = now - before, then - before
    assert THINGS[int(moved.argmax())] == THINGS[int(wanted.argmax())] == "bag"
    assert moved @ wanted / np.sqrt((moved @ moved) * (wanted @ wanted)) > 0.95


def said(source: Source, analysis: Analysis, key: str) -> NDArray[np.float64]:
    """What a source says to somebody for each of `THINGS`."""
    row, keys = analysis.snapshot.people.row(key), analysis.snapshot.products.keys
    votes = said_by(source, analysis.shelf, Question.of(analysis.shelf, Ask(row)))
    return votes[keys.rows(THINGS)]
