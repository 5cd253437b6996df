"""Things put aside on disk and given back in order: an external merge sort, in memory that does not grow with
their number.

What fits into `room` never touches the disk. Beyond it, sorted runs go to one anonymous temporary file, which
is gone with the process; and so is the secret they are sealed with (AES-256-GCM), so that what a disk keeps
of them says nothing of anybody. Room is told in usual rows: one that says as much as a hundred of them weighs
a hundred, so that memory is bounded whatever somebody puts into a row.
"""

import heapq
import pickle
import tempfile
from collections.abc import Callable, Iterable, Iterator
from operator import itemgetter
from types import TracebackType
from typing import IO, Generic, Self, TypeVar

from loaders.sealing import Secret

T = TypeVar("T")

Key = int | str

_CHUNK = 1_000
_PLACE = "spill"


def one(_: object) -> int:
    """What a usual thing weighs."""
    return 1


def chunks(things: Iterable[T], size: int, weight: Callable[[T], int] = one) -> Iterator[list[T]]:
    """Lists of things that weigh `size` together, or a little more; the last one less.

    >>> list(chunks("abcde", 2))
    [['a', 'b'], ['c', 'd'], ['e']]
    >>> list(chunks([1, 1, 7, 1], 2, weight=int))
    [[1, 1], [7], [1]]
    """
    chunk, weighs = [], 0
    for thing in things:
        chunk.append(thing)
        weighs += weight(thing)
        if weighs >= size:
            yield chunk
            chunk, weighs = [], 0
    if chunk:
        yield chunk


class Spill(Generic[T]):
    """Things with a number or a text to sort them by (one sort in one spill); equals come out in the order
    they went in.

    room: what those held in memory may weigh. The things must be picklable. Use as a context manager: leaving
    it drops the file.

    >>> with Spill(room=2) as spill:
    ...     for at, word in ((3, "c"), (1, "a"), (2, "b"), (1, "a again")):
    ...         spill.add(at, word)
    ...     len(spill), list(spill)
    (4, ['a', 'a again', 'b', 'c'])
    """

    def __init__(self, room: int = 100_000) -> None:
        self._room = room
        self._held: list[tuple[Key, T, int]] = []
        self._weighs = 0
        self._runs: list[tuple[int, int]] = []
        self._file: IO[bytes] | None = None
        self._secret = Secret.new()
        self._count = 0

    def add(self, key: Key, thing: T, weight: int = 1) -> None:
        """Put one aside. OSError, with the folder of temporary files, where that is full."""
        self._held.append((key, thing, weight))
        self._weighs += weight
        self._count += 1
        if self._weighs >= self._room:
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
        for _, thing, _ in heapq.merge(*runs, self._held, key=itemgetter(0)) if runs else self._held:
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
        for chunk in chunks(self._held, _CHUNK, itemgetter(2)):
            pickle.dump(self._secret.drawn(pickle.dumps(chunk, protocol=5), _PLACE), self._file)
        self._runs.append((start, self._file.tell()))
        self._held, self._weighs = [], 0

    def _run(self, start: int, end: int) -> Iterator[tuple[Key, T, int]]:
        file = self._file
        assert file is not None  # noqa: S101 - a run was written to it
        while start < end:
            file.seek(start)
            sealed: bytes = pickle.load(file)  # noqa: S301 - our own file, written above
            start = file.tell()
            chunk: list[tuple[Key, T, int]] = pickle.loads(self._secret.opened(sealed, _PLACE))  # noqa: S301
            yield from chunk
