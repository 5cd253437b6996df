"""Tables as files will show them: named columns, each an array and the form of its values.

Seven forms are all a log needs. They know nothing of files; loaders.writing turns each into text or Parquet.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from graph.events import instant

Whole = NDArray[np.signedinteger]
Words = NDArray[np.str_]


@dataclass(frozen=True, slots=True)
class Coded:
    """Words by their place; −1 is not said."""

    values: Whole
    words: Words

    def said(self, row: int) -> str | None:
        """The word of a row."""
        return str(self.words[self.values[row]]) if self.values[row] >= 0 else None


@dataclass(frozen=True, slots=True)
class Numbered:
    """Keys of a letter and a running number from 1; −1 is not said. Value n·k + i is the n-th number (from 0)
    with letter i of k.

    >>> Numbered(np.array([0, 3, -1]), "es", 6).said(1)
    's000002'
    """

    values: Whole
    letters: str
    width: int

    def said(self, row: int) -> str | None:
        """The key of a row."""
        number, letter = divmod(int(self.values[row]), len(self.letters))
        return f"{self.letters[letter]}{number + 1:0{self.width}d}" if self.values[row] >= 0 else None


@dataclass(frozen=True, slots=True)
class Moments:
    """Seconds since 1970, UTC; −1 is not said."""

    values: Whole

    def said(self, row: int) -> datetime | None:
        """The moment of a row."""
        return instant(int(self.values[row]) * 1_000_000) if self.values[row] >= 0 else None


@dataclass(frozen=True, slots=True)
class Cents:
    """Hundredths of a CNY; −1 is not said."""

    values: Whole

    def said(self, row: int) -> Decimal | None:
        """The amount of a row."""
        return Decimal(int(self.values[row])).scaleb(-2) if self.values[row] >= 0 else None


@dataclass(frozen=True, slots=True)
class Flagged:
    """1 true, 0 false, −1 not said."""

    values: Whole

    def said(self, row: int) -> bool | None:
        """The truth of a row."""
        return bool(self.values[row]) if self.values[row] >= 0 else None


@dataclass(frozen=True, slots=True)
class Counted:
    """Whole numbers; −1 is not said."""

    values: Whole

    def said(self, row: int) -> int | None:
        """The number of a row."""
        return int(self.values[row]) if self.values[row] >= 0 else None


@dataclass(frozen=True, slots=True)
class Measured:
    """Real numbers; NaN is not said."""

    values: NDArray[np.floating]

    def said(self, row: int) -> float | None:
        """The number of a row."""
        return None if np.isnan(self.values[row]) else float(self.values[row])


Column = Coded | Numbered | Moments | Cents | Flagged | Counted | Measured
Table = dict[str, Column]


def words(*texts: str) -> Words:
    """Texts as the words of a column."""
    return np.array(texts, dtype=np.str_)


def constant(word: str, where: NDArray[np.bool_]) -> Coded:
    """One word in the rows where it is said."""
    return Coded(np.where(where, 0, -1).astype(np.int8), words(word))


def length(table: Table) -> int:
    """Rows of a table."""
    return len(next(iter(table.values())).values)


def width(count: int, least: int) -> int:
    """Digits that number `count` things."""
    return max(least, len(str(count)))
