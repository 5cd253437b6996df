"""What callers have used of their minutes, for several processes: one file that all of them map.

A table of slots: the hash of a counter's name, when it ends, its count. A name has eight slots to stand in,
by its hash; one whose counter has ended is free, and where none is, that which ends first makes room: with
more than some tens of thousands of callers in two minutes somebody may be charged too little, and nobody too
much. Each look holds the file's lock for some microseconds, and one of its process, since the file's excludes
no threads that share it; the system takes the file back from the dead. A process that dies while it writes
leaves one counter of one minute wrong.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from mmap import mmap
from struct import Struct
from threading import Lock
from time import time

from limits.storage import MemoryStorage

from api.commons import Commons

SLOT = Struct("<16sdQ")
"""The name's hash, when the counter ends (seconds since the epoch), and what it counts."""

A_NAME, NAMES = 8, 1 << 15
"""Slots that a name may stand in, and as many sets of them."""

SIZE = SLOT.size * A_NAME * NAMES

_FREE = bytes(16)


class Minutes(MemoryStorage):
    """Counters as `limits` keeps them, for every process that has opened the same commons."""

    STORAGE_SCHEME: list[str] = []  # noqa: RUF012 - no address finds it; `limits` has it mutable

    def __init__(self, commons: Commons) -> None:
        super().__init__()
        self._secret = commons.secret
        self._turn = Lock()
        self._file = os.open(commons.minutes, os.O_RDWR | os.O_CREAT, 0o600)
        os.ftruncate(self._file, SIZE)
        self._table = mmap(self._file, SIZE)

    def get(self, key: str) -> int:
        """What a counter has counted; 0 for one that has ended, or never began."""
        name = self._name(key)
        with self._alone():
            return next((count for _, held, _, count in self._slots(name) if held == name), 0)

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Count more; what it comes to. expiry: seconds after which a counter that begins now ends."""
        name = self._name(key)
        with self._alone():
            slots = [*self._slots(name)]
            found = next((slot for slot in slots if slot[1] == name), None)
            place, _, ends, count = found or (*min(slots, key=lambda slot: slot[2])[:2], time() + expiry, 0)
            SLOT.pack_into(self._table, place, name, ends, count + amount)
            return count + amount

    def decr(self, key: str, amount: int = 1) -> int:
        """Count less; what is left."""
        name = self._name(key)
        with self._alone():
            for place, held, ends, count in self._slots(name):
                if held == name:
                    left = max(count - amount, 0)
                    SLOT.pack_into(self._table, place, name, ends, left)
                    return left
        return 0

    def _name(self, key: str) -> bytes:
        return blake2b(key.encode(), digest_size=16, key=self._secret).digest()

    def _slots(self, name: bytes) -> Iterator[tuple[int, bytes, float, int]]:
        """Where a name may stand: place, and what is there; of what has ended nothing."""
        first = int.from_bytes(name[:8], "little") % NAMES * A_NAME
        now = time()
        for place in range(first * SLOT.size, (first + A_NAME) * SLOT.size, SLOT.size):
            held, ends, count = SLOT.unpack_from(self._table, place)
            yield (place, held, ends, count) if ends > now else (place, _FREE, 0.0, 0)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with self._turn:
            fcntl.flock(self._file, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(self._file, fcntl.LOCK_UN)
