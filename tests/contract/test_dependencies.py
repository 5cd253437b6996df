"""What we import, what we declare and what docs/decisions/0002 gives reasons for: the same dependencies."""

import ast
import re
import sys
import tomllib
from collections.abc import Sequence
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PACKAGES = ("graph", "loaders", "api")

# Declared and never imported by us: others find them.
FOUND_BY_OTHERS = {
    "neo4j-rust-ext": "the neo4j driver",
    "tzdata": "zoneinfo, where the system knows no time zones",
    "websockets": "uvicorn",
}


def needed() -> set[str]:
    return _named(_project()["dependencies"])


def declared() -> set[str]:
    """What is needed, and what an extra brings."""
    extras = _project()["optional-dependencies"].values()
    return needed().union(*map(_named, extras))


def _project() -> dict[str, Any]:
    project: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return project


def _named(lines: Sequence[str]) -> set[str]:
    return {re.split(r"[<>=!~\[; ]", line)[0] for line in lines}


def imported_modules() -> set[str]:
    """The first word of every absolute import in what we ship, `_typeshed` being for type checkers alone."""
    modules = set()
    for file in (file for package in PACKAGES for file in (ROOT / package).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import):
                modules |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                modules.add(node.module.partition(".")[0])
    return modules - {"_typeshed", *PACKAGES} - sys.stdlib_module_names


def imported() -> set[str]:
    """The distributions that those modules come from."""
    homes = packages_distributions()
    return {min(homes[module], key=len).lower().replace("_", "-") for module in imported_modules()}


def test_what_is_imported_is_declared_and_what_is_declared_is_imported():
    assert imported() | FOUND_BY_OTHERS.keys() == declared()


def test_each_dependency_has_its_reason_in_the_decision():
    decision = (ROOT / "docs" / "decisions" / "0002-dependencies.md").read_text()
    table, _, _ = decision.partition("left out:")
    rows = re.findall(r"^\| ([a-z0-9, -]+) \|", table, flags=re.MULTILINE)
    assert {name for row in rows for name in row.split(", ")} - {"dependency"} == declared()


def test_no_lock_names_an_index_and_every_pin_has_a_hash():
    for lock in ROOT.glob("requirements*.lock"):
        text = lock.read_text()
        assert "://" not in text, lock.name
        pins = re.findall(r"^\S+==\S+.*\\\n(?=    --hash=sha256:)", text, flags=re.MULTILINE)
        assert len(pins) == len(re.findall(r"^[^\s#]", text, flags=re.MULTILINE)), lock.name


def test_the_locks_pin_each_dependency_and_that_of_tests_what_extras_bring():
    for lock, names in (("requirements.lock", needed()), ("requirements-dev.lock", declared() - needed())):
        pinned = set(re.findall(r"^([a-z0-9-]+)==", (ROOT / lock).read_text(), flags=re.MULTILINE))
        assert names <= pinned
