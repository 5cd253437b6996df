"""The gate: from a request's headers to its caller."""

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

import structlog

from api.auth.caller import DEV, PURPOSES, Caller, Role, Unauthenticated, UnknownPurpose
from api.auth.tokens import BAD, Keys, Tokens
from api.settings import Settings
from graph.errors import InvalidInput
from loaders.keyring import PREFIX, Keyring

MISSING: Final = "who is asking? Send `Authorization: Bearer` and a token or an API key"

USUAL: Final = frozenset(PURPOSES.values())
"""What is asked for where a server is told nothing else."""

KEY: Final = "key:"
"""Leads the id of a caller with an API key."""

Clock = Callable[[], datetime]

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Gate:
    """tokens, keyring: what it knows callers by; `dev`: it asks nobody. purposes: what may be asked for."""

    tokens: Tokens | None = None
    keyring: Keyring | None = None
    dev: bool = False
    purposes: AbstractSet[str] = USUAL

    async def caller(self, headers: Mapping[str, str], clock: Clock) -> Caller:
        """Who asks, and what for: what the token says, which somebody signed, before what the request says,
        before what the role is there for. Unauthenticated for nobody we know, UnknownPurpose where it is none
        of ours: it is written down for good, so nobody says it in words of their own. headers: with small
        letters.
        """
        if self.dev:
            return DEV
        kind, _, token = headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer" or not token.strip():
            raise Unauthenticated(MISSING)
        known = await self._known(token.strip(), clock())
        said = known.purpose or headers.get("x-purpose", "").strip()
        if said and said not in self.purposes:
            raise UnknownPurpose(f"the purpose is none of {', '.join(sorted(self.purposes))}")
        return replace(known, purpose=said or PURPOSES[known.role])

    async def _known(self, token: str, now: datetime) -> Caller:
        if token.startswith(PREFIX):
            key = self.keyring.find(token, now) if self.keyring else None
            if key is None:
                raise Unauthenticated("the API key is not valid here")
            expires = key.expires and datetime.fromisoformat(key.expires).timestamp()
            role = Role(key.role)
            return Caller(role, f"{KEY}{key.id}", expires=expires or None)
        if self.tokens is None:
            raise Unauthenticated(BAD)
        return await self.tokens.caller(token, now.timestamp())

    def still(self, caller: Caller, clock: Clock) -> bool:
        """Whether a caller who was let in may stay: not expired, and not revoked."""
        if caller.expires is not None and clock().timestamp() >= caller.expires:
            return False
        if not caller.id.startswith(KEY) or self.keyring is None:
            return True
        key = self.keyring.keys().get(caller.id.removeprefix(KEY))
        return key is not None and key.good(clock())


def gate_of(settings: Settings) -> Gate:
    """The gate of a server; InvalidInput or StoreUnavailable where its keys cannot be read."""
    if settings.dev:
        return Gate(dev=True)
    tokens = None
    if settings.jwks is not None and settings.audience is not None:
        tokens = Tokens(Keys(settings.jwks), settings.audience, settings.issuer, settings.skew)
    keyring = _keyring(settings.keys) if settings.keys else None
    return Gate(tokens, keyring, purposes=settings.purposes or USUAL)


def _keyring(path: Path) -> Keyring:
    """The keys of a file that can be read now; should it not be readable later, those from before stay good,
    and the log alone says so: whoever asks is told nothing of our files.
    """
    Keyring(path).keys()
    keyring = Keyring(path, _unread)
    keyring.keys()
    return keyring


def _unread(unreadable: InvalidInput) -> None:
    log.warning("API keys not read anew", reason=str(unreadable))
