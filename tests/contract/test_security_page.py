"""The page for security officers names proofs that exist, and shows a walk that was taken."""

import re
from pathlib import Path

import pytest

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
