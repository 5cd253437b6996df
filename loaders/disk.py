"""A file that several processes write to in turn, each dying when it likes.

Law: of who holds a file (`alone`) there is one at a time, and a death lets it go. What is appended is there
whole, or is a line without an end that the next writer takes away. Places are given, never kept by the
system, so what one process reads is what another wrote, whatever either had read before.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

_BLOCK: Final = 1 << 16


@contextmanager
def alone(path: Path) -> Iterator[int]:
    """The number of an open file, made where there is none, for its owner only; one process at a time is
    given it to read and write.
    """
    with _open(path, os.O_RDWR | os.O_CREAT) as number:
        fcntl.flock(number, fcntl.LOCK_EX)
        yield number


@contextmanager
def beside(path: Path) -> Iterator[int]:
    """The number of a file to be read while nobody writes; FileNotFoundError where there is none. Whoever may
    read it may ask.
    """
    with _open(path, os.O_RDONLY) as number:
        fcntl.flock(number, fcntl.LOCK_SH)
        yield number


@contextmanager
def in_turn(folder: Path) -> Iterator[None]:
    """Change files of a folder, one process at a time of those that ask for it so: where a file is replaced,
    its own lock goes with it. Where folders cannot be locked, as over NFS, nobody waits.
    """
    with _open(folder, os.O_RDONLY) as number:
        with suppress(OSError):
            fcntl.flock(number, fcntl.LOCK_EX)
        yield


def make(path: Path) -> None:
    """An empty file for its owner only, before there is anything in it; one that is there already is not
    touched: whoever closes a file that is open elsewhere in the process ends SQLite's locks on it.
    """
    with suppress(FileExistsError):
        os.close(owned(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL))


def owned(path: str | Path, how: int) -> int:
    """The number of an opened file, which is its owner's alone where it is made by this; what `open` takes
    for an `opener`.
    """
    return os.open(path, how, 0o600)


@contextmanager
def _open(path: Path, how: int) -> Iterator[int]:
    number = owned(path, how)
    try:
        yield number
    finally:
        os.close(number)


def lines(number: int, start: int = 0) -> Iterator[tuple[int, bytes]]:
    """The lines of an open file from a place on, each with where it begins; the last may lack its end."""
    left, at = b"", start
    while block := os.pread(number, max(_BLOCK, len(left)), at + len(left)):
        *whole, left = (left + block).split(b"\n")
        for line in whole:
            yield at, line + b"\n"
            at += len(line) + 1
    if left:
        yield at, left


def append(number: int, text: bytes, end: int) -> int:
    """Write at the end of a file; where it ends then. OSError where the disk takes no more: then none of it
    is there.
    """
    try:
        put(number, text, end)
    except OSError:
        os.ftruncate(number, end)
        raise
    return end + len(text)


def put(number: int, text: bytes, at: int) -> None:
    """Write all of a text in its place, from its beginning to its end; OSError where the disk takes no
    more.
    """
    left = memoryview(text)
    while left:
        written = os.pwrite(number, left, at)
        left, at = left[written:], at + written


def replace(path: Path, text: bytes, mode: int = 0o600) -> None:
    """Let a file hold this and nothing else, on disk before this returns; whoever reads finds all of the one
    or all of the other. Only for who keeps others from doing so at the same time.

    It is written aside, always under one name, so that what somebody left there who died does not stay.
    """
    aside = aside_of(path)
    aside.unlink(missing_ok=True)
    try:
        number = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        try:
            os.fchmod(number, mode)
            put(number, text, 0)
            os.fsync(number)
        finally:
            os.close(number)
        aside.replace(path)
    except OSError:
        aside.unlink(missing_ok=True)
        raise
    # What is done next may rest on it: the name of a file is on disk once its folder is.
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def aside_of(path: Path) -> Path:
    """Where a file is written that takes the place of another."""
    return path.with_name(f"{path.name}.new")
