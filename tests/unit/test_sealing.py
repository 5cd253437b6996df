"""Seals, where their secrets come from, and what is sealed beside a store."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Barrier

import numpy as np
import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from graph.errors import InvalidInput, StoreSealed
from graph.events import Reject, User
from graph.snapshot import Snapshot
from loaders.rejects import Rejects
from loaders.sealing import PLAIN, Seal, Secret
from loaders.secretfile import KEY, KEY_FILE, SecretFile, file_given, given
from loaders.snapshots import open_snapshot, read_snapshot, save, snapshot_of
from loaders.stores import open_store
from tests import toy
from tests.unit.test_snapshots import is_same

OLD, NEW = Secret.new(), Secret.new()
ROUNDS = 50
TEXTS = st.text().filter(lambda text: text.isascii() or text.encode(errors="ignore").decode() == text)


def sealing(*secrets: Secret) -> Seal:
    return Seal(lambda: secrets)


@drawn(text=TEXTS, place=TEXTS)
def test_what_is_closed_opens_in_its_place_and_in_no_other(text: str, place: str):
    seal = sealing(OLD)
    kept = seal.closed(text, place)
    assert isinstance(kept, bytes)
    assert seal.opened(kept, place) == text
    with pytest.raises(StoreSealed, match="was not sealed there"):
        seal.opened(kept, place + "'")


@drawn(text=TEXTS)
def test_regions_look_alike_under_one_secret_and_names_never(text: str):
    old, new = sealing(OLD), sealing(OLD, NEW)
    assert old.region(text) == old.region(text)
    assert not text or old.region(text) != new.region(text)
    assert old.closed(text, "name ana") != old.closed(text, "name ana")
    assert new.opened_region(old.region(text)) == text
    assert new.regions(text)[-1] == old.region(text)


def test_nothing_opens_once_a_bit_was_turned():
    kept = sealing(OLD).closed("Ana", "name ana")
    assert isinstance(kept, bytes)
    for place in range(len(kept)):
        turned = bytearray(kept)
        turned[place] ^= 1
        with pytest.raises(StoreSealed):
            sealing(OLD).opened(bytes(turned), "name ana")


def test_without_a_secret_text_stays_text_and_what_is_sealed_stays_closed():
    assert PLAIN.closed("Ana", "name ana") == "Ana"
    assert PLAIN.region("Xiling") == "Xiling"
    assert PLAIN.opened("sgs_ and all that", "name ana") == "sgs_ and all that"
    with pytest.raises(StoreSealed, match="was not given; --key-file FILE"):
        PLAIN.opened(sealing(OLD).closed("Ana", "name ana"), "name ana")


def test_a_file_of_secrets_is_its_owners_alone_and_is_never_made_over_another(tmp_path: Path):
    file = SecretFile(tmp_path / "shop.key")
    made = file.make()
    assert file.path.stat().st_mode & 0o777 == 0o600
    assert [secret.id for secret in file.held()] == [made.id]
    with pytest.raises(InvalidInput, match="there already, and what is sealed under it would be lost"):
        file.make()
    file.path.chmod(0o640)
    with pytest.raises(InvalidInput, match=r"others than its owner may open it \(mode 0640\); chmod 600"):
        file.held()


def test_a_newer_secret_is_seen_by_whoever_holds_the_file(tmp_path: Path):
    file = SecretFile(tmp_path / "shop.key")
    old = file.make()
    serving = given({KEY_FILE: str(file.path)})
    new = file.add()
    assert serving.newest is not None
    assert serving.newest.id == new.id
    assert serving.opened(Seal(file.held).closed("Ana", "name ana"), "name ana") == "Ana"
    assert file.keep(new.id) == 1
    assert file.keep(new.id) == 0
    assert [secret.id for secret in SecretFile(file.path).held()] == [new.id]
    assert old.id != new.id


def at_once(*works: Callable[[], object]) -> list[object]:
    """What each gave, or the InvalidInput it raised; all begin at the same moment."""
    barrier = Barrier(len(works))

    def begun(work: Callable[[], object]) -> object:
        barrier.wait()
        try:
            return work()
        except InvalidInput as refused:
            return refused

    with ThreadPoolExecutor(len(works)) as threads:
        return [*threads.map(begun, works)]


def test_of_secrets_that_are_added_at_once_none_is_lost(tmp_path: Path):
    path = tmp_path / "shop.key"
    added = {SecretFile(path).make().id}
    for _ in range(ROUNDS):
        for new in at_once(SecretFile(path).add, SecretFile(path).add):
            assert isinstance(new, Secret)
            added.add(new.id)
    assert {secret.id for secret in SecretFile(path).held()} == added
    assert path.with_name("shop.key.lock").stat().st_mode & 0o777 == 0o600


def test_a_secret_that_is_added_while_earlier_ones_are_dropped_stays(tmp_path: Path):
    path = tmp_path / "shop.key"
    SecretFile(path).make()
    for _ in range(ROUNDS):
        kept = SecretFile(path).add().id
        new, dropped = at_once(SecretFile(path).add, partial(SecretFile(path).keep, kept))
        assert isinstance(new, Secret)
        assert dropped
        assert [secret.id for secret in SecretFile(path).held()] == [kept, new.id]


def test_of_those_who_make_a_file_at_once_one_does_and_the_others_are_told(tmp_path: Path):
    for place in range(ROUNDS):
        path = tmp_path / f"{place}.key"
        made = at_once(SecretFile(path).make, SecretFile(path).make)
        assert sum(isinstance(one, InvalidInput) for one in made) == 1
        assert [one.id for one in made if isinstance(one, Secret)] == [
            secret.id for secret in SecretFile(path).held()
        ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "there is no secret in it"),
        ("# only a title\n", "there is no secret in it"),
        ("sgs_short\n", "a secret is sgs_ and 43 letters"),
        (f"sg_{'A' * 43}\n", "a secret is sgs_ and 43 letters"),
        (f"sgs_{'A' * 43}=\n", "a secret is sgs_ and 43 letters"),
        (f"sgs_{'ü' * 43}\n", "a secret is sgs_ and 43 letters"),
    ],
)
def test_a_file_that_holds_something_else_is_refused_without_showing_it(tmp_path: Path, text: str, says: str):
    path = tmp_path / "shop.key"
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(InvalidInput, match=says) as refused:
        given({KEY_FILE: str(path)})
    assert "short" not in str(refused.value)
    assert "AAA" not in str(refused.value)


def test_a_missing_file_and_two_sources_are_told_with_the_way_out(tmp_path: Path):
    with pytest.raises(InvalidInput, match=r"`sharegraph keys secret --key-file .* makes one"):
        given({KEY_FILE: str(tmp_path / "none.key")})
    with pytest.raises(InvalidInput, match="are both set; which of them"):
        given({KEY_FILE: "shop.key", KEY: OLD.text})
    with pytest.raises(InvalidInput, match=f"{KEY}: a secret is"):
        given({KEY: "secret"})


def test_the_environment_may_hold_several_the_newest_last():
    assert given({KEY: f"{OLD.text}, {NEW.text}"}).writes == NEW.id
    assert given({KEY: ""}).writes is None
    assert file_given({}) is None


def test_a_snapshot_is_sealed_and_of_no_use_under_another_secret(tmp_path: Path):
    who = [User("ana", "Ana of the tea", "Xiling", {"cost": "12.00 CNY"})]
    snapshot = Snapshot.of(replace(toy.log_of(toy.events("ana>bea:tea")), users=who))
    save(snapshot, tmp_path, sealing(OLD))
    found = open_snapshot(tmp_path, snapshot.version, sealing(OLD))
    assert found is not None
    assert is_same(found, snapshot)
    assert not found.people.names.letters.flags.writeable
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert not [path for path in files for said in (b"Ana", b"Xiling", b"12.00") if said in path.read_bytes()]
    assert any(np.array_equal(np.load(path), found.events.at) for path in files if path.suffix == ".npy")
    for other in (sealing(NEW), sealing(OLD, NEW), PLAIN):
        assert open_snapshot(tmp_path, snapshot.version, other) is None


def test_the_snapshot_of_a_store_is_sealed_as_the_store_is_whatever_the_order_of_the_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    url, folder = f"sqlite:///{tmp_path}/shop.db", tmp_path / "snapshot"
    for seal in (sealing(OLD), sealing(OLD, NEW)):
        with closing(open_store(url, seal=seal)) as store:
            store.upsert_users([User("ana", "Ana")])
    monkeypatch.setenv(KEY, f"{NEW.text},{OLD.text}")
    with closing(open_store(url)) as store:
        snapshot_of(store, folder)
        assert read_snapshot(folder, seal=sealing(OLD, NEW)) is not None
        store.unseal()
        snapshot_of(store, folder)
        assert read_snapshot(folder, seal=PLAIN) is not None


def test_of_a_sealed_store_the_list_of_refused_rows_does_not_say_what_they_said(tmp_path: Path):
    refused = Reject(3, "unreadable time", "'Xiling'", "log.jsonl", "b1")
    with Rejects(tmp_path / "r.csv", details=False) as rejects:
        rejects.add(refused)
    assert (tmp_path / "r.csv").read_text().splitlines()[1] == "log.jsonl,3,unreadable time,,b1"
