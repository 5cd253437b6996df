"""Random ids by which an audit log speaks of people, and the one file that says whom they stand for.

    {"id":"p:0f3a55d2c1b09e77","key":"ana","salt":"9b1c…"}        a line a person, filled up with spaces
                                                                  where one was dropped: spaces alone
    {"dropped":[[0,127]]}                                         where lines are that were dropped

Law: an id is `p:` and the first 16 hexadecimal digits of SHA-256(salt ‖ key), its salt 16 random bytes. So a
line whose key, salt or id was changed does not hold (`Line.holds`), and since ids stand in the chain, nobody
can let a row be about somebody else. Once the salt and the key are dropped, no row can be told to be about
anybody, whoever is tried.

A line is dropped where it stands. First it is written down at the end of the file, and on disk, that it goes,
then spaces are written over it. So nothing else moves, whenever the process dies: all other lines are as they
were for whoever reads at that moment, those who add lines add them, and whoever finds a drop that was not
finished finishes it. No bytes of it stay behind, as they would in a file that another one replaced. Lines are
as long as a multiple of `WIDTH`, so that what is left of most tells nobody how long a key was.

Ids without `p:` are of an earlier form: drawn by chance alone, so nobody can tell whether their lines were
changed. They stand for whom they stood, and are given no more.
"""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

import orjson

from loaders import disk

BOUND: Final = "p:"
"""Leads an id that is made of its line."""

WIDTH: Final = 128
"""Bytes: what the length of a line is a multiple of."""

SALT_BYTES: Final = 16
_DIGITS: Final = 16
_EARLIER: Final = re.compile(r"[0-9a-f]{16}")

Place = tuple[int, int]
"""Where a line begins, and how long it is without its end, in bytes."""


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
        self._end = 0

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
        with disk.alone(self.path) as file:
            self._catch_up(file)
            new = [key for key in dict.fromkeys(wanted) if key not in self._ids]
            if new:
                self._write(file, new)
        return [self._ids[key] for key in wanted]

    def known(self, keys: Iterable[str]) -> list[str | None]:
        """The id of each of these keys, None where there is none: whoever it is, the same is done."""
        with disk.alone(self.path) as file:
            self._catch_up(file)
        return [self._ids.get(key) for key in keys]

    def drop(self, gone: AbstractSet[str]) -> None:
        """Let nothing tell any more whom the ids of these keys stood for."""
        if not self.path.exists():
            return
        with disk.alone(self.path) as file:
            self._catch_up(file)
            places = [
                (start, len(said) - 1)
                for start, said in disk.lines(file)
                if (told := _line(said)) is not None and told.key in gone
            ]
            if places:
                disk.append(file, orjson.dumps({"dropped": places}) + b"\n", self._end)
                os.fsync(file)
                self._catch_up(file)

    @property
    def keys(self) -> set[str]:
        """Everybody whom an id stands for, of whichever form."""
        return {line.key for line in lines(self.path)}

    def _write(self, file: int, keys: list[str]) -> None:
        chance = os.urandom(SALT_BYTES * len(keys)).hex()
        width = 2 * SALT_BYTES
        salts = (chance[at : at + width] for at in range(0, len(chance), width))
        told = [Line(bound(salt, key), key, salt) for key, salt in zip(keys, salts, strict=True)]
        end = disk.append(file, b"".join(_filled(orjson.dumps(line)) for line in told), self._end)
        os.fsync(file)
        self._ids |= {line.key: line.id for line in told}
        self._end = end

    def _catch_up(self, file: int) -> None:
        """Read what other processes wrote at the end. Where they dropped a line, see that it is gone, and
        read everything anew. A line that a crash cut is none, and is taken away.
        """
        if os.fstat(file).st_size < self._end:
            self._begin_anew()
        from_start, went = self._end == 0, False
        for start, said in disk.lines(file, self._end):
            if not said.endswith(b"\n"):
                os.ftruncate(file, start)
                break
            places, told = _dropped(said, start), _line(said)
            if places is not None:
                # To whoever reads from the start a line that went long ago is no news.
                went |= _strike(file, places) or not from_start
            elif told is not None and told.id.startswith(BOUND):
                self._ids[told.key] = told.id
            self._end = start + len(said)
        if went:
            self._begin_anew()
            self._catch_up(file)

    def _begin_anew(self) -> None:
        self._ids, self._end = {}, 0


def lines(path: Path) -> Iterator[Line]:
    """Whom the ids of a file stand for; nothing of one that is not there."""
    if path.exists():
        with path.open("rb") as file:
            yield from (line for line in map(_line, file) if line is not None)


def changed(path: Path) -> int | None:
    """The first line of a file that is not as it was written, from 1; None where there is none."""
    if not path.exists():
        return None
    wrong, dropped = dict[int, int](), set[int]()
    with disk.beside(path) as file:
        for number, (start, said) in enumerate(disk.lines(file), 1):
            places = _dropped(said, start)
            dropped.update(place for place, _ in places or ())
            # A crash may have cut the last one.
            if said.endswith(b"\n") and places is None and not _is_written(said):
                wrong[start] = number
    return next((number for start, number in wrong.items() if start not in dropped), None)


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


def _is_written(said: bytes) -> bool:
    """Whether a line is as one of ours was written; lines of before are not filled up."""
    line = _line(said)
    if line is None or not line.salt:
        return line is not None and line.holds
    text = orjson.dumps(line)
    return line.holds and said in (_filled(text), text + b"\n")


def _filled(text: bytes) -> bytes:
    """A line, its end included.

    >>> len(_filled(b"{}")), len(_filled(b"x" * 127)), len(_filled(b"x" * 128))
    (128, 128, 256)
    """
    return text.ljust(-(-(len(text) + 1) // WIDTH) * WIDTH - 1) + b"\n"


def _dropped(said: bytes, start: int) -> list[Place] | None:
    """Where the lines are that a line says were dropped, all of them before it; None where it says none."""
    if not said.startswith(b'{"dropped":'):
        return None
    try:
        places = [(int(at), int(size)) for at, size in orjson.loads(said)["dropped"]]
    except (ValueError, TypeError):
        return None
    return places if all(0 <= at < at + size < start for at, size in places) else None


def _strike(file: int, places: list[Place]) -> bool:
    """Write spaces over these lines, on disk before this returns; whether any was there yet."""
    there = [(at, size, os.pread(file, size, at)) for at, size in places]
    left = [(at, size) for at, size, said in there if said.strip(b" ") and b"\n" not in said]
    for at, size in left:
        disk.put(file, b" " * size, at)
    if left:
        os.fsync(file)
    return bool(left)
