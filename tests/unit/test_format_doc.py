"""docs/format.md says what the loaders do."""

import re
from contextlib import closing
from pathlib import Path

from loaders import reasons
from loaders.sources.rows import EVENT_FIELDS
from loaders.sources.segment import _TRACKED
from loaders.stores import open_store
from tests.loads import load

DOCUMENT = (Path(__file__).parents[2] / "docs" / "format.md").read_text(encoding="utf-8")


def test_its_example_is_stored_whole(tmp_path: Path):
    (tmp_path / "log.csv").write_text(re.findall(r"```csv\n(.*?)```", DOCUMENT, re.DOTALL)[0])
    with closing(open_store(f"sqlite:///{tmp_path}/shop.db")) as store:
        receipt, rejects = load(store, tmp_path / "log.csv")
    assert rejects == []
    assert (receipt.read, receipt.stored, receipt.users, receipt.products) == (6, 6, 3, 1)


def test_it_names_every_column_every_call_and_every_reason():
    told = set(re.findall(r"`([^`\n]+)`", DOCUMENT))
    words = {word for name, word in vars(reasons).items() if name.isupper()}
    assert (EVENT_FIELDS | set(_TRACKED) | words) - told == set()
