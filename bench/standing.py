"""A shop as it is served to others: made up, and answered for by `sharegraph serve` in a process of its own.

`--dev` asks nobody who they are. `keys` is a server with API keys and tokens. `only trusted` is what stands
in front of customers: the same, and no document but those that the shop's own pages send.
"""

import json
import os
import socket
import subprocess
import sys
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

import httpx
from joserfc import jwk, jwt

from api.cli.loads import loaded, made_up
from loaders.keyring import Keyring
from loaders.sources import Reading

ROOT = Path(__file__).parents[1]

TRUSTED = "query Card($key: String!) { product(key: $key) { key } }"
"""A document that the server of `only trusted` takes."""

RING = "keys.json"

SERVICES = ("storefront", "growth", "analyst", "ingest", "privacy", "admin")

PATIENCE = 600.0
"""Seconds until it is ready: on a fresh clone kernels are compiled first."""


class Profile(StrEnum):
    """How it is served."""

    DEV = "dev"
    KEYS = "keys"
    ONLY = "only trusted"


@dataclass(frozen=True, slots=True)
class Stand:
    """A server that is ready. folder: where its store and keys lie; secret: what signs its tokens; keys: an
    API key for each service.
    """

    client: httpx.Client
    folder: Path
    secret: jwk.OctKey
    keys: Mapping[str, str]

    @property
    def address(self) -> str:
        """Name and port."""
        return self.client.base_url.netloc.decode()

    def token(self, **claims: object) -> str:
        """A token for a member of the shop, good for an hour; None takes a claim away."""
        hour = int(datetime.now(UTC).timestamp()) + 3_600
        said = {"aud": "shop", "exp": hour, "role": "member", "sub": "u000001", **claims}
        kept = {name: value for name, value in said.items() if value is not None}
        return jwt.encode({"alg": "HS256", "kid": "login"}, kept, self.secret)

    def bearer(self, role: str) -> dict[str, str]:
        """The header of a caller in a role, `member u000001` for a member; none for nobody."""
        kind, _, person = role.partition(" ")
        if kind == "nobody":
            return {}
        token = self.token(sub=person) if kind == "member" else self.keys[kind]
        return {"authorization": f"Bearer {token}"}

    def another(self, role: str) -> dict[str, str]:
        """The header of a service with a key that was made just now, and nothing spent."""
        made = Keyring(self.folder / RING).make(role, "bench", datetime.now(UTC))
        return {"authorization": f"Bearer {made}"}


def unsigned(**claims: object) -> str:
    """A token that says `alg: none` and bears no signature."""
    parts = ({"alg": "none", "typ": "JWT"}, claims)
    plain = (urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts)
    return ".".join([*plain, ""])


def stocked(folder: Path, users: int = 200, events: int = 4_000) -> str:
    """The URL of a made-up shop's store; everybody in it allows everything."""
    url = f"sqlite:///{folder / 'shop.db'}"
    if not (folder / "shop.db").exists():
        made_up(folder / "log", users=users, events=events, seed=7, noise=1.0, shape="csv")
        loaded(url, [str(folder / "log")], "sharegraph", Reading(), consenting=True)
    return url


@contextmanager
def standing(
    folder: Path, profile: Profile, *flags: str, trusting: Sequence[str] = (TRUSTED,)
) -> Iterator[Stand]:
    """A server of the shop of a folder, ready, until the block ends. trusting: the documents that it takes,
    where it takes no others.
    """
    store, (known, secret, keys) = stocked(folder), _callers(folder)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    how = ["--dev"] if profile is Profile.DEV else known
    if profile is Profile.ONLY:
        how = [*how, *_trusted(folder, trusting)]
    command = [sys.executable, "-m", "api.cli", "serve", "--port", str(port), "--store", store, *how, *flags]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=310) as client:
            _wait_until_ready(client, process)
            yield Stand(client, folder, secret, keys)
    finally:
        process.terminate()
        process.wait()


def _callers(folder: Path) -> tuple[list[str], jwk.OctKey, dict[str, str]]:
    """The flags by which a server knows its callers, what signs their tokens, and their API keys."""
    secret = jwk.OctKey.import_key(os.urandom(32), {"kid": "login"})
    signing, ring = folder / "jwks.json", folder / RING
    signing.write_text(json.dumps({"keys": [secret.as_dict(private=True)]}))
    keys = {role: Keyring(ring).make(role, "bench", datetime.now(UTC)) for role in SERVICES}
    return ["--keys", str(ring), "--jwks", str(signing), "--audience", "shop"], secret, keys


def _trusted(folder: Path, documents: Sequence[str]) -> list[str]:
    manifest, files = folder / "trusted.json", [folder / f"{n}.graphql" for n in range(len(documents))]
    for file, document in zip(files, documents, strict=True):
        file.write_text(document)
    command = [sys.executable, "-m", "api.cli", "trust", *map(str, files), "--out", str(manifest)]
    subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
    return ["--trusted", str(manifest), "--only-trusted"]


def _wait_until_ready(client: httpx.Client, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if process.poll() is not None:
            raise ChildProcessError("the server ended")
        try:
            if client.get("/readyz").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise TimeoutError(f"the server was not ready within {PATIENCE:.0f} s")
