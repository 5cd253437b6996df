"""What strangers who opened a link turn to next."""

import numpy as np
import pytest

from api.cli.evaluate.landing import shown as drawn_of
from api.cli.evaluate.landing import told as said_of
from api.cli.printing import drawn
from graph.errors import InvalidInput
from graph.evaluate.landing import CATEGORY, ITEM, OURS, POPULARITY, evaluate
from graph.events import Product
from graph.suggest import Ask, Blend, Context, Shelf, suggest
from graph.suggest.chances import chances
from graph.ties import ties
from tests.toy import events, log_of, snapshot

KINDS = ("tea", "mug", "tent", "bag", "pen", "cup", "hat")
CATALOGUE = [Product(f"{kind}{n}", category=kind) for kind in KINDS for n in range(4)]


def told(newcomers: str) -> str:
    """Forty days in which everybody opens everything, most of all pens; then newcomers."""
    crowd = " ".join(
        f"@{day}d ana>p{day % 7}:{kind}{day % 4} ana>q{day % 5}:pen{day % 4}"
        for day in range(40)
        for kind in KINDS
    )
    return f"{crowd} @50d {newcomers}"


def test_a_newcomer_is_asked_once_about_what_they_open_next():
    found = evaluate(log_of(events(told("ana>new:hat0 ana>new:hat1 ana>new:tea0")), catalogue=CATALOGUE))
    assert (found.asked, found.stayed.value) == (1, 1.0)
    assert found.scores[CATEGORY].hits.value == 1


def test_one_newcomer_gives_no_interval():
    one, two = (
        evaluate(log_of(events(told(newcomers)), catalogue=CATALOGUE))
        for newcomers in ("ana>new:hat0 ana>new:hat1", "ana>a:hat0 ana>a:hat1 ana>b:hat0 ana>b:hat1")
    )
    said = said_of(one)
    assert said["stayed"] == {"value": 1.0, "low": None, "high": None}
    assert all(score["gain"]["low"] is None for score in said["models"].values())
    assert "One person gives no interval" in " ".join(drawn(drawn_of(one)).split())
    assert "(" not in drawn(drawn_of(one))
    assert "(" in drawn(drawn_of(two))
    assert "no interval" not in " ".join(drawn(drawn_of(two)).split())
    assert said_of(two)["stayed"]["low"] is not None


def test_who_was_there_before_is_no_newcomer():
    with pytest.raises(InvalidInput, match="no newcomer"):
        evaluate(log_of(events(told("ana>p1:hat0 ana>p1:hat1")), catalogue=CATALOGUE))


def test_who_opens_nothing_else_is_not_asked():
    with pytest.raises(InvalidInput, match="no newcomer"):
        evaluate(log_of(events(told("ana>new:hat0 ana>new:hat0")), catalogue=CATALOGUE))


def test_the_page_says_more_than_what_is_popular():
    newcomers = " ".join(f"ana>new{n}:hat{n % 4} ana>new{n}:hat{(n + 1) % 4}" for n in range(8))
    found = evaluate(log_of(events(told(newcomers)), catalogue=CATALOGUE))
    assert found.asked == 8
    assert found.scores[ITEM].categories.value >= found.scores[POPULARITY].categories.value
    assert found.scores[OURS].categories.value == 1
    assert found.scores[ITEM].gain.value == 0


def test_a_newcomer_on_a_page_is_answered_by_the_sources_own_weights():
    taken = snapshot(told(""), catalogue=CATALOGUE)
    labels = np.zeros(len(taken.people), np.int32)
    mute = Blend(dict.fromkeys(("category", "page", "content", "interest"), (0.0,) * 5))
    shelf = Shelf.of(taken, ties(taken), labels, blend=mute)
    page = taken.products.keys.row("hat0")
    (landed,) = suggest(shelf, [Ask(None, Context(product=page))], limit=3)
    assert "hat" in {taken.products.keys[one.product][:3] for one in landed.suggestions}
    knows = taken.people.row("p1")
    (known,) = suggest(shelf, [Ask(knows, Context(product=page))], limit=3)
    assert "hat" not in {taken.products.keys[one.product][:3] for one in known.suggestions}


def test_a_newcomer_on_a_page_is_told_no_chance_that_was_learned_elsewhere():
    taken = snapshot(told(""), catalogue=CATALOGUE)
    learned = chances(np.repeat([0.1, 0.2], 200), np.arange(400) % 10 == 0, np.arange(400) % 5)
    shelf = Shelf.of(taken, ties(taken), np.zeros(len(taken.people), np.int32), chances=learned)
    page = Context(product=taken.products.keys.row("hat0"))
    asks = [Ask(None, page), Ask(None), Ask(taken.people.row("p1"), page)]
    landed, *others = suggest(shelf, asks, limit=3)
    assert landed.suggestions
    assert all(one.opens is None for one in landed.suggestions)
    assert all(one.opens is not None for other in others for one in other.suggestions)
