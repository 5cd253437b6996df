"""Small parts of the stores: versions, tombstones, addresses, what is said of people and products."""

import pytest

from graph.errors import InvalidInput
from graph.events import Event, Kind, Product
from loaders import schema
from loaders.stores.address import Address
from loaders.stores.sayings import changed, product_after
from loaders.stores.tombstones import Tombstones
from loaders.stores.versions import Version
from tests.toy import START, events

NOW = Version("k3f9", 1, 50, 3)


@pytest.mark.parametrize("then", ["k3f9.1.50.3", "k3f9.1.0.0", "k3f9.1.50.2"])
def test_a_version_tells_on_from_an_earlier_one_of_its_store_and_epoch(then: str):
    assert str(NOW.since(then)) == then


@pytest.mark.parametrize(
    "then",
    [None, "", "k3f9", "k3f9.0.50.3", "k3f9.2.1.0", "other.1.5.0", "k3f9.1.51.3", "k3f9.1.50.4", "k.1.x.3"],
)
def test_it_does_not_tell_on_from_any_other(then: str | None):
    assert NOW.since(then) is None


def test_a_tombstone_is_known_by_key_or_share_and_only_with_the_salt():
    (share, opened) = events("ana>bea:tea")
    of_ana = Tombstones(b"salt", frozenset())
    left = Tombstones(b"salt", frozenset(of_ana.left_of({"ana"}, [share.id])))
    elsewhere = Tombstones(b"other", left.hashes)
    assert left.hold("ana")
    assert not left.hold("bea")
    assert not left.hold(share.id)
    assert left.name(share)
    assert left.name(opened)
    assert not left.name(Event("o2", Kind.OPEN, START, user="bea", product="tea"))
    assert not elsewhere.name(share)


def test_an_address_hides_its_password_and_keeps_its_database():
    address = Address.read("neo4j+s://ana:p%40ss%2F@db.example:7688/shop")
    assert (address.user, address.password) == ("ana", "p@ss/")
    assert address.url == "neo4j+s://db.example:7688/shop"
    assert "p@ss" not in repr(address)


def test_an_address_without_login_takes_it_from_the_environment(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SHAREGRAPH_NEO4J_PASSWORD", "secret")
    address = Address.read("bolt://[::1]")
    assert (address.url, address.user, address.password) == ("bolt://[::1]:7687", "neo4j", "secret")


@pytest.mark.parametrize(
    "url", ["neo4j://", "neo4j://host:port", "http://host", "neo4j://ana:secret@host:99999999"]
)
def test_what_is_no_address_is_refused_without_its_password(url: str):
    with pytest.raises(InvalidInput) as refused:
        Address.read(url)
    assert "secret" not in str(refused.value)


def test_what_is_said_twice_in_one_go_counts_once():
    said = [Product("tea", name="Tea"), Product("tea", brand="Oak"), Product("mug")]
    assert changed({"mug": Product("mug")}, said, product_after) == [Product("tea", "Tea", brand="Oak")]


def test_every_kind_of_event_but_a_share_is_one_kind_of_relation():
    assert schema.RELATION_OF.keys() == set(Kind) - {Kind.SHARE}
    assert len({relation.type for relation in schema.RELATIONS}) == len(schema.RELATIONS)


def test_every_relation_has_somewhere_to_lead_whatever_an_event_says():
    last = {relation.ends[-1] for relation in schema.RELATIONS}
    assert last == {schema.TO_DAY, schema.TO_PERSON}


def test_what_is_searched_by_is_indexed():
    searched = {(end.node.label, end.property) for relation in schema.RELATIONS for end in relation.ends}
    indexed = {(node.label, name) for node in schema.NODES for name in (node.key, *node.indexed)}
    assert searched <= indexed
