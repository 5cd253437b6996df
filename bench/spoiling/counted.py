"""How many rows a file of a log has, counted without our readers: what a receipt is held against.

The law is that of docs/format.md: a line that says anything is a row. In CSV a row goes on over the next
lines where a quote is open, up to 64 of them, if it is whole then; where it is not, its first line is a row
by itself.
"""

import zlib
from collections.abc import Sequence

MARK = b"\xef\xbb\xbf"
LONGEST_LINE = 1 << 20
LONGEST_FIELD = 131_072
LINES_OF_A_ROW = 64


def lines(text: bytes) -> list[bytes]:
    """Physical lines, without a mark before the first and without their ends."""
    found = text.removeprefix(MARK).split(b"\n")
    found = found[:-1] if found[-1] == b"" else found
    return [line.removesuffix(b"\r") for line in found]


def rows_of_lines(text: bytes) -> int:
    """Rows where each stands on a line of its own."""
    return sum(1 for line in lines(text) if line.strip())


def rows_of_csv(text: bytes, separator: str = ",") -> int:
    """Rows after the header."""
    found = lines(text)
    header = next((n for n, line in enumerate(found) if line.strip()), len(found))
    if header == len(found):
        return 0
    width = found[header].decode().count(separator) + 1
    here, rows = header + 1, 0
    while here < len(found):
        if found[here].strip():
            rows += 1
            here += _reaches(found[here : here + LINES_OF_A_ROW], separator, width)
        else:
            here += 1
    return rows


def _reaches(following: Sequence[bytes], separator: str, width: int) -> int:
    """Over how many lines the row goes that begins the first of these."""
    quotes, size, taken = _Quotes(separator), 0, 0
    for taken, line in enumerate(following, 1):
        size += len(line)
        text = _text(line)
        if text is None or (taken > 1 and size > LONGEST_LINE):
            return 1
        quotes.read(text)
        if quotes.wrong:
            return 1
        if not quotes.open:
            break
    return taken if not quotes.open and (taken == 1 or quotes.fields == width) else 1


def _text(line: bytes) -> str | None:
    try:
        text = line.decode()
    except UnicodeDecodeError:
        return None
    return None if "\0" in text or len(line) > LONGEST_LINE else text


class _Quotes:
    """Where in a row's quotes we are, character by character (RFC 4180)."""

    def __init__(self, separator: str) -> None:
        self.open = self.wrong = False
        self.fields = 1
        self._separator = separator
        self._at_start, self._closed, self._ended = True, False, False
        self._length = 0

    def read(self, line: str) -> None:
        """One line more."""
        for character in line:
            self._step(character)
        if self.open:
            self._length += 1
        self.wrong |= self._length > LONGEST_FIELD

    def _step(self, character: str) -> None:
        if self._ended and character != "\r":
            self.wrong = True
        elif self.open:
            self.open, self._closed = character != '"', character == '"'
            self._length += self.open
        elif character == '"' and (self._at_start or self._closed):
            self._length += self._closed
            self.open, self._at_start, self._closed = True, False, False
        elif character == self._separator:
            self.wrong |= self._length > LONGEST_FIELD
            self.fields, self._at_start, self._closed, self._length = self.fields + 1, True, False, 0
        elif character == "\r":
            self._ended = True
        else:
            self.wrong |= self._closed
            self._at_start = False
            self._length += 1


def whole_lines(zipped: bytes) -> bytes:
    """The whole lines that can be had of a gzip that was cut."""
    text = zlib.decompressobj(wbits=31).decompress(zipped)
    return text[: text.rfind(b"\n") + 1]
