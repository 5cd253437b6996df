"""`sharegraph load`: every row accounted for, and told so."""

import csv
import io
import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from subprocess import PIPE

import pytest

from api import cli
from loaders.marked import noise_since
from loaders.snapshots import default_folder, read_snapshot
from loaders.stores import open_store
from tests.loads import lines

ROOT = Path(__file__).parents[2]
KEYS = [
    "read",
    "stored",
    "repeated",
    "rejected",
    "implied",
    "noise",
    "events",
    "users",
    "products",
    "consentDefault",
]
LOG = """id,kind,at,user,product,share
s1,SHARE,2026-05-01T08:00:00Z,ana,tea,
o1,OPEN,2026-05-01T08:01:00Z,bea,tea,s1
o2,OPEN,2026-05-01T08:01:00.5Z,bea,tea,s1
o3,OPEN,2026-05-01T07:00:00Z,cy,tea,s1
p1,PURCHASE,yesterday,bea,tea,
"""


@pytest.fixture
def log(tmp_path: Path) -> Path:
    file = tmp_path / "log.csv"
    file.write_text(LOG)
    return file


@pytest.fixture
def store(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'shop.db'}"


def told(capsys: pytest.CaptureFixture[str]) -> dict[str, int]:
    answer: dict[str, int] = json.loads(capsys.readouterr().out)
    return answer


def test_the_receipt_accounts_for_every_row(
    log: Path, store: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["load", str(log), "--store", store, "--json"]) == 0
    receipt = told(capsys)
    assert list(receipt) == KEYS
    assert receipt == dict(zip(KEYS, (5, 3, 0, 2, 0, 1, 3, 2, 1, "off"), strict=True))


def test_the_same_log_again_changes_nothing(
    log: Path, store: str, capsys: pytest.CaptureFixture[str]
) -> None:
    cli.main(["load", str(log), "--store", store])
    capsys.readouterr()
    assert cli.main(["load", str(log), "--store", store, "--json"]) == 0
    assert told(capsys) == dict(zip(KEYS, (5, 0, 3, 2, 0, 0, 3, 2, 1, "off"), strict=True))


def test_refused_rows_are_listed_with_line_and_reason(log: Path, store: str, tmp_path: Path) -> None:
    cli.main(["load", str(log), "--store", store])
    with (tmp_path / "shop.db.rejects.csv").open(newline="") as file:
        listed = {(row["file"], row["line"], row["reason"]) for row in csv.DictReader(file)}
    assert listed == {
        (str(log), "5", "opened before it was shared"),
        (str(log), "6", "unreadable time"),
    }


def test_strict_fails_where_a_row_was_refused_and_stores_the_others(
    log: Path, store: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["load", str(log), "--store", store, "--strict", "--json"]) == 1
    assert told(capsys)["stored"] == 3


def test_a_log_may_come_by_pipe(
    store: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(LOG.encode())))
    assert cli.main(["load", "-", "--store", store, "--json"]) == 0
    assert told(capsys)["stored"] == 3


def test_a_small_log_is_snapshotted_at_once_and_its_noise_is_the_snapshots(log: Path, store: str) -> None:
    cli.main(["load", str(log), "--store", store])
    opened = open_store(store)
    snapshot = read_snapshot(default_folder(store))
    assert snapshot is not None
    assert snapshot.version == opened.version()
    assert noise_since(opened) == snapshot.events.noise.sum() == 1
    opened.close()


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["nowhere.csv"], 1, "nowhere.csv: no such file or folder"),
        (["log.csv", "--timezone", "Mars/Olympus"], 2, "no time zone"),
        (["log.csv", "--store", "mysql://here"], 2, "mysql://here"),
        (["log.csv", "--format", "excel"], 2, "excel"),
        (["log.csv", "--share-name", "sid"], 2, "--format segment"),
        (["log.csv", "--format", "segment", "--consent", "Ads=fun"], 2, "Ads=fun: the purposes are"),
        (["log.csv", "--format", "segment", "--consent", "Ads"], 2, "write CATEGORY=PURPOSE"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    arguments: list[str],
    code: int,
    said: str,
    log: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(log.parent)
    assert cli.main(["load", *arguments]) == code
    complaint = capsys.readouterr().err
    assert said in complaint
    assert complaint.count("\n") == 1


def test_a_shops_own_names_are_flags(store: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = {"product_id": "tea", "currency": "CNY"}
    carried = {"consent": {"categoryPreferences": {"Ads": False}}}
    calls = [
        call("Product Shared", 0, "ana", said | {"sid": "s1"}),
        call("Product Viewed", 1, "bea", said | {"sid": "s1"}, context=carried),
        call("Product Viewed", 2, "cy", said | {"from": "ana", "ref": "mail"}),
    ]
    log = tmp_path / "calls.jsonl"
    log.write_text(lines(*calls))
    names = ["--share-name", "sid", "--sharer-name", "who", "--sharer-name", "from", "--consent"]
    asked = ["load", str(log), "--format", "segment", *names, "Ads=personalisation", "--store", store]
    assert cli.main([*asked, "--json"]) == 0
    assert told(capsys)["stored"] == 3
    opened = open_store(store)
    assert {(event.kind.name, event.person, event.through) for event in opened.events()} == {
        ("SHARE", "ana", None),
        ("OPEN", "bea", "s1"),
        ("OPEN", "cy", "s1"),
        ("CONSENT", "bea", None),
    }
    opened.close()


def call(event: str, minute: int, user: str, properties: object, **others: object) -> dict[str, object]:
    at = f"2026-05-01T08:0{minute}:00Z"
    said = {"type": "track", "event": event, "messageId": f"m{minute}", "userId": user, "timestamp": at}
    return said | {"properties": properties} | others


def test_a_made_up_shop_loads_whole(tmp_path: Path, store: str, capsys: pytest.CaptureFixture[str]) -> None:
    shop = tmp_path / "shop"
    asked = ["generate", "--users", "60", "--events", "800", "--seed", "3", "--out", str(shop), "--json"]
    assert cli.main(asked) == 0
    made = json.loads(capsys.readouterr().out)
    assert (made["users"], made["events"], made["seed"]) == (60, 800, 3)
    assert cli.main(["load", str(shop), "--store", store, "--json"]) == 0
    receipt = told(capsys)
    assert (receipt["read"], receipt["stored"], receipt["rejected"]) == (800, 800, 0)


def test_a_made_up_shop_takes_the_place_of_another_and_of_nobodys_own_log(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["generate", "--users", "60", "--events", "800", "--out", str(tmp_path)]
    own = tmp_path / "events.csv"
    own.write_text("id,kind,at,user,product\n")
    assert cli.main(asked) == 2
    assert (
        capsys.readouterr().err
        == f"sharegraph: {own} is there already and was not generated; name another folder\n"
    )
    assert own.read_text() == "id,kind,at,user,product\n"
    assert [path.name for path in tmp_path.iterdir()] == ["events.csv"]
    own.unlink()
    for shape in ("csv", "jsonl"):
        assert cli.main([*asked, "--shape", shape]) == 0
    assert {path.name for path in tmp_path.iterdir()} == {
        "events.jsonl",
        "users.jsonl",
        "products.jsonl",
        "truth",
    }


def test_interrupted_it_says_so_in_one_line_and_the_same_load_goes_on(
    log: Path, store: str, capsys: pytest.CaptureFixture[str]
) -> None:
    # What starts in the background of a shell has Ctrl-C ignored; a terminal's has not.
    listening = "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler)"
    run = f"{listening}; from api.cli import main; sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", run, "load", "-", "--store", store]
    with subprocess.Popen(command, cwd=ROOT, stdin=PIPE, stdout=PIPE, stderr=PIPE, text=True) as load:
        assert load.stdin is not None
        load.stdin.write(LOG)
        load.stdin.flush()
        wait_for(Path(store.removeprefix("sqlite:///")))
        time.sleep(0.5)  # by now it waits for more of its input
        load.send_signal(signal.SIGINT)
        told, complaint = load.communicate(timeout=60)
    assert (load.returncode, told, complaint) == (130, "", "sharegraph: stopped\n")
    assert cli.main(["load", str(log), "--store", store, "--json"]) == 0
    receipt = json.loads(capsys.readouterr().out)
    assert receipt["stored"] + receipt["repeated"] == 3


def wait_for(file: Path) -> None:
    patience = time.monotonic() + 60
    while not file.exists():
        assert time.monotonic() < patience
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("text", "says", "code"),
    [
        (b"", "There is no row of a log in what was named.", 0),
        (b"kind,at,user\n", "There is no row of a log in what was named.", 0),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8, "is binary, no text", 1),
        (b"kind,at,user\nVIEW,2026-05-01T08:00:00Z,ana\n", "No row was refused.", 0),
    ],
)
def test_the_receipt_says_what_kind_of_nothing_there_was(
    text: bytes, says: str, code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "log.csv"
    log.write_bytes(text)
    assert cli.main(["load", str(log), "--store", f"sqlite:///{tmp_path}/shop.db"]) == code
    told = " ".join(capsys.readouterr().out.split())
    assert says in told
    assert ("No row was refused." in told) == (says == "No row was refused.")


def test_help_shows_no_type_beside_a_flag(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["--help"], ["load", "--help"], ["keys", "--help"], ["forget", "--help"]):
        assert cli.main(words) == 0
        assert "<bool>" not in capsys.readouterr().out
