"""The audit log: who asked what about whom, what for and when, in rows that nobody changes unseen.

    audit.jsonl          a row a request: its place, what was asked, and a seal over it and the row before
    audit.jsonl.1 …      rows before these, in files that were moved away
    audit.jsonl.head     the last place and its seal: rows that are missing at the end show by it;
                         then the row that is being written, whole; held by whoever writes
    audit.jsonl.people   whom its random ids stand for; the only place where keys are, and lines leave it

Law: a row's seal is the SHA-256 of the seal before it and of what the row says, so a row that was changed,
taken out, put in or moved breaks the chain there (`verify`). A row is handed to the system before its request
is answered, so it survives the death of the process; one that has to survive a power cut is on disk before.
What was written when a crash cut it is no row, and was never answered. Any number of processes write to one
log. People stand in it by random ids (loaders.aliases): once theirs is dropped, no row can be told to be
about them, and the chain holds. Nothing in it is anybody's own words: a purpose is one short word out of a
list.

The file of rows may be renamed at any moment, by whoever likes: the next row begins another, and the chain
goes on from the head. Whoever died between a row and the head may have been moved away with it: then that row
is the first of the next file once more. The head never goes back, so rows that were cut off the end are
missing for good, however many are written after them.

Whoever may write all these files can write another chain: note the seal that `verify` gives elsewhere from
time to time, and ask for it again.
"""

import json
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from graph.errors import StoreIncompatible
from loaders import disk

BEGINNING: Final = "0" * 64
"""Before the first row."""

PURPOSE: Final = re.compile(r"[a-z][a-z0-9-]{0,39}")
"""What a purpose looks like."""

_HEAD: Final = 20 + 1 + 64 + 1
"""Bytes of a head: a place, a space, a seal, an end of line."""

_TAIL, _LONGEST = 1 << 16, 1 << 26
"""Bytes at the end in which the last row is looked for, at first and at the most."""


@dataclass(frozen=True, slots=True)
class Last:
    """The last row that was written. place: from 1, 0 where there is none yet."""

    place: int = 0
    seal: str = BEGINNING


@dataclass(frozen=True, slots=True)
class Asking:
    """One request. at: ISO 8601, UTC. caller, about: no keys of people, but ids of `Aliases`. what: the
    fields it asked for, as Type.field. purpose: what for, in one word (`PURPOSE`); rows of an earlier
    version may say it in any.
    """

    at: str
    caller: str
    role: str
    purpose: str
    what: Sequence[str]
    about: Sequence[str] = ()


class AuditLog:
    """An audit log that is written to; made where there is none."""

    def __init__(self, path: Path) -> None:
        """StoreIncompatible where its last row is none of ours, OSError where it cannot be written."""
        self.path = path
        self._last = Last()
        self._seen, self._end = (0, 0), 0
        if path.exists():
            with disk.beside(path) as file:
                _ended(file, path)
        with self._held() as (head, file):
            self._catch_up(head, file)

    def append(self, asking: Asking, *, durable: bool = False) -> str:
        """Add a row; its seal. durable: on disk when this returns, with every row before it in its file.
        OSError where the disk takes no more, ValueError for a purpose in somebody's own words.
        """
        if not PURPOSE.fullmatch(asking.purpose):
            raise ValueError("what stays for good is said in one word of ours")
        with self._held() as (head, file):
            self._catch_up(head, file)
            place, said = self._last.place + 1, asdict(asking)
            seal = sealed(self._last.seal, place, said)
            self._write(head, file, _text({"place": place, **said, "seal": seal}) + b"\n", Last(place, seal))
            if durable:
                os.fsync(file)
        return seal

    @contextmanager
    def _held(self) -> Iterator[tuple[int, int]]:
        """The head and the rows, while nobody else writes. The head is what is waited for: it stays where it
        is when the rows are moved away.
        """
        with disk.alone(head_of(self.path)) as head, disk.alone(self.path) as file:
            yield head, file

    def _catch_up(self, head: int, file: int) -> None:
        """Go on from what other processes wrote; a row that a crash cut is taken away."""
        told = last_of(head)
        if (told, _seen(file)) == (self._last, self._seen):
            return
        known = max(self._last, told, key=lambda last: last.place)
        self._end, last = _ended(file, self.path)
        os.ftruncate(file, self._end)
        self._last = last if last.place > known.place else known
        if not self._end:
            self._take_over(head, file)
        self._seen = _seen(file)

    def _take_over(self, head: int, file: int) -> None:
        """Begin a file with the row that was being written when a process died, whether or not the file
        before this one has it.
        """
        line = next((line for _, line in disk.lines(head, _HEAD)), b"")
        row = row_of(line)
        if row is not None and row.pop("place", 0) == self._last.place + 1:
            last = Last(self._last.place + 1, row.pop("seal", ""))
            if last.seal == sealed(self._last.seal, last.place, row):
                self._write(head, file, line, last)

    def _write(self, head: int, file: int, row: bytes, last: Last) -> None:
        disk.put(head, row, _HEAD)
        end = disk.append(file, row, self._end)
        try:
            disk.put(head, b"%020d %s\n" % (last.place, last.seal.encode()), 0)
        except OSError:
            os.ftruncate(file, self._end)
            raise
        self._last, self._end, self._seen = last, end, _seen(file)


def head_of(path: Path) -> Path:
    """The file that says how far a log goes."""
    return path.with_name(f"{path.name}.head")


def last_of(head: int) -> Last:
    """What an open head says was written last."""
    try:
        place, seal = os.pread(head, _HEAD, 0).decode("ascii").split()
        return Last(int(place), seal)
    except ValueError:
        return Last()


def sealed(before: str, place: int, said: dict[str, Any]) -> str:
    """The seal of a row: over the seal before it, its place, and what it says."""
    return sha256(before.encode() + _text({"place": place, **said})).hexdigest()


def row_of(line: bytes) -> dict[str, Any] | None:
    """What a line says; None where it is not as we write it."""
    try:
        said = json.loads(line)
    except ValueError:
        return None
    return said if isinstance(said, dict) and _text(said) + b"\n" == line else None


def _text(said: dict[str, Any]) -> bytes:
    return json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def _seen(file: int) -> tuple[int, int]:
    """By which a file is known for the one that was written to, and nothing else since."""
    told = os.fstat(file)
    return told.st_ino, told.st_size


def _ended(file: int, path: Path) -> tuple[int, Last]:
    """Where the last whole row of a file ends, and which it is. StoreIncompatible where that is none of ours:
    a row that names a thousand people is long, and is looked for as far back as it reaches.
    """
    end, size = os.fstat(file).st_size, _TAIL
    while True:
        start = max(0, end - size)
        tail = os.pread(file, end - start, start)
        if not start or tail.count(b"\n") > 1 or size >= _LONGEST:
            break
        size *= 4
    whole = tail.rfind(b"\n") + 1
    if start and tail.count(b"\n") < 2:
        raise StoreIncompatible(f"{path} is no audit log of ours; name another file")
    return start + whole, _last(tail[:whole], path) if whole else Last()


def _last(rows: bytes, path: Path) -> Last:
    row = row_of(rows[rows.rfind(b"\n", 0, -1) + 1 :])
    if row is None or not isinstance(row.get("place"), int) or not isinstance(row.get("seal"), str):
        raise StoreIncompatible(
            f"{path} ends in no row of an audit log; `sharegraph audit verify` says where"
        )
    return Last(row["place"], row["seal"])
