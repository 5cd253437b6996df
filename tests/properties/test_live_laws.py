"""A fit and a delta answer what a refit of the whole would answer, in whatever order the log arrived.

A story is told in order of time; it is cut anywhere, and any of the events before the cut may arrive after
it. What refers to a share arrives with it or later, as a store has it.
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.analysis import Analysis
from graph.errors import InvalidInput
from graph.events import Consent, Event, Kind, User, Verdict
from graph.live.refit import LiveAnalysis, after
from graph.log import EventColumns, Log
from graph.snapshot import Snapshot
from graph.suggest import Ask, FriendReason, suggest
from graph.suggest.proof import social_proof
from graph.suggest.shown import Cap
from loaders.ingest import ingest_events
from loaders.stores.embedded import EmbeddedStore
from tests.toy import START, events, log_of

person = st.sampled_from([*"abcde", "?v", "?w"])
account, product = st.sampled_from("abcde"), st.sampled_from(["tea", "mug", "tent"])
KINDS = ["view", "cart", "like", "not_interested", "already_owned", "clear", "exposure"]
CAPS = Cap(times=1, in_a_row=0), Cap(times=0, in_a_row=2)
WORD = st.one_of(
    st.builds("{}>{}:{}".format, account, person, product),
    st.builds("{}>{}:{}".format, person, person, product),
    st.builds("{}>:{}".format, account, product),
    st.builds("{}${}=5".format, person, product),
    st.builds("{}${}=-5".format, account, product),
    st.builds("{}.{}:{}".format, person, st.sampled_from(KINDS), product),
    st.builds("{}~{}".format, account, account),
    st.builds("{}/~{}".format, account, account),
    st.builds("{}=?{}".format, account, st.sampled_from(["v", "w", "e"])),
    st.builds("{}=?v".format, account),
)
VISITORS = ("v", "w")
LATER = START + timedelta(days=400)


@dataclass(frozen=True)
class Arrived:
    """A story in the order in which it came to a store, and how much of it was there at the fit."""

    story: list[Event]
    known: int
    late: int = 0


@st.composite
def arrivals(draw: st.DrawFn) -> Arrived:
    """Any story of up to forty words, half a year between two of them perhaps."""
    words = draw(st.lists(WORD, min_size=2, max_size=40))
    words.insert(draw(st.integers(0, len(words))), draw(st.sampled_from(["@1d", "@180d"])))
    told = events(" ".join(words))
    known = len(told) - draw(st.integers(0, len(told)))
    late = draw(st.sets(st.integers(0, max(known - 1, 0)), max_size=20))
    return arrived(told, known, late)


def arrived(told: list[Event], known: int, late: AbstractSet[int]) -> Arrived:
    """late: positions among the first `known` events of those that arrive after them, with what refers to
    them.
    """
    behind: dict[str, Event] = {}
    for position, event in enumerate(told[:known]):
        if position in late or event.through in behind or event.parent_share in behind:
            behind[event.id] = event
    first = [event for event in told[:known] if event.id not in behind]
    return Arrived([*first, *behind.values(), *told[known:]], len(first), len(behind))


def split(log: Log, known: int) -> tuple[Log, Log]:
    """What a store hands out after so many events, and what came after."""
    parts = []
    for rows in (slice(0, known), slice(known, None)):
        columns = {name: getattr(log.events, name)[rows] for name in EventColumns.__slots__}
        shares = (log.events.kind == Kind.SHARE).cumsum()
        before = int(shares[known - 1]) if rows.start and known else 0
        upto = int(shares[-1]) if rows.stop is None else (int(shares[known - 1]) if known else 0)
        parts.append(
            _named(replace(log, events=EventColumns(**columns), share_ids=log.share_ids[before:upto]))
        )
    return parts[0], replace(parts[1], version="whole", since=parts[0].version)


def _named(log: Log) -> Log:
    """Only the people, products and words that occur, as a store hands them out."""
    events = log.events
    columns = {name: getattr(events, name) for name in EventColumns.__slots__}
    texts: dict[str, Any] = {}
    for kind, names in {
        "people": ("user", "visitor", "other", "recipient", "sharer"),
        "products": ("product",),
        "words": ("order", "channel", "campaign", "device", "region", "surface", "currency"),
    }.items():
        used = np.unique(np.concatenate([columns[name] for name in names]))
        used = used[used >= 0]
        for name in names:
            code = np.searchsorted(used, columns[name]).astype(np.int32)
            columns[name] = np.where(columns[name] < 0, -1, code).astype(np.int32)
        texts[kind] = [getattr(log, kind)[code] for code in used]
    return replace(log, events=EventColumns(**columns), **texts)


def both(
    came: Arrived, then: Sequence[User] = (), since: Sequence[User] = ()
) -> tuple[LiveAnalysis, Analysis]:
    """The fit with the rest on top, and the fit of everything. then, since: what was said of people before
    and after the first fit.
    """
    log = log_of(came.story, users=[*then, *since])
    first, rest = split(log, came.known)
    first, rest = replace(first, users=list(then)), replace(rest, users=list(since))
    whole = Analysis.of(Snapshot.of(replace(log, version="whole")))
    return after(Analysis.of(Snapshot.of(first)), rest), whole


def tied(analysis: Analysis) -> dict[tuple[str, str], tuple[float, int | None]]:
    keys = analysis.snapshot.people.keys
    found = {}
    for row in range(len(keys)):
        for position in analysis.ties.friends(row):
            tie = analysis.ties.tie(int(position))
            assert tie.target == row
            found[keys[tie.source], keys[row]] = (tie.strength, tie.last_active_at)
    return found


def listened(analysis: Analysis) -> set[tuple[str, str]]:
    keys = analysis.snapshot.people.keys
    return {
        (keys[row], keys[analysis.ties.tie(int(position)).target])
        for row in range(len(keys))
        for position in analysis.ties.listeners(row)
    }


def shared(analysis: Analysis) -> dict[str, tuple[str, str, str | None, bool]]:
    snapshot = analysis.snapshot
    shares = snapshot.shares
    return {
        shares.ids[row]: (
            snapshot.people.keys[int(shares.person[row])],
            snapshot.products.keys[int(shares.product[row])],
            shares.ids[int(shares.parent[row])] if shares.parent[row] >= 0 else None,
            bool(shares.inferred[row]),
        )
        for row in range(len(shares))
    }


def set_off(analysis: Analysis) -> dict[str, tuple[int, int]]:
    counted, ids = analysis.cascades, analysis.snapshot.shares.ids
    return {
        ids[row]: (int(counted.share_opens[row]), int(counted.share_purchases[row]))
        for row in range(len(ids))
    }


def friends_say(analysis: Analysis, key: str) -> dict[tuple[str, str, Kind, int, str | None], float]:
    snapshot, row = analysis.snapshot, analysis.snapshot.people.row(key)
    (answer,) = suggest(analysis.shelf, [Ask(row)], limit=100)
    return {
        (
            snapshot.products.keys[found.product],
            snapshot.people.keys[reason.friend],
            reason.action,
            reason.at,
            None if reason.share is None else snapshot.shares.ids[reason.share],
        ): reason.weight
        for found in answer.suggestions
        for reason in found.reasons
        if isinstance(reason, FriendReason)
    }


def proofs(analysis: Analysis, key: str) -> list[tuple[str, int, Kind | None, int | None]]:
    keys = analysis.snapshot.products.keys
    row = analysis.snapshot.people.row(key)
    assert row is not None
    found = social_proof(analysis.shelf, row, [keys.row(product) or 0 for product in sorted(keys)])
    return [(keys[proof.product], proof.friends, proof.action, proof.latest_at) for proof in found]


def own(analysis: Analysis, key: str) -> tuple[dict[str, Any], dict[str, Verdict], list[set[str]]]:
    keys, row = analysis.snapshot.products.keys, analysis.snapshot.people.row(key)
    assert row is not None
    acts = analysis.shelf.engaged.of(row)
    told = zip(acts.product.tolist(), acts.taste.tolist(), acts.bought.tolist(), strict=True)
    taste = {keys[product]: (pytest.approx(taste, rel=1e-5), bought) for product, taste, bought in told}
    words = {keys[product]: word for product, word in analysis.shelf.verdicts.of(row).items()}
    resting = [{keys[product] for product in analysis.shelf.shown.resting(row, cap).tolist()} for cap in CAPS]
    return taste, words, resting


def standings(analysis: Analysis) -> dict[str, int]:
    return dict(zip(analysis.snapshot.products.keys, analysis.shelf.stands.tolist(), strict=True))


def agree(live: LiveAnalysis, refit: Analysis) -> None:
    for key in [*"abcde", "v", "w", "x"]:
        one, other = live.snapshot.people.row(key), refit.snapshot.people.row(key)
        assert (one is None) == (other is None)
        if one is not None and other is not None:
            assert live.snapshot.people.keys[one] == refit.snapshot.people.keys[other]
    assert shared(live) == shared(refit)
    assert live.totals == refit.totals
    assert set_off(live) == set_off(refit)
    assert standings(live) == standings(refit)
    assert len(live.ties) == len(refit.ties)
    people = live.snapshot.people
    assert len(people) - people.merged == len(refit.snapshot.people)
    mine, theirs = tied(live), tied(refit)
    assert mine.keys() == theirs.keys() == listened(live)
    for pair, (strength, at) in theirs.items():
        assert mine[pair][0] == pytest.approx(strength, abs=1e-9)
        assert mine[pair][1] == at


@settings(max_examples=100, deadline=None)
@given(arrivals())
def test_a_fit_and_a_delta_know_what_a_refit_knows(came: Arrived):
    live, refit = both(came)
    if live.overdue:
        assert came.late
        return
    agree(live, refit)


@settings(max_examples=100, deadline=None)
@given(arrivals())
def test_a_fit_and_a_delta_suggest_what_friends_did_as_a_refit_does(came: Arrived):
    live, refit = both(came)
    if live.overdue:
        return
    for key in refit.snapshot.people.keys:
        assert friends_say(live, key) == pytest.approx(friends_say(refit, key), rel=1e-5)
        assert proofs(live, key) == proofs(refit, key)
        assert own(live, key) == own(refit, key)


USERS = st.lists(
    st.builds(
        User, account, st.sampled_from([None, "Ana", "Bea"]), st.sampled_from([None, "north", "south"])
    ),
    max_size=4,
    unique_by=lambda user: user.key,
)
"""What a shop says of its accounts; a store hands out one word of each, the latest."""


@settings(max_examples=100, deadline=None)
@given(arrivals(), USERS, USERS, st.sampled_from(VISITORS), st.sampled_from(["then", "since"]))
def test_people_are_called_what_a_refit_calls_them(
    came: Arrived, then: list[User], since: list[User], visitor: str, early: str
):
    (then if early == "then" else since).append(User(visitor, "somebody", "west"))
    then = [user for user in then if user.key not in {later.key for later in since}]
    live, refit = both(came, then, since)
    if live.overdue:
        return
    one, other = live.snapshot.people, refit.snapshot.people
    for row, key in enumerate(other.keys):
        mine = one.row(key)
        assert mine is not None
        assert (one.names[mine], one.regions[mine]) == (other.names[row], other.regions[row])


@pytest.mark.parametrize(
    ("told", "late"),
    [
        ("ana=?v bea>ana:tea", 0),
        ("?v.view:tea ana=?v bea>ana:tea", 1),
        ("ana=?v ana=?v bea>ana:tea", 1),
    ],
)
def test_a_join_that_came_late_and_contradicts_none_is_heard(told: str, late: int):
    story = events(told)
    live, _ = both(arrived(story, len(story) - 1, {late}))
    assert not live.overdue
    assert live.snapshot.people.row("v") == live.snapshot.people.row("ana")


@pytest.mark.parametrize(
    ("told", "late"),
    [
        ("ana=?v bea=?v bea>ana:tea", 0),
        ("ana=?v bea=?v bea>ana:tea", 1),
        ("ana=?bea bea=?ana cy>ana:tea", 0),
    ],
)
def test_a_join_that_came_too_late_to_be_heard_in_its_turn_asks_for_a_fit(told: str, late: int):
    story = events(told)
    live, _ = both(arrived(story, len(story) - 1, {late}))
    assert live.overdue


def test_a_join_that_contradicts_an_earlier_one_is_refused_and_nothing_is_overdue():
    live, refit = both(Arrived(events("ana=?v bea=?v bea=?v"), 1))
    assert not live.overdue
    assert live.snapshot.people.refused_joins == refit.snapshot.people.refused_joins == 1


@settings(max_examples=10, deadline=None)
@given(arrivals(), account)
def test_after_somebody_was_forgotten_a_delta_follows_the_next_fit(came: Arrived, gone: str):
    then, since = came.story[: came.known], came.story[came.known :]
    with TemporaryDirectory() as folder, closing(EmbeddedStore(Path(folder) / "shop.db")) as store:
        ingest_events(then, store, now=LATER)
        before = store.version()
        if store.forget(gone):
            assert not store.continues(before)
        fit = Analysis.of(Snapshot.of(store.read()))
        ingest_events(since, store, now=LATER)
        live = after(fit, store.read(fit.version))
        if not live.overdue:
            agree(live, Analysis.of(Snapshot.of(store.read())))


def test_somebodys_shares_are_listed_latest_first_in_whatever_order_they_came():
    live, refit = both(arrived(events("ana>:tea bea>:mug ana>:mug bea>:tea ana>:pot"), 3, {0}))
    for analysis in (live, refit):
        ids, ana = analysis.snapshot.shares.ids, analysis.snapshot.people.row("ana")
        assert ana is not None
        assert [ids[row] for row in analysis.shares_by(ana).tolist()] == ["ana/pot", "ana/mug", "ana/tea"]


def test_consent_taken_back_just_now_counts_at_once():
    told = events("ana>bea:tea ana>:mug")
    no = replace(told[-1], id="no", kind=Kind.CONSENT, product=None, consent=Consent(personalisation=False))
    live, _ = both(Arrived([*told, no], len(told)))
    assert friends_say(live, "bea") == {}


def test_a_delta_is_added_to_a_fit_only():
    told = events("ana>bea:tea ana>bea:mug")
    live, _ = both(Arrived(told, 2))
    with pytest.raises(TypeError):
        after(live, replace(log_of(told), since=live.snapshot.version))


def test_a_delta_of_another_version_is_refused():
    log = log_of(events("ana>bea:tea"))
    with pytest.raises(InvalidInput, match="does not follow"):
        after(Analysis.of(Snapshot.of(log)), log)
