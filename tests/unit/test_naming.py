"""Ids that are made of content have names under a store's own key."""

from graph.events import ContentId, content_id
from loaders.stores.naming import UNNAMED, Naming

OURS, THEIRS = Naming(b"o" * 64), Naming(b"t" * 64)
SAID = [content_id("ana", "tea", n) for n in range(1_000)]


def test_every_id_of_content_has_a_name_of_its_own_in_each_store():
    ours, theirs = OURS.names(SAID), THEIRS.names(SAID)
    assert len({*ours.values(), *theirs.values(), *SAID}) == 3 * len(SAID)


def test_a_name_does_not_depend_on_what_is_named_beside_it():
    assert OURS.names(SAID) == {id_: OURS.name(id_) for id_ in SAID} == OURS.names(SAID[::-1])


def test_the_store_alone_tells_the_id_behind_a_name():
    names = [*OURS.names(SAID).values()]
    assert OURS.told(names) == SAID
    assert {*map(type, OURS.told(names))} == {ContentId}
    assert THEIRS.told(names) == names == UNNAMED.told(names)


def test_an_id_that_a_shop_gave_is_its_own_name_whatever_it_looks_like():
    given = ["o7", "", "~", str(SAID[0]), OURS.name(SAID[0]), "~" + "a" * 22, "~" + "é" * 22]
    assert OURS.names(given) == {}
    assert [OURS.name(id_) for id_ in given] == given
    told = OURS.told([id_ for id_ in given if id_ != OURS.name(SAID[0])])
    assert told == [id_ for id_ in given if id_ != OURS.name(SAID[0])]


def test_without_a_key_an_id_is_its_own_name():
    assert UNNAMED.names(SAID) == {id_: str(id_) for id_ in SAID}
    assert {*map(type, UNNAMED.names(SAID).values())} == {str}
