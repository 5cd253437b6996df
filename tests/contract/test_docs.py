"""What the documents say is true: every command, every flag, every query in them works."""

import asyncio
import json
import re
import shlex
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import typer

from api import cli
from api.cli import showcase
from api.cli.loads import made_up
from api.cost.allowance import ALLOWANCES
from api.request import Asked
from api.service import Service
from loaders import schema
from loaders.ingest import ingest
from loaders.sources import open_source
from loaders.stores import open_store
from tests.neo4j_server import Server
from tests.neo4j_server.server import empty

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples" / "frontend").glob("*.graphql"))
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
CLI_PAGE = (ROOT / "docs" / "cli.md").read_text()

COMMAND = re.compile(r"^ *(?:\$ )?(?:.*\| *)?sharegraph +(?P<words>[^|#\n`]*)", re.MULTILINE)


def blocks(page: str) -> Iterator[str]:
    """The code of a page: fenced or indented by four."""
    yield from re.findall(r"```[a-z]*\n(.*?)```", page, re.DOTALL)
    yield from re.findall(r"(?:^ {4}.*\n)+", page, re.MULTILINE)


def commands(page: str) -> set[str]:
    return {match["words"].strip() for block in blocks(page) for match in COMMAND.finditer(block)}


def flags_by_command(group: Any, before: str = "") -> dict[str, set[str]]:
    """A command's flags by its name, a command of a group by both their names."""
    flags: dict[str, set[str]] = {}
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            flags |= flags_by_command(command, f"{name} ")
            continue
        flags[before + name] = {
            flag
            for option in command.params
            for flag in (*option.opts, *option.secondary_opts)
            if flag[:2] == "--"
        }
    return flags


FLAGS = flags_by_command(typer.main.get_command(cli.app))
EVERYWHERE = {"--store", "--key-file", "--audit", "--json", "--debug"}


@pytest.mark.parametrize("name", sorted(FLAGS))
def test_every_command_and_each_of_its_flags_is_in_the_docs(name: str) -> None:
    section = re.search(rf"^## {name}\n(.*?)(?=^## |\Z)", CLI_PAGE, re.MULTILINE | re.DOTALL)
    assert section is not None
    documented = set(re.findall(r"`(--[a-z-]+)", section[1]))
    assert documented - EVERYWHERE == FLAGS[name] - EVERYWHERE


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_in_a_document_exists_with_its_flags(page: Path) -> None:
    for words in commands(page.read_text()):
        name, *arguments = shlex.split(words.replace("…", ""))
        if name not in FLAGS and arguments:
            name, arguments = f"{name} {arguments[0]}", arguments[1:]
        assert name in FLAGS, words
        assert {a for a in arguments if a.startswith("--")} <= FLAGS[name] | EVERYWHERE, words


def test_the_two_commands_of_the_readme_are_targets_of_make() -> None:
    said = set(re.findall(r"^ *make ([a-z]+)", (ROOT / "README.md").read_text(), re.MULTILINE))
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert {"demo", "test"} <= said <= targets


def fenced(page: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL)


def test_the_readmes_three_steps_and_its_query_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = (ROOT / "README.md").read_text()
    monkeypatch.chdir(tmp_path)
    Path("log").mkdir()
    for name, text in zip(("events", "users", "products"), fenced(page, "csv"), strict=True):
        Path("log", f"{name}.csv").write_text(text)
    for line in "".join(fenced(page, "sh")).splitlines():
        program, command, *arguments = shlex.split(line)
        assert program == "sharegraph"
        if command != "serve":
            assert cli.main([command, *arguments]) == 0, line
    titles = {line.strip() for line in capsys.readouterr().out.splitlines()}
    assert {"Receipt", "Doctor", "To show cy", "To show somebody unknown", "KOL candidates"} <= titles
    (query,), (answer,) = fenced(page, "graphql"), fenced(page, "json")
    with closing(open_store("sqlite:///shop.db")) as store:
        reply = asyncio.run(Service(store).answer(Asked(query, bounds=ALLOWANCES["dev"])))
    assert reply.body() == json.loads(answer)


@pytest.fixture(scope="module")
def demo_shop(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("demo")
    showcase.prepared(folder)
    return showcase.url(folder)


def test_every_query_of_the_frontend_is_answered_by_the_demonstrations_shop(demo_shop: str) -> None:
    async def answers() -> dict[str, Any]:
        service = Service(store)
        return {example.name: await service.answer(_asked(example)) for example in EXAMPLES}

    with closing(open_store(demo_shop)) as store:
        replies = asyncio.run(answers())
    assert {name: reply.errors for name, reply in replies.items() if reply.errors} == {}
    assert [name for name, reply in replies.items() if _is_hollow(reply.data)] == []


def _asked(example: Path) -> Asked:
    text = example.read_text()
    variables = re.search(r"^# variables: (.*)$", text, re.MULTILINE)
    assert variables is not None, f"{example.name} names its variables"
    return Asked(text, json.loads(variables[1]))


def _is_hollow(said: Any) -> bool:
    """Whether an answer says nothing: null, or only empty lists, all the way down."""
    if isinstance(said, dict):
        return all(map(_is_hollow, said.values()))
    return said is None or said == []


MODEL = (ROOT / "docs" / "model.md").read_text()
CYPHER = re.findall(r"```cypher\n(.*?)```", MODEL, re.DOTALL)


def test_the_picture_of_the_model_shows_every_kind_of_node_and_relation() -> None:
    picture = set(re.findall(r"[A-Z][A-Za-z_]+", (ROOT / "docs" / "model.svg").read_text()))
    kept = {schema.LOG, schema.TOMBSTONE}
    assert {node.label for node in schema.NODES if node not in kept} <= picture
    assert {relation.type for relation in schema.RELATIONS} | {"MADE", "OF", "RESHARE_OF", "IS"} <= picture


@pytest.mark.neo4j
def test_each_of_the_analysts_ten_questions_has_an_answer(tmp_path: Path, neo4j: Server) -> None:
    made_up(tmp_path, users=800, events=12_000, seed=7, noise=1.0, shape="csv")
    empty(neo4j)
    with closing(open_store(neo4j.url)) as store:
        ingest(open_source([str(tmp_path)], "sharegraph"), store, now=datetime.now(UTC))
    with neo4j.driver() as driver:
        answers = [driver.execute_query(question).records for question in CYPHER]
    assert len(answers) == 10
    assert all(answers)


@pytest.mark.parametrize("page", [*PAGES, ROOT / "CONTRIBUTING.md"], ids=lambda page: page.name)
def test_every_link_within_the_project_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text())
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_what_each_role_may_ask_for_is_what_operations_say() -> None:
    page = (ROOT / "docs" / "operations.md").read_text()
    for role, may in ALLOWANCES.items():
        minute = "no bound" if may.a_minute is None else f"{may.a_minute:,}"
        shape = f"{may.tokens:,} | {may.aliases} | {may.directives} | {may.depth} | {may.fields:,}"
        assert f"| {role} | {shape} | {may.cost:,.0f} | {minute} |" in page
