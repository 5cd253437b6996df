"""Who may see whom: what a shop's people said and did, and what may stand in an answer to whom.

The reference that the server is held against (tests/properties/test_sight_laws.py). It knows keys, names and
pseudonyms, and nothing of how answers come about.
"""

from base64 import b64encode
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from api.auth.caller import Role


def name_of(key: str) -> str:
    """What somebody is called."""
    return key.replace("key-of-", "Name Of ").title()


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks; me: a member's key."""

    role: Role
    me: str | None = None


@dataclass
class World:
    """What is true of a shop's people. ties: who opened whose share, or follows whom, either way round. said:
    the last word, by purpose. shares: sharer and product, by id.
    """

    default: bool
    living: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    ties: set[tuple[str, str]] = field(default_factory=set)
    said: dict[tuple[str, str], bool] = field(default_factory=dict)
    shares: dict[str, tuple[str, str]] = field(default_factory=dict)

    def open(self, key: str) -> bool:
        """Whether somebody may be named to friends."""
        return all(
            self.said.get((key, purpose), self.default) for purpose in ("personalisation", "namedToFriends")
        )

    def seen(
        self, caller: Caller, asked: AbstractSet[str]
    ) -> tuple[AbstractSet[str], AbstractSet[str], AbstractSet[str]]:
        """Whose key, whose name and whose pseudonym may stand in an answer. asked: keys in the question."""
        friends = {one for tie in self.ties if caller.me in tie for one in tie} - {caller.me}
        nameable = {key for key in self.living if self.open(key)}
        known, veiled = set[str](), set[str]()
        match caller.role:
            case Role.ADMIN | Role.GROWTH | Role.PRIVACY:
                known = self.living
            case Role.STOREFRONT:
                known = nameable | asked
                veiled = self.living - known
            case Role.MEMBER:
                known, veiled = {caller.me or ""}, friends
            case Role.ANALYST:
                veiled = self.living
        named = known | (friends & nameable if caller.role is Role.MEMBER else set())
        return known & self.living, named & self.living, veiled & self.living


def written(text: str) -> Iterator[str]:
    """The ways in which a text may stand in an answer: as it is, and within anything that is in base 64."""
    yield text
    for before in range(3):
        letters = b64encode(b"\0" * before + text.encode(), altchars=b"-_").decode().rstrip("=")
        yield letters[-(-before * 8 // 6) : len(letters) - ((before + len(text.encode())) % 3 > 0)]
