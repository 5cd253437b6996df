"""Things put aside on disk and given back in order: an external merge sort, in memory that does not grow with
their number.

What fits into `room` never touches the disk. Beyond it, sorted runs go to one anonymous temporary file, which
is gone with the process; and so is the secret they are sealed with (AES-256-GCM), so that what a disk keeps
of them says nothing of anybody.
"""

import heapq
import pickle
import tempfile
from collections.abc import Iterable, Iterator
from itertools import islice
from operator import itemgetter
from types import TracebackType
from typing import IO, Generic, Self, TypeVar

from loaders.sealing import Secret

T = TypeVar("T")

Key = int | str

_CHUNK = 1_000
_PLACE = "spill"


def chunks(things: Iterable[T], size: int) -> Iterator[list[T]]:
    """Lists of `size` things, the last one shorter.

    >>> list(chunks("abcde", 2))
    [['a', 'b'], ['c', 'd'], ['e']]
    """
    rest = iter(things)
    while chunk := list(islice(rest, size)):
        yield chunk


class Spill(Generic[T]):
    """Things with a number or a text to sort them by (one sort in one spill); equals come out in the order
    they went in.

    room: how many are held in memory. The things must be picklable. Use as a context manager: leaving it
    drops the file.

    >>> with Spill(room=2) as spill:
    ...     for at, word in ((3, "c"), (1, "a"), (2, "b"), (1, "a again")):
    ...         spill.add(at, word)
    ...     len(spill), list(spill)
    (4, ['a', 'a again', 'b', 'c'])
    """

    def __init__(self, room: int = 100_000) -> None:
        self._room = room
        self._held: list[tuple[Key, T]] = []
        self._runs: list[tuple[int, int]] = []
        self._file: IO[bytes] | None = None
        self._secret = Secret.new()
        self._count = 0

    def add(self, key: Key, thing: T) -> None:
        """Put one aside. OSError, with the folder of temporary files, where that is full."""
        self._held.append((key, thing))
        self._count += 1
        if len(self._held) >= self._room:
            try:
                self._write_run()
            except OSError as error:
                raise OSError(error.errno, error.strerror, tempfile.gettempdir()) from error

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[T]:
        """All of them, in order; may be asked again."""
        self._held.sort(key=itemgetter(0))
        runs = [self._run(start, end) for start, end in self._runs]
        # heapq.merge takes equals from the earlier run first, so the order of arrival is kept.
        for _, thing in heapq.merge(*runs, self._held, key=itemgetter(0)) if runs else self._held:
            yield thing

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Drop everything; idempotent."""
        self._held = []
        if self._file:
            self._file.close()

    def _write_run(self) -> None:
        if self._file is None:
            self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by __exit__
        self._held.sort(key=itemgetter(0))
        start = self._file.seek(0, 2)
        for chunk in chunks(self._held, _CHUNK):
            pickle.dump(self._secret.drawn(pickle.dumps(chunk, protocol=5), _PLACE), self._file)
        self._runs.append((start, self._file.tell()))
        self._held = []

    def _run(self, start: int, end: int) -> Iterator[tuple[Key, T]]:
        file = self._file
        assert file is not None  # noqa: S101 - a run was written to it
        while start < end:
            file.seek(start)
            sealed: bytes = pickle.load(file)  # noqa: S301 - our own file, written above
            start = file.tell()
            chunk: list[tuple[Key, T]] = pickle.loads(self._secret.opened(sealed, _PLACE))  # noqa: S301
            yield from chunk
