"""Who does not allow research is in no evaluation."""

from dataclasses import replace

import pytest

from graph.errors import InvalidInput
from graph.evaluate.cut import for_research
from graph.evaluate.recipients import held_of
from graph.events import Consent, Event, Kind, User
from graph.log import Log
from graph.openings import openings
from graph.snapshot import Snapshot
from loaders.aside import evaluated
from tests import toy

SHOP = "ana>bea:tea bea>cy:tea cy>dan:mug ana~dan dan$mug @1h "


def log(text: str, *said: Event, consenting: bool = True) -> Log:
    users = [User("bea", region="cn"), User("cy", region="de")]
    return replace(toy.log_of([*toy.events(text), *said], users=users), consenting=consenting)


def word(person: str, minutes: int = 500, *, allows: bool = False, visiting: bool = False) -> Event:
    at = toy.START + minutes * toy.MINUTE
    user, visitor = (None, person) if visiting else (person, None)
    said = Consent(research=allows)
    return Event(f"{person} {minutes}", Kind.CONSENT, at, user=user, visitor=visitor, consent=said)


def opened(told: Log) -> set[tuple[str, str]]:
    known = Snapshot.of(told)
    found, keys = openings(known), known.people.keys
    return {(keys[a], keys[b]) for a, b in zip(found.sharer.tolist(), found.person.tolist(), strict=True)}


def test_where_nobody_refuses_the_log_is_as_it_was():
    told = log(SHOP, word("bea", allows=True))
    assert for_research(told) == (told, 0)


def test_what_they_did_and_what_was_done_to_their_shares_is_gone():
    left, many = for_research(log(SHOP, word("bea")))
    assert many == 1
    assert opened(left) == {("cy", "dan")}
    assert {user.key for user in left.users} == {"cy"}


def test_a_follow_of_theirs_is_gone_and_a_purchase_through_their_share_stays():
    left, _ = for_research(log(SHOP, word("ana"), word("cy")))
    kinds = [Kind(kind) for kind in left.events.kind.tolist()]
    assert Kind.TIE not in kinds
    assert kinds.count(Kind.PURCHASE) == 1
    assert opened(left) == set()


def test_a_share_that_passed_on_theirs_is_its_sharer_s_own():
    left, _ = for_research(log("ana>bea>cy:tea", word("ana")))
    known = Snapshot.of(left)
    assert opened(left) == {("bea", "cy")}
    assert known.shares.parent.tolist() == [-1]


def test_the_last_word_counts_under_whichever_key_it_was_said():
    told = f"{SHOP} bea=?phone"
    assert for_research(log(told, word("bea", 500), word("bea", 600, allows=True)))[1] == 0
    left, many = for_research(log(told, word("phone", visiting=True)))
    assert (many, opened(left)) == (1, {("cy", "dan")})


def test_who_never_spoke_is_asked_about_as_the_store_has_it():
    left, many = for_research(log(SHOP, word("cy", allows=True), word("dan", allows=True), consenting=False))
    assert many == 2
    assert opened(left) == {("cy", "dan")}


def test_an_evaluation_says_how_many_it_leaves_out(tmp_path, capsys):
    lines = [
        "id,kind,at,user,product,share,research",
        "s1,SHARE,2026-05-01T00:00:00Z,ana,tea,,",
        "o1,OPEN,2026-05-01T00:01:00Z,bea,tea,s1,",
        "c1,CONSENT,2026-05-01T00:02:00Z,bea,,,false",
    ]
    (tmp_path / "events.csv").write_text("\n".join(lines) + "\n")
    told = evaluated([str(tmp_path)], "sharegraph")
    assert opened(told) == set()
    assert "1 person does not allow research" in capsys.readouterr().err
    with pytest.raises(InvalidInput):
        held_of(told, 0.8)
