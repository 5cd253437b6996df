"""Bytes in, numbered lines out: from a file or stdin, plain or gzip, in memory that does not grow with the
file.

A `Stream` unzips by content, not by name. `lines` gives physical lines in blocks, each with its number. What
is broken is kept apart by how far the break goes: a line is passed on whatever is in it (whoever knows the
format refuses it); a file that cannot go on raises UnreadableSource, after every whole line before the break
has been given. So does one that became shorter while it was read, and one that is being written and ends in
the middle of a line.
"""

import io
import os
import stat
import sys
import tempfile
import zlib
from codecs import getincrementaldecoder
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import chain
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

from graph.errors import UnreadableSource
from loaders.reasons import NOT_TEXT, TOO_LONG, Refused
from loaders.sources.records import Travelled

STDIN = "-"
BLOCK = 1 << 18
MAX_LINE = 1 << 20
"""Bytes. Of a longer line enough is passed on for its reader to tell, not the whole."""

Lines = tuple[int, list[bytes]]
"""Some lines one after another, without their ends, and the number of the first."""

_GZIP = b"\x1f\x8b"
_HEAD = 1024
UTF8_MARK = b"\xef\xbb\xbf"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_CONTROLS = bytes(sorted(set(range(32)) - set(b"\t\n\r\f\x1b")))


class Counted(io.RawIOBase):
    """An open file that tells a `Travelled` how many bytes were read from it."""

    def __init__(self, file: io.BufferedIOBase, travelled: Travelled) -> None:
        super().__init__()
        self._file = file
        self._travelled = travelled

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Whether the file is."""
        return self._file.seekable()

    def readinto(self, buffer: "WriteableBuffer") -> int:
        """What is there, as soon as something is: a pipe's lines are read while it is written to."""
        count = self._file.readinto1(buffer)
        self._travelled.done += count
        return count

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """The file's."""
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        """The file's."""
        return self._file.tell()

    def fileno(self) -> int:
        """The file's."""
        return self._file.fileno()


class Stream:
    """One file's unzipped bytes, once. name: as told to people; broken: why it could not be read to its end,
    where that is so.
    """

    def __init__(self, name: str, raw: Counted, began: os.stat_result | None = None) -> None:
        """began: what a file was when it was opened; None for a pipe."""
        self.name = name
        self.broken: str | None = None
        self._raw = raw
        self._began = began
        self._zipped = False
        self._blocks = self._unzipped()
        self._head = b""

    def head(self, size: int = _HEAD) -> bytes:
        """The first bytes (fewer in a shorter file); they stay unread."""
        while len(self._head) < size and (block := next(self._blocks, b"")):
            self._head += block
        return self._head[:size]

    def __iter__(self) -> Iterator[bytes]:
        """What was not yet read, in blocks of any size."""
        head, self._head = self._head, b""
        if head:
            yield head
        yield from self._blocks

    @contextmanager
    def as_file(self) -> Iterator[Counted | IO[bytes]]:
        """All of it, seekable: the file itself where it is one and plain, else a copy put aside."""
        self.head()
        if self._raw.seekable() and not self._zipped:
            self._raw.seek(0)
            yield self._raw
            return
        with tempfile.TemporaryFile() as aside:
            aside.writelines(self)
            if self.broken:
                raise UnreadableSource(f"{self.name}: the file breaks off ({self.broken})")
            yield aside

    @property
    def changed(self) -> bool:
        """Whether somebody has written to the file since it was opened."""
        began = self._began
        return began is not None and os.fstat(self._raw.fileno()).st_mtime_ns != began.st_mtime_ns

    def _look_again(self) -> None:
        """EOFError where a file has ended before what it had when it was opened."""
        began = self._began
        if began is not None and stat.S_ISREG(began.st_mode) and self._raw.tell() < began.st_size:
            raise EOFError("it became shorter while it was read")

    def _unzipped(self) -> Iterator[bytes]:
        try:
            first = b""
            while len(first) < len(_GZIP) and (more := self._raw.read(BLOCK)):
                first += more
            blocks = chain((first,) if first else (), iter(partial(self._raw.read, BLOCK), b""))
            self._zipped = first.startswith(_GZIP)
            yield from _gunzipped(blocks) if self._zipped else blocks
            self._look_again()
        except (zlib.error, EOFError, OSError) as error:
            self.broken = str(error)


@contextmanager
def opened(source: str, travelled: Travelled) -> Iterator[Stream]:
    """The stream of a path, or of stdin for `-`. UnreadableSource where there is none."""
    if source == STDIN:
        if sys.stdin is None:
            raise UnreadableSource("-: there is no stdin; it was closed")
        yield Stream(STDIN, Counted(cast("io.BufferedIOBase", sys.stdin.buffer), travelled))
        return
    try:
        raw = Path(source).open("rb")  # noqa: SIM115 - closed below; only opening may fail as unreadable
    except OSError as error:
        raise UnreadableSource(f"{source}: {error.strerror or error}") from error
    with raw:
        yield Stream(source, Counted(raw, travelled), os.fstat(raw.fileno()))


def lines(stream: Stream) -> Iterator[Lines]:
    r"""All lines of a text. `\r\n` ends a line as `\n` does; the last one needs no end.

    UnreadableSource where it is not text at all, and at the line where it breaks off.
    """
    refuse_binary(stream)
    number, tail = 1, b""
    for block in _without_mark(stream):
        *whole, tail = (tail + block).split(b"\n")
        if whole:
            yield number, [line[:-1] if line.endswith(b"\r") else line for line in whole]
            number += len(whole)
        tail = tail[: MAX_LINE + 1]
    if stream.broken:
        raise UnreadableSource(
            f"{stream.name}, line {number}: the file breaks off here ({stream.broken}); "
            "what came before was read, mend the file and load it again"
        )
    if tail and stream.changed:
        raise UnreadableSource(
            f"{stream.name}, line {number}: the file is being written, and ends in the middle of this line; "
            "what came before was read, load it again later"
        )
    if tail:
        yield number, [tail]


def refuse_binary(stream: Stream) -> None:
    """UnreadableSource where neither the first line nor what follows it looks like text.

    A log may begin with half a character or a NUL; what is no text has a first line that is none, and more
    than one control character in fifty.
    """
    head = stream.head()
    if head.startswith(_UTF16_MARKS):
        raise UnreadableSource(f"{stream.name}: is UTF-16; save it as UTF-8")
    if not _is_text(head.split(b"\n", 1)[0]) and _controls(head) * 50 > len(head):
        raise UnreadableSource(f"{stream.name}: is binary, no text")


def _is_text(line: bytes) -> bool:
    try:
        getincrementaldecoder("utf-8")().decode(line)
    except UnicodeDecodeError:
        return False
    return not _controls(line)


def _controls(text: bytes) -> int:
    return len(text) - len(text.translate(None, _CONTROLS))


def text_of(line: bytes) -> str:
    """A line as text. Refused where it is too long, not UTF-8 or holds a NUL."""
    if len(line) > MAX_LINE:
        raise Refused(TOO_LONG, f"more than {MAX_LINE:,} bytes")
    try:
        text = line.decode()
    except UnicodeDecodeError as error:
        raise Refused(NOT_TEXT, f"no UTF-8 at byte {error.start + 1}") from None
    if "\0" in text:
        raise Refused(NOT_TEXT, f"NUL at character {text.index(chr(0)) + 1}")
    return text


def _without_mark(stream: Stream) -> Iterator[bytes]:
    marked = stream.head().startswith(UTF8_MARK)
    blocks = iter(stream)
    first = next(blocks, b"")
    return chain((first.removeprefix(UTF8_MARK) if marked else first,), blocks)


def _gunzipped(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """One member after another. EOFError where the last one does not end."""
    member, begun = zlib.decompressobj(wbits=31), False
    for block in blocks:
        pending = block
        while pending:
            begun = True
            yield member.decompress(pending, BLOCK)
            pending = member.unconsumed_tail
            if member.eof:
                pending = member.unused_data.lstrip(b"\0")
                member, begun = zlib.decompressobj(wbits=31), False
    if begun:
        raise EOFError("the gzip data is cut")
