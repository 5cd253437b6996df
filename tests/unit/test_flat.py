"""An event as a flat record: nothing is lost on the way, whatever it says."""

from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from graph.events import Consent, Event, Kind, Money, Verdict, digest
from loaders.stores.flat import FLAT, flat, unflat

NAMES = "user visitor product share sharer parent_share recipient other answer variant order surface query"
MORE_NAMES = "channel campaign device region found_share"
# Hypothesis wants the bounds without a zone, and adds it.
LONG_AGO, LATE = (datetime(year, 1, 1, tzinfo=UTC).replace(tzinfo=None) for year in (1900, 2200))

texts = st.none() | st.text(min_size=1, max_size=8)
money = st.none() | st.builds(
    Money,
    st.decimals(0, 10**12, places=4, allow_nan=False, allow_infinity=False),
    st.sampled_from(["CNY", "USD"]),
)
answers = st.none() | st.booleans()
talk = st.builds(
    Event,
    id=st.text(min_size=1),
    kind=st.sampled_from(Kind),
    at=st.datetimes(LONG_AGO, LATE, timezones=st.just(UTC)),
    **dict.fromkeys([*NAMES.split(), *MORE_NAMES.split()], texts),
    **dict.fromkeys(("rank", "quantity"), st.none() | st.integers(0, 2**31 - 1)),
    **dict.fromkeys(("amount", "incentive"), money),
    rating=st.none() | st.floats(allow_nan=False),
    propensity=st.none() | st.floats(0, 1),
    verdict=st.none() | st.sampled_from(Verdict),
    consent=st.none() | st.builds(Consent, answers, answers, answers, answers, texts),
    implied=st.booleans(),
)


@given(talk)
def test_a_record_gives_its_event_back(event: Event):
    again = unflat(flat(event))
    assert again == event
    assert digest(again) == digest(event)
    assert again.through == event.through


@given(talk)
def test_a_record_has_a_value_for_every_field(event: Event):
    assert len(flat(event)) == len(FLAT)


def test_a_share_that_was_found_is_not_one_that_was_said():
    found = Event(
        "o1", Kind.OPEN, datetime(2026, 1, 1, tzinfo=UTC), user="bea", sharer="ana", found_share="s1"
    )
    assert unflat(flat(found)).share is None
    assert unflat(flat(found)).found_share == "s1"


def test_amounts_keep_their_last_place():
    paid = Event("p", Kind.PURCHASE, datetime(2026, 1, 1, tzinfo=UTC), amount=Money(Decimal("0.0001"), "CNY"))
    assert unflat(flat(paid)).amount == paid.amount
