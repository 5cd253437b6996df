"""What a file as a whole may suffer: each shape takes dice, a text and how its rows are counted, and gives
the bytes of a file with what a load has to say of it.
"""

import gzip
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random

from bench.spoiling.counted import MARK, rows_of_lines, whole_lines
from bench.spoiling.mutations import spoilt_line

Count = Callable[[bytes], int]
"""How many rows a text has, without our readers."""


@dataclass(frozen=True, slots=True)
class Broken:
    """What a load has to say of a file. rows: that it has; off: it cannot be read to its end; maybe: it is
    broken as a whole, or it is not, and then it has so many rows.
    """

    rows: int
    off: bool = False
    maybe: bool = False


Shaped = tuple[bytes, Broken]
Shape = Callable[[Random, bytes, Count], Shaped]


def shaped(dice: Random, text: bytes, count: Count) -> Shaped:
    """A text in one of the shapes."""
    (shape,) = dice.choices(list(SHAPES), list(SHAPES.values()))
    return shape(dice, text, count)


def _rewritten(rewrite: Callable[[Random, bytes], bytes]) -> Shape:
    """A shape that is another text, with rows of its own."""

    def shape(dice: Random, text: bytes, count: Count) -> Shaped:
        text = rewrite(dice, text)
        return text, Broken(count(text))

    return shape


def _zipped(_: Random, text: bytes, count: Count) -> Shaped:
    return gzip.compress(text, 1), Broken(count(text))


def _in_two_members(dice: Random, text: bytes, count: Count) -> Shaped:
    half = dice.randrange(len(text))
    return gzip.compress(text[:half], 1) + gzip.compress(text[half:], 1), Broken(count(text))


def _cut(dice: Random, text: bytes, count: Count) -> Shaped:
    zipped = gzip.compress(text, 1)
    cut = zipped[: dice.randrange(len(zipped) // 2, len(zipped) - 8)]
    return cut, Broken(count(whole_lines(cut)), off=True)


def _utf16(_: Random, text: bytes, __: Count) -> Shaped:
    return text.decode(errors="replace").encode("utf-16"), Broken(0, off=True)


def _flipped(dice: Random, text: bytes, count: Count) -> Shaped:
    flips = bytearray(text)
    for _ in range(dice.randrange(1, 1 + len(text) // 2_000)):
        flips[dice.randrange(len(text))] = dice.randrange(256)
    return bytes(flips), Broken(_guessed(bytes(flips), count), maybe=True)


def _first_line_spoilt(dice: Random, text: bytes, count: Count) -> Shaped:
    first, _, rest = text.partition(b"\n")
    text = spoilt_line(dice, first) + b"\n" + rest
    return text, Broken(_guessed(text, count), maybe=True)


def _guessed(text: bytes, count: Count) -> int:
    """A count where the first line may be none of ours, and the file is then read as nothing."""
    try:
        return count(text)
    except UnicodeDecodeError:
        return rows_of_lines(text)


SHAPES: Mapping[Shape, int] = {
    _rewritten(lambda _, text: text): 50,
    _zipped: 10,
    _cut: 8,
    _rewritten(lambda _, text: text.replace(b"\n", b"\r\n")): 8,
    _flipped: 6,
    _in_two_members: 5,
    _rewritten(lambda _, text: MARK + text): 5,
    _rewritten(lambda _, text: text[:-1]): 5,
    _utf16: 1,
    _first_line_spoilt: 1,
    _rewritten(lambda dice, _: dice.choice((b"", b"\n", MARK, b"\r\n\r\n"))): 1,
}
"""How often of a hundred."""
