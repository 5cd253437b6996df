"""What a log teaches of its own sources: weights found again, chances that hold, nothing from little."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from api.cli.loads import made_up
from graph.analysis import Analysis, heard
from graph.events import Product
from graph.scene import Calendar
from graph.snapshot import Snapshot
from graph.suggest import SOURCES, Ask, Cap, Shelf, learning, popularity, suggest
from graph.suggest.chances import AT_LEAST, chances
from graph.suggest.learning import as_blend, chosen_weights, learned, questions
from graph.suggest.learning.examples import Asked, Examples, examples
from graph.suggest.learning.fit import NAMES, OWN, WHISPER, fitted, log_likelihoods, own
from graph.suggest.learning.moments import Moments
from graph.suggest.learning.past import afterwards, before
from graph.suggest.weights import LEVELS, Blend
from graph.ties import strengths
from loaders.aside import log_of
from tests.toy import START, snapshot

FRIENDS, NEWS, INTEREST, PAGE, POPULAR = (
    NAMES.index(name) for name in ("friends", "news", "interest", "page", "popular")
)


def simulated(weights: dict[int, float], questions: int, seed: int, *, level: int = 3) -> Examples:
    """Questions of thirty candidates of which one is chosen, with chances that these weights give."""
    dice = np.random.default_rng(seed)
    votes = np.zeros((questions, 30, len(SOURCES)))
    for source in (FRIENDS, INTEREST, POPULAR):
        votes[:, :, source] = dice.random((questions, 30)) * (dice.random((questions, 30)) < 0.5)
    truth = np.array([weights.get(source, 0.0) for source in range(len(SOURCES))])
    best = np.argmax(votes @ truth + dice.gumbel(size=(questions, 30)), axis=1)
    chosen = np.zeros((questions, 30), np.bool_)
    chosen[np.arange(questions), best] = True
    return Examples(
        begins=np.arange(questions + 1) * 30,
        product=np.tile(np.arange(30, dtype=np.int32), questions),
        votes=votes.reshape(-1, len(SOURCES)),
        chosen=chosen.ravel(),
        stands_for=np.ones(questions * 30),
        person=np.arange(questions),
        level=np.full(questions, level),
    )


def test_weights_that_choices_were_made_by_are_found_again():
    found = fitted(simulated({FRIENDS: 3.0, INTEREST: 1.0, POPULAR: 2.0}, 3_000, seed=1)).by_level[3]
    assert found[[FRIENDS, INTEREST, POPULAR]] == pytest.approx([3.0, 1.0, 2.0], abs=0.25)


def test_ties_that_carry_nothing_only_whisper():
    found = fitted(simulated({POPULAR: 4.0}, 3_000, seed=2))
    assert found.by_level[3, FRIENDS] / found.by_level[3, POPULAR] < 0.05
    assert (found.by_level > 0).all()


def test_a_source_that_is_not_heard_in_any_example_counts_as_it_says_itself():
    blend = as_blend(fitted(simulated({FRIENDS: 3.0}, 500, seed=3)))
    assert blend.weights["page"] == pytest.approx([OWN[PAGE]] * (len(LEVELS) + 1))


def test_votes_that_are_rounding_teach_nothing():
    """A festival that was not held before what is learned from lifts every category by 1, but for rounding:
    weighed by how much these votes vary, the next festival would be all that is heard.
    """
    told = simulated({FRIENDS: 3.0}, 500, seed=3)
    rounded = 4e-16 * np.random.default_rng(0).random(len(told.votes)) * told.chosen
    with_rounding = replace(told, votes=told.votes + rounded[:, None] * (np.arange(len(NAMES)) == PAGE))
    blend = as_blend(fitted(with_rounding))
    assert blend.weights["page"] == pytest.approx([OWN[PAGE]] * (len(LEVELS) + 1))


def test_a_level_of_which_little_is_seen_stays_near_everybody():
    found = fitted(simulated({FRIENDS: 3.0, POPULAR: 1.0}, 1_000, seed=4)).by_level
    few = fitted(simulated({POPULAR: 1.0}, 3, seed=4, level=1)).by_level
    assert found[0] == pytest.approx(found[3], abs=0.2)
    assert few[0] == pytest.approx(few[4])


@pytest.mark.parametrize("truth", [{FRIENDS: 2.0}, {POPULAR: 0.02, FRIENDS: 1.0, INTEREST: 0.6}, {}])
def test_what_was_learned_is_no_less_likely_than_the_sources_own_weights(truth: dict[int, float]):
    kept, fresh = chosen_weights(simulated(truth, 600, seed=5)), simulated(truth, 2_000, seed=6)
    worth = [log_likelihoods(fresh, one.by_level).sum() / 2_000 for one in (kept, own(fresh))]
    assert worth[0] > worth[1] - 0.01


def some_of(*parts: Examples) -> Examples:
    """Examples of different levels one after the other, of different people."""
    begins = np.cumsum([0, *(size for part in parts for size in np.diff(part.begins))])
    people = np.cumsum([0, *(len(part) for part in parts)])
    person = [part.person + first for part, first in zip(parts, people, strict=False)]
    columns = ("product", "votes", "chosen", "stands_for", "level")
    rest = {name: np.concatenate([getattr(part, name) for part in parts]) for name in columns}
    return Examples(begins=begins, person=np.concatenate(person), **rest)


@pytest.mark.parametrize("deaf", range(len(LEVELS) + 1))
def test_ties_that_carry_nothing_at_one_level_do_no_harm_there_and_are_heard_elsewhere(deaf: int):
    levels = [
        simulated({POPULAR: 4.0} if level == deaf else {FRIENDS: 4.0, POPULAR: 1.0}, 90, seed=8, level=level)
        for level in range(len(LEVELS) + 1)
    ]
    kept, silenced = chosen_weights(some_of(*levels)), fitted(levels[deaf], silent=("friends",))
    fresh = simulated({POPULAR: 4.0}, 3_000, seed=9, level=deaf)
    ours, theirs = (log_likelihoods(fresh, one.by_level).mean() for one in (kept, silenced))
    assert ours > theirs - 0.05
    assert kept.by_level[deaf, FRIENDS] < 0.1 * kept.by_level[deaf - 1, FRIENDS]


def test_the_fewer_are_told_the_nearer_the_weights_stay_to_the_sources_own():
    """Popularity counts as much as friends, and a fiftieth of that by itself."""

    def popular(questions: int) -> float:
        some = [simulated({FRIENDS: 2.0, POPULAR: 2.0}, questions, seed=seed) for seed in range(8)]
        return float(np.mean([fitted(one).by_level[3, POPULAR] for one in some]))

    one, ten, many = (popular(questions) for questions in (1, 10, 500))
    assert OWN[POPULAR] < one < ten < many
    assert one < 1
    assert many == pytest.approx(2, abs=0.1)


def test_whoever_is_silenced_whispers():
    found = fitted(simulated({FRIENDS: 3.0, POPULAR: 1.0}, 500, seed=7), silent=("friends",))
    assert found.by_level[3, FRIENDS] < 0.2 * WHISPER / OWN[POPULAR]
    assert found.by_level[3, POPULAR] > 0.5


def test_the_past_knows_nothing_of_what_came_after():
    whole = snapshot("ana>bea:tea @2d cy$mug")
    past = before(whole, int((START + timedelta(days=1)).timestamp() * 1e6))
    assert len(past.events) < len(whole.events)
    assert past.as_of < whole.as_of
    offered = {key: bool(past.products.available[whole.products.keys.row(key)]) for key in ("tea", "mug")}
    assert offered == {"tea": True, "mug": False}


def test_what_comes_at_the_time_of_the_cut_comes_after_it():
    whole = snapshot("".join(f" p{i}$tea" for i in range(20)))
    after = afterwards(whole, 0.25)
    assert len(after.rows) == 5
    assert after.events.at[after.rows].min() == after.cut
    assert before(whole, after.cut).events.at.max() < after.cut


def test_a_share_that_is_opened_within_the_hour_teaches_that_friends_are_heard():
    """Everybody opens what their one friend shares; only at the moment of the choice is the share there."""
    told = " ".join(
        f"@{10 + day}d a{day % 100}>:n{day} @{10 + day}.02d a{day % 100}>b{day % 100}:n{day}"
        for day in range(400)
    )
    crowd = " ".join(f"c{i}$p{(i * j) % 30}" for i in range(60) for j in range(3))
    whole = snapshot(f"{crowd} {told}")
    after = afterwards(whole, 0.5)
    past = before(whole, after.cut)
    moments = Moments.after(
        Shelf.of(past, strengths(past), np.zeros(len(past.people), np.int32)),
        past,
        after.cut,
        whole,
        strengths(whole),
    )
    found = examples(questions(after, moments))
    kept = chosen_weights(found)
    assert np.count_nonzero(found.chosen) > 100
    assert (found.votes[found.chosen][:, NEWS] > 0).all()
    assert as_blend(kept).weights["news"][2] >= OWN[NEWS]


def taught(told: str, monkeypatch: pytest.MonkeyPatch, **settings: Any) -> tuple[Analysis, list[Asked]]:
    """A fit that learns from little, and what it asked the past."""
    asked: list[Asked] = []

    def noting(some: Iterable[Asked], **bounds: Any) -> Examples:
        asked.extend(some)
        return examples(asked, **bounds)

    monkeypatch.setattr(learning, "ENOUGH", 10)
    monkeypatch.setattr(learning, "examples", noting)
    monkeypatch.setattr(popularity, "TOO_SMALL", 3)
    return Analysis.of(snapshot(told), **settings), asked


CIRCLE = " ".join(f"ana>b{i}:tea b{i}>ana:mug" for i in range(80)) + " ana>:pot @9d "


def test_who_comes_by_somebodys_share_was_not_in_their_community_before(monkeypatch: pytest.MonkeyPatch):
    analysis, asked = taught(CIRCLE + " ".join(f"ana>n{i}:pot" for i in range(20)), monkeypatch)
    taken, labels = analysis.snapshot, analysis.shelf.labels
    newcomers = [one for one in asked if taken.people.keys[one.ask.person or 0].startswith("n")]
    assert len(newcomers) == 20
    for one in newcomers:
        person = one.ask.person or 0
        assert analysis.shelf.popular.has_list(int(labels[person]))
        assert not one.shelf.popular.has_list(int(one.shelf.labels[person]))


def test_the_past_is_asked_by_the_calendar_and_the_cap_of_the_shop(monkeypatch: pytest.MonkeyPatch):
    ours, often = Calendar.of({"zone": "Europe/Berlin"}), Cap(times=1)
    told = CIRCLE + " ".join(f"ana>b{i}:pot" for i in range(20))
    _, asked = taught(told, monkeypatch, calendar=ours, cap=often)
    assert asked
    assert all((one.shelf.scenes.lifts.calendar, one.shelf.cap) == (ours, often) for one in asked)


def test_nothing_is_learned_from_little():
    whole = snapshot("ana>bea:tea ana>:mug cy$tea")
    lessons = learned(whole, partial(heard, seed=0))
    assert (lessons.blend, lessons.chances) == (Blend(), None)
    (found,) = suggest(Analysis.of(whole).shelf, [Ask(whole.people.row("bea"))], limit=3)
    assert all(one.opens is None for one in found.suggestions)


def rising(n: int, seed: int) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    dice = np.random.default_rng(seed)
    score = dice.exponential(size=n)
    return score, dice.random(n) < 0.3 * (1 - np.exp(-score))


def test_chances_rise_with_the_score_and_hold_on_showings_never_seen():
    learned_from, fresh = rising(20_000, seed=1), rising(20_000, seed=2)
    found = chances(*learned_from, np.zeros(20_000, np.intp))
    assert found is not None
    for steps in found.odds:
        values = [step.value for step in steps]
        assert values == sorted(values)
    told = np.array([found.of(score, 0).value for score in fresh[0]])
    for low, high in zip(
        np.quantile(told, [0, 0.25, 0.5, 0.75]), np.quantile(told, [0.25, 0.5, 0.75, 1]), strict=True
    ):
        inside = (told >= low) & (told <= high)
        assert told[inside].mean() == pytest.approx(fresh[1][inside].mean(), abs=0.02)


def test_an_interval_holds_the_true_chance_about_as_often_as_it_says():
    held = []
    for seed in range(60):
        score = np.repeat([1.0, 2.0], 300)
        opened = np.random.default_rng(seed).random(600) < np.repeat([0.05, 0.2], 300)
        found = chances(score, opened, np.zeros(600, np.intp))
        assert found is not None
        held += [found.of(s, 0).low <= p <= found.of(s, 0).high for s, p in ((1.0, 0.05), (2.0, 0.2))]
    assert np.mean(held) > 0.88


def test_no_chance_is_told_where_few_were_shown_or_none_opened():
    few, many = AT_LEAST - 1, 1_000
    assert chances(np.ones(few), np.ones(few, np.bool_), np.zeros(few, np.intp)) is None
    assert chances(np.ones(many), np.zeros(many, np.bool_), np.zeros(many, np.intp)) is None


def test_a_generated_shop_teaches_the_same_twice_and_every_suggestion_has_its_chance(tmp_path: Path):
    made_up(tmp_path / "shop", users=400, events=12_000, seed=5, noise=1.0, shape="csv")
    whole = Snapshot.of(log_of([str(tmp_path / "shop")], "sharegraph"))
    analysis = Analysis.of(whole)
    again = learned(whole, partial(heard, seed=0))
    assert again.blend == analysis.shelf.blend
    assert set(again.blend.weights) <= set(NAMES)
    answers = suggest(analysis.shelf, [Ask(row) for row in range(40)], limit=5)
    told = [one.opens for found in answers for one in found.suggestions]
    assert told
    assert all(chance is not None and 0 < chance.low < chance.value < chance.high < 1 for chance in told)


def test_content_is_heard_of_what_is_first_touched_after_the_fit_from_that_act_on():
    """At the cut nobody had touched the kettle, so it is not on offer; from ana's share on it is."""
    catalogue = [Product(key, category="kitchen") for key in ("tea", "mug", "kettle")]
    whole = snapshot("cy$mug ana>bea:tea @2d ana>:kettle @2.1d dan$tea @3d cy$kettle", catalogue=catalogue)
    cut = int((START + timedelta(days=1)).timestamp() * 1e6)
    past = before(whole, cut)
    shelf = Shelf.of(past, strengths(past), np.zeros(len(past.people), np.int32))
    moments = Moments.after(shelf, past, cut, whole, strengths(whole))
    cy, kettle = whole.people.row("cy"), whole.products.keys.row("kettle")
    assert cy is not None

    def named(at: timedelta) -> set[int]:
        then = moments.at(cy, int((START + at).timestamp() * 1e6))
        only = replace(then, blend=Blend().only("content", NAMES))
        (found,) = suggest(only, [Ask(cy)], limit=5)
        return {one.product for one in found.suggestions}

    assert kettle not in named(timedelta(days=1.5))
    assert kettle in named(timedelta(days=2.5))
