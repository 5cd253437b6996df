"""Who may see whom: what a shop's people said and did, and what may stand in an answer to whom.

The reference that the server is held against (tests/properties/test_sight_laws.py). It knows what may be told
of people, and nothing of how answers come about.
"""

from base64 import b64encode
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from api.auth.caller import Role


def said_of(what: str, key: str) -> str:
    """What the shop says of somebody: their name, region or note."""
    return key.replace("key-of-", f"{what} of ").title()


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks; me: a member's key."""

    role: Role
    me: str | None = None


class Seen(NamedTuple):
    """Of whom what may stand in an answer."""

    keys: AbstractSet[str]
    names: AbstractSet[str]
    pseudonyms: AbstractSet[str]
    regions: AbstractSet[str]
    notes: AbstractSet[str]


WHOLE: Final = frozenset({Role.ADMIN, Role.PRIVACY})
"""Who may read all that is held about a person."""


USING: Final = frozenset({Role.STOREFRONT, Role.GROWTH})
"""Who is told where somebody lives to use it."""


@dataclass
class World:
    """What is true of a shop's people. opened: (sharer, who opened). follows: (whose shares, whom they reach,
    whether from now on), in order. said: (who, purpose, whether), in order. shares: sharer and product, by
    id. joined: the account that a visitor is one with. browsers: visitors who did something; accounts: keys
    of visitors of whom something was said as of users.
    """

    default: bool
    living: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    opened: set[tuple[str, str]] = field(default_factory=set)
    follows: list[tuple[str, str, bool]] = field(default_factory=list)
    said: list[tuple[str, str, bool]] = field(default_factory=list)
    shares: dict[str, tuple[str, str]] = field(default_factory=dict)
    joined: dict[str, str] = field(default_factory=dict)
    browsers: set[str] = field(default_factory=set)
    accounts: set[str] = field(default_factory=set)

    def one(self, key: str | None) -> str:
        """Who somebody is."""
        return self.joined.get(key or "", key or "")

    def keys_of(self, person: str) -> set[str]:
        """Everything that one person is known by."""
        return {person} | {visitor for visitor, account in self.joined.items() if account == person}

    def allows(self, person: str, *purposes: str) -> bool:
        """Whether somebody allows all of these."""
        words = {purpose: yes for key, purpose, yes in self.said if self.one(key) == person}
        return all(words.get(purpose, self.default) for purpose in purposes)

    def seen(self, caller: Caller, asked: AbstractSet[str]) -> Seen:
        """Of whom what may stand in an answer. asked: keys in the question."""
        me, alive = self.one(caller.me), {self.one(key) for key in self.living}
        tied = {(self.one(source), self.one(target)): on for source, target, on in self.follows}
        tied |= {(self.one(source), self.one(target)): True for source, target in self.opened}
        friends = {one for tie, on in tied.items() if on and me in tie for one in tie} - {me}
        met = {one for tie in tied if me in tie for one in tie} - {me}
        people = alive - (self.browsers - self.accounts)
        nameable = {person for person in people if self.allows(person, "personalisation", "namedToFriends")}
        placed = {person for person in alive if self.allows(person, "location")}
        known, veiled = set[str](), set[str]()
        match caller.role:
            case Role.ADMIN | Role.GROWTH | Role.PRIVACY:
                known = alive
            case Role.STOREFRONT:
                known = nameable | {self.one(key) for key in asked}
                veiled = alive - known
            case Role.MEMBER:
                known, veiled = {me}, met
            case Role.ANALYST:
                veiled = alive
        named = known | (friends & nameable if caller.role is Role.MEMBER else set())
        held = alive if caller.role in WHOLE else {me}
        ids = {key for key in self.living if self.one(key) in held}
        lives = known & placed if caller.role in USING else known & alive
        return Seen((known & alive) | ids, named & alive, veiled & alive, lives | ids, held & alive)


def written(text: str) -> Iterator[str]:
    """The ways in which a text may stand in an answer: as it is, and within anything that is in base 64."""
    yield text
    for before in range(3):
        letters = b64encode(b"\0" * before + text.encode(), altchars=b"-_").decode().rstrip("=")
        yield letters[-(-before * 8 // 6) : len(letters) - ((before + len(text.encode())) % 3 > 0)]
