"""A byte scan: after somebody is forgotten nothing that this program wrote holds a letter of theirs."""

import asyncio
import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from hashlib import blake2b
from pathlib import Path
from typing import Any

import pytest

from api import cli
from api.auth.caller import Caller, Role
from api.request import Asked
from api.rights.pseudonyms import Pseudonyms
from api.rights.veil import PURPOSE
from api.service import Service
from api.settings import Records
from graph.events import ContentId, Kind, digest
from graph.store import Store
from loaders.erasure import erase
from loaders.ingest import ingest
from loaders.rejects import Rejects
from loaders.sources import Reading, open_source
from loaders.stores import open_store
from tests.loads import read
from tests.neo4j_server import Server, java
from tests.neo4j_server.server import empty
from tests.toy import START

MARK = "xANAx" + "-of-the-tea-house-by-the-river" * 3
"""So long that a Neo4j writes it out: what is short it packs into fewer bits than a letter has."""

HASHES: list[Callable[[bytes], bytes]] = [
    *(lambda text, by=by: hashlib.new(by, text).digest() for by in ("md5", "sha1", "sha256", "sha512")),
    *(lambda text, size=size: blake2b(text, digest_size=size).digest() for size in (8, 10, 16, 20, 32, 64)),
]

CACHE = Path(__file__).parents[2] / ".cache" / "neo4j"

DEAR = {"amount": "9.50", "currency": "CNY"}
LOG: list[dict[str, Any]] = [
    {"id": f"{MARK}-s1", "kind": "SHARE", "user": MARK, "product": "tea", "device": f"{MARK}-device"},
    {"kind": "OPEN", "user": "bea", "product": "tea", "sharer": MARK},
    {"kind": "SHARE", "user": "bea", "product": "mug", "recipient": MARK},
    {"kind": "OPEN", "user": "cy", "product": "mug", "sharer": "bea"},
    {"kind": "OPEN", "visitor": f"{MARK}-phone", "product": "mug", "sharer": "bea", "region": f"{MARK}-town"},
    {"kind": "SIGNUP", "user": MARK, "visitor": f"{MARK}-phone"},
    {"kind": "PURCHASE", "user": MARK, "product": "mug", "order": f"{MARK}-o1", **DEAR},
    {"kind": "PURCHASE", "user": "cy", "product": "mug", **DEAR},
    {"kind": "SEARCH", "user": MARK, "query": f"{MARK} wants tea"},
    {"kind": "TIE", "user": "bea", "other": MARK},
    {"kind": "CONSENT", "user": MARK, "personalisation": True, "notice": f"{MARK}-notice"},
    {"kind": "CONSENT", "user": "bea", "personalisation": True},
]
BAD: list[dict[str, Any]] = [
    {"id": f"{MARK}-bad1", "kind": "VIEW", "user": MARK, "product": "tea", "at": "yesterday"},
    {"id": "bad2", "kind": "VIEW", "user": MARK, "product": "tea", "at": "2999-01-01T00:00:00Z"},
    {"id": "bad3", "kind": "OPEN", "user": f"{MARK}-phone", "share": "nowhere", "product": "tea"},
    {"id": "bad4", "kind": "TIE", "user": MARK, "other": MARK},
    {"id": "bad5", "kind": "VIEW", "user": "bea", "product": "tea", "at": "tomorrow"},
]
WHO = [{"kind": "USER", "key": MARK, "name": f"{MARK} of the tea", "region": "SH", "city": f"{MARK}-ville"}]

ASKED = """{ suggestions: user(key: "KEY") { key name suggestions { nodes { product { key } explanation } } }
    cascades { nodes { root { user { key name } } participants { nodes { user { key name } } } } }
    kolCandidates { nodes { user { key name } } }
    spread(users: ["bea"]) { reach { value } } }""".replace("KEY", MARK)
PSEUDONYMS = "{ cascades { nodes { participants { nodes { user { key } } } } } }"
RECORD = """mutation { recordEvents(input: { idempotencyKey: "KEY-call", events: [
    { id: "KEY-new", kind: VIEW, at: "2026-05-02T00:00:00Z", user: "KEY", product: "tea" },
    { id: "bad6", kind: OPEN, at: "2026-05-02T00:00:00Z", user: "KEY", share: "KEY-lost" }] }) { stored } }
    """.replace("KEY", MARK)
FORGET = 'mutation { forgetUser(input: { user: "KEY" }) { forgotten } }'.replace("KEY", MARK)


@pytest.fixture
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log in which one person is named in every way there is, outside the data folder."""
    times = (START + timedelta(minutes=minute) for minute in range(len(LOG) + len(BAD)))
    told = [{"at": at.isoformat(), **row} for at, row in zip(times, LOG + BAD, strict=True)]
    file = tmp_path_factory.mktemp("shop") / "log.jsonl"
    file.write_text("\n".join(map(json.dumps, [*told, *WHO])))
    return file


def hashes_of_hers(log: Path) -> set[bytes]:
    """What somebody would look for who guesses: plain hashes of her keys, of her name and of every row that
    says one, in letters and in bytes, and what events are known by: ids made of content, digests.
    """
    rows = [line for line in log.read_text().splitlines() if MARK in line]
    said = [MARK, f"{MARK}-phone", f"{MARK} of the tea", *rows, *(row + "\n" for row in rows)]
    plain = {by(text.encode()) for text in said for by in HASHES}
    events = [event for event in read(log)[0] if MARK in repr(event)]
    numbers = {digest(event) for event in events}
    wide = {number.to_bytes(8, order, signed=True) for number in numbers for order in ("big", "little")}
    made = {event.id.encode() for event in events if type(event.id) is ContentId}
    assert len(made) > len(events) / 2
    return {*plain, *(each.hex().encode() for each in plain | wide), *wide, *made} | {
        str(number).encode() for number in numbers
    }


def told_by_hash(folder: Path, hashes: set[bytes]) -> set[str]:
    """The files of a folder, however deep, that hold one of these hashes."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path.name for path in files if any(each in path.read_bytes() for each in hashes)}


def holding(folder: Path, *texts: str) -> Iterator[str]:
    """The files of a folder, however deep, that hold one of these texts in their bytes or their name."""
    for path in folder.rglob("*"):
        held = path.read_bytes() if path.is_file() else b""
        written = (text.encode(form) in held for text in texts for form in ("utf-8", "utf-16-le"))
        if any(written) or any(text in path.name for text in texts):
            yield path.name


async def _served(store: Store, folder: Path) -> tuple[str, str]:
    """Ask and record, forget, ask again; the pseudonym that was given, and everything that was answered
    afterwards. folder: in which it is put on record who asked.
    """
    service = Service(store, records=Records(audit=folder / "audit.jsonl"))
    before = await service.answer(Asked(ASKED))
    assert MARK in str(before.data)
    assert {*holding(folder, MARK)} >= {"audit.jsonl.people"}
    analyst = Caller(Role.ANALYST, "key:k1", purpose="research")
    people = await service.answer(Asked(PSEUDONYMS, caller=analyst))
    pseudonym = Pseudonyms(store.secret(PURPOSE)).of(MARK)
    assert pseudonym in str(people.data)
    recorded = await service.answer(Asked(RECORD))
    assert (await service.answer(Asked(RECORD))).data == recorded.data == {"recordEvents": {"stored": 1}}
    assert (await service.answer(Asked(FORGET))).data == {"forgetUser": {"forgotten": True}}
    again = [await service.answer(Asked(ASKED)), await service.answer(Asked(PSEUDONYMS, caller=analyst))]
    assert (await service.answer(Asked(RECORD))).data == {"recordEvents": {"stored": 0}}
    await service.end()
    return pseudonym, str([reply.body() for reply in again])


def test_nothing_that_was_written_holds_a_letter_of_hers(
    log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"sqlite:///{tmp_path / 'shop.db'}"
    assert cli.main(["load", str(log), "--store", url, "--consent-default", "on"]) == 0
    held = {*holding(tmp_path, MARK)}
    assert {"shop.db", "shop.db.rejects.csv"} <= held
    with closing(open_store(url)) as store:
        pseudonym, answers = asyncio.run(_served(store, tmp_path))
    assert MARK not in answers
    assert pseudonym not in answers
    assert [*holding(tmp_path, MARK, pseudonym)] == []
    assert "bad5" in (tmp_path / "shop.db.rejects.csv").read_text()
    capsys.readouterr()
    assert cli.main(["load", str(log), "--store", url, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["stored"] == 0
    assert [*holding(tmp_path, MARK, pseudonym)] == []
    assert cli.main(["compact", "--store", url]) == 0
    assert [*holding(tmp_path, MARK, pseudonym)] == []
    assert {path.name for path in tmp_path.iterdir() if not path.name.startswith("audit.")} <= {
        "shop.db",
        "shop.db-wal",
        "shop.db-shm",
        "shop.db.snapshot",
    }


def test_no_hash_of_hers_is_left_in_any_file(
    log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before, her events' digests stand beside her events; no id of theirs is a plain hash at any time."""
    url, hers = f"sqlite:///{tmp_path / 'shop.db'}", hashes_of_hers(log)
    assert cli.main(["load", str(log), "--store", url, "--consent-default", "on"]) == 0
    letters = {each for each in hers if each.isascii()}
    assert told_by_hash(tmp_path, hers) == {"shop.db"}
    assert told_by_hash(tmp_path, letters) == set()
    with closing(open_store(url)) as store:
        _, answers = asyncio.run(_served(store, tmp_path))
    assert not any(each.decode() in answers for each in letters)
    assert told_by_hash(tmp_path, hers) == set()
    assert cli.main(["load", str(log), "--store", url]) == 0
    assert cli.main(["compact", "--store", url]) == 0
    assert told_by_hash(tmp_path, hers) == set()
    capsys.readouterr()


@pytest.mark.slow
def test_a_neo4j_that_takes_what_is_left_never_held_a_letter_of_hers(
    log: Path,
    tmp_path: Path,
    neo4j: Server,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if neo4j.home is None:
        pytest.skip("the files of this Neo4j are not ours to read")
    monkeypatch.setenv("SHAREGRAPH_SNAPSHOTS", str(tmp_path))
    empty(neo4j)
    assert cli.main(["load", str(log), "--store", neo4j.url, "--consent-default", "on"]) == 0
    with closing(open_store(neo4j.url)) as store:
        pseudonym, answers = asyncio.run(_served(store, tmp_path))
        left = _all(store)
    assert {*holding(neo4j.home / "data", MARK)} != set()
    with java.started(CACHE) as fresh:
        assert fresh.home is not None
        assert cli.main(["compact", "--store", neo4j.url, "--into", fresh.url]) == 0
        with closing(open_store(fresh.url)) as store:
            assert _all(store) == left
            assert erase(store, "cy")
        assert cli.main(["load", str(log), "--store", fresh.url]) == 0
        capsys.readouterr()
        assert cli.main(["compact", "--store", neo4j.url, "--into", fresh.url]) == 2
        assert "holds a store" in capsys.readouterr().err
        assert [*holding(fresh.home / "data", MARK, pseudonym)] == []
        assert told_by_hash(fresh.home / "data", hashes_of_hers(log)) == set()
    assert [*holding(tmp_path, MARK, pseudonym)] == []
    assert MARK not in answers
    empty(neo4j)


def _all(store: Store) -> tuple[object, ...]:
    """Everything that a store tells."""
    told = sorted(store.events(), key=lambda event: event.id), list(store.answers()), store.promises()
    return *told, store.version(), store.counts(), store.secret("test")


def test_what_comes_again_is_refused_by_its_line_alone(store: Store, log: Path, tmp_path: Path) -> None:
    now = START + timedelta(days=1)
    ingest(open_source([str(log)], "sharegraph", Reading()), store, now=now)
    assert erase(store, MARK)
    with Rejects(tmp_path / "again.csv") as refused:
        again = ingest(
            open_source([str(log)], "sharegraph", Reading()), store, now=now, on_reject=refused.add
        )
    assert MARK not in refused.path.read_text().replace(str(log), "")
    named = sum(MARK in json.dumps(row) for row in LOG + BAD)
    assert again.rejects == {"forgotten": named, "unreadable time": 1}
    assert again.stored == 0


def test_where_nobody_is_forgotten_the_list_of_refused_rows_stays(
    log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"sqlite:///{tmp_path / 'shop.db'}"
    assert cli.main(["load", str(log), "--store", url]) == 0
    listed = (tmp_path / "shop.db.rejects.csv").read_bytes()
    assert cli.main(["forget", "b", "--yes", "--store", url]) == 1
    assert (tmp_path / "shop.db.rejects.csv").read_bytes() == listed
    capsys.readouterr()


def test_a_guess_cannot_be_tried_against_what_is_left(store: Store, log: Path) -> None:
    """Rows without an id are known by a hash of what they say: of those that named her it is drawn anew."""
    ingest(open_source([str(log)], "sharegraph", Reading()), store, now=START + timedelta(days=1))
    before = {event.id: event.kind for event in store.events()}
    erase(store, MARK)
    kept = {event.id for event in store.events()} & {*before}
    assert sorted(before[id_].name for id_ in kept) == ["CONSENT", "OPEN", "PURCHASE"]
    assert Kind.TIE not in {event.kind for event in store.events()}
