"""What every store does (graph.store.Store): one suite, the stores in turn."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from graph.errors import InvalidInput
from graph.events import Event, Kind, Money, Product, Row, User, digest
from graph.store import Counts, KnownShare, Store
from tests.contract.telling import TALKATIVE, at, decoded, ids, rows, said
from tests.toy import START, TOY, events

Opened = Callable[[str], Store]
SHARE = Event("s1", Kind.SHARE, START, user="ana", product="tea")
OPEN = Event("o1", Kind.OPEN, START, user="bea", product="tea", share="s1")


def test_an_empty_store_tells_nothing(store: Store):
    assert list(store.events()) == []
    assert store.counts() == Counts(events=0, users=0, products=0)
    log = store.read()
    assert (len(log.events), log.people, log.share_ids, log.since) == (0, [], [], None)
    assert log.version == store.version()


def test_every_field_comes_back_as_it_was_said(store: Store):
    appended = store.append(rows(TALKATIVE))
    assert len(appended.stored) == len(TALKATIVE)
    assert said(store) == [(event, event.found_share) for event in TALKATIVE]


def test_a_time_before_1970_comes_back(store: Store):
    old = replace(SHARE, at=START.replace(year=1969, microsecond=1))
    store.append(rows([old]))
    assert list(store.events()) == [old]
    assert store.shares(["s1"])["s1"].at == old.at


def test_what_is_stored_is_there_when_the_store_is_opened_again(store_url: str, opened: Opened):
    opened(store_url).append(rows(TOY))
    assert list(opened(store_url).events()) == events(TOY)


def test_the_columns_say_what_the_events_say(store: Store):
    store.append(rows(TALKATIVE))
    log = store.read()
    told = {
        (event.id, event.user, event.visitor, event.product, event.channel, digest(event))
        for event in store.events()
    }
    columns = log.events
    id_of = dict(zip(columns.seq.tolist(), [event.id for event in TALKATIVE], strict=True))
    text = [*log.people, None], [*log.products, None], [*log.words, None]
    assert told == {
        (id_of[seq], text[0][user], text[0][visitor], text[1][product], text[2][channel], digest_)
        for seq, user, visitor, product, channel, digest_ in zip(
            columns.seq.tolist(),
            *(columns.user, columns.visitor, columns.product, columns.channel, columns.digest.tolist()),
            strict=True,
        )
    }
    assert {id_of[share] for share in columns.share[columns.share > 0].tolist()} == {"s1", "s2"}
    assert {id_of[parent] for parent in columns.parent[columns.parent > 0].tolist()} == {"s1"}
    assert list(log.share_ids) == ["s1", "s2"]


def test_loading_the_same_rows_twice_changes_nothing(store: Store):
    first = store.append(rows(TOY))
    before = store.version(), store.counts(), decoded(store.read())
    again = store.append(rows(TOY))
    assert again.repeated == first.stored == tuple(range(len(rows(TOY))))
    assert again.stored == ()
    assert (store.version(), store.counts(), decoded(store.read())) == before


def test_an_id_with_other_content_is_a_conflict_and_the_first_stands(store: Store):
    store.append(rows([SHARE, OPEN]))
    other_time, other_kind = at(OPEN, 1), replace(OPEN, kind=Kind.VIEW)
    assert store.append(rows([other_time, other_kind])).conflicts == (0, 1)
    assert list(store.events()) == [SHARE, OPEN]


def test_an_id_is_one_over_all_kinds_of_events(store: Store):
    store.append(rows(TALKATIVE))
    for kind in Kind:
        told = [
            replace(SHARE, id=event.id, kind=kind, other="ana") for event in TALKATIVE if event.kind != kind
        ]
        assert store.append(rows(told)).conflicts == tuple(range(len(told)))


def test_money_counts_by_value(store: Store):
    ten = Event("p1", Kind.PURCHASE, START, user="ana", product="tea", amount=Money(Decimal("10.0"), "CNY"))
    store.append(rows([ten]))
    assert store.append(rows([replace(ten, amount=Money(Decimal("10.00"), "CNY"))])).repeated == (0,)


def test_a_row_with_one_conflicting_event_stores_nothing_of_it(store: Store):
    store.append(rows([SHARE]))
    new = Event("s2", Kind.SHARE, START, user="bea", product="mug")
    appended = store.append([Row(1, (new, at(SHARE, 1))), Row(2, (OPEN,))])
    assert (appended.conflicts, appended.stored) == ((0,), (1,))
    assert ids(store) == {"s1", "o1"}


def test_a_row_is_stored_if_one_of_its_events_is_new(store: Store):
    store.append(rows([SHARE]))
    assert store.append([Row(1, (SHARE, OPEN))]).stored == (0,)
    assert store.append([Row(1, (SHARE, OPEN))]).repeated == (0,)


def test_of_two_events_with_one_id_in_a_batch_the_first_counts(store: Store):
    appended = store.append(rows([SHARE, SHARE, at(SHARE, 1)]))
    assert (appended.stored, appended.repeated, appended.conflicts) == ((0,), (1,), (2,))
    assert list(store.events()) == [SHARE]


def test_what_is_referred_to_comes_before_in_the_same_append_or_in_the_same_row(store: Store):
    assert store.append(rows([SHARE, OPEN])).stored == (0, 1)
    other = replace(SHARE, id="s2"), replace(OPEN, id="o2", share="s2")
    assert store.append([Row(1, other[::-1])]).stored == (0,)
    assert list(store.events()) == [SHARE, OPEN, *other[::-1]]
    with pytest.raises(InvalidInput, match="nor before it"):
        store.append(rows([replace(OPEN, id="o3", share="s3"), replace(SHARE, id="s3")]))


def test_what_refers_to_a_share_of_a_refused_row_is_refused_with_it(store: Store):
    store.append(rows([Event("v", Kind.VIEW, START, user="ana", product="tea")]))
    refused = Row(1, (SHARE, Event("v", Kind.VIEW, START, user="bea", product="tea")))
    child = Event("s2", Kind.SHARE, START, user="bea", product="tea", parent_share="s1")
    grandchild = replace(OPEN, share="s2")
    appended = store.append([refused, Row(2, (child,)), Row(3, (grandchild,))])
    assert (appended.conflicts, appended.stored) == ((0, 1, 2), ())
    assert ids(store) == {"v"}


def test_a_reference_to_a_share_that_is_nowhere_stores_nothing(store: Store):
    with pytest.raises(InvalidInput, match="row 2 refers to the share s1"):
        store.append(rows([replace(SHARE, id="s0"), OPEN]))
    assert ids(store) == set()


def test_only_a_share_can_be_referred_to_as_one(store: Store):
    store.append(rows([SHARE, OPEN]))
    with pytest.raises(InvalidInput, match="share o1"):
        store.append(rows([replace(OPEN, id="o2", share="o1")]))


@pytest.mark.parametrize(
    ("event", "what"),
    [
        (replace(SHARE, user=""), "empty text"),
        (replace(SHARE, user=None), "nobody"),
        (replace(SHARE, product=None), "product"),
        (Event("t", Kind.TIE, START, user="ana"), "other"),
    ],
)
def test_an_event_without_what_makes_it_one_is_the_callers_mistake(store: Store, event: Event, what: str):
    with pytest.raises(InvalidInput, match=what):
        store.append(rows([event]))


def test_implied_shares_are_counted_where_they_are_new(store: Store):
    implied = replace(SHARE, implied=True)
    assert store.append(rows([implied, OPEN])).implied == 1
    assert store.append(rows([implied, OPEN])).implied == 0


def test_what_came_after_a_version_is_the_difference(store: Store):
    told = rows("ana>bea:tea  bea>cy:tea  cy$tea=10  @1h  dan~ana  bea>dan:mug")
    store.append(told[:5])
    then = store.version()
    before = decoded(store.read())
    store.append(told[5:])
    log = store.read(since=then)
    assert log.since == then
    assert before + decoded(log) == decoded(store.read())
    assert list(store.events(since=then)) == [row.events[0] for row in told[5:]]
    assert set(log.people) == {"bea", "dan", "ana"}
    assert log.version == store.version()


def test_references_lead_out_of_a_difference_to_what_came_before(store: Store):
    store.append(rows([SHARE]))
    then = store.version()
    store.append(rows([OPEN]))
    assert store.read(since=then).events.share.tolist() == store.read().events.seq[:1].tolist()


def test_a_version_of_another_store_or_none_gives_everything(store: Store):
    store.append(rows(TOY))
    for strange in ("", "toy-5", "0123456789abcdef.0.3.0", store.version() + ".1"):
        assert not store.continues(strange)
        assert len(store.read(since=strange).events) == len(events(TOY))
        assert store.read(since=strange).since is None
    assert store.continues(store.version())


def test_the_version_names_the_content(store: Store):
    versions = [store.version()]
    store.append(rows(TOY))
    versions.append(store.version())
    store.upsert_users([User("ana", name="Ana")])
    versions.append(store.version())
    store.upsert_products([Product("tea", name="Tea")])
    versions.append(store.version())
    store.forget("cy")
    versions.append(store.version())
    assert len(set(versions)) == 5
    assert [store.continues(version) for version in versions] == [False] * 4 + [True]


def test_what_is_said_of_people_and_products_adds_to_what_is_known(store: Store):
    store.append(rows(TOY))
    assert store.upsert_users([User("ana", name="Ana", attributes={"cost": "1 CNY"}), User("eve")]) == 2
    assert store.upsert_users([User("ana", region="SH", attributes={"tier": "gold"}), User("ana")]) == 1
    tea = Product("tea", "Tea", "drinks", "Oak", Money(Decimal("9.9"), "CNY"), True, {"leaf": "green"})
    assert store.upsert_products([Product("tea", name="T"), tea]) == 1
    assert store.upsert_products([Product("tea", available=False)]) == 1
    log = store.read()
    assert {user.key: user for user in log.users} == {
        "ana": User("ana", "Ana", "SH", {"cost": "1 CNY", "tier": "gold"}),
        "eve": User("eve"),
    }
    assert list(log.catalogue) == [replace(tea, available=False)]
    assert store.counts() == Counts(events=5, users=5, products=2)


def test_saying_what_is_known_changes_nothing(store: Store):
    store.upsert_users([User("ana", name="Ana")])
    store.upsert_products([Product("tea", price=Money(Decimal("9.90"), "CNY"))])
    then = store.version()
    assert store.upsert_users([User("ana", name="Ana"), User("ana")]) == 0
    assert store.upsert_products([Product("tea", price=Money(Decimal("9.9"), "CNY"))]) == 0
    assert store.version() == then


def test_what_was_said_anew_is_in_the_difference_and_nothing_else(store: Store):
    store.upsert_users([User("ana", name="Ana"), User("bea", name="Bea")])
    store.upsert_products([Product("tea"), Product("mug")])
    then = store.version()
    store.upsert_users([User("bea", region="SH"), User("ana", name="Ana")])
    store.upsert_products([Product("mug", brand="Oak")])
    log = store.read(since=then)
    assert list(log.users) == [User("bea", name="Bea", region="SH")]
    assert list(log.catalogue) == [Product("mug", brand="Oak")]


def test_shares_are_found_by_id_by_sharer_and_by_product(store: Store):
    visitors = Event("s9", Kind.SHARE, START, visitor="phone", product="tea", implied=True)
    early, late = replace(SHARE, id="s0"), at(replace(SHARE, id="s2", visitor="phone"), 5)
    store.append(rows([late, SHARE, early, visitors, OPEN]))

    def known(event: Event) -> KnownShare:
        return KnownShare(event.id, event.person or "", event.product or "", event.at, event.implied)

    assert store.shares(["s9", "s1", "o1", "s5"]) == {"s9": known(visitors), "s1": known(SHARE)}
    assert store.shares([]) == {}
    assert store.shares_by([("ana", "tea"), ("phone", "tea"), ("ana", "mug"), ("eve", "tea")]) == {
        ("ana", "tea"): [known(early), known(SHARE), known(late)],
        ("phone", "tea"): [known(visitors)],
    }
    assert store.shares_of("tea") == [known(early), known(SHARE), known(visitors), known(late)]
    assert store.shares_of("mug") == []


def test_people_count_once_in_whatever_role_they_were_named(store: Store):
    store.append(
        rows(
            [
                Event("s1", Kind.SHARE, START, user="ana", product="tea", recipient="bea"),
                Event("o1", Kind.OPEN, START, visitor="phone", product="tea", sharer="cy", found_share="s1"),
                Event("t1", Kind.TIE, START, user="dan", other="eve"),
            ]
        )
    )
    assert store.counts() == Counts(events=3, users=6, products=1)
    store.append(rows("ana=?phone"))
    assert store.counts().users == 5
    store.append(rows([Event("u2", Kind.SIGNUP, at(SHARE, 9).at, user="eve", visitor="phone")]))
    assert store.counts().users == 5


def test_what_people_allowed_is_found_by_the_key_they_allowed_it_under(store: Store):
    assert store.consents(["cy"]) == []
    store.append(rows(TALKATIVE))
    said = {event.id: event for event in TALKATIVE if event.kind is Kind.CONSENT}
    visitors = replace(said["k1"], id="k3", user=None, visitor="phone")
    store.append(rows([visitors]))
    assert store.consents(["cy", "phone", "bea", "nobody"]) in (
        [said["k1"], visitors],
        [visitors, said["k1"]],
    )


def test_what_people_who_never_said_allow_is_settled_for_the_store_and_off_in_a_new_one(store: Store) -> None:
    assert (store.counts().consenting, store.read().consenting) == (False, False)
    before = store.version()
    assert store.allow_by_default(allowed=True)
    assert (store.counts().consenting, store.read().consenting) == (True, True)
    assert store.version() != before
    assert not store.continues(before)
    assert not store.allow_by_default(allowed=True)


def test_a_stores_secrets_are_its_own_and_one_for_each_purpose(store: Store) -> None:
    one = store.secret("pseudonyms")
    assert len(one) == 64
    assert store.secret("pseudonyms") == one != store.secret("ids")
