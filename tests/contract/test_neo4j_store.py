"""What only the store in Neo4j has: a graph to be read, a server that can go away, a password to be kept."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from urllib.parse import urlsplit

import pytest

from graph.calls import Call
from graph.errors import InvalidInput, StoreIncompatible, StoreUnavailable
from graph.events import Event, Kind, micros
from graph.store import Store
from loaders import schema
from loaders.stores import open_store
from loaders.stores.cypher.counting import STEPS
from loaders.stores.neo4j import Neo4jStore
from tests.contract.conftest import clear
from tests.contract.telling import TALKATIVE, ids, rows
from tests.neo4j_server import Server
from tests.neo4j_server.server import empty
from tests.toy import START

pytestmark = pytest.mark.neo4j
COMMIT = b"\x00\x02\xb0\x12\x00\x00"
"""As Bolt sends it: a chunk of two bytes, an empty structure of this kind, no more chunks."""

VIEWS = [Event(f"v{n}", Kind.VIEW, START, user="ana", product="tea") for n in range(10)]


@pytest.fixture
def store(neo4j: Server, opened: Callable[[str], Store]) -> Store:
    """An empty store in Neo4j."""
    clear(neo4j)
    return opened(neo4j.url)


def ask(server: Server, statement: str) -> set[tuple[object, ...]]:
    with server.driver() as driver:
        return {tuple(record.values()) for record in driver.execute_query(statement).records}


def test_the_log_reads_as_a_graph(store: Store, neo4j: Server):
    store.append(
        rows("ana>bea:tea  ana>bea>cy:tea  bea$tea=10#7  ana~dan  bea.like:tea  cy=?phone  ?kim.view:tea")
    )
    found = ask(
        neo4j,
        "MATCH (a)-[r]->(b) RETURN DISTINCT labels(a)[0], coalesce(a.key, a.id), type(r), "
        "labels(b)[0], toString(coalesce(b.key, b.id, b.date))",
    )
    assert found == {
        ("User", "ana", "MADE", "Share", "ana/tea"),
        ("Share", "ana/tea", "OF", "Product", "tea"),
        ("User", "bea", "OPENED", "Share", "ana/tea"),
        ("User", "bea", "MADE", "Share", "bea/tea"),
        ("Share", "bea/tea", "OF", "Product", "tea"),
        ("Share", "bea/tea", "RESHARE_OF", "Share", "ana/tea"),
        ("User", "cy", "OPENED", "Share", "bea/tea"),
        ("User", "bea", "BOUGHT", "Product", "tea"),
        ("User", "ana", "TIED_TO", "User", "dan"),
        ("User", "bea", "JUDGED", "Product", "tea"),
        ("User", "cy", "SIGNED_UP", "Day", "2026-05-01"),
        ("User", "phone", "IS", "User", "cy"),
        ("User", "kim", "VIEWED", "Product", "tea"),
    }


def test_what_was_said_is_written_in_words(store: Store, neo4j: Server):
    store.append(rows(TALKATIVE))
    assert ask(
        neo4j, "MATCH ()-[r:BOUGHT {id: 'p1'}]->() RETURN r.amount, r.currency, r.order, r.quantity"
    ) == {(123456789.0123, "CNY", "7", 2)}
    assert ask(neo4j, "MATCH ()-[r:JUDGED]->() RETURN r.verdict") == {("CLEAR",)}
    assert ask(
        neo4j, "MATCH ()-[r:CONSENTED {id: 'k1'}]->() RETURN r.personalisation, r.research, r.notice"
    ) == {(True, False, "May we?")}
    assert ask(neo4j, "MATCH (:User {key: 'cy'})-[r:REFUNDED]->(o:Order) RETURN o.key, r.amount") == {
        ("7", 0.01)
    }
    assert ask(neo4j, "MATCH (:User {key: 'cy'})-[:SEARCHED]->(q:Query) RETURN q.text") == {("green tea",)}
    assert ask(
        neo4j, "MATCH (:User {key: 'c-phone'})-[r:VIEWED]->(:Day) RETURN r.stranger, toString(r.at)"
    ) == {(True, "2026-05-01T00:00:00Z")}
    assert ask(
        neo4j, "MATCH (:User {key: 'cy'})-[r:VIEWED]->(:Product), (s:Share {seq: r.share}) RETURN s.id"
    ) == {("s2",)}


def test_constraints_are_there_before_the_first_event(neo4j: Server, opened: Callable[[str], Store]):
    empty(neo4j)
    opened(neo4j.url)
    constraints = ask(
        neo4j, "SHOW CONSTRAINTS YIELD type, labelsOrTypes, properties RETURN labelsOrTypes[0], properties[0]"
    )
    nodes = {(node.label, node.key) for node in schema.NODES}
    relations = {(relation.type, "id") for relation in schema.RELATIONS}
    assert constraints == nodes | relations | {
        ("BringingUp", "name"),
        ("Promise", "place"),
        ("Promise", "question"),
        ("Answer", "id"),
        ("Call", "key"),
        ("Refused", "key"),
        ("Arrival", "last"),
    }
    states = ask(neo4j, "SHOW INDEXES YIELD state RETURN DISTINCT state")
    assert states == {("ONLINE",)}


def test_a_database_with_something_else_in_it_is_left_alone(neo4j: Server):
    clear(neo4j)
    with neo4j.driver() as driver:
        driver.execute_query("CREATE (:Somebodys {key: 'own'})")
    with pytest.raises(StoreIncompatible, match="no sharegraph store"):
        open_store(neo4j.url)
    assert ask(neo4j, "MATCH (n) RETURN labels(n)[0]") == {("Somebodys",)}


def test_a_newer_format_is_refused_with_a_sentence(store: Store, neo4j: Server):
    with neo4j.driver() as driver:
        driver.execute_query("MATCH (l:Log) SET l.format = 99")
    with pytest.raises(StoreIncompatible, match=r"store format 99.*use the newer program"):
        open_store(neo4j.url)


def test_a_set_up_that_was_broken_off_is_finished(
    store: Store, neo4j: Server, opened: Callable[[str], Store]
):
    with neo4j.driver() as driver:
        driver.execute_query("MATCH (l:Log) REMOVE l.format")
    opened(neo4j.url).append(rows("ana>bea:tea"))
    assert ask(neo4j, "MATCH (l:Log) RETURN l.format, l.events") == {(len(STEPS), 2)}


def test_several_may_set_it_up_at_once(neo4j: Server, opened: Callable[[str], Store]):
    empty(neo4j)
    with ThreadPoolExecutor(8) as threads:
        stores = list(threads.map(opened, [neo4j.url] * 8))
    assert len({store.version() for store in stores}) == 1
    assert ask(neo4j, "MATCH (n) RETURN labels(n)[0]") == {("Log",)}


def test_none_is_made_where_none_is_wanted(neo4j: Server):
    clear(neo4j)
    with pytest.raises(StoreUnavailable, match="no store yet"):
        open_store(neo4j.url, create=False)
    assert ask(neo4j, "MATCH (n) RETURN n") == set()


def test_the_password_is_in_no_url_repr_or_error(store: Store, neo4j: Server):
    wrong = Server(neo4j.uri, neo4j.user, "wrong-password")
    with pytest.raises(StoreUnavailable, match="refused the login of neo4j") as refused:
        open_store(wrong.url)
    with pytest.raises(StoreUnavailable, match="cannot be reached") as away:
        open_store("bolt://neo4j:wrong-password@127.0.0.1:1")
    with pytest.raises(InvalidInput) as strange:
        open_store("neo5j://neo4j:wrong-password@127.0.0.1:1")
    told = [repr(store), store.url, *(str(error.value) for error in (refused, away, strange))]
    assert not any(neo4j.password in text or "wrong-password" in text for text in told)
    assert store.url == neo4j.uri


def test_user_and_password_may_stand_in_the_environment(
    store: Store, neo4j: Server, opened: Callable[[str], Store], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SHAREGRAPH_NEO4J_USER", neo4j.user)
    monkeypatch.setenv("SHAREGRAPH_NEO4J_PASSWORD", neo4j.password)
    assert opened(neo4j.uri).version() == store.version()


def test_a_second_writer_waits_and_is_then_told_so(store: Store, neo4j: Server):
    impatient = Neo4jStore(neo4j.url, patience=0.5)
    with neo4j.driver() as driver, driver.session() as session, session.begin_transaction() as other:
        other.run("MATCH (l:Log) SET l.locked = true").consume()
        with pytest.raises(StoreUnavailable, match="written by another process"):
            impatient.append(rows(VIEWS))
        other.rollback()
    impatient.append(rows(VIEWS))
    impatient.close()
    assert ids(store) == {event.id for event in VIEWS}


class Cable:
    """A wire to a server that can be cut: it hands on bytes in both directions until then."""

    def __init__(self, server: Server) -> None:
        self._to = urlsplit(server.uri)
        self._open: list[socket.socket] = []
        self._unheard: list[socket.socket] = []
        self.commits_unheard = 0
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.server = Server(
            f"bolt://127.0.0.1:{self._listening.getsockname()[1]}", server.user, server.password
        )
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Close every connection and take no new one."""
        for end in (self._listening, *self._open):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listening.accept()
                far = socket.create_connection((self._to.hostname or "", self._to.port or 0))
                self._open += [near, far]
                for pair in ((near, far), (far, near)):
                    threading.Thread(target=self._hand_on, args=pair, daemon=True).start()

    def _hand_on(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while (part := source.recv(1 << 16)) and source not in self._unheard:
                if self.commits_unheard and COMMIT in part:
                    self.commits_unheard -= 1
                    self._unheard.append(target)
                target.sendall(part)
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def cable(neo4j: Server) -> Iterator[Cable]:
    """A wire to the server, cut in the end."""
    cable = Cable(neo4j)
    yield cable
    cable.cut()


def test_a_database_that_goes_away_is_told_soon_and_the_load_resumed(store: Store, cable: Cable):
    loading = open_store(cable.server.url)
    loading.append(rows(VIEWS[:5]))
    cable.cut()
    start = time.monotonic()
    with pytest.raises(StoreUnavailable, match="run the same command again") as gone:
        loading.append(rows(VIEWS[5:]))
    assert time.monotonic() - start < 20
    assert cable.server.password not in str(gone.value)
    loading.close()
    appended = store.append(rows(VIEWS))
    assert len(appended.repeated) >= 5
    assert [event.id for event in store.events()] == [event.id for event in VIEWS]


def test_a_call_whose_beginning_nobody_acknowledged_is_made_at_once(store: Store, cable: Cable):
    through, at = open_store(cable.server.url), micros(START)
    cable.commits_unheard = 1
    assert through.begin_call(b"k1", b"tea", at) is None
    assert cable.commits_unheard == 0
    assert store.begin_call(b"k1", b"tea", at) == Call(b"tea", at)
    assert through.begin_call(b"k1", b"tea", at) == Call(b"tea", at)
    cable.commits_unheard = 1
    assert through.answer_call(b"k1", b"tea", b"one") == b"one"
    assert store.begin_call(b"k1", b"tea", at) == Call(b"tea", at, b"one")
    through.close()


def test_who_was_forgotten_without_an_acknowledgement_was_forgotten(store: Store, cable: Cable):
    store.append(rows(VIEWS))
    through = open_store(cable.server.url)
    cable.commits_unheard = 1
    assert through.forget("ana")
    assert cable.commits_unheard == 0
    assert store.counts().users == 0
    assert not through.forget("ana")
    through.close()
