"""From a log to its snapshot: one person per person, shares with parents, bursts marked."""

from dataclasses import fields, replace
from random import Random

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.events import Event, Kind, Money, Product, User
from graph.snapshot import Snapshot
from graph.snapshot.people import BLANK
from graph.texts import Keys
from tests.toy import events, log_of, snapshot

STORY = (
    "ana>bea:tea ana>cy:tea bea>dan:mug bea>cy:tea dan$mug=12.50 ana~bea "
    "cy=?phone ?phone.view:tea @2h cy>ana:mug"
)


def lineage(told: Snapshot) -> dict[str, tuple[str | None, bool]]:
    ids = told.shares.ids
    return {
        ids[row]: (None if parent < 0 else ids[int(parent)], bool(told.shares.inferred[row]))
        for row, parent in enumerate(told.shares.parent)
    }


def test_people_and_products_have_rows_in_the_order_of_their_keys():
    told = snapshot(STORY)
    assert list(told.people.keys) == ["ana", "bea", "cy", "dan"]
    assert list(told.products.keys) == ["mug", "tea"]


def test_a_visitor_who_turns_out_to_be_somebody_is_found_under_both_names():
    told = snapshot("ana>?phone:tea ?phone$tea=5 bea=?phone")
    assert list(told.people.keys) == ["ana", "bea"]
    assert told.people.row("phone") == told.people.row("bea") == 1
    assert told.events.person[told.events.rows(Kind.OPEN, Kind.PURCHASE)].tolist() == [1, 1]


def test_an_open_of_ones_own_share_is_seen_as_such_even_when_the_visitor_is_identified_later():
    told = snapshot("ana>?phone:tea ana=?phone")
    assert told.events.own[told.events.rows(Kind.OPEN)].tolist() == [True]


def test_a_parent_that_the_log_says_stands_and_one_that_it_does_not_is_inferred():
    told = snapshot("ana>bea>cy:tea cy>dan:tea")
    assert lineage(told) == {
        "ana/tea": (None, False),
        "bea/tea": ("ana/tea", False),
        "cy/tea": ("bea/tea", True),
    }
    assert told.shares.depth.tolist() == [0, 1, 2]
    assert told.shares.root.tolist() == [0, 0, 0]


def test_the_parent_is_the_share_opened_last():
    told = snapshot("ana>cy:tea bea>cy:tea cy>dan:tea")
    assert lineage(told)["cy/tea"] == ("bea/tea", True)


def test_a_share_that_names_only_whose_it_passes_on_has_that_persons_share_as_parent():
    told = events("ana>:tea bea>:tea")
    told[1] = replace(told[1], sharer="ana", found_share="ana/tea")
    assert lineage(snapshot(told))["bea/tea"] == ("ana/tea", False)


def test_a_sharer_stands_for_their_latest_share_whatever_had_arrived_when_it_was_opened():
    told = events("@0s ana>:tea @1s ana>:tea @2s bea.open:tea")
    first, second, opened = told
    opened = replace(opened, sharer="ana", found_share=first.id)
    shop = snapshot([first, opened, second])
    assert [shop.shares.ids[row] for row in shop.events.share[shop.events.rows(Kind.OPEN)]] == [second.id]


def test_a_sharer_is_found_under_every_key_of_theirs():
    told = events("@0s ?phone>:tea ana=?phone @1h bea.open:tea")
    opened = replace(told[-1], sharer="ana", found_share=told[0].id)
    shop = snapshot([*told[:-1], opened])
    assert shop.events.share[shop.events.rows(Kind.OPEN)].tolist() == [0]


def test_passing_on_counts_as_opening():
    told = snapshot("ana>bea>cy:tea dan>:tea bea>:tea")
    assert lineage(told)["bea/tea/2"] == ("ana/tea", True)


def test_a_share_of_another_product_is_no_parent():
    assert lineage(snapshot("ana>bea:mug bea>cy:tea"))["bea/tea"] == (None, False)


def test_who_opens_after_sharing_has_a_root_share():
    assert lineage(snapshot("bea>cy:tea ana>bea:tea"))["bea/tea"] == (None, False)


def test_an_event_that_names_only_its_share_is_about_that_shares_product():
    opened = events("ana>bea:tea")
    told = snapshot([opened[0], replace(opened[1], product=None)])
    assert told.events.product.tolist() == [0, 0]


def test_opening_the_same_share_again_within_a_second_is_noise_and_the_first_is_not():
    told = snapshot("@0s ana>:tea @60s ana>bea:tea @60.5s ana>bea:tea @62s ana>bea:tea")
    assert told.events.noise[told.events.kind == Kind.OPEN].tolist() == [False, True, False]


def test_hundreds_of_opens_an_hour_from_one_device_are_noise_all_of_them():
    told = [event for i in range(201) for event in events(f"@{i * 10}s s{i}>bot{i}:tea")]
    farmed = [
        replace(event, id=f"{event.id}-{i}", device="farm") if event.kind is Kind.OPEN else event
        for i, event in enumerate(told)
    ]
    assert snapshot(farmed).events.noise.sum() == 201
    assert snapshot(farmed[:400]).events.noise.sum() == 0


def test_what_is_said_of_an_account_outweighs_what_was_said_of_its_visitor():
    said = [User("bea", "Bea"), User("phone", "somebody", "north")]
    told = snapshot("ana>?phone:tea bea=?phone", users=said)
    assert (told.people.names[1], told.people.regions[1]) == ("Bea", "north")


def test_the_catalogue_is_held_even_for_what_nobody_touched():
    from decimal import Decimal

    mug = Product("mug", "enamel mug", "mugs", "Acme", Money(Decimal("12.50"), "CNY"), available=False)
    told = snapshot("ana>bea:tea", catalogue=[mug])
    row = told.products.keys.row("mug")
    assert row is not None
    words = told.words
    assert told.products.price[row] == 125_000
    assert words[int(told.products.category[row])] == "mugs"
    assert words[int(told.products.currency[row])] == "CNY"
    assert told.products.available.tolist() == [False, True]


def test_a_forgotten_person_is_a_blank_that_no_key_finds():
    log = log_of(events("ana>bea:tea"))
    told = Snapshot.of(replace(log, people=["", "bea"]))
    assert told.people.blanks == 1
    assert told.people.row(BLANK + "000000000") is None
    assert told.shares.root.tolist() == [0]


def test_the_forgotten_are_numbered_by_what_is_left_of_them_whatever_the_order_of_arrival():
    told = events("ana>bea:tea cy>dan:mug ana>dan:mug eve.view:tea")

    def blanked(arrived: list[Event]) -> Snapshot:
        log = log_of(arrived)
        return Snapshot.of(
            replace(log, people=["" if key in {"ana", "cy", "dan"} else key for key in log.people])
        )

    assert_equal(blanked(told), blanked(told[::-1]))
    assert blanked(told).events.person.tolist() == [0, 3, 1, 2, 0, 2, 4]


def test_of_two_visitors_of_one_person_the_last_key_speaks_and_the_account_before_both():
    said = [User("b", "B", "south"), User("a", "A", "north"), User("ana", "Ana")]
    told = snapshot("ana=?a ana=?b", users=said)
    assert (told.people.names[0], told.people.regions[0]) == ("Ana", "south")


def test_what_somebody_says_to_us_is_no_news_of_the_world():
    assert snapshot("ana>bea:tea @300d bea.like:tea").as_of == snapshot("ana>bea:tea").as_of


def test_an_empty_log_has_an_empty_snapshot():
    told = snapshot("")
    assert (len(told.people), len(told.events), len(told.shares), told.as_of) == (0, 0, 0, 0)


@settings(max_examples=30)
@given(st.integers(0, 2**32))
def test_the_order_of_arrival_decides_nothing(seed: int):
    told = events(STORY)
    shuffled = list(told)
    Random(seed).shuffle(shuffled)  # noqa: S311 (no secret)
    assert_equal(snapshot(told), snapshot(shuffled))


@given(st.sets(st.text(max_size=5), max_size=30), st.lists(st.text(max_size=5)))
def test_many_keys_are_found_as_each_of_them_is(held: set[str], asked: list[str]):
    keys = Keys.of(sorted(held))
    wanted = [*asked, *held]
    found = [keys.row(key) for key in wanted]
    assert keys.rows(wanted).tolist() == [-1 if row is None else row for row in found]


@given(st.sets(st.text(max_size=5), max_size=30), st.text(max_size=5))
def test_keys_find_what_they_hold_and_nothing_else(held: set[str], asked: str):
    texts = sorted(held)
    keys = Keys.of(texts)
    assert list(keys) == texts
    assert [keys.row(text) for text in texts] == list(range(len(texts)))
    assert (keys.row(asked) is not None) == (asked in held)


def assert_equal(one: object, other: object) -> None:
    for field in fields(one):  # type: ignore[arg-type]
        if field.name == "seq":  # where the store put it
            continue
        mine, theirs = getattr(one, field.name), getattr(other, field.name)
        if isinstance(mine, np.ndarray):
            assert np.array_equal(mine, theirs, equal_nan=mine.dtype.kind == "f"), field.name
        elif hasattr(mine, "__dataclass_fields__"):
            assert_equal(mine, theirs)
        else:
            assert mine == theirs, field.name


def test_events_are_in_order_of_time_with_shares_before_what_came_of_them():
    told: list[Event] = events("ana>bea:tea")
    at_once = [replace(event, at=told[0].at) for event in reversed(told)]
    assert snapshot(at_once).events.kind.tolist() == [Kind.SHARE, Kind.OPEN]
