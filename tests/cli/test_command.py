"""How a command ends, whatever it does."""

import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any

import pytest
import typer

from api import cli
from api.cli.command import Everywhere, command
from graph.errors import InvalidInput, StoreUnavailable, UnknownKey

ROOT = Path(__file__).parents[2]
OURS = "This is a fault of ours: --debug shows where"


def raising(error: BaseException) -> Callable[..., object]:
    def fails(everywhere: Everywhere) -> None:
        raise error

    app = typer.Typer(pretty_exceptions_enable=False)
    app.command()(command(fails))
    return lambda *arguments: app(args=arguments, standalone_mode=False)


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (UnknownKey("user 'x' is unknown"), 1, "sharegraph: user 'x' is unknown\n"),
        (StoreUnavailable("it went away"), 1, "sharegraph: it went away\n"),
        (InvalidInput("first has to be positive"), 2, "sharegraph: first has to be positive\n"),
        (PermissionError(13, "Permission denied", "shop.db"), 1, "sharegraph: shop.db: Permission denied\n"),
        (KeyboardInterrupt(), 130, "sharegraph: stopped\n"),
        (ZeroDivisionError("x/0"), 1, f"sharegraph: ZeroDivisionError: x/0. {OURS}\n"),
    ],
)
def test_an_error_is_a_sentence_and_an_exit_code(
    error: BaseException, code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert raising(error)() == code
    assert capsys.readouterr() == ("", said)


def test_a_long_error_takes_two_lines(capsys: pytest.CaptureFixture[str]) -> None:
    raising(StoreUnavailable("one\ntwo\nthree\nfour"))()
    assert capsys.readouterr().err == "sharegraph: one\n  two\n"


def test_debug_shows_the_traceback() -> None:
    with pytest.raises(ZeroDivisionError):
        raising(ZeroDivisionError())("--debug")


@pytest.mark.parametrize("arguments", [["loda"], ["load"], ["kols", "--first", "many"], ["suggest", "--nix"]])
def test_bad_use_is_one_line_and_code_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["serve", "--port", "99999"], "65535"),
        (["demo", "--port", "0"], "greater than or equal to 1"),
        (["serve", "--request-seconds", "-1"], "greater than or equal to 0.001"),
        (["serve", "--subscriptions", "-1"], "greater than or equal to 0"),
        (["load", "log", "--format", "excel"], "'--format': 'excel' is not one of 'sharegraph', 'segment',"),
        (["load", "log", "--currency", "euro"], "'euro' is no currency; write its three letters, like CNY"),
        (["recipients", "ana"], "Missing argument 'PRODUCT'."),
        (["keys", "create"], "Choose from: storefront, growth, analyst, ingest, privacy, admin\n"),
        (
            ["trust", "nowhere.graphql", "--out", "out"],
            "nowhere.graphql cannot be read: No such file or directory\n",
        ),
        (["kols", "--rates", "USD=7.1"], "say which one too"),
    ],
)
def test_a_value_that_cannot_be_is_told_before_anything_begins(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(arguments) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert said in told.err


def names(group: Any, before: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every command, by its words."""
    for name, inner in group.commands.items():
        if hasattr(inner, "commands"):
            yield from names(inner, (*before, name))
        else:
            yield (*before, name)


@pytest.mark.parametrize("words", [*names(typer.main.get_command(cli.app))], ids=" ".join)
def test_the_examples_of_a_commands_help_stand_apart_from_its_text(
    words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    assert cli.main([*words, "--help"]) == 0
    _, heading, shown = capsys.readouterr().out.partition(" Example")
    examples = [line for line in shown.splitlines() if "sharegraph " in line and not line.startswith("│")]
    assert bool(examples) is bool(heading)
    assert [line for line in examples if not line.startswith("     ")] == []
    assert not heading or f"sharegraph {' '.join(words)} " in f"{examples[0]} "


@pytest.mark.parametrize("words", [(), *names(typer.main.get_command(cli.app))], ids=" ".join)
def test_no_word_of_a_commands_help_is_cut_at_eighty_columns(
    words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert cli.main([*words, "--help"]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert [line for line in shown if len(line) > 80 or re.search(r"[^\s,]… *│", line)] == []


def test_an_option_stands_before_or_after_and_the_environment_says_the_store(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[tuple[Everywhere, int]] = []

    def look(everywhere: Everywhere, *, deep: Annotated[int, typer.Option()] = 1) -> None:
        seen.append((everywhere, deep))

    app = typer.Typer()
    app.command()(command(look))
    app(args=[], standalone_mode=False)
    monkeypatch.setenv("SHAREGRAPH_STORE", "neo4j://there")
    app(args=["--json", "--deep", "2"], standalone_mode=False)
    app(args=["--store", "sqlite:///here.db"], standalone_mode=False)
    assert seen == [
        (Everywhere("sqlite:///sharegraph.db", json=False), 1),
        (Everywhere("neo4j://there", json=True), 2),
        (Everywhere("sqlite:///here.db", json=False), 1),
    ]


@pytest.mark.parametrize("name", [registered.name for registered in cli.app.registered_commands])
def test_every_command_takes_store_json_and_debug(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    assert cli.main([name, "--help"]) == 0
    assert {"--store", "--json", "--debug"} <= set(capsys.readouterr().out.split())


def test_help_imports_nothing_heavy() -> None:
    heavy = "{'numpy', 'numba', 'pandas', 'strawberry', 'networkx', 'scipy', 'neo4j'}"
    script = f"import sys; from api.cli import main; main(['--help']); print({heavy} & set(sys.modules))"
    told = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert told.stdout.splitlines()[-1] == "set()"


def test_ctrl_c_before_a_command_has_begun_is_quiet() -> None:
    script = """
import os, signal, sys
class Impatient:
    def find_spec(self, name, *_):
        if name == "api.cli.answers":
            os.kill(os.getpid(), signal.SIGINT)
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.meta_path.insert(0, Impatient())
from api.start import main
main()
"""
    told = subprocess.run(
        [sys.executable, "-c", script, "version"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (told.returncode, told.stdout, told.stderr) == (-signal.SIGINT, "", "")


def test_a_closed_pipe_is_quiet() -> None:
    script = f"{sys.executable} -m api.cli version | sleep 0; echo ${{PIPESTATUS[0]}}"
    told = subprocess.run(["bash", "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert told.stderr == ""
    assert told.stdout.strip() == "141"


@pytest.mark.parametrize(("flags", "said"), [((), ""), (("--debug",), "will be retried\n")])
def test_what_the_driver_warns_of_is_told_under_debug_alone(flags: tuple[str, ...], said: str) -> None:
    script = """
import logging, sys, typer
from api.cli.command import command
def look(everywhere): logging.getLogger("neo4j.pool").warning("will be retried")
app = typer.Typer()
app.command()(command(look))
app(args=sys.argv[1:], standalone_mode=False)
"""
    told = subprocess.run(
        [sys.executable, "-c", script, *flags], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert told.stderr == said


@pytest.mark.parametrize("command", [["export"], ["forget", "--yes"], ["audit", "about"], ["suggest"]])
def test_a_word_that_is_no_text_is_told_and_is_no_fault_of_ours(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    latin = b"caf\xe9".decode(errors="surrogateescape")
    log = [str(tmp_path / "audit.jsonl")] if command[0] == "audit" else []
    assert cli.main([*command, latin, *log, "--store", f"sqlite:///{tmp_path}/shop.db"]) == 2
    assert "user: 'caf\\udce9' is no text in UTF-8" in capsys.readouterr().err
