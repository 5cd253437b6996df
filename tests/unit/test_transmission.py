"""The chance that a share is opened: what counts as a trial, who gets the credit, what is believed."""

from dataclasses import replace

import numpy as np
import pytest

from graph.generate import ShopModel, generate
from graph.snapshot import Snapshot
from graph.ties import Ties, strengths, ties
from graph.ties.commons import Acquaintance
from graph.ties.credit import Acts
from graph.ties.estimators import COUNTED, INNER, MET, WHOLE, Question, alike, choice, likelihood
from graph.ties.heldout import held_out
from graph.ties.pooled import LEAST, pooled
from graph.ties.sights import Sights, ripe
from graph.ties.taste import Taste
from graph.ties.trials import Reading, Trials, trials
from graph.timeline import Rows
from tests.toy import events, log_of, snapshot


def seen(told: str) -> tuple[Snapshot, Sights]:
    taken = snapshot(told)
    return taken, Sights.of(taken)


def pair(taken: Snapshot, source: str, target: str) -> int:
    row = taken.people.row
    return (row(source) or 0) * len(taken.people) + (row(target) or 0)


def tried(told: str, source: str, target: str, *, since_met: bool = True) -> tuple[Trials, int]:
    taken, known = seen(told)
    found = trials(taken, known, known.met, Taste.none(taken), Reading(since_met))
    return found, int(np.searchsorted(known.met, pair(taken, source, target)))


def question(taken: Snapshot) -> Question:
    known = Sights.of(taken)
    return Question(taken, known, known.met, alike(taken))


@pytest.fixture(scope="module")
def shop() -> Snapshot:
    made = generate(ShopModel(users=150, events=4_000, seed=5))
    return Snapshot.of(log_of(made.said(), users=list(made.said_of_users())))


def test_a_share_with_a_recipient_is_told_and_a_miss_where_it_is_not_opened():
    told = list(events("ana>:tea ana>bea:mug"))
    told[0] = type(told[0])(**{**{f: getattr(told[0], f) for f in told[0].__slots__}, "recipient": "cy"})
    taken = snapshot(told)
    known = Sights.of(taken)
    assert known.told.tolist() == [True, False]
    share, person = known.misses
    assert [taken.people.keys[p] for p in person] == ["cy"]
    assert share.tolist() == [0]


def test_an_untold_share_is_a_trial_of_which_nobody_knows_whether_it_was_seen():
    found, at = tried("ana>bea:tea ana>:mug ana>:tent", "ana", "bea")
    assert (found.hits[at], found.missed[at]) == (0, 0)
    assert 0 < found.latent[at].sum() <= 2


def test_trials_since_two_met_leave_out_the_open_that_says_they_are_tied():
    story = "ana>:mug ana>bea:tea ana>bea:tent"
    since, at = tried(story, "ana", "bea")
    whole, there = tried(story, "ana", "bea", since_met=False)
    assert (since.hits[at], whole.hits[there]) == (1, 2)
    assert whole.chosen[there]
    assert not since.chosen[at]


def test_nobody_is_tried_by_what_they_passed_on_themselves():
    story = "bea>ana:tea ana>bea:mug bea>ana>:tea"
    found, at = tried(story, "ana", "bea", since_met=False)
    assert found.latent[at].sum() == pytest.approx(0, abs=1e-6)


def test_what_was_shared_just_now_is_hardly_a_miss_yet():
    assert ripe(np.array([60, 3_600, 86_400]), np.array([30, 90_000])).round(2).tolist() == [0.14, 1.0]


def test_a_pair_knows_its_acquaintances_in_common_without_itself():
    met = np.array([0 * 5 + 1, 1 * 5 + 2, 2 * 5 + 0, 3 * 5 + 4])
    one, other = np.array([0, 3, 0], np.int32), np.array([1, 4, 3], np.int32)
    assert Acquaintance.of(met, 5).in_common(one, other, 3).tolist() == [1, 0, 0]


def test_credit_for_an_act_is_whole_equal_or_as_it_fits_best():
    taken = snapshot("ana>bea:mug ana>:tea cy>bea:mat cy>:tea ana>bea:tea cy>dan:tea")
    asked = question(taken)
    acts = Acts.of(taken, asked.sights, asked.pairs)
    both = [int(np.searchsorted(asked.pairs, pair(taken, who, "bea"))) for who in ("ana", "cy")]
    assert acts.bernoulli()[both].tolist() == [2, 2]
    assert acts.partial()[both].tolist() == [1.5, 1.5]
    assert np.all((acts.em()[both] >= 1.5) & (acts.em()[both] <= 2))


def test_posteriors_are_proper_and_more_opens_make_them_larger(shop: Snapshot):
    asked = question(shop)
    found = trials(shop, asked.sights, asked.pairs, Taste.none(shop), Reading(since_met=False))
    fit = pooled(found, tells=True)
    assert np.all((fit.alpha > 0) & (fit.beta > 0))
    mean = fit.alpha / (fit.alpha + fit.beta)
    assert mean[found.hits > 1].mean() > mean[found.hits == 1].mean() > mean[found.hits == 0].mean()
    assert np.all((fit.seen > 0) & (fit.seen <= 1))


@pytest.mark.parametrize("tells", [True, False])
def test_a_mean_that_nobody_bears_out_ends_at_the_least_there_is(*, tells: bool):
    crowd = " ".join(f"hub>u{n}:tea" for n in range(25))
    found, _ = tried(f"{crowd} @2d hub>ann:mug @3d hub>ben:mug", "hub", "u0")
    fit = pooled(found, tells=tells)
    assert np.all(fit.kinds >= LEAST)
    assert np.all((fit.alpha > 0) & (fit.beta > 0))


def test_every_estimator_foretells_every_trial(shop: Snapshot):
    known = Sights.of(shop)
    cut = int(np.quantile(shop.shares.at, 0.7))
    before = Sights.of(shop, cut)
    asked = Question(shop, before, before.met, alike(shop))
    later = held_out(shop, known, cut, before.met)
    assert later.happened.any()
    for name, believe in {**COUNTED, **MET, **WHOLE}.items():
        chance = believe(asked).chances(later)
        assert np.all((chance >= 0) & (chance <= 1)), name
        assert likelihood(chance, later) > np.log(0.5), name


def test_the_log_chooses_the_estimator_and_says_how_all_fared(shop: Snapshot):
    found = choice(shop, alike(shop), Sights.of(shop))
    assert found.scores.keys() == {*COUNTED, *MET, *WHOLE}
    assert found.name == max(found.scores, key=found.scores.__getitem__)
    assert ties(shop).learned_by == found.name


def test_what_comes_later_says_nothing_of_before(shop: Snapshot):
    cut = int(np.quantile(shop.shares.at, 0.5))
    before = Sights.of(shop, cut)
    assert np.all(shop.shares.at[before.by_sharer] < cut)
    assert len(before.met) < len(Sights.of(shop).met)


def test_the_choice_knows_communities_as_of_its_inner_cut_alone(shop: Snapshot):
    asked: list[int] = []

    def circles(until: int) -> Rows:
        asked.append(until)
        return np.zeros(len(shop.people), np.int32)

    kinds = np.arange(len(shop.products), dtype=np.int32) % 2
    choice(replace(shop, products=replace(shop.products, category=kinds)), circles, Sights.of(shop))
    times = np.sort(shop.shares.at)
    assert set(asked) == {int(times[int(INNER * len(times))])}


def test_ties_before_a_time_are_those_of_the_log_that_ended_then(shop: Snapshot):
    cut = int(np.quantile(shop.shares.at, 0.6))
    count = int(np.searchsorted(shop.events.at, cut))
    ended = replace(shop, events=shop.events.at_rows(np.arange(count)), as_of=cut - 1)
    then, known = strengths(shop, until=cut), strengths(ended)
    assert np.array_equal(then.source, known.source)
    assert np.array_equal(then.strength, known.strength)
    assert then.last_at.max() < cut
    assert len(then) < len(strengths(shop))


def test_a_log_that_tells_nobody_s_sight_takes_seeing_and_opening_as_one():
    found: Ties = ties(snapshot("ana>bea:tea ana>:mug ana>bea:tent"))
    assert np.all(found.seen == 1)
    assert found.per_share.tolist() == found.transmission.tolist()


def test_a_tie_is_told_with_the_chance_that_a_share_is_seen_and_opened():
    shop = snapshot("ana>bea:tea ana>bea:mug ana>:cup")
    tied = ties(shop)
    told = replace(tied, seen=np.full(len(tied), 0.5)).tie(0)
    assert told.transmission.value == pytest.approx(tied.transmission[0] / 2)
    assert told.transmission.low <= told.transmission.value <= told.transmission.high
