"""The audit log: who asked what about whom, what for and when, in rows that nobody changes unseen.

    audit.jsonl          a row a request: its place, what was asked, and a seal over it and the row before
    audit.jsonl.head     the last place and its seal: rows that are missing at the end show by it
    audit.jsonl.people   whom its random ids stand for; the only place where keys are, and lines leave it

Law: a row's seal is the SHA-256 of the seal before it and of what the row says, so a row that was changed,
taken out, put in or moved breaks the chain there (`verify`). A row is handed to the system before its request
is answered, so it survives the death of the process; one that has to survive a power cut is on disk before.
What was written when a crash cut it is no row, and was never answered. Any number of processes write to one
log. People stand in it by random ids (loaders.aliases): once theirs is dropped, no row can be told to be
about them, and the chain holds. Nothing in it is anybody's own words: a purpose is one short word out of a
list.

Whoever may write all three files can write another chain: note the seal that `verify` gives elsewhere from
time to time, and ask for it again.
"""

import json
import os
import re
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import IO, Any, Final

from graph.errors import StoreIncompatible
from graph.stop import Stop, never
from loaders.aliases import BOUND, Aliases, changed, lines, locked

BEGINNING: Final = "0" * 64
"""Before the first row."""

PURPOSE: Final = re.compile(r"[a-z][a-z0-9-]{0,39}")
"""What a purpose looks like."""

_TAIL, _LONGEST = 1 << 16, 1 << 26
"""Bytes at the end in which the last row is looked for, at first and at the most."""

_LOOKS = 1_000
"""Rows between two looks at whether to go on."""


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


@dataclass(frozen=True, slots=True)
class Verified:
    """What a look at every row found. rows: that are whole and in their places; seal: of the last of them,
    which stands for all; fault: what is wrong with the next, "" where nothing is. unbound: people whose line
    is of the earlier form, of which nobody can tell whether it was changed.
    """

    rows: int
    seal: str
    fault: str = ""
    unbound: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the log. place: in it, from 1."""

    place: int
    asking: Asking


class AuditLog:
    """An audit log that is written to; made where there is none."""

    def __init__(self, path: Path) -> None:
        """StoreIncompatible where its last row is none of ours, OSError where it cannot be written."""
        self.path = path
        self._end = -1
        self._place, self._seal = 0, BEGINNING
        with locked(path) as file:
            self._catch_up(file)

    def append(self, asking: Asking, *, durable: bool = False) -> str:
        """Add a row; its seal. durable: on disk when this returns, with every row before it. OSError where
        the disk takes no more, ValueError for a purpose in somebody's own words.
        """
        if not PURPOSE.fullmatch(asking.purpose):
            raise ValueError("what stays for good is said in one word of ours")
        with locked(self.path) as file:
            self._catch_up(file)
            place, said = self._place + 1, asdict(asking)
            seal = _seal(self._seal, place, said)
            row = _text({"place": place, **said, "seal": seal}) + b"\n"
            file.write(row)
            file.flush()
            _write_head(self.path, place, seal)
            self._place, self._seal, self._end = place, seal, self._end + len(row)
            if durable:
                os.fsync(file.fileno())
        return seal

    def _catch_up(self, file: IO[bytes]) -> None:
        """Go on from what other processes wrote; a row that a crash cut is taken away."""
        end = file.seek(0, os.SEEK_END)
        if end == self._end:
            return
        start, tail = _tail(file, end)
        whole = tail.rfind(b"\n") + 1
        if start and tail.count(b"\n") < 2:
            raise StoreIncompatible(f"{self.path} is no audit log of ours; name another file")
        file.truncate(start + whole)
        file.seek(0, os.SEEK_END)
        if whole:
            self._place, self._seal = _last(tail[:whole], self.path)
        self._end = start + whole


def verify(path: Path, expected: str | None = None) -> Verified:
    """Look at every row, from the first. expected: a seal that was noted earlier, which has to be that of a
    row.

    Finds every row that was changed, taken out, put in or moved, and, by the head, rows missing at the end:
    a crash can leave the head one row behind, never ahead. After the rows it looks at the lines that say whom
    they are about.
    """
    head_place, head_seal = _head(path)
    rows, seal, met = 0, BEGINNING, expected is None
    with path.open("rb") as file:
        for line in file:
            row = _row(line)
            if row is None or row.pop("place", None) != rows + 1:
                return Verified(rows, seal, f"row {rows + 1} is missing, or is none")
            if row.pop("seal", None) != _seal(seal, rows + 1, row):
                return Verified(rows, seal, f"row {rows + 1} is not what was sealed")
            rows, seal = rows + 1, _seal(seal, rows + 1, row)
            met |= seal == expected
            if rows == head_place and seal != head_seal:
                return Verified(rows, seal, f"row {rows} is not the one that was written last")
    if not head_place <= rows <= head_place + 1:
        return Verified(rows, seal, f"{abs(head_place - rows):,} rows are missing at the end of one file")
    if not met:
        return Verified(rows, seal, "no row has the seal that was expected")
    return _with_people(Verified(rows, seal), Aliases.of_log(path).path)


def _with_people(found: Verified, people: Path) -> Verified:
    number = changed(people)
    if number is not None:
        return replace(found, fault=f"line {number} of {people.name} is not what ids were made of")
    return replace(found, unbound=sum(not line.id.startswith(BOUND) for line in lines(people)))


def naming(path: Path, ids: AbstractSet[str], stop: Stop = never) -> Iterator[Row]:
    """The rows in which one of these ids asks or is asked about, in their order; none of a log that is not
    there. stop: asked now and then; what it raises ends the search.
    """
    if not ids or not path.exists():
        return
    wanted = [id_.encode() for id_ in ids]
    with path.open("rb") as file:
        for number, line in enumerate(file):
            if number % _LOOKS == 0:
                stop()
            said = _row(line) if any(id_ in line for id_ in wanted) else None
            if said is not None and not ids.isdisjoint([said["caller"], *said["about"]]):
                place = said.pop("place")
                del said["seal"]
                yield Row(place, Asking(**said))


def _seal(before: str, place: int, said: dict[str, Any]) -> str:
    return sha256(before.encode() + _text({"place": place, **said})).hexdigest()


def _text(said: dict[str, Any]) -> bytes:
    return json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def _row(line: bytes) -> dict[str, Any] | None:
    """What a line says; None where it is not as we write it."""
    try:
        said = json.loads(line)
    except ValueError:
        return None
    return said if isinstance(said, dict) and _text(said) + b"\n" == line else None


def _tail(file: IO[bytes], end: int) -> tuple[int, bytes]:
    """Where a file is read from so that the last whole row is in it, and what is there: a row that names a
    thousand people is long.
    """
    size = _TAIL
    while True:
        start = max(0, end - size)
        file.seek(start)
        tail = file.read()
        if not start or tail.count(b"\n") > 1 or size >= _LONGEST:
            return start, tail
        size *= 4


def _last(rows: bytes, path: Path) -> tuple[int, str]:
    row = _row(rows[rows.rfind(b"\n", 0, -1) + 1 :])
    if row is None or not isinstance(row.get("place"), int) or not isinstance(row.get("seal"), str):
        raise StoreIncompatible(
            f"{path} ends in no row of an audit log; `sharegraph audit verify` says where"
        )
    return row["place"], row["seal"]


def _write_head(path: Path, place: int, seal: str) -> None:
    number = os.open(path.with_name(f"{path.name}.head"), os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        os.pwrite(number, b"%020d %s\n" % (place, seal.encode()), 0)
    finally:
        os.close(number)


def _head(path: Path) -> tuple[int, str]:
    try:
        place, seal = path.with_name(f"{path.name}.head").read_text("ascii").split()
        return int(place), seal
    except (OSError, ValueError):
        return 0, BEGINNING
