"""Names, regions and attributes on disk: sealed where there is a secret, and the same to whoever asks."""

import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from graph.errors import StoreSealed
from graph.estimate import Estimate
from graph.events import Event, Kind, User
from graph.promises.promise import PEOPLE, Promise
from graph.promises.promise import Kind as Forecast
from graph.store import Sealed, Store
from loaders.sealing import REGION, Seal, Secret
from loaders.secretfile import KEY
from loaders.stores import open_store
from loaders.stores.cypher import reseal as of_graphs
from loaders.stores.sqlite import reseal as of_files
from tests.contract.telling import decoded, rows
from tests.neo4j_server import Server
from tests.toy import START

ROOT = Path(__file__).parents[2]

SAID = ("Ana of the tea", "Xiling", "Xville", "Wulin")
WHO = [
    User("ana", SAID[0], SAID[1], {"city": SAID[2]}),
    User("bea", region=SAID[1]),
    User("cy", "", "", {}),
]
DID = [
    Event("s1", Kind.SHARE, START, user="ana", product="tea", region=SAID[1], campaign="spring"),
    Event("o1", Kind.OPEN, START, user="bea", product="tea", share="s1", region=SAID[3]),
    Event("q1", Kind.SEARCH, START, user="cy", query="green tea", region=SAID[1]),
    Event("v1", Kind.VIEW, START, visitor="phone", product="tea", region=""),
    Event("t1", Kind.TIE, START, user="bea", other="ana"),
]
ASKED = Promise.of((Forecast.SPREAD, PEOPLE), {"region": SAID[1]}, "v", (10, 20), Estimate(3, 1, 5))

Open = Callable[..., Store]
Secrets = list[Secret]


@pytest.fixture
def secrets() -> Secrets:
    """The secrets that are held, the newest last; a test adds some."""
    return []


@pytest.fixture
def opened(store_url: str, secrets: Secrets) -> Iterator[Open]:
    """Opens the store with the secrets that are held, now and whenever it asks again."""
    with ExitStack() as until_the_end:

        def open_it(held: Secrets = secrets) -> Store:
            store = open_store(store_url, seal=Seal(lambda: tuple(held)))
            until_the_end.callback(store.close)
            return store

        yield open_it


def tell(store: Store) -> None:
    store.append(rows(DID))
    store.upsert_users(WHO)
    store.promise([ASKED])


def told(store: Store) -> tuple[object, ...]:
    """Everything that a store says of people, by every way to ask."""
    log = store.read()
    held = store.held(["ana", "bea", "cy"])
    return (
        sorted(log.users, key=lambda user: user.key),
        sorted(map(repr, decoded(log))),
        sorted(map(repr, store.events())),
        sorted(map(repr, held.described)),
        sorted(map(repr, held.events)),
        [kept.promise for kept in store.promises()],
    )


def kept(store_url: str, request: pytest.FixtureRequest) -> str:
    """All that a store's files, or all properties of its graph, hold, as text."""
    if store_url.startswith("sqlite"):
        path = Path(store_url.removeprefix("sqlite:///"))
        files = (path.with_name(path.name + end) for end in ("", "-wal", "-journal"))
        return "".join(file.read_bytes().decode("latin-1") for file in files if file.exists())
    server: Server = request.getfixturevalue("neo4j")
    with server.driver() as driver:
        found = driver.execute_query(
            "MATCH (n) RETURN properties(n) AS p UNION ALL MATCH ()-[r]->() RETURN properties(r) AS p"
        )
    values = [value for record in found.records for value in record["p"].values()]
    return "\n".join(v.decode("latin-1") if isinstance(v, bytes) else str(v) for v in values)


def test_a_sealed_store_says_what_a_plain_one_says_and_keeps_no_word_of_it(
    opened: Open, secrets: Secrets, store_url: str, request: pytest.FixtureRequest, tmp_path: Path
):
    with closing(open_store(f"sqlite:///{tmp_path}/plain.db", seal=Seal())) as plain:
        tell(plain)
        expected = told(plain)
    secrets.append(Secret.new())
    store = opened()
    assert store.sealed() == Sealed(secrets[0].id, secrets[0].id)
    tell(store)
    assert told(store) == expected
    assert told(opened()) == expected
    assert [word for word in SAID if word in kept(store_url, request)] == []
    assert {"ana", "bea", "green tea", "spring"} <= {
        word for word in ("ana", "bea", "green tea", "spring") if word in kept(store_url, request)
    }


def test_saying_the_same_again_changes_nothing_and_saying_more_keeps_the_rest(opened: Open, secrets: Secrets):
    secrets.append(Secret.new())
    store = opened()
    tell(store)
    before = store.version()
    assert store.upsert_users(WHO) == 0
    assert len(store.append(rows(DID)).repeated) == len(DID)
    assert store.version() == before
    assert store.upsert_users([User("ana", name="Ann")]) == 1
    assert store.held(["ana"]).described == [User("ana", "Ann", SAID[1], {"city": SAID[2]})]


def test_a_plain_store_is_sealed_and_says_the_same_throughout(
    opened: Open, secrets: Secrets, store_url: str, request: pytest.FixtureRequest
):
    plain = opened([])
    tell(plain)
    # A campaign of the same name is no region, and stays readable.
    plain.append(rows([replace(DID[0], id="s2", campaign=SAID[3])]))
    expected, version = told(plain), plain.version()
    secrets.append(Secret.new())
    store = opened()
    assert store.sealed() == Sealed(secrets[0].id, None)
    assert told(store) == expected
    assert store.reseal() > 0
    assert store.sealed().whole
    assert store.reseal() == 0
    assert (told(store), store.version()) == (expected, version)
    store.compact()
    assert [word for word in SAID if word in kept(store_url, request)] == [SAID[3]]


def test_secrets_are_rotated_while_somebody_serves(
    opened: Open, secrets: Secrets, store_url: str, request: pytest.FixtureRequest
):
    secrets.append(Secret.new())
    serving = opened()
    tell(serving)
    secrets.append(Secret.new())
    rotating = opened()
    assert not rotating.sealed().whole
    # A region that was said before, and one that was not, by somebody who has not looked yet.
    more = [replace(DID[1], id="o2"), replace(DID[1], id="o3", region="Binjiang")]
    serving.append(rows(more))
    serving.upsert_users([User("dan", "Dan", SAID[1])])
    expected = told(serving)
    assert rotating.reseal() > 0
    assert told(serving) == told(rotating) == expected
    serving.append(rows([replace(DID[1], id="o4")]))
    serving.upsert_users([User("dan", region="Binjiang")])
    del secrets[0]
    assert told(opened()) == told(serving)
    assert rotating.reseal() == 0


def test_a_newer_secret_that_is_settled_on_during_a_pass_has_another_one_made(
    opened: Open, secrets: Secrets, monkeypatch: pytest.MonkeyPatch
):
    secrets.append(Secret.new())
    tell(opened())
    secrets.append(Secret.new())
    rotating = opened()
    expected, newest = told(rotating), Secret.new()

    def settling(settle: Callable[[Any], None]) -> Callable[[Any, object], tuple[None, int]]:
        def step(ask: Any, _: object) -> tuple[None, int]:
            settle(ask)
            return None, 0

        return step

    for of in (of_files, of_graphs):
        first, *rest = of.STEPS
        monkeypatch.setattr(of, "STEPS", (first, settling(of.settle), *rest))
    secrets.append(newest)
    rotating.reseal()
    assert rotating.sealed() == Sealed(newest.id, newest.id)
    # As `keys retire` leaves them.
    del secrets[:-1]
    assert told(opened()) == expected


def test_without_its_secret_a_store_is_not_opened_and_nothing_is_lost(opened: Open, secrets: Secrets):
    secrets.append(Secret.new())
    store = opened()
    tell(store)
    expected = told(store)
    with pytest.raises(StoreSealed, match=r"sealed under the secret .*, which was not given; --key-file"):
        opened([])
    with pytest.raises(StoreSealed, match="which is not among the 1 given"):
        opened([Secret.new()])
    assert told(opened()) == expected


def test_who_served_without_a_secret_can_write_and_read_no_more_once_there_is_one(
    opened: Open, secrets: Secrets
):
    plain = opened([])
    tell(plain)
    secrets.append(Secret.new())
    opened().reseal()
    with pytest.raises(StoreSealed, match="was not given"):
        plain.append(rows([replace(DID[1], id="o2")]))
    with pytest.raises(StoreSealed, match="was not given"):
        plain.read()


def test_a_name_that_was_moved_to_somebody_else_opens_nowhere(tmp_path: Path, secrets: Secrets):
    secrets.append(Secret.new())
    path = tmp_path / "shop.db"
    url, seal = f"sqlite:///{path}", Seal(lambda: tuple(secrets))
    with closing(open_store(url, seal=seal)) as store:
        store.upsert_users([User("ana", "Ana"), User("eve", "Eve")])
        with sqlite3.connect(path) as file:
            file.execute("UPDATE people SET name = (SELECT name FROM people WHERE key = 'ana')")
        file.close()
        with pytest.raises(StoreSealed, match="what is kept as name was not sealed there"):
            store.read()


def test_who_is_forgotten_leaves_nothing_in_a_sealed_store_either(
    opened: Open, secrets: Secrets, store_url: str, request: pytest.FixtureRequest
):
    secrets.append(Secret.new())
    store = opened()
    tell(store)
    store.append(rows([replace(DID[0], id="s2", region="Her town")]))
    hers = secrets[0].alike(b"Her town", REGION).decode("latin-1")
    assert hers in kept(store_url, request)
    assert store.forget("ana")
    assert store.read().users == [user for user in WHO if user.key != "ana"]
    assert {event.region for event in store.events() if event.region} == {SAID[1], SAID[3]}
    assert hers not in kept(store_url, request)


class StoppedHere(Exception):
    pass


def stopping(*_: object) -> tuple[None, int]:
    raise StoppedHere


RESEALING = """
import sys
from loaders.stores import open_store
from loaders.stores.cypher import reseal as of_graphs
from loaders.stores.sqlite import reseal as of_files
of_graphs.PEOPLE = of_files.PEOPLE = 10
store = open_store(sys.argv[1])
print("open", flush=True)
store.reseal()
"""


def test_a_rotation_that_was_killed_goes_on_where_it_is_begun_again(
    opened: Open, secrets: Secrets, store_url: str, monkeypatch: pytest.MonkeyPatch
):
    secrets.append(Secret.new())
    store = opened()
    tell(store)
    store.upsert_users([User(f"u{number}", f"Name {number}", SAID[1]) for number in range(1_000)])
    expected = told(store)
    secrets.append(Secret.new())
    monkeypatch.setenv(KEY, ",".join(secret.text for secret in secrets))
    for seconds in (0.0, 0.1):
        command = [sys.executable, "-c", RESEALING, store_url]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as child:
            assert child.stdout is not None
            assert child.stdout.readline() == "open\n"
            time.sleep(seconds)
            child.kill()
        assert told(store) == expected
    opened().reseal()
    assert store.sealed() == Sealed(secrets[1].id, secrets[1].id)
    del secrets[0]
    assert told(opened()) == expected


def test_a_store_never_goes_back_to_a_secret_whatever_their_order(
    opened: Open, store_url: str, request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture
):
    one, other = Secret.new(), Secret.new()
    tell(opened([one]))
    in_order = opened([one, other])
    in_order.reseal()
    assert not caplog.records
    turned = opened([other, one])
    (warning,) = caplog.records
    assert f"the secret {one.id} is given as the newest, but was left before" in warning.getMessage()
    assert warning.getMessage().endswith(f"it goes on with {other.id}: name that one last")
    for store in (turned, opened([one, other]), turned, opened([other, one])):
        assert store.sealed() == Sealed(other.id, other.id)
        assert store.reseal() == 0
    turned.append(rows([replace(DID[1], id="o2", region="Binjiang")]))
    turned.upsert_users([User("dan", "Dan")])
    assert one.alike(b"Binjiang", REGION).decode("latin-1") not in kept(store_url, request)
    assert told(opened([other])) == told(turned)
    with pytest.raises(StoreSealed, match=f"under the secret {other.id}, which is not among the 1 given"):
        opened([one])


def test_a_store_that_was_sealed_is_plain_again_and_says_the_same_throughout(
    opened: Open, secrets: Secrets, store_url: str, request: pytest.FixtureRequest
):
    plain = opened([])
    plain.append(rows([DID[0]]))
    secrets.append(Secret.new())
    serving = opened()
    tell(serving)
    # A campaign of the name of a region: when that is plain again the two are one word.
    serving.append(rows([replace(DID[0], id="s2", campaign=SAID[3])]))
    expected, version = told(serving), serving.version()
    assert opened().unseal() > 0
    assert serving.sealed() == Sealed()
    assert (told(serving), serving.version()) == (expected, version)
    assert serving.unseal() == 0
    assert told(opened([])) == expected
    assert [word for word in SAID if word not in kept(store_url, request)] == []
    serving.append(rows([replace(DID[1], id="o2", region=SAID[0])]))
    assert told(opened([])) == told(serving)
    assert secrets[0].alike(SAID[1].encode(), REGION).decode("latin-1") not in kept(store_url, request)


def test_who_slept_while_a_store_was_sealed_and_plain_again_writes_what_is_there_now(
    opened: Open, secrets: Secrets
):
    sleeping = opened([])
    sleeping.append(rows(DID))
    secrets.append(Secret.new())
    store = opened()
    store.reseal()
    store.unseal()
    sleeping.append(rows([replace(DID[1], id="o2", region=SAID[3])]))
    assert [event.region for event in store.events() if event.kind == Kind.OPEN] == [SAID[3], SAID[3]]


def test_a_store_that_was_told_to_be_plain_is_sealed_again_by_a_new_secret_alone(
    opened: Open, secrets: Secrets, store_url: str, request: pytest.FixtureRequest
):
    secrets.append(Secret.new())
    tell(opened())
    opened().unseal()
    store = opened()
    assert store.sealed() == Sealed()
    expected = told(store)
    secrets.append(Secret.new())
    store = opened()
    assert store.sealed() == Sealed(secrets[1].id, None)
    assert store.reseal() > 0
    assert store.sealed().whole
    del secrets[0]
    assert told(opened()) == expected
    store.compact()
    assert [word for word in SAID if word in kept(store_url, request)] == []


def test_unsealing_that_is_stopped_goes_on_where_it_is_begun_again_and_needs_the_secret_until_then(
    opened: Open, secrets: Secrets, store_url: str, monkeypatch: pytest.MonkeyPatch
):
    secrets.append(Secret.new())
    store = opened()
    tell(store)
    store.upsert_users([User(f"u{number}", f"Name {number}", SAID[1]) for number in range(5_000)])
    expected = told(store)
    monkeypatch.setenv(KEY, secrets[0].text)
    for seconds in (0.0, 0.02):
        command = [sys.executable, "-c", RESEALING.replace("store.reseal()", "store.unseal()"), store_url]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as child:
            assert child.stdout is not None
            assert child.stdout.readline() == "open\n"
            time.sleep(seconds)
            child.kill()
        assert told(store) == expected
    for of in (of_files, of_graphs):
        monkeypatch.setattr(of, "STEPS", (stopping, *of.STEPS[1:]))
    with pytest.raises(StoppedHere):
        opened().unseal()
    assert not store.sealed().whole
    monkeypatch.undo()
    with pytest.raises(StoreSealed, match="was not given"):
        opened([]).unseal()
    assert told(opened()) == expected
    opened().unseal()
    assert told(opened([])) == expected


def test_what_was_half_unsealed_is_sealed_whole_by_a_newer_secret(
    opened: Open,
    secrets: Secrets,
    store_url: str,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
):
    secrets.append(Secret.new())
    tell(opened())
    for of in (of_files, of_graphs):
        monkeypatch.setattr(of, "STEPS", (of.STEPS[0], stopping, *of.STEPS[1:]))
    with pytest.raises(StoppedHere):
        opened().unseal()
    monkeypatch.undo()
    opened().append(rows([replace(DID[1], id="o2", region="Binjiang")]))
    expected = told(opened())
    secrets.append(Secret.new())
    store = opened()
    assert store.sealed() == Sealed(secrets[1].id, "")
    store.reseal()
    del secrets[0]
    assert told(opened()) == expected
    store.compact()
    assert [word for word in (*SAID, "Binjiang") if word in kept(store_url, request)] == []
