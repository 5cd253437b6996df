"""Pages of a list that neither repeat nor skip.

A list belongs to one version of the dataset, to one field and to that field's arguments; under one version it
never changes, so a place in it is a number. A cursor carries all of that: version, a mark of field and
arguments, the place. It is taken back only by the list it came from.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, is_dataclass
from hashlib import blake2b
from typing import Generic, TypeVar

from api.ids import opaque, plain
from graph.errors import InvalidInput, StaleCursor

T = TypeVar("T")
S = TypeVar("S")

FAR = 1 << 31
"""No list is that long."""


@dataclass(frozen=True, slots=True)
class Listing:
    """One list: a version, and a mark of what was asked."""

    version: str
    mark: str

    @classmethod
    def of(cls, version: str, *asked: object, secret: bytes = b"") -> "Listing":
        """The list that this field gives for these arguments (all but `first`, `after` and the locale).
        secret: under which they are hashed: they may say of whom it is, to whoever knows a pseudonym alone.
        """
        return cls(version, blake2b(repr(_steady(asked)).encode(), digest_size=6, key=secret).hexdigest())

    def cursor(self, place: int) -> str:
        """Names the item at a place, from 0."""
        return opaque(f"{self.version} {self.mark} {place}")

    def place(self, cursor: str) -> int:
        """The place that a cursor names; InvalidInput for another list's, StaleCursor for another
        version's.
        """
        version, mark, place = _parted(cursor)
        if version != self.version:
            raise StaleCursor(
                f"after: this cursor is of version {version} and this answer of version {self.version};"
                " start again from the first page"
            )
        if mark != self.mark:
            raise InvalidInput("after: this cursor is of another list, or of other arguments")
        return place


def _steady(asked: object) -> object:
    """The same in a form whose repr is equal in every process."""
    if isinstance(asked, frozenset):
        return sorted(asked)
    if isinstance(asked, tuple):
        return [_steady(part) for part in asked]
    if is_dataclass(asked):
        return [_steady(getattr(asked, field.name)) for field in fields(asked)]
    return asked


def version_of(cursor: str) -> str | None:
    """The version that a cursor names; None for what is no cursor."""
    try:
        return _parted(cursor)[0]
    except InvalidInput:
        return None


def _parted(cursor: str) -> tuple[str, str, int]:
    match (plain(cursor) or "").rsplit(" ", 2):
        case [version, mark, place] if place.isdecimal() and int(place) < FAR:
            return version, mark, int(place)
    raise InvalidInput(f"after: {cursor!r:.60} is no cursor of this API; take one from pageInfo or an edge")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Consecutive items of one list. start: the place of the first."""

    items: Sequence[T]
    start: int
    has_next: bool
    listing: Listing

    def map(self, convert: Callable[[T], S]) -> "Page[S]":
        """The same page of something else."""
        return Page([convert(item) for item in self.items], self.start, self.has_next, self.listing)

    def cursor(self, position: int) -> str:
        """Names the item at a position of this page."""
        return self.listing.cursor(self.start + position)


@dataclass(frozen=True, slots=True)
class Window:
    """What of a list is asked for: places from `start`, before `stop`."""

    listing: Listing
    start: int
    stop: int

    @classmethod
    def of(cls, listing: Listing, first: int, after: str | None) -> "Window":
        """So many items after a cursor."""
        start = 0 if after is None else listing.place(after) + 1
        return cls(listing, start, start + first)

    def cut(self, items: Sequence[T], whole: int | None = None) -> Page[T]:
        """The page, given the list's items from its beginning. whole: how many the list has; without it, the
        items have to go at least one beyond the page where there are more.
        """
        more = (len(items) if whole is None else whole) > self.stop
        return Page(items[self.start : self.stop], self.start, more, self.listing)
