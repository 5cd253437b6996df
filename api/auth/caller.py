"""A caller: in which role somebody asks, as whom, and what for."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from api.cost.allowance import ALLOWANCES, UNBOUNDED, Allowance


class Role(StrEnum):
    """What a caller is to the shop; api.rights says what each may see."""

    MEMBER = "member"
    STOREFRONT = "storefront"
    GROWTH = "growth"
    ANALYST = "analyst"
    INGEST = "ingest"
    PRIVACY = "privacy"
    ADMIN = "admin"
    DEV = "dev"


PURPOSES: Final = {
    Role.MEMBER: "own-use",
    Role.STOREFRONT: "suggestions",
    Role.GROWTH: "campaigns",
    Role.ANALYST: "analysis",
    Role.INGEST: "recording",
    Role.PRIVACY: "rights-of-persons",
    Role.ADMIN: "administration",
    Role.DEV: "development",
}
"""What each role asks for, where neither its token nor its request says."""


@dataclass(frozen=True, slots=True)
class Caller:
    """id: names the caller among callers, for limits and the audit log; no secret. subject: the key of the
    person a member is; None for a service. expires: seconds since the epoch, None for never.
    """

    role: Role
    id: str
    subject: str | None = None
    purpose: str = ""
    expires: float | None = None

    @property
    def allowance(self) -> Allowance:
        """What it may ask for."""
        return UNBOUNDED if self is HERE else ALLOWANCES[self.role.value]


DEV: Final = Caller(Role.DEV, "dev", purpose=PURPOSES[Role.DEV])
"""Anybody on this machine, where a server was told to ask nobody who they are."""

HERE: Final = Caller(Role.DEV, "here", purpose=PURPOSES[Role.ADMIN])
"""Whoever runs a command: they can read the store anyway."""


class Unauthenticated(Exception):
    """Nobody we know. The sentence is for the caller and tells no more than they know."""


class UnknownPurpose(Exception):
    """Asked for what nobody asks for here. The sentence is for the caller."""
