"""Random ids by which an audit log speaks of people, and the one file that says whom they stand for.

    {"id":"p:0f3a55d2c1b09e77","key":"ana","salt":"9b1c…"}        a line a person

Law: an id is `p:` and the first 16 hexadecimal digits of SHA-256(salt ‖ key), its salt 16 random bytes. So a
line whose key, salt or id was changed does not hold (`Line.holds`), and since ids stand in the chain, nobody
can let a row be about somebody else. Once the salt and the key are dropped, no row can be told to be about
anybody, whoever is tried.

Ids without `p:` are of an earlier form: drawn by chance alone, so nobody can tell whether their lines were
changed. They stand for whom they stood, and are given no more.
"""

import fcntl
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO, Final

import orjson

BOUND: Final = "p:"
"""Leads an id that is made of its line."""

SALT_BYTES: Final = 16
_DIGITS: Final = 16
_EARLIER: Final = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True, slots=True)
class Line:
    """Whom an id stands for. salt: hexadecimal, "" in the earlier form."""

    id: str
    key: str
    salt: str = ""

    @property
    def holds(self) -> bool:
        """Whether it is as it was written; nobody can tell of the earlier form.

        >>> Line(bound("00", "ana"), "ana", "00").holds, Line(bound("00", "ana"), "bea", "00").holds
        (True, False)
        """
        return bool(_EARLIER.fullmatch(self.id)) or self.id == bound(self.salt, self.key)


def bound(salt: str, key: str) -> str:
    """The id that a salt gives a key."""
    return f"{BOUND}{sha256(f'{salt}{key}'.encode()).hexdigest()[:_DIGITS]}"


class Aliases:
    """The ids of one log's people. Any number of processes give them, and each person has one."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._ids: dict[str, str] = {}
        self._end, self._last = 0, b""

    @classmethod
    def of_log(cls, log: Path) -> "Aliases":
        """Those of an audit log."""
        return cls(log.with_name(f"{log.name}.people"))

    @property
    def log(self) -> Path:
        """The audit log they are of."""
        return self.path.with_suffix("")

    def of(self, keys: Iterable[str]) -> list[str]:
        """The id of each of these keys, made where there is none; on disk before it is given."""
        wanted = list(keys)
        with locked(self.path) as file:
            self._catch_up(file)
            new = [key for key in dict.fromkeys(wanted) if key not in self._ids]
            if new:
                self._write(file, new)
        return [self._ids[key] for key in wanted]

    def known(self, keys: Iterable[str]) -> list[str | None]:
        """The id of each of these keys, None where there is none: whoever it is, the same is done."""
        with locked(self.path) as file:
            self._catch_up(file)
        return [self._ids.get(key) for key in keys]

    def drop(self, gone: AbstractSet[str]) -> None:
        """Let nothing tell any more whom the ids of these keys stood for."""
        if not self.path.exists():
            return
        with locked(self.path) as file:
            length = file.seek(0, os.SEEK_END)
            file.seek(0)
            left = [line for line in file if (told := _line(line)) is None or told.key not in gone]
            kept = b"".join(left)
            if len(kept) < length:
                # In place: a file that takes the place of another leaves that one's bytes on the disk.
                file.seek(0)
                file.write(kept + b"\0" * (length - len(kept)))
                file.flush()
                os.fsync(file.fileno())
                file.truncate(len(kept))
            self._begin_anew(file)
            self._catch_up(file)

    @property
    def keys(self) -> set[str]:
        """Everybody whom an id stands for, of whichever form."""
        return {line.key for line in lines(self.path)}

    def _write(self, file: IO[bytes], keys: list[str]) -> None:
        chance = os.urandom(SALT_BYTES * len(keys)).hex()
        width = 2 * SALT_BYTES
        salts = (chance[at : at + width] for at in range(0, len(chance), width))
        told = [Line(bound(salt, key), key, salt) for key, salt in zip(keys, salts, strict=True)]
        rows = [orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE) for line in told]
        file.seek(self._end)
        file.writelines(rows)
        file.flush()
        os.fsync(file.fileno())
        self._ids |= {line.key: line.id for line in told}
        self._end, self._last = file.tell(), rows[-1]

    def _catch_up(self, file: IO[bytes]) -> None:
        """Read what other processes wrote: what came at the end, or everything where a line was dropped,
        since what follows it has moved then. A line that a crash cut is none, and is written over.
        """
        file.seek(self._end - len(self._last))
        if file.read(len(self._last)) != self._last:
            self._begin_anew(file)
        for line in file:
            if not line.endswith(b"\n"):
                file.truncate(self._end)
                break
            told = _line(line)
            if told is not None and told.id.startswith(BOUND):
                self._ids[told.key] = told.id
            self._end, self._last = self._end + len(line), line

    def _begin_anew(self, file: IO[bytes]) -> None:
        self._ids, self._end, self._last = {}, 0, b""
        file.seek(0)


def lines(path: Path) -> Iterator[Line]:
    """Whom the ids of a file stand for; nothing of one that is not there."""
    if path.exists():
        with path.open("rb") as file:
            yield from (line for line in map(_line, file) if line is not None)


def changed(path: Path) -> int | None:
    """The first line of a file that is not as it was written, from 1; None where there is none."""
    if not path.exists():
        return None
    with path.open("rb") as file:
        for number, said in enumerate(file, 1):
            line = _line(said)
            # A crash may have cut the last one.
            if said.endswith(b"\n") and (line is None or not line.holds):
                return number
    return None


def standing(path: Path, keys: AbstractSet[str]) -> Mapping[str, str]:
    """The key behind each id, of whichever form, that stands for one of these keys."""
    return {line.id: line.key for line in lines(path) if line.key in keys}


def behind(path: Path, ids: AbstractSet[str]) -> Mapping[str, str]:
    """The key behind each of these ids; those that stand for nobody are left out."""
    return {line.id: line.key for line in lines(path) if line.id in ids}


def _line(said: bytes) -> Line | None:
    try:
        told = orjson.loads(said)
        whole = isinstance(told, dict) and all(isinstance(each, str) for each in told.values())
        return Line(**told) if whole else None
    except (orjson.JSONDecodeError, TypeError):
        return None


@contextmanager
def locked(path: Path) -> Iterator[IO[bytes]]:
    """The file, to be read and written by one process at a time, and by its owner only."""
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file
