"""A fit and a delta answer what a refit of the whole would answer."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.analysis import Analysis
from graph.errors import InvalidInput
from graph.events import Consent, Event, Kind
from graph.live import after
from graph.log import EventColumns, Log
from graph.snapshot import Snapshot
from graph.suggest import Ask, FriendReason, suggest
from graph.suggest.friends import social_proof
from tests.toy import events, log_of

person = st.sampled_from([*"abcde", "?v", "?w"])
account, product = st.sampled_from("abcde"), st.sampled_from(["tea", "mug", "tent"])
KINDS = ["view", "cart", "like", "not_interested", "already_owned", "clear"]
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
)
STORY = st.lists(WORD, min_size=2, max_size=40).map(" ".join)


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


def both(told: list[Event], known: int) -> tuple[Analysis, Analysis]:
    log = log_of(told)
    first, rest = split(log, known)
    return after(Analysis.of(Snapshot.of(first)), rest), Analysis.of(
        Snapshot.of(replace(log, version="whole"))
    )


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


@settings(max_examples=100, deadline=None)
@given(STORY, st.floats(0, 1))
def test_a_fit_and_a_delta_know_what_a_refit_knows(told: str, cut: float):
    story = events(told)
    live, refit = both(story, int(cut * len(story)))
    for key in [*"abcde", "v", "w", "x"]:
        one, other = live.snapshot.people.row(key), refit.snapshot.people.row(key)
        assert (one is None) == (other is None)
        if one is not None and other is not None:
            assert live.snapshot.people.keys[one] == refit.snapshot.people.keys[other]
    assert shared(live) == shared(refit)
    assert live.totals == refit.totals
    assert set_off(live) == set_off(refit)
    assert len(live.ties) == len(refit.ties)
    people = live.snapshot.people
    assert len(people) - people.merged == len(refit.snapshot.people)
    mine, theirs = tied(live), tied(refit)
    assert mine.keys() == theirs.keys() == listened(live)
    for pair, (strength, at) in theirs.items():
        assert mine[pair][0] == pytest.approx(strength, abs=1e-9)
        assert mine[pair][1] == at


@settings(max_examples=100, deadline=None)
@given(STORY, st.floats(0, 1))
def test_a_fit_and_a_delta_suggest_what_friends_did_as_a_refit_does(told: str, cut: float):
    story = events(told)
    live, refit = both(story, int(cut * len(story)))
    for key in refit.snapshot.people.keys:
        assert friends_say(live, key) == pytest.approx(friends_say(refit, key), rel=1e-5)
        assert proofs(live, key) == proofs(refit, key)


def test_consent_taken_back_just_now_counts_at_once():
    told = events("ana>bea:tea ana>:mug")
    no = replace(told[-1], id="no", kind=Kind.CONSENT, product=None, consent=Consent(personalisation=False))
    live, _ = both([*told, no], len(told))
    assert friends_say(live, "bea") == {}


def test_a_delta_is_added_to_a_fit_only():
    told = events("ana>bea:tea ana>bea:mug")
    live, _ = both(told, 2)
    with pytest.raises(TypeError):
        after(live, replace(log_of(told), since=live.snapshot.version))


def test_a_delta_of_another_version_is_refused():
    log = log_of(events("ana>bea:tea"))
    with pytest.raises(InvalidInput, match="does not follow"):
        after(Analysis.of(Snapshot.of(log)), log)
