"""What forgetting leaves in every store: blanks in cascades, hashes, and nothing of the person."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import fields, replace
from datetime import timedelta
from pathlib import Path

import pytest

from graph.events import Consent, Event, Kind, Row, User, digest
from graph.snapshot import Snapshot
from graph.store import Counts, Store
from tests.contract.telling import at, decoded, ids, rows
from tests.toy import START, events

ANA_MADE = Event("ana-1", Kind.SHARE, START, user="ana", visitor="ana-phone", product="tea",
                 recipient="bea", query="ana-query", device="ana-device", channel="wechat")  # fmt: skip
BEA_OPENED = Event("bea-1", Kind.OPEN, START, user="bea", product="tea", sharer="ana", found_share="ana-1")
BEA_PASSED_ON = Event("bea-2", Kind.SHARE, START, user="bea", product="tea", parent_share="ana-1")
ANA_OPENED = Event("ana-2", Kind.OPEN, START, visitor="ana-phone", product="tea", sharer="bea",
                   found_share="bea-2", region="ana-region")  # fmt: skip
ANA_SEARCHED = Event("ana-3", Kind.SEARCH, START, user="ana", query="ana-other-query")
ANA_ALLOWED = Event("ana-4", Kind.CONSENT, START, user="ana", consent=Consent(True, notice="ana-notice"))
ANA_FOLLOWS = Event("ana-5", Kind.TIE, START, user="ana", other="only-ana-knows")
BEA_FOLLOWS = Event("bea-3", Kind.TIE, START, user="bea", other="ana", channel="wechat")
BEA_SENT = Event("bea-4", Kind.SHARE, START, user="bea", product="mug", recipient="ana")
CY_BOUGHT = Event("cy-1", Kind.PURCHASE, START, user="cy", visitor="cy-phone", product="mug", share="bea-4")
HERS = (ANA_MADE, ANA_OPENED, ANA_SEARCHED, ANA_ALLOWED, ANA_FOLLOWS)
OTHERS = (BEA_OPENED, BEA_PASSED_ON, BEA_FOLLOWS, BEA_SENT, CY_BOUGHT)
ROWS = rows([ANA_MADE, BEA_OPENED, BEA_PASSED_ON, *HERS[1:], *OTHERS[2:]])


@pytest.fixture
def told(store: Store) -> Store:
    """A store in which ana is named in every way there is."""
    store.append(ROWS)
    store.upsert_users([User("ana", name="ana-name", attributes={"ana-attribute": "1"}), User("bea")])
    return store


def test_only_who_is_known_can_be_forgotten(told: Store):
    then = told.version()
    assert not told.forget("eve")
    assert told.version() == then
    assert told.forget("ana")
    assert not told.forget("ana")


def test_shares_and_opens_stay_as_blanks_and_cascades_keep_their_shape(told: Store):
    told.forget("ana")
    blank = told.read().people.index("")
    columns = told.read().events
    seq_of = dict(zip([event.id for event in told.events()], columns.seq.tolist(), strict=True))
    left = {
        (Kind(kind).name, user, share, parent)
        for kind, user, share, parent in zip(
            columns.kind, columns.user, columns.share, columns.parent, strict=True
        )
        if user == blank
    }
    (anas_share,) = set(columns.share[columns.share > 0].tolist()) - {seq_of["bea-2"], seq_of["bea-4"]}
    assert left == {("SHARE", blank, -1, -1), ("OPEN", blank, seq_of["bea-2"], -1)}
    shares = {event.id: event.parent_share for event in told.events() if event.kind is Kind.SHARE}
    (new_id,) = shares.keys() - {"bea-2", "bea-4"}
    assert shares["bea-2"] == new_id
    assert {event.id: event.through for event in told.events()}["bea-1"] == new_id
    assert anas_share == seq_of[new_id]


def test_a_blank_says_only_kind_time_product_and_where_it_came_from(told: Store):
    told.forget("ana")
    blanks = [event for event in told.events() if event.person is None]
    kept = {"id", "kind", "at", "product", "share", "parent_share", "device"}
    assert {event.kind for event in blanks} == {Kind.SHARE, Kind.OPEN}
    for event in blanks:
        assert {field.name for field in fields(event) if getattr(event, field.name)} <= kept
        assert "ana" not in event.id
        assert event.device is None or event.device.startswith("~")


def test_nobody_elses_event_names_her_any_more(told: Store):
    told.forget("ana")
    (share,) = (event.id for event in told.events() if event.kind is Kind.SHARE and event.person is None)
    assert {event for event in told.events() if event.person is not None} == {
        replace(BEA_OPENED, sharer=None, share=share),
        replace(BEA_PASSED_ON, parent_share=share),
        replace(BEA_SENT, recipient=None),
        CY_BOUGHT,
    }


def test_an_id_that_is_a_hash_of_what_named_her_is_drawn_anew(told: Store):
    hashed = Event("~hash", Kind.OPEN, START, user="dan", product="tea", sharer="ana", found_share="ana-1")
    told.append(rows([hashed]))
    told.forget("ana")
    (left,) = (event for event in told.events() if event.user == "dan")
    assert left.id.startswith("~")
    assert left.id != "~hash"


def test_no_text_of_hers_is_left(told: Store):
    told.forget("ana")
    log = told.read()
    assert set(log.people) == {"", "bea", "cy", "cy-phone"}
    assert all(word.startswith("~") for word in log.words)
    assert list(log.users) == [User("bea")]
    assert not any("ana" in repr(event) for event in told.events())
    assert told.counts() == Counts(events=6, users=2, products=2)


def test_every_digest_is_that_of_what_is_still_said(told: Store):
    told.forget("ana")
    assert [digest(event) for event in told.events()] == told.read().events.digest.tolist()


def test_the_visitors_joined_to_her_are_forgotten_whichever_key_is_named(told: Store):
    assert told.forget("ana-phone")
    assert not told.forget("ana")
    assert {"ana", "ana-phone"}.isdisjoint(told.read().people)


def test_a_visitor_claimed_by_two_goes_with_the_one_they_were_joined_to(store: Store):
    first = Event("u1", Kind.SIGNUP, START, user="ana", visitor="phone")
    late = Event("u2", Kind.SIGNUP, START + timedelta(hours=1), user="bea", visitor="phone")
    store.append(rows([first, late]))
    store.forget("ana")
    assert list(store.events()) == [replace(late, visitor=None)]
    assert store.counts() == Counts(events=1, users=1, products=0)


def test_a_second_load_is_refused_where_it_names_her_or_a_share_of_hers(told: Store):
    told.forget("ana")
    then = told.version()
    again = told.append(ROWS)
    assert again.forgotten == (0, 1, 2, 3, 4, 5, 6, 7, 8)
    assert (again.stored, again.repeated, again.conflicts) == ((), (9,), ())
    assert told.version() == then


def test_news_of_her_is_refused_in_every_role(told: Store):
    told.forget("ana")
    news = [
        Event("n1", Kind.VIEW, START, user="ana", product="tea"),
        Event("n2", Kind.VIEW, START, user="dan", visitor="ana-phone", product="tea"),
        Event("n3", Kind.TIE, START, user="dan", other="ana"),
        Event("n4", Kind.SHARE, START, user="dan", product="tea", recipient="ana"),
        Event("n5", Kind.OPEN, START, user="dan", product="tea", share="ana-1"),
        Event("n6", Kind.SHARE, START, user="dan", product="tea", parent_share="ana-1"),
        Event("n7", Kind.SHARE, START, user="ana", product="tea"),
        Event("n8", Kind.OPEN, START, user="dan", product="tea", share="n7"),
        Event("n9", Kind.VIEW, START, user="dan", product="tea"),
    ]
    appended = told.append(rows(news))
    assert (appended.forgotten, appended.stored) == (tuple(range(8)), (8,))
    assert told.upsert_users([User("ana", name="Ana"), User("dan", name="Dan")]) == 1
    assert {user.key for user in told.read().users} == {"bea", "dan"}


@pytest.mark.parametrize("days", [-10_000, 0, 300, 10_000])
def test_news_of_her_is_refused_whatever_its_date_and_a_new_key_is_a_new_person(told: Store, days: int):
    told.forget("ana")
    viewed = Event("n1", Kind.VIEW, START + timedelta(days=days), user="ana", product="tea")
    again = replace(viewed, id="n2", user="ana-again")
    appended = told.append(rows([viewed, again]))
    assert (appended.forgotten, appended.stored) == ((0,), (1,))
    assert {event.person for event in told.events() if event.id in {"n1", "n2"}} == {"ana-again"}


def test_a_row_that_names_her_is_refused_whole(told: Store):
    told.forget("ana")
    beside = Event("n1", Kind.VIEW, START, user="dan", product="tea")
    named = Event("n2", Kind.VIEW, START, user="ana", product="tea")
    assert told.append([Row(1, (beside, named))]).forgotten == (0,)
    assert "n1" not in ids(told)


def test_what_was_read_before_no_longer_counts(told: Store):
    then = told.version()
    told.forget("ana")
    assert not told.continues(then)
    assert told.read(since=then).since is None
    told_on = told.version()
    told.append(rows([at(Event("n1", Kind.VIEW, START, user="dan", product="tea"), 60)]))
    assert len(told.read(since=told_on).events) == 1


def test_two_who_were_forgotten_stay_two_people(store: Store):
    store.append(rows("ana>bea:tea  cy>bea:tea"))
    store.forget("ana")
    store.forget("cy")
    log = store.read()
    assert sorted(log.people) == ["", "", "bea"]
    assert len({row for row in decoded(log) if row[4] == ""}) == 2
    shares = log.events.user[log.events.kind == Kind.SHARE]
    assert len(set(shares.tolist())) == 2


def test_everybody_else_is_untouched(store: Store):
    store.append(rows("ana>bea:tea  cy>dan:mug  cy$mug=5#o1  bea.like:tea"))
    others = events("ana>bea:tea  cy>dan:mug  cy$mug=5#o1  bea.like:tea")[2:]
    store.forget("ana")
    assert list(store.events())[2:] == others


def test_the_file_holds_none_of_her_bytes(tmp_path: Path, opened: Callable[[str], Store]):
    path = tmp_path / "shop.db"
    store = opened(f"sqlite:///{path}")
    store.append([replace(row, events=tuple(_marked(event) for event in row.events)) for row in ROWS])
    store.upsert_users([User("xANAx", name="xANAx-name")])
    store.forget("xANAx")
    for part in tmp_path.iterdir():
        assert b"xANAx" not in part.read_bytes()
    with sqlite3.connect(path) as file:
        assert file.execute("SELECT count(*) FROM tombstones").fetchone() == (3,)


def test_a_reader_of_the_past_does_not_keep_her_in_the_file_for_good(
    tmp_path: Path, opened: Callable[[str], Store]
):
    path = tmp_path / "shop.db"
    store = opened(f"sqlite:///{path}")
    store.append([replace(row, events=tuple(_marked(event) for event in row.events)) for row in ROWS])
    with closing(sqlite3.connect(path)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM events").fetchone()
        store.forget("xANAx")
        reader.rollback()
    store.append([Row(1, (Event("later", Kind.SIGNUP, START, user="zoe"),))])
    for part in tmp_path.iterdir():
        assert b"xANAx" not in part.read_bytes()


def test_a_forgotten_bots_bursts_stay_bursts(store: Store):
    told = [event for i in range(250) for event in events(f"@{i * 10}s s{i}>bot:tea")]
    numbered = [
        replace(event, id=f"{event.id}-{i}") if event.kind is Kind.OPEN else event
        for i, event in enumerate(told)
    ]
    store.append([Row(i, (replace(event, device="farm"),)) for i, event in enumerate(numbered, 1)])
    noise = Snapshot.of(store.read()).events.noise.sum()
    assert noise >= 250
    store.forget("bot")
    assert Snapshot.of(store.read()).events.noise.sum() == noise


def _marked(event: Event) -> Event:
    """The event with `ana` made a word that no other word holds."""
    changed = {
        field.name: value.replace("ana", "xANAx")
        for field in fields(event)
        if isinstance(value := getattr(event, field.name), str)
    }
    return replace(event, **changed)  # type: ignore[arg-type]
