"""Many strings as two arrays, so that a million keys can lie in a memory-mapped file and be looked up without
a dictionary.

`Texts` keeps order as given; `Keys` is sorted, so a key's row is found by bisection, and the order of rows is
the order of keys: breaking a tie by row is breaking it by key, on any machine.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import overload

import numpy as np
from numpy.typing import NDArray

from graph.errors import InvalidInput
from graph.kernels.bisection import places

MANY = 16
"""Where more than one text in so many changes, all are packed anew."""


@dataclass(frozen=True, slots=True, eq=False)
class Texts(Sequence[str]):
    """n strings. letters: their UTF-8 one after another, uint8. ends: shape (n + 1,), int64; text i is
    letters[ends[i]:ends[i + 1]].

    >>> list(Texts.of(["mug", "", "茶"]))
    ['mug', '', '茶']
    """

    letters: NDArray[np.uint8]
    ends: NDArray[np.int64]

    @classmethod
    def of(cls, strings: Sequence[str]) -> "Texts":
        """Pack strings in the order given."""
        encoded = [text.encode() for text in strings]
        ends = np.zeros(len(encoded) + 1, np.int64)
        np.cumsum(np.fromiter(map(len, encoded), np.int64, len(encoded)), out=ends[1:])
        return cls(np.frombuffer(b"".join(encoded), np.uint8), ends)

    def __len__(self) -> int:
        return len(self.ends) - 1

    @overload
    def __getitem__(self, row: int) -> str: ...
    @overload
    def __getitem__(self, row: slice) -> list[str]: ...
    def __getitem__(self, row: int | slice) -> str | list[str]:
        if isinstance(row, slice):
            return [self[i] for i in range(*row.indices(len(self)))]
        if not 0 <= row < len(self):
            raise IndexError(row)
        return self.letters[self.ends[row] : self.ends[row + 1]].tobytes().decode()

    def __iter__(self) -> Iterator[str]:
        whole = self.letters.tobytes()
        ends = self.ends.tolist()
        return (whole[a:b].decode() for a, b in pairwise(ends))

    def followed_by(self, strings: Sequence[str]) -> "Texts":
        """These texts, and others behind them."""
        more = Texts.of(strings)
        ends = np.concatenate([self.ends, more.ends[1:] + self.ends[-1]])
        return Texts(np.concatenate([self.letters, more.letters]), ends)

    def changed(self, changes: Mapping[int, str]) -> "Texts":
        """These texts with those at some rows replaced."""
        if not changes:
            return self
        if len(changes) > len(self) // MANY:
            texts = list(self)
            for row, text in changes.items():
                texts[row] = text
            return Texts.of(texts)
        rows = sorted(changes)
        parts: list[NDArray[np.uint8]] = []
        lengths = np.diff(self.ends)
        start = 0
        for row in rows:
            parts += [self.letters[start : self.ends[row]], Texts.of([changes[row]]).letters]
            lengths[row] = len(parts[-1])
            start = int(self.ends[row + 1])
        ends = np.zeros_like(self.ends)
        np.cumsum(lengths, out=ends[1:])
        return Texts(np.concatenate([*parts, self.letters[start:]]), ends)

    def equal(self, text: str) -> NDArray[np.bool_]:
        r"""Which rows are this text, shape (n,). What is no text in UTF-8 is none of them.

        >>> Texts.of(["mug", "", "tea"]).equal("tea").tolist()
        [False, False, True]
        >>> Texts.of(["mug"]).equal("\udced").tolist()
        [False]
        """
        wanted = text.encode(errors="surrogatepass")
        rows = np.flatnonzero(np.diff(self.ends) == len(wanted))
        for place, letter in enumerate(wanted):
            rows = rows[self.letters[self.ends[rows] + place] == letter]
        same = np.zeros(len(self), np.bool_)
        same[rows] = True
        return same

    def take(self, rows: NDArray[np.intp]) -> "Texts":
        """The texts at these rows, in this order."""
        everything = list(self)
        return Texts.of([everything[row] for row in rows.tolist()])


@dataclass(frozen=True, slots=True, eq=False)
class Keys(Texts):
    """Distinct strings, found by bisection. order: the rows in the order of their keys' code points.

    >>> keys = Keys.of(["ana", "bea", "cy"])
    >>> keys.row("bea"), keys.row("dan")
    (1, None)
    """

    order: NDArray[np.int32]

    @classmethod
    def of(cls, strings: Sequence[str]) -> "Keys":
        """Pack strings that are sorted and distinct; InvalidInput where they are not."""
        if any(a >= b for a, b in pairwise(strings)):
            raise InvalidInput("keys have to be sorted and distinct")
        packed = Texts.of(strings)
        return cls(packed.letters, packed.ends, np.arange(len(strings), dtype=np.int32))

    def row(self, key: str) -> int | None:
        """The row of a key, in O(log n); None where it is not held."""
        place = self._place(key)
        row = int(self.order[place]) if place < len(self) else -1
        return row if row >= 0 and self[row] == key else None

    def rows(self, keys: Sequence[str]) -> NDArray[np.int32]:
        """The rows of many keys at once, −1 for those that are not held.

        >>> Keys.of(["ana", "bea"]).rows(["bea", "dan", "ana"])
        array([ 1, -1,  0], dtype=int32)
        """
        return self._found(keys)[1]

    def with_more(self, strings: Sequence[str]) -> "Keys":
        """These keys, and new ones in the rows behind them; InvalidInput for one that is held already.

        >>> Keys.of(["ana", "cy"]).with_more(["bea"]).row("bea")
        2
        """
        if not strings:
            return self
        fresh = sorted(range(len(strings)), key=strings.__getitem__)
        ordered = [strings[i] for i in fresh]
        place, held = self._found(ordered)
        if any(a == b for a, b in pairwise(ordered)) or (held >= 0).any():
            raise InvalidInput("a new key has to be new")
        rows = np.array(fresh, np.int32) + np.int32(len(self))
        packed = self.followed_by(strings)
        return Keys(packed.letters, packed.ends, np.insert(self.order, place, rows))

    def _found(self, keys: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        wanted = Texts.of(keys)
        return places(self.letters, self.ends, self.order, wanted.letters, wanted.ends)

    def _place(self, key: str) -> int:
        return bisect_left(range(len(self)), key, key=lambda place: self[int(self.order[place])])

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and self.row(key) is not None
