"""What becomes of each row of an append, without a store."""

import pytest

from graph.errors import InvalidInput
from graph.events import Event, Kind, Row, digest
from graph.store import Appended
from loaders.stores.admission import Numbered, admit
from tests.toy import events

ANA, BEA = events("ana>bea:tea")


def judge(
    rows: list[list[Event]], *, there: list[Event] | None = None, gone: str = ""
) -> tuple[Appended, list[Numbered]]:
    told = [Row(line, tuple(row)) for line, row in enumerate(rows, 1)]
    there = there or []
    return admit(
        told,
        [[digest(event) for event in row.events] for row in told],
        seq=10,
        stored={event.id: digest(event) for event in there},
        shares={event.id for event in there if event.kind is Kind.SHARE},
        forgotten=lambda event: event.user == gone,
    )


def test_new_events_are_numbered_on_in_order():
    appended, new = judge([[ANA, BEA]])
    assert appended.stored == (0,)
    assert new == [(11, ANA, digest(ANA)), (12, BEA, digest(BEA))]


def test_what_is_there_is_neither_written_nor_numbered():
    appended, new = judge([[ANA], [ANA, BEA]], there=[ANA])
    assert (appended.repeated, appended.stored) == ((0,), (1,))
    assert new == [(11, BEA, digest(BEA))]


def test_a_row_of_no_events_is_a_repeat():
    assert judge([[]])[0].repeated == (0,)


def test_a_row_naming_the_forgotten_is_refused_before_it_can_conflict():
    other = Event(ANA.id, Kind.SHARE, BEA.at, user="ana", product="mug")
    assert judge([[other]], there=[ANA], gone="ana")[0].forgotten == (0,)


def test_an_id_that_a_refused_row_held_is_free():
    refused = Event("x", Kind.VIEW, ANA.at, user="eve", product="tea")
    appended, new = judge([[refused, ANA], [ANA], [BEA]], gone="eve")
    assert (appended.forgotten, appended.stored) == ((0,), (1, 2))
    assert [event.id for _, event, _ in new] == [ANA.id, BEA.id]


def test_a_chain_of_references_falls_with_its_first_share():
    passed_on = Event("s2", Kind.SHARE, BEA.at, user="bea", product="tea", parent_share=ANA.id)
    opened = Event("o2", Kind.OPEN, BEA.at, user="cy", sharer="bea", product="tea", found_share="s2")
    assert judge([[ANA], [passed_on], [opened]], gone="ana")[0].forgotten == (0, 1, 2)


def test_a_repeat_needs_its_share_no_more():
    assert judge([[BEA]], there=[BEA])[0].repeated == (0,)


def test_an_open_is_no_share():
    again = Event("o2", Kind.OPEN, BEA.at, user="cy", share=BEA.id)
    with pytest.raises(InvalidInput, match=f"row 1 refers to the share {BEA.id}"):
        judge([[again]], there=[ANA, BEA])
