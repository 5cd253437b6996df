"""Calls that a client may send again: each is made once under its key, whichever process is asked.

A store keeps a call from the moment it is begun: a keyed hash of its key, one of what it said, when it was
begun, and sealed what was answered once somebody has. It can read none of that, and knows no person by it;
so where anybody is forgotten all of them go.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

LEASE: Final = timedelta(seconds=10)
"""How long a call that was begun may stay without an answer before it is taken for one whose process died."""

AGE: Final = timedelta(days=1)
"""How long a call is kept."""

MOST: Final = 10_000
"""Calls that are kept at once."""

ROOM: Final = 64_000_000
"""Bytes of answers that are kept at once."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call that was begun. content: a keyed hash of what it said; at: when it was begun, µs; answer:
    sealed; None while there is none.
    """

    content: bytes
    at: int
    answer: bytes | None = None

    def given_up(self, at: int) -> bool:
        """Whether nobody will answer it any more, at a time in µs."""
        return self.answer is None and abs(at - self.at) >= LEASE // timedelta(microseconds=1)


def answered(standing: Call | None, content: bytes) -> bytes | None:
    """What a call of this content was answered; None where there is no answer, and where another took its
    key since.

    >>> answered(Call(b"tea", 0, b"one"), b"tea"), answered(Call(b"mug", 0, b"one"), b"tea")
    (b'one', None)
    """
    return None if standing is None or standing.content != content else standing.answer


def oldest_kept(at: int) -> int:
    """When the oldest call was begun that is still kept at a time, both in µs."""
    return at - AGE // timedelta(microseconds=1)


def too_many(calls: int, room: int) -> int:
    """How many of the oldest have to go of so many calls with so many bytes of answers: a quarter, so that it
    need not be done each time.

    >>> too_many(MOST, ROOM), too_many(MOST + 1, 0), too_many(8, ROOM + 1)
    (0, 2501, 3)
    """
    return calls // 4 + 1 if calls > MOST or room > ROOM else 0
