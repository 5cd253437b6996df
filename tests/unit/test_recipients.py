"""Whom to share with: who is listed, in what order, and how the reasons add up."""

from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from datetime import datetime
from typing import TypeVar

import numpy as np
import pytest
from scipy.special import logit

from graph.analysis import Analysis
from graph.errors import UnknownKey
from graph.evaluate.recipients import evaluate
from graph.events import Consent, Event, Kind, Product, User
from graph.kernels import circles as at
from graph.live.refit import after
from graph.log import EventColumns
from graph.openings import openings
from graph.recipients import (
    AudienceFilter,
    CircleReason,
    History,
    InterestReason,
    Recipient,
    Shared,
    TieReason,
    fitted,
    log_intensity,
    pairs,
    recipients,
    trials,
)
from graph.snapshot import Snapshot
from tests.toy import MINUTE, events, log_of, snapshot

R = TypeVar("R", TieReason, CircleReason, InterestReason)

CATALOGUE = [
    Product("tea", category="drinks"),
    Product("coffee", category="drinks"),
    Product("mug", category="dishes"),
]


def analysed(told: str | list[Event], users: Sequence[User] = ()) -> Analysis:
    return Analysis.of(snapshot(told, users=users, catalogue=CATALOGUE))


def product_row(analysis: Analysis, key: str) -> int:
    row = analysis.snapshot.products.keys.row(key)
    assert row is not None
    return row


def said(one: Recipient, kind: type[R]) -> R:
    """The reason of a kind that a recipient has."""
    return next(reason for reason in one.reasons if isinstance(reason, kind))


def asked(analysis: Analysis, sharer: str, product: str) -> list[Recipient]:
    who, what = analysis.snapshot.people.row(sharer), product_row(analysis, product)
    assert who is not None
    return list(recipients(analysis.sharing, [(who, what)], limit=10)[0])


def names(analysis: Analysis, found: Iterable[Recipient]) -> list[str]:
    return [analysis.snapshot.people.keys[one.person] for one in found]


def shut(
    person: str, at: datetime, *, personalisation: bool | None = None, named_to_friends: bool | None = None
) -> Event:
    return Event(
        f"{person} says no", Kind.CONSENT, at, user=person, consent=Consent(personalisation, named_to_friends)
    )


def test_who_opened_more_often_comes_first():
    shop = analysed("ana>bea:tea ana>cy,bea:mug")
    assert names(shop, asked(shop, "ana", "coffee")) == ["bea", "cy"]


def test_a_tie_in_either_direction_will_do_and_two_hops_will_not():
    shop = analysed("ana>bea:tea dan>ana:mug bea>eve:tea ana~fay")
    assert set(names(shop, asked(shop, "ana", "coffee"))) == {"bea", "dan", "fay"}


def test_an_interest_in_the_category_tips_the_scales():
    shop = analysed("zoe>bea:coffee zoe>cy:mug ana>bea,cy:mug")
    assert names(shop, asked(shop, "ana", "tea")) == ["bea", "cy"]


def test_a_friend_who_follows_no_longer_is_none():
    shop = analysed("ana~bea ana~cy ana/~bea zoe>:tea")
    assert names(shop, asked(shop, "ana", "tea")) == ["cy"]


def test_reasons_name_the_tie_its_record_and_people_in_common():
    shop = analysed("ana>bea:tea ana>:mug ana>cy:coffee cy>bea:mug")
    bea = next(one for one in asked(shop, "ana", "tea") if names(shop, [one]) == ["bea"])
    tie, circle = said(bea, TieReason), said(bea, CircleReason)
    assert (tie.opened, tie.of_shares) == (1, 3)
    assert (circle.in_common, circle.size) == (1, 2)


def test_a_sharer_is_not_told_what_friends_opened_of_others():
    shop = analysed("zoe>bea:coffee ana>bea:mug")
    told = {reason for reason in asked(shop, "ana", "tea")[0].reasons if isinstance(reason, InterestReason)}
    assert [reason.because for reason in told] == [()]
    to_the_shop = shop.audience(product_row(shop, "tea"), limit=1)[0]
    assert any(isinstance(reason, InterestReason) for reason in to_the_shop.reasons)


@pytest.mark.parametrize("purpose", ["personalisation", "named_to_friends"])
def test_who_said_no_is_not_listed(purpose):
    told = events("ana>bea,cy:tea")
    shop = analysed([*told, shut("bea", told[-1].at + MINUTE, **{purpose: False})])
    assert names(shop, asked(shop, "ana", "mug")) == ["cy"]


def test_a_visitor_without_an_account_is_not_listed_until_they_turn_out_to_be_somebody():
    told = "ana>?v,bea:tea"
    shop = analysed(told)
    assert names(shop, asked(shop, "ana", "mug")) == ["bea"]
    joined = analysed(f"{told} cy=?v")
    assert names(joined, asked(joined, "ana", "mug")) == ["bea", "cy"]


@pytest.mark.parametrize("more", ["ana>?w:tea", "?w.view:tea", "cy=?v", "cy=?w ana>cy:tea", "ana>dan:tea"])
def test_who_is_a_visitor_in_a_delta_is_one_to_an_immediate_refit(more):
    told = "ana>?v,bea:tea ana~w"
    whole = log_of(events(f"{told} {more}"))
    before = len(events(told))
    fitted = Analysis.of(Snapshot.of(log_of(events(told))))
    rows = np.arange(len(whole.events)) >= before
    columns = {field.name: getattr(whole.events, field.name)[rows] for field in fields(EventColumns)}
    delta = replace(whole, since=fitted.snapshot.version, share_ids=[], events=EventColumns(**columns))
    live, anew = after(fitted, delta), Analysis.of(Snapshot.of(whole))
    said = [
        {
            key
            for key in ("v", "w", "bea", "cy", "dan")
            if shop.sharing.named[shop.snapshot.people.row(key) or 0]
        }
        for shop in (live, anew)
    ]
    assert said[0] == said[1]


def test_a_sharer_who_wants_no_personal_answer_has_no_friends_here():
    told = events("ana>bea,cy:tea")
    shop = analysed([*told, shut("ana", told[-1].at + MINUTE, personalisation=False)])
    assert asked(shop, "ana", "mug") == []


def test_what_somebody_who_said_no_did_leads_to_nobody():
    told = events("ana>bea:tea bea>cy:tea ana>cy:mug")
    open_, closed = (
        analysed(told),
        analysed([*told, shut("bea", told[-1].at + MINUTE, personalisation=False)]),
    )
    cy = [
        next(one for one in asked(shop, "ana", "tea") if names(shop, [one]) == ["cy"])
        for shop in (open_, closed)
    ]
    assert [said(one, CircleReason).in_common for one in cy] == [1, 0]


def test_the_first_of_many_are_the_first_of_few():
    shop = analysed("ana>bea,cy,dan:tea ana>cy:mug")
    ana, tea = list(shop.snapshot.people.keys).index("ana"), product_row(shop, "tea")
    many, few = (recipients(shop.sharing, [(ana, tea)], limit=limit)[0] for limit in (10, 2))
    assert many[:2] == few


def test_questions_asked_together_are_answered_as_alone():
    shop = analysed("ana>bea,cy:tea bea>cy:mug cy>dan:coffee")
    every = [(person, product) for person in range(4) for product in range(3)]
    together = recipients(shop.sharing, every, limit=5)
    assert together == [recipients(shop.sharing, [one], limit=5)[0] for one in every]


def test_without_a_log_of_its_own_a_fresh_opening_is_worth_a_tenth():
    shop = analysed("ana>bea:tea")
    (bea,) = asked(shop, "ana", "mug")
    assert bea.opens.low < 0.1 < bea.opens.high
    assert bea.opens.value == pytest.approx(0.1, abs=0.02)


def test_an_empty_shop_answers():
    empty = Analysis.of(snapshot(""))
    assert len(empty.sharing.history.base) == 0
    nobody = History.of(empty.snapshot, empty.openings, np.zeros(0, np.bool_))
    assert fitted(nobody, Shared.of(empty.snapshot, empty.openings)).trials == 0


NEW = Product("new")
"""What nobody in the busy shop has shared."""


def busy(seed: int = 3, people: int = 30, shares: int = 300):
    """A shop in which each person's shares are opened by the next two, the nearer one more often."""
    chance = np.random.default_rng(seed)
    words = []
    for step in range(shares):
        sharer = int(chance.integers(people))
        near, far = (sharer + 1) % people, (sharer + 2) % people
        opener = near if chance.random() < 0.8 else far
        words.append(
            f"@{step}h u{sharer:02}>u{opener:02}:{chance.choice(['tea', 'mug', 'coffee'])}{step % 9}"
        )
    return " ".join(words)


@pytest.fixture(scope="module")
def learned() -> Analysis:
    return Analysis.of(snapshot(busy(), catalogue=[NEW]))


def test_a_score_is_the_sum_of_its_reasons(learned):
    model = learned.sharing.model
    assert model.trials > 100
    every = [(person, product) for person in range(30) for product in (0, 5)]
    listed = [one for answer in recipients(learned.sharing, every, limit=10) for one in answer]
    listed += learned.audience(3, limit=10)
    for one in listed:
        assert sum(reason.weight for reason in one.reasons) == pytest.approx(
            logit(one.opens.value) - model.average_log_odds, abs=1e-9
        )


def test_the_nearer_neighbour_is_the_better_bet(learned):
    new = product_row(learned, "new")
    first = [
        answer[0].person for answer in recipients(learned.sharing, [(u, new) for u in range(30)], limit=1)
    ]
    assert np.mean([who == (u + 1) % 30 for u, who in enumerate(first)]) > 0.8


def test_chances_agree_with_how_often_people_opened(learned):
    # Each share has one opener, one of the two who listen: chances of a sharer's friends sum to about one.
    new = product_row(learned, "new")
    answers = recipients(learned.sharing, [(u, new) for u in range(30)], limit=10)
    assert np.mean([sum(one.opens.value for one in answer) for answer in answers]) == pytest.approx(
        1, abs=0.35
    )


def seldom(sharers: int = 40, shares: int = 20, seed: int = 0) -> str:
    """Everybody has one friend, who opens one share in ten; the log has every share."""
    opens = np.random.default_rng(seed).random((shares, sharers)) < 0.1
    return " ".join(
        f"s{who}>{f'f{who}' if opens[step, who] else ''}:p{step}"
        for step in range(shares)
        for who in range(sharers)
    )


def test_a_share_that_nobody_opened_counts_as_much_as_one_that_was():
    shop = analysed(seldom())
    keys = shop.snapshot.people.keys
    asked_about = [(row, product_row(shop, "p0")) for row in range(len(keys)) if keys[row].startswith("s")]
    told = [one.opens for answer in recipients(shop.sharing, asked_about, limit=9) for one in answer]
    assert len(told) > 30
    assert np.mean([chance.value for chance in told]) == pytest.approx(0.1, abs=0.04)
    assert np.mean([chance.low for chance in told]) < 0.1 < np.mean([chance.high for chance in told])


def test_an_evaluation_asks_about_shares_that_nobody_opened():
    found = evaluate(log_of(events(seldom())))
    assert found.unopened / found.shares == pytest.approx(0.9, abs=0.05)
    curve = [(bin_.foretold, bin_.happened.value) for bin_ in found.chances.curve]
    foretold, came = np.average(curve, axis=0, weights=[bin_.trials for bin_ in found.chances.curve])
    assert came == pytest.approx(0.1, abs=0.05)
    assert foretold == pytest.approx(came, abs=0.05)


def came_of_last(told: str | list[Event], sharer: str) -> list[bool]:
    """Whether each of those asked about somebody's latest share opened it, those who did not first."""
    shop = analysed(told)
    shared = Shared.of(shop.snapshot, shop.openings)
    last = np.flatnonzero(shared.sharer == shop.snapshot.people.row(sharer))[-1:]
    return sorted(trials(shop.sharing.history, shared, last, int(shared.at[last[0]])).came.tolist())


def test_a_trial_is_a_friend_who_opened_the_share_or_did_not():
    assert came_of_last("ana>bea,cy:tea dan>eve:mug ana>bea:coffee", "ana") == [False, True]


def test_a_share_is_no_trial_for_whom_it_was_passed_on_from():
    before = "bea>ana:tea ana>cy:tea"
    assert came_of_last(f"{before} bea>:coffee ana>cy:coffee", "ana") == [False, True]
    assert came_of_last(f"{before} bea>ana>cy:coffee", "ana") == [True]


def test_a_share_that_names_whom_it_reached_is_a_trial_for_them_alone():
    told = events("ana>bea,cy:tea ana>:coffee")
    assert came_of_last(told, "ana") == [False, False]
    assert came_of_last([*told[:-1], replace(told[-1], recipient="cy")], "ana") == [False]


def test_implied_shares_are_asked_about_only_where_there_are_no_others():
    told = events("ana>bea:tea ana>cy:mug ana>:coffee")
    some = [replace(one, implied=one.product != "coffee") for one in told]
    every = [replace(one, implied=True) for one in told]
    for log, asked_about in ((told, 3), (some, 1), (every, 3)):
        shop = snapshot(log)
        assert len(Shared.of(shop, openings(shop))) == asked_about


def test_a_share_younger_than_people_wait_counts_little_until_it_is_opened():
    shop = snapshot("ana>:tea @1h ana>bea:tea ana>:mug @2h ana>:coffee")
    assert Shared.of(shop, openings(shop)).ripe.tolist() == pytest.approx([1, 1 / 3, 1 / 3])


def test_counts_are_those_of_ten_lines_of_python(learned):
    history, before = learned.sharing.history, learned.sharing.before
    acts = list(
        zip(*(getattr(history.base, name).tolist() for name in ("source", "target", "product")), strict=True)
    )
    found = pairs(history, np.array([4], np.int32), np.array([2], np.int32), np.array([before], np.int64))
    for who, counts in zip(found.people.tolist(), found.counts, strict=True):
        assert counts[at.OPENED] == sum(a[:2] == (4, who) for a in acts)
        assert counts[at.ANSWERED] == sum(a[:2] == (who, 4) for a in acts)
        assert counts[at.OPENS] == sum(a[1] == who for a in acts)
        assert counts[at.SHARED] == sum(a[0] == who for a in acts)
        tied = [{b if a == one else a for a, b, _ in acts if one in {a, b}} for one in (4, who)]
        assert counts[at.IN_COMMON] == len(tied[0] & tied[1])
        assert counts[at.CROWD] == len(tied[0])


def test_a_delta_answers_as_an_immediate_refit_but_for_the_weights(learned):
    told = events(busy())
    more = events(busy() + " u04>u20:tea1 u20>u04:mug9 u00>u29:coffee2")
    whole = log_of([*more, shut("u07", more[-1].at + MINUTE, personalisation=False)], catalogue=[NEW])
    then = Snapshot.of(log_of(told, catalogue=[NEW]))
    rows = np.arange(len(whole.events)) >= len(told)
    columns = {field.name: getattr(whole.events, field.name)[rows] for field in fields(EventColumns)}
    ids = [event.id for event in more[len(told) :] if event.kind is Kind.SHARE]
    delta = replace(whole, since=then.version, share_ids=ids, events=EventColumns(**columns))
    live, anew = after(learned, delta), Analysis.of(Snapshot.of(whole))
    every = [(person, product) for person in range(30) for product in (0, 5)]
    refit = replace(anew.sharing, model=learned.sharing.model)
    assert recipients(live.sharing, every, limit=10) == recipients(refit, every, limit=10)


@pytest.mark.parametrize(
    ("chosen", "listed"),
    [
        (AudienceFilter(), {"ana", "bea", "cy", "dan"}),
        (AudienceFilter(region="Hainan"), {"bea"}),
        (AudienceFilter(exclude=frozenset({0})), {"bea", "cy", "dan"}),
    ],
)
def test_an_audience_is_of_those_who_pass_the_filter(chosen, listed):
    shop = analysed("ana>bea,cy:tea cy>dan:mug", users=[User("bea", region="Hainan")])
    assert set(names(shop, shop.audience(0, chosen, limit=10))) == listed


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        (AudienceFilter(region="the moon"), "nobody lives in 'the moon'; the commonest are Hainan"),
        (AudienceFilter(region=""), "nobody lives in ''; the commonest are Hainan"),
        (AudienceFilter(community=10**9), "no community has this id now"),
    ],
)
def test_an_audience_of_what_there_is_not_is_none(chosen, said):
    shop = analysed("ana>bea,cy:tea cy>dan:mug", users=[User("bea", region="Hainan")])
    with pytest.raises(UnknownKey, match=said):
        shop.audience(0, chosen, limit=10)


def test_an_audience_may_be_those_who_did_something_lately():
    shop = analysed("ana>bea,cy:tea @2h cy>dan:mug")
    since = shop.snapshot.as_of - 60_000_000
    assert set(names(shop, shop.audience(0, AudienceFilter(active_since=since), limit=10))) == {"cy", "dan"}


def test_an_audience_leaves_out_who_wants_no_personal_answer():
    told = events("ana>bea,cy:tea")
    shop = analysed([*told, shut("bea", told[-1].at + MINUTE, personalisation=False)])
    assert "bea" not in names(shop, shop.audience(0, limit=10))


def test_two_fits_of_one_log_are_equal(learned):
    again = fitted(learned.sharing.history, Shared.of(learned.snapshot, learned.openings))
    counts = pairs(
        learned.sharing.history, np.arange(30, dtype=np.int32), np.zeros(30, np.int32), np.full(30, 2**62)
    ).counts
    first, second = (log_intensity(model.terms(counts)) for model in (again, learned.sharing.model))
    np.testing.assert_array_equal(first, second)
