"""What Segment's calls carry of consents: stored where it changed, once."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.errors import InvalidInput
from graph.events import Consent, Event, Kind
from graph.store import Store
from loaders.ingest import Receipt
from loaders.sources import Reading
from loaders.sources.consents import OWN_NAMES, categories, consent_in
from loaders.stores import open_store
from tests.loads import lines, load, reasons
from tests.toy import START

READING = Reading(consents=categories({"Advertising": "personalisation", "Panels": "research"}))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(open_store(f"sqlite:///{tmp_path}/shop.db")) as store:
        yield store


def viewed(minute: float, preferences: object, **others: Any) -> dict[str, Any]:
    """A view at some minute, stamped with what the consent tool of the device knew."""
    return {
        "type": "track", "event": "Product Viewed", "messageId": f"m{minute}", "userId": "bea",
        "anonymousId": "phone", "timestamp": (START + timedelta(minutes=minute)).isoformat(),
        "properties": {"product_id": "tea"}, "context": {"consent": {"categoryPreferences": preferences}},
    } | others  # fmt: skip


def loaded(store: Store, folder: Path, calls: Sequence[Mapping[str, Any]]) -> Receipt:
    log = folder / "calls.jsonl"
    log.write_text(lines(*calls))
    return load(store, log, format_="segment", reading=READING)[0]


def allowed(store: Store) -> list[tuple[str, bool | None]]:
    told = (event for event in store.events() if event.consent is not None)
    return [(event.id, event.consent.personalisation) for event in sorted(told, key=when) if event.consent]


def when(event: Event) -> tuple[object, str]:
    return event.at, event.id


YES, NO = {"Advertising": True}, {"Advertising": False}


def test_a_consent_is_stored_where_it_changed(store: Store, tmp_path: Path):
    receipt = loaded(store, tmp_path, [viewed(n, said) for n, said in enumerate([YES, YES, NO, NO, YES])])
    assert allowed(store) == [("m0:consent", True), ("m2:consent", False), ("m4:consent", True)]
    assert (receipt.read, receipt.stored, receipt.events) == (5, 5, 8)


def test_what_is_not_said_is_no_change(store: Store, tmp_path: Path):
    loaded(
        store,
        tmp_path,
        [viewed(1, YES), viewed(2, {}), viewed(3, {"Other": False}), viewed(4, None), viewed(5, YES)],
    )
    assert allowed(store) == [("m1:consent", True)]


def test_two_devices_of_one_person_do_not_argue(store: Store, tmp_path: Path):
    calls = [viewed(n, YES if n % 2 else NO, anonymousId="phone" if n % 2 else "laptop") for n in range(6)]
    loaded(store, tmp_path, calls)
    assert allowed(store) == [("m0:consent", False), ("m1:consent", True)]


def test_a_call_about_consent_is_a_consent_and_nothing_else(store: Store, tmp_path: Path):
    updated = viewed(1, NO, event="Segment Consent Preference Updated", properties={})
    receipt = loaded(store, tmp_path, [viewed(0, YES), updated, viewed(2, NO)])
    assert allowed(store) == [("m0:consent", True), ("m1", False)]
    assert (receipt.stored, receipt.events) == (3, 4)


def test_a_call_about_categories_of_which_none_is_ours_is_accounted_for(store: Store, tmp_path: Path):
    log = tmp_path / "calls.jsonl"
    log.write_text(
        lines(viewed(1, {"Functional": True}, event="Segment Consent Preference Updated", properties={}))
    )
    _, rejects = load(store, log, format_="segment", reading=READING)
    assert reasons(rejects) == [(1, "not used")]


def test_our_purposes_own_names_need_no_naming():
    call = viewed(1, {"Personalization": True, "named-to-friends": "false", "Research": 1, "Location": "?"})
    assert consent_in(call, OWN_NAMES) == Consent(personalisation=True, named_to_friends=False, research=True)
    assert consent_in(call, categories({})) is None


def test_a_purpose_of_several_categories_needs_them_all():
    two = categories({"Ads": "personalisation", "Profiles": "personalisation"})
    for preferences, expected in (
        ({"Ads": True, "Profiles": True}, True),
        ({"Ads": True, "Profiles": False}, False),
        ({"Profiles": False, "Ads": True}, False),
        ({"Ads": True}, True),
    ):
        assert consent_in(viewed(1, preferences), two) == Consent(personalisation=expected)


def test_rudderstacks_lists_say_the_same(store: Store, tmp_path: Path):
    allowing: dict[str, object] = {"allowedConsentIds": ["Advertising", 7], "deniedConsentIds": ["Panels"]}
    silent: dict[str, object] = {"allowedConsentIds": None, "provider": "oneTrust"}
    calls = [
        viewed(n, None, context={"consentManagement": said}) for n, said in enumerate((allowing, silent, "?"))
    ]
    loaded(store, tmp_path, calls)
    told = [event.consent for event in store.events() if event.kind is Kind.CONSENT]
    assert told == [Consent(personalisation=True, research=False)]


def test_there_are_only_our_purposes():
    with pytest.raises(InvalidInput, match="Ads=marketing: the purposes are personalisation, namedToFriends"):
        categories({"Ads": "marketing"})


PURPOSES = st.dictionaries(st.sampled_from(["Advertising", "Panels"]), st.booleans())
STAMPS = st.lists(st.tuples(st.integers(0, 12), st.sampled_from(["phone", None]), PURPOSES), max_size=10)


@given(stamps=STAMPS, cut=st.integers(0, 12), order=st.randoms(use_true_random=False))
@settings(max_examples=40)
def test_consents_are_the_same_in_parts_shuffled_and_loaded_again(
    stamps: list[tuple[int, str | None, dict[str, bool]]], cut: int, order: Any
):
    calls = [
        viewed(minute, said, anonymousId=device, messageId=f"m{n}")
        for n, (minute, device, said) in enumerate(stamps)
    ]
    part = [calls[n] for n, (minute, _, _) in enumerate(stamps) if minute < cut]
    rest = [calls[n] for n, (minute, _, _) in enumerate(stamps) if minute >= cut]
    ways = [calls], [part, rest], [order.sample(calls, len(calls))], [calls, calls]
    whole, parts, shuffled, again = (after(way) for way in ways)
    assert whole == parts == shuffled == again


def after(way: Sequence[Sequence[Mapping[str, Any]]]) -> set[Event]:
    with TemporaryDirectory() as folder, closing(open_store(f"sqlite:///{Path(folder)}/shop.db")) as store:
        for calls in way:
            loaded(store, Path(folder), calls)
        return {event for event in store.events() if event.kind is Kind.CONSENT}
