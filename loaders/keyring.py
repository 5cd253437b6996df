"""API keys: made once, shown once, kept as hashes in a file that only its owner can read.

A key is `sg_ID_SECRET`. The secret has 256 random bits, so one SHA-256 of it is as safe as any slower hash
(there is nothing to guess), and checking costs a microsecond. The file is read anew when it changed, so a key
that is revoked is refused by every worker at its next request. It is written aside and renamed.
"""

import fcntl
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from hashlib import sha256
from hmac import compare_digest
from pathlib import Path
from secrets import token_hex, token_urlsafe

from graph.errors import InvalidInput, UnknownKey
from loaders import disk

PREFIX = "sg_"


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as it is kept. made, expires, revoked: RFC 3339, None for never. hash: of the secret, in hex."""

    id: str
    role: str
    label: str
    made: str
    hash: str
    expires: str | None = None
    revoked: str | None = None

    def good(self, now: datetime) -> bool:
        """Whether it opens anything now."""
        return self.revoked is None and (self.expires is None or now < datetime.fromisoformat(self.expires))


class Keyring:
    """The keys in one file; none where there is no file yet.

    unread: told why a file that changed cannot be read; the keys from before then stay good. Without it
    InvalidInput says so, each time that keys are asked for.
    """

    def __init__(self, path: Path, unread: Callable[[InvalidInput], None] | None = None) -> None:
        self.path = path
        self._unread = unread
        self._seen: tuple[int, int] | None = None
        self._keys: Mapping[str, ApiKey] = {}

    def keys(self) -> Mapping[str, ApiKey]:
        """All keys by id, as the file has them now."""
        try:
            told = self.path.stat()
        except FileNotFoundError:
            self._seen, self._keys = None, {}
            return self._keys
        seen = told.st_mtime_ns, told.st_ino
        if seen != self._seen:
            try:
                self._keys = _read(self.path)
            except InvalidInput as unreadable:
                if self._unread is None:
                    raise
                self._unread(unreadable)
            self._seen = seen
        return self._keys

    def find(self, token: str, now: datetime) -> ApiKey | None:
        """The key that a token is, if it is good; None for every other."""
        id_, _, secret = token.removeprefix(PREFIX).partition("_")
        known = self.keys().get(id_)
        right = compare_digest(_hash(secret), known.hash if known else _hash(""))
        return known if known is not None and right and known.good(now) else None

    def make(self, role: str, label: str, now: datetime, expires: datetime | None = None) -> str:
        """A new key; what is returned is the only time its secret is seen."""
        id_, secret = token_hex(6), token_urlsafe(32)
        made = ApiKey(
            id_, role, label, now.isoformat(), _hash(secret), expires.isoformat() if expires else None
        )
        with self._writing() as keys:
            keys[id_] = made
        return f"{PREFIX}{id_}_{secret}"

    def revoke(self, id_: str, now: datetime) -> ApiKey:
        """A key that opens nothing from now on; UnknownKey where there is none of this id."""
        with self._writing() as keys:
            if id_ not in keys:
                raise UnknownKey(f"no key {id_!r:.40} in {self.path}; `sharegraph keys list` shows all")
            keys[id_] = replace(keys[id_], revoked=keys[id_].revoked or now.isoformat())
            return keys[id_]

    @contextmanager
    def _writing(self) -> Iterator[dict[str, ApiKey]]:
        """The keys, to be changed by one process at a time; written when all is well."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        lock = self.path.with_name(self.path.name + ".lock")
        with lock.open("w") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            keys = dict(_read(self.path)) if self.path.exists() else {}
            yield keys
            kept = {"keys": [asdict(key) for key in keys.values()]}
            disk.replace(self.path, json.dumps(kept, indent=1).encode())


def _read(path: Path) -> dict[str, ApiKey]:
    try:
        said = json.loads(path.read_text("utf-8"))
        return {key["id"]: ApiKey(**key) for key in said["keys"]}
    except OSError as closed:
        raise InvalidInput(f"{path} is no file of API keys ({closed.strerror})") from None
    except (UnicodeDecodeError, ValueError, KeyError, TypeError) as unreadable:
        raise InvalidInput(f"{path} is no file of API keys ({unreadable})") from None


def _hash(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
