"""JSON Web Tokens, read strictly.

The key says which algorithm it is for: a shared secret HS256, an RSA key RS256, a key on P-256 ES256. So no
token chooses its own check: `none` is no algorithm here, and a public key is no shared secret. A token has to
name one audience of ours, an expiry and a role; a member's says in `sub` who they are. What is wrong with one
is told in the same words whatever it is, but for its age, which honest clients need to know.
"""

import asyncio
import json
from collections.abc import Callable
from time import monotonic
from typing import Any, Final
from warnings import catch_warnings, simplefilter

import structlog
from joserfc import jwk, jws, jwt
from joserfc.errors import ExpiredTokenError, JoseError, SecurityWarning

from api.auth.caller import Caller, Role, Unauthenticated
from graph.errors import InvalidInput, SharegraphError
from loaders import keysets

log = structlog.get_logger()

ALGORITHMS: Final = {"oct": "HS256", "RSA": "RS256", "EC": "ES256"}
"""By the kind of key."""

SECRET_BYTES, RSA_BITS = 32, 2048
"""The least that a shared secret and an RSA key may have."""

LONGEST = 8_192
"""Characters of a token."""

FRESH, PATIENCE = 600.0, 30.0
"""Seconds after which an address is asked anew, and between two asks for a key that it did not have."""

BAD, OLD = "the token is not valid here", "the token has expired; get a new one"


class Keys:
    """The keys of one source, by id: an address is asked anew now and then, a file is read anew when it
    changed. What became of a key set that cannot be read is said in the log; the keys from before stay good.
    """

    def __init__(self, source: str, clock: Callable[[], float] = monotonic) -> None:
        self._source = source
        self._clock = clock
        self._asked = clock()
        self._seen = keysets.stamp(source)
        self._keys = _parsed(keysets.read(source), source)
        self._asking = asyncio.Lock()

    async def key(self, id_: str | None) -> Any:
        """The key of this id, or the only one where none is named; None where there is none."""
        if self._stale(id_):
            await self._refresh(id_)
        return self._known(id_)

    def _known(self, id_: str | None) -> Any:
        if id_ is None and len(self._keys) == 1:
            return next(iter(self._keys.values()))
        return self._keys.get(id_ or "")

    def _stale(self, id_: str | None) -> bool:
        if not keysets.is_address(self._source):
            return keysets.stamp(self._source) != self._seen
        return self._clock() - self._asked > (FRESH if self._known(id_) is not None else PATIENCE)

    async def _refresh(self, id_: str | None) -> None:
        async with self._asking:
            if not self._stale(id_):
                return
            self._asked, self._seen = self._clock(), keysets.stamp(self._source)
            try:
                text = await asyncio.to_thread(keysets.read, self._source)
                self._keys = _parsed(text, self._source)
            except SharegraphError as away:
                log.warning("keys not read anew", reason=str(away))


def _parsed(text: bytes, source: str) -> dict[str, Any]:
    """The keys that are of use here; others are left out with a warning (RFC 7517, section 5). InvalidInput
    where that leaves none.
    """
    try:
        said = json.loads(text)
        listed = said.get("keys", [said])
    except (ValueError, AttributeError) as unreadable:
        raise InvalidInput(f"{source} is no key set: {unreadable}") from None
    found, left_out = dict[str, Any](), list[str]()
    for place, one in enumerate(listed if isinstance(listed, list) else []):
        try:
            key = _key(one, source)
            found[key.kid or key.thumbprint()] = key
        except InvalidInput as unfit:
            left_out.append(str(unfit))
            log.warning("a key is left out", source=source, place=place, reason=str(unfit))
    if not found:
        raise InvalidInput(f"{source} has no key of use here{''.join(f'; {why}' for why in left_out)}")
    return found


def _key(said: Any, source: str) -> Any:
    """A key; InvalidInput for what is none, or would not hold, or is not for signatures of ours."""
    if not isinstance(said, dict):
        raise InvalidInput("it is no key")
    try:
        with catch_warnings():
            simplefilter("ignore", SecurityWarning)  # a weak key is refused below, with words of our own
            key = jwk.import_key(said)
    except (ValueError, TypeError, KeyError, AttributeError, JoseError) as unreadable:
        raise InvalidInput(f"it is no key: {unreadable}") from None
    _check(key, source)
    if (
        said.get("use", "sig") != "sig"
        or said.get("alg", ALGORITHMS[key.key_type]) != ALGORITHMS[key.key_type]
    ):
        raise InvalidInput(f"it is not for signatures with {ALGORITHMS[key.key_type]}")
    return key


def _check(key: Any, source: str) -> None:
    if key.key_type not in ALGORITHMS:
        raise InvalidInput(f"keys are of the kinds oct, RSA and EC, not {key.key_type}")
    if key.key_type == "oct" and keysets.is_address(source):
        raise InvalidInput("a shared secret comes from a file, not from an address")
    if key.key_type == "oct" and len(key.raw_value) < SECRET_BYTES:
        raise InvalidInput(f"a shared secret has at least {SECRET_BYTES} bytes")
    if key.key_type == "RSA" and key.raw_value.key_size < RSA_BITS:
        raise InvalidInput(f"an RSA key has at least {RSA_BITS} bits")
    if key.key_type == "EC" and key.curve_name != "P-256":
        raise InvalidInput(f"a key for ES256 is on P-256, not {key.curve_name}")


class Tokens:
    """What reads tokens of one audience. skew: seconds by which clocks may differ."""

    def __init__(self, keys: Keys, audience: str, issuer: str | None = None, skew: int = 30) -> None:
        self._keys = keys
        self._audience = audience
        self._issuer = issuer
        self._skew = skew

    async def caller(self, token: str, now: float) -> Caller:
        """Who a token says is asking; Unauthenticated for one that says nothing here.

        now: seconds since the epoch.
        """
        if len(token) > LONGEST:
            raise Unauthenticated(BAD)
        try:
            headers = jws.extract_compact(token.encode()).headers()
            key = await self._keys.key(headers.get("kid"))
            if key is None or headers.get("alg") != ALGORITHMS[key.key_type]:
                raise Unauthenticated(BAD)
            read = jwt.decode(token, key, algorithms=[ALGORITHMS[key.key_type]])
            self._claims(int(now)).validate(read.claims)
            return _caller(read.claims, self._skew)
        except ExpiredTokenError:
            raise Unauthenticated(OLD) from None
        except (JoseError, ValueError, TypeError, KeyError, OverflowError, RecursionError):
            raise Unauthenticated(BAD) from None

    def _claims(self, now: int) -> jwt.JWTClaimsRegistry:
        asked: dict[str, Any] = {
            "exp": {"essential": True},
            "aud": {"essential": True, "value": self._audience},
            "role": {"essential": True},
        }
        if self._issuer is not None:
            asked["iss"] = {"essential": True, "value": self._issuer}
        return jwt.JWTClaimsRegistry(now=now, leeway=self._skew, **asked)


def _caller(claims: dict[str, Any], skew: int) -> Caller:
    subject, purpose, named = claims.get("sub"), claims.get("purpose"), claims["role"]
    known = isinstance(named, str) and named in {*Role} - {Role.DEV}
    if not known or not isinstance(subject, str | None):
        raise Unauthenticated(BAD)
    role = Role(named)
    if role is Role.MEMBER and not subject:
        raise Unauthenticated("a member's token says in `sub` who they are")
    said = "" if purpose is None else str(purpose)
    member = subject if role is Role.MEMBER else None
    return Caller(role, f"token:{role}:{subject or '-'}", member, said, float(claims["exp"]) + skew)
