"""Words of a log as codes."""

from bisect import bisect_left
from typing import overload

from graph.snapshot import Snapshot


@overload
def word_row(snapshot: Snapshot, word: str) -> int | None: ...
@overload
def word_row(snapshot: Snapshot, word: str, otherwise: int) -> int: ...
def word_row(snapshot: Snapshot, word: str, otherwise: int | None = None) -> int | None:
    """The code of a word; `otherwise` where the log never said it."""
    code = bisect_left(snapshot.words, word)
    return code if code < len(snapshot.words) and snapshot.words[code] == word else otherwise
