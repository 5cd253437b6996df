"""The page for security officers names proofs that exist, and shows a walk that was taken."""

import re
from pathlib import Path
from typing import Any

import pytest

from api.rights.table import OWN
from bench.thief import routes, verdict

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text("utf-8")
PROOFS = [
    (file, name)
    for file, names in re.findall(r"(tests/[\w/]+\.py)((?:(?:, )?::\w+)*)", PAGE)
    for name in re.findall(r"::(\w+)", names) or [""]
]


@pytest.mark.parametrize(("file", "name"), PROOFS)
def test_every_proof_is_a_test(file: str, name: str) -> None:
    assert not name or f"def {name}(" in (ROOT / file).read_text("utf-8")


def test_the_thief_was_answered_so() -> None:
    walk = (ROOT / "bench" / "results" / "thief.txt").read_text("utf-8")
    (shown,) = re.findall(r"^```\n(.*?)\n```", PAGE, re.DOTALL | re.MULTILINE)
    for step in shown.split("\n\n"):
        assert step in walk


def test_the_thief_tried_every_field_that_is_answered_of_oneself_only() -> None:
    walk = (ROOT / "bench" / "results" / "thief.txt").read_text("utf-8")
    assert [name for name in OWN if f"\n# {name} of a friend\n" not in walk] == []
    assert [name for name, _, _ in routes()] == [*OWN]


@pytest.mark.parametrize(
    ("data", "path", "wrong"),
    [
        ({"friends": [{"stolen": None}, {"stolen": None}]}, ["friends", 0, "stolen"], ""),
        (None, ["friends", 0, "stolen"], ""),
        ({"friends": [{"stolen": None}, {"stolen": 3}]}, ["friends", 0, "stolen"], "came back"),
        ({"friends": [{"stolen": 0}]}, [], "came back"),
        ({"friends": []}, [], "was asked of nobody"),
        (None, ["friends"], "was asked of nobody"),
    ],
)
def test_a_theft_that_came_to_something_or_to_nobody_is_seen(data: Any, path: list[Any], wrong: str) -> None:
    error = {"path": path, "extensions": {"code": "FORBIDDEN"}}
    assert verdict({"data": data} | ({"errors": [error]} if path else {})) == wrong
