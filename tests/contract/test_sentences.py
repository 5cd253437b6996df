"""Every sentence for end users is there in every language, and what is read is what was translated."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.extract import extract_from_file
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
CATALOGUES = sorted((ROOT / "api/sentences").glob("*.po"))
PHRASES = ROOT / "graph/suggest/phrases.py"


def said() -> set[str | tuple[str, str]]:
    """The messages that stand in the code; of one that counts, its two forms."""
    return {
        message if isinstance(message, str) else (str(message[0]), str(message[1]))
        for _, message, _, _ in extract_from_file("python", PHRASES)
    }


def forms(text: object) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(map(str, text or ()))  # type: ignore[call-overload]


def fields(text: str) -> set[str]:
    return set(re.findall(r"{(\w+)}", text))


def messages(po: Path) -> list[Message]:
    with po.open("rb") as file:
        return [message for message in read_po(file) if message.id]


@pytest.mark.parametrize("po", CATALOGUES, ids=lambda po: po.stem)
def test_a_catalogue_translates_every_message_and_no_other(po: Path):
    assert {
        message.id if isinstance(message.id, str) else tuple(message.id) for message in messages(po)
    } == said()
    assert all(all(forms(message.string)) and not message.fuzzy for message in messages(po))


@pytest.mark.parametrize("po", CATALOGUES, ids=lambda po: po.stem)
def test_a_translation_names_nothing_that_the_message_does_not(po: Path):
    for message in messages(po):
        named = set.union(*map(fields, forms(message.id)))
        assert all(fields(form) <= named for form in forms(message.string)), message.id


@pytest.mark.parametrize("po", CATALOGUES, ids=lambda po: po.stem)
def test_what_is_read_was_compiled_from_what_was_translated(po: Path):
    with po.with_suffix(".mo").open("rb") as file:
        compiled = {forms(message.id): forms(message.string) for message in read_mo(file) if message.id}
    translated = {forms(message.id): forms(message.string) for message in messages(po)}
    assert compiled == translated, "run `make sentences`"
