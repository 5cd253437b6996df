"""What a caller sees of people: the door by which keys come in and rows go out.

A member knows themselves, and is known to friends as far as these allow: others are pseudonyms, and have a
name where they are friends of the member's who let friends see it. The shop's pages (storefront) know whom
they ask about, and who allows to be named; whoever else stands in an answer is a pseudonym. An analyst knows
nobody: everybody is a pseudonym, and every share. The growth team knows the people, and of what they did
sums alone: shares are pseudonyms to it. The shop's own services know its people.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from api.auth.caller import Caller, Role
from api.rights.pseudonyms import SHARE, Pseudonyms
from api.rights.suppress import digit, tens, told
from api.settings import K
from graph.analysis import Analysis
from graph.errors import Forbidden
from graph.timeline import Rows

KNOW_NO_SHARE = frozenset({Role.ANALYST, Role.GROWTH})
"""Whoever got a link has its share's id, and knows from whom."""

DAY = 86_400_000_000
"""µs."""

USE_PLACES = frozenset({Role.STOREFRONT, Role.GROWTH})
"""Others who are told of a region are its person, and whoever answers for all that is held."""


@dataclass(slots=True)
class Sight:
    """One caller's, over one version. k: the fewest people that analysts are told of together. asked: rows of
    those whom a storefront asked about by their keys.
    """

    caller: Caller
    analysis: Analysis
    pseudonyms: Pseudonyms | None
    k: int = K
    own: int | None = field(init=False)
    asked: set[int] = field(default_factory=set)
    _communities: NDArray[np.bool_] | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        subject = self.caller.subject
        self.own = None if subject is None else self.analysis.snapshot.people.row(subject)

    def person(self, key: str) -> int | None:
        """The row of whom a caller names; None for nobody, and for somebody whom this caller may not ask
        about.
        """
        people = self.analysis.snapshot.people
        match self.caller.role:
            case Role.MEMBER:
                row = people.row(key)
                return row if row == self.own else None
            case Role.ANALYST:
                known = self._veil.key(key)
                return None if known is None else people.row(known)
            case Role.STOREFRONT:
                return self._asked_about(key)
            case _:
                return people.row(key)

    def _asked_about(self, key: str) -> int | None:
        """A pseudonym will do, and leaves the person one."""
        people = self.analysis.snapshot.people
        row = people.row(key)
        if row is not None:
            self.asked.add(row)
            return row
        known = self._veil.key(key)
        return None if known is None else people.row(known)

    def in_cascades(self, key: str) -> int | None:
        """The row of somebody whose cascades a caller asks for; Forbidden where these would tell what one
        person did, and when.
        """
        if self.caller.role is Role.GROWTH:
            raise Forbidden("cascades of one person are not for the role growth")
        return self.person(key)

    def for_whom(self, key: str) -> int | None:
        """The row of somebody for whom a caller may have an answer made; None for whoever else they name."""
        row = self.person(key)
        return row if row is not None and self.asks_about(row) else None

    def speaks_for(self, key: str) -> bool:
        """Whether this caller may say something for a person, known to us or not: members for themselves, the
        shop's pages for those whose key they know; a pseudonym is the key of nobody.
        """
        match self.caller.role:
            case Role.MEMBER:
                return key == self.caller.subject or (self.own is not None and self.person(key) == self.own)
            case Role.STOREFRONT:
                return self._veil.key(key) is None
            case _:
                return True

    def key(self, row: int) -> str:
        """What this caller may call a person by."""
        key = self.analysis.snapshot.people.keys[row]
        return self._veil.of(key) if self._veiled(row) else key

    def name(self, row: int) -> str | None:
        """How a person is called, where this caller may know it."""
        if self.caller.role is Role.ANALYST or (self._veiled(row) and not self._named(row)):
            return None
        return self.analysis.snapshot.people.names[row] or None

    def region(self, row: int) -> str | None:
        """Where a person lives, where this caller may know who it is; the shop's services where the person
        allows their place to be used.
        """
        uses = self.caller.role in USE_PLACES
        if self._veiled(row) or (uses and not self.analysis.shelf.located[row]):
            return None
        return self.analysis.snapshot.people.regions[row] or None

    def asks_about(self, row: int) -> bool:
        """Whether this caller may ask what is answered of one person alone: a member of themselves, the
        shop's pages of those whose key they know; whoever else may at all, of everybody.
        """
        match self.caller.role:
            case Role.MEMBER:
                return row == self.own
            case Role.STOREFRONT:
                return not self._veiled(row)
            case _:
                return True

    @property
    def communities(self) -> NDArray[np.bool_]:
        """Which communities this caller is told of, by position; analysts of none of few people, members of
        their own and of those of whose links they may say that they opened them. Looked for once.
        """
        if self._communities is None:
            self._communities = self._told_of_communities()
        return self._communities

    def _told_of_communities(self) -> NDArray[np.bool_]:
        labels, communities = self.analysis.partition.labels, len(self.analysis.partition)
        match self.caller.role:
            case Role.ANALYST:
                return told(np.bincount(labels[labels >= 0], minlength=communities), self.k)
            case Role.MEMBER:
                among = labels[self._known_by_name()]
                return np.bincount(among[among >= 0], minlength=communities) > 0
            case _:
                return np.ones(communities, np.bool_)

    @property
    def crowds(self) -> NDArray[np.bool_]:
        """Of which of these communities this caller is told what their people do, beside what all do: the
        growth team, which knows who is in them, of none of few people.
        """
        labels, told_of = self.analysis.partition.labels, self.communities
        if self.caller.role is not Role.GROWTH:
            return told_of
        return told(np.bincount(labels[labels >= 0], minlength=len(told_of)), self.k)

    def too_few(self, members: int) -> bool:
        """Whether a community of so many is too small for this caller to be told what its people do."""
        return self.caller.role is Role.GROWTH and members < self.k

    def day(self, at: int) -> int:
        """A time since when somebody acted, µs, as this caller may ask by it: the growth team from the
        beginning of its day (UTC), as asking again by halves would find the last act of anybody.
        """
        return at - at % DAY if self.caller.role is Role.GROWTH else at

    @property
    def fewest(self) -> int:
        """Of how many people a group has to be for this caller to be told of it."""
        return self.k if self.caller.role is Role.ANALYST else 0

    def count(self, people: int) -> int:
        """A count of people, or of what they did, as this caller is told it: analysts to the nearest ten."""
        return tens(people) if self.fewest else people

    @property
    def fewest_alike(self) -> int:
        """How many members of a community have to do something for this caller to be told of it: members too
        know whom they are in a circle with, and what they did there themselves.
        """
        return self.k if self.caller.role in {Role.ANALYST, Role.MEMBER} else 0

    def strangers(self, people: int) -> int:
        """A count of people whom nobody asked about, as this caller is told it: members, too, to the nearest
        ten, since one is somebody.
        """
        return tens(people) if self.caller.role is Role.MEMBER else self.count(people)

    def rate(self, rate: float) -> float:
        """A rate that is made of counts of strangers, as this caller is told it: to whom these are told in
        tens, to one digit.
        """
        return digit(rate) if self.fewest_alike else rate

    def fraction(self, part: float) -> float:
        """A part of what a community does, as this caller is told it: analysts and members to the nearest
        tenth.
        """
        return round(part, 1) if self.fewest_alike else part

    def share(self, row: int | None) -> bool:
        """Whether this caller may see a share, None for one that is not there: a member sees their own, and
        those of friends.
        """
        sharers = self.analysis.snapshot.shares.person
        if self.caller.role is not Role.MEMBER or not len(sharers):
            return row is not None
        # What is not there is looked for as long as what is somebody else's: in place of it stands the last.
        sharer = int(sharers[-1 if row is None else row])
        theirs = self._named(sharer)
        return row is not None and (theirs or sharer == self.own)

    def share_of(self, id: str) -> int | None:
        """The row of a share that a caller names; None for one that is not there, or not known by this."""
        known = self._veil.key(id, SHARE) if self.caller.role in KNOW_NO_SHARE else id
        return None if known is None else self.analysis.snapshot.shares.row(known)

    def share_id(self, row: int) -> str:
        """What this caller may call a share by."""
        own = self.analysis.snapshot.shares.ids[row]
        return self._veil.of(own, SHARE) if self.caller.role in KNOW_NO_SHARE else own

    def sharer(self, key: str) -> int | None:
        """The row of whose link a caller says was opened; None for nobody, and where a member names somebody
        else than themselves or a friend whom they know by name: what is suggested on a link tells of its
        sharer's acts.
        """
        row = self.analysis.snapshot.people.row(key)
        if self.caller.role is not Role.MEMBER:
            return row
        theirs = self._named(0 if row is None else row)
        return row if theirs or row == self.own else None

    def _veiled(self, row: int) -> bool:
        match self.caller.role:
            case Role.ANALYST:
                return True
            case Role.MEMBER:
                return row != self.own
            case Role.STOREFRONT:
                return row not in self.asked and not self.analysis.shelf.named[row]
            case _:
                return False

    def _named(self, row: int) -> bool:
        """Whether this is a friend of the caller's who may be named to friends."""
        if self.own is None:
            return False
        friends, _ = self.analysis.ties.into(self.own)
        befriended = bool(np.any(friends == row))
        return befriended and bool(self.analysis.shelf.named[row])

    def _known_by_name(self) -> Rows:
        """The caller, and their friends who may be named to friends."""
        if self.own is None:
            return np.empty(0, np.int32)
        friends, _ = self.analysis.ties.into(self.own)
        return np.append(friends[self.analysis.shelf.named[friends]], np.int32(self.own))

    @property
    def _veil(self) -> Pseudonyms:
        if self.pseudonyms is None:
            raise RuntimeError("a caller who knows nobody by name, and no pseudonyms")
        return self.pseudonyms
