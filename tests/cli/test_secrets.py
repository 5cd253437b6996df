"""Names on disk from the command line: sealed, rotated, retired, plain again; byte scans over the folder."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from api import cli
from loaders.sealing import Secret
from loaders.secretfile import KEY, KEY_FILE

SAID = ("Xana of the tea", "Xiling", "Xville", "Xulin")
MADE = {"product": "tea", "region": SAID[1]}
LOG = [
    {"id": "s1", "kind": "SHARE", "at": "2026-05-01T10:00:00Z", "user": "ana", **MADE},
    {"id": "o1", "kind": "OPEN", "at": "2026-05-01T10:05:00Z", "user": "bea", **MADE, "share": "s1"},
    {"id": "b1", "kind": "VIEW", "at": SAID[3], "user": "ana", "product": "tea"},
    {"kind": "USER", "key": "ana", "name": SAID[0], "region": SAID[1], "city": SAID[2]},
]  # fmt: skip


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a store in it that was loaded in plain text."""
    # What a command sets for the processes that it starts is undone afterwards.
    monkeypatch.setenv(KEY_FILE, "")
    monkeypatch.delenv(KEY, raising=False)
    log = tmp_path / "log.jsonl"
    log.write_text("\n".join(map(json.dumps, LOG)))
    (tmp_path / "shop").mkdir()
    monkeypatch.chdir(tmp_path / "shop")
    assert cli.main(["load", str(log), "--store", "sqlite:///shop.db"]) == 0
    return tmp_path / "shop"


def run(*arguments: str) -> int:
    return cli.main([*arguments, "--key-file", "shop.key", "--store", "sqlite:///shop.db"])


def holding(folder: Path) -> Iterator[str]:
    """The files that hold a word of what was said."""
    for path in folder.rglob("*"):
        if path.is_file() and any(word.encode() in path.read_bytes() for word in SAID):
            yield path.name


def test_after_rotating_and_compacting_no_file_holds_a_name_and_none_will(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert {"shop.db", "shop.db.rejects.csv", "people.names.letters.npy"} <= {*holding(shop)}
    assert run("keys", "secret") == 0
    assert run("keys", "rotate") == 0
    assert run("compact") == 0
    assert [*holding(shop)] == []
    assert run("load", str(shop.parent / "log.jsonl")) == 0
    assert [*holding(shop)] == []
    assert "unreadable time,,b1" in (shop / "shop.db.rejects.csv").read_text()
    capsys.readouterr()
    assert run("keys", "rotate", "--json") == 0
    rotated = json.loads(capsys.readouterr().out)
    assert rotated["added"] is True
    assert rotated["values"] > 0
    assert run("keys", "retire", "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"dropped": 1}
    assert run("export", "ana") == 0
    described = json.loads(capsys.readouterr().out)["described"]
    assert [(one["name"], one["region"], one["attributes"]) for one in described] == [
        (SAID[0], SAID[1], {"city": SAID[2]})
    ]
    assert [*holding(shop)] == []


def test_without_the_secret_the_way_out_is_told_and_nothing_is_lost(
    shop: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("keys", "secret") == 0
    assert run("keys", "rotate") == 0
    monkeypatch.setenv(KEY_FILE, "")
    assert cli.main(["export", "ana", "--store", "sqlite:///shop.db"]) == 1
    assert "was not given; --key-file FILE" in capsys.readouterr().err
    (shop / "shop.key").chmod(0o644)
    assert run("export", "ana") == 2
    assert "chmod 600 shop.key" in capsys.readouterr().err
    (shop / "shop.key").chmod(0o600)
    assert run("export", "ana") == 0
    assert SAID[0] in capsys.readouterr().out


def test_a_secret_is_made_once_and_printed_where_no_file_is_named(
    shop: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("keys", "secret") == 0
    assert run("keys", "secret") == 2
    assert "is there already" in capsys.readouterr().err
    monkeypatch.setenv(KEY_FILE, "")
    assert cli.main(["keys", "rotate", "--store", "sqlite:///shop.db"]) == 2
    assert "no secret was given" in capsys.readouterr().err
    assert cli.main(["keys", "secret"]) == 0
    secret = capsys.readouterr().out.strip()
    monkeypatch.setenv(KEY, secret)
    assert cli.main(["keys", "rotate", "--store", "sqlite:///shop.db"]) == 0
    assert cli.main(["keys", "rotate", "--store", "sqlite:///shop.db"]) == 2
    assert "append what `sharegraph keys secret` prints" in capsys.readouterr().err


def test_no_secret_is_dropped_that_something_is_under_yet(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("keys", "secret") == 0
    assert run("keys", "retire") == 1
    assert "not everything is under the secret" in capsys.readouterr().err
    assert run("doctor") == 0
    assert "names on disk" in capsys.readouterr().out


def test_what_was_unsealed_needs_no_secret_until_it_is_sealed_anew(
    shop: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for words in (("secret",), ("rotate",)):
        assert run("keys", *words) == 0
    monkeypatch.setenv(KEY_FILE, "")
    assert cli.main(["keys", "unseal", "--store", "sqlite:///shop.db"]) == 1
    assert "was not given; --key-file FILE" in capsys.readouterr().err
    assert run("keys", "unseal", "--json") == 0
    assert json.loads(capsys.readouterr().out)["values"] > 0
    assert run("keys", "unseal") == 0
    assert "There is nothing sealed." in capsys.readouterr().out
    # Whoever still holds the secret opens what is plain, and seals nothing.
    assert run("load", str(shop.parent / "log.jsonl")) == 0
    assert run("keys", "retire") == 2
    assert "delete shop.key once no backup needs it" in capsys.readouterr().err
    monkeypatch.setenv(KEY_FILE, "")
    assert cli.main(["export", "ana", "--store", "sqlite:///shop.db"]) == 0
    assert SAID[0] in capsys.readouterr().out
    assert {"shop.db", "people.names.letters.npy"} <= {*holding(shop)}
    assert run("keys", "rotate", "--json") == 0
    assert json.loads(capsys.readouterr().out)["added"] is True
    assert run("compact") == 0
    assert "shop.db" not in {*holding(shop)}


def test_secrets_that_are_named_in_another_order_are_no_newer(
    shop: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = Secret.new(), Secret.new()
    for held in ((one,), (one, other)):
        monkeypatch.setenv(KEY, ",".join(secret.text for secret in held))
        assert cli.main(["keys", "rotate", "--store", "sqlite:///shop.db"]) == 0
    monkeypatch.setenv(KEY, f"{other.text},{one.text}")
    capsys.readouterr()
    assert cli.main(["keys", "rotate", "--store", "sqlite:///shop.db"]) == 2
    assert "nothing newer is in SHAREGRAPH_KEY" in capsys.readouterr().err
    assert cli.main(["doctor", "--store", "sqlite:///shop.db"]) == 0
    assert f"sealed under the secret {other.id}" in capsys.readouterr().out
