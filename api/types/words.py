"""Words of a log as codes."""

from typing import overload

from graph.snapshot import Snapshot


@overload
def word_row(snapshot: Snapshot, word: str) -> int | None: ...
@overload
def word_row(snapshot: Snapshot, word: str, otherwise: int) -> int: ...
def word_row(snapshot: Snapshot, word: str, otherwise: int | None = None) -> int | None:
    """The code of a word; `otherwise` where the log never said it."""
    code = snapshot.words.row(word)
    return otherwise if code is None else code
