"""What is said of people, sealed on its way to a disk: names, regions and attributes under a secret of the
shop's own.

A sealed value is bytes and a plain one is text, so no name that somebody gives can pass for a sealed one:

    1 byte how | 4 bytes which secret | what was sealed

How is AES-256-GCM under a nonce drawn anew (NIST SP 800-38D), so that equal names look different; or
AES-256-SIV (RFC 5297), of which equal texts give equal bytes under one secret: that is for regions, by which
a store joins and counts. The place of a value (`name ana`) is sealed with it: a value that somebody with
access to the file moves to another person, or to another field, opens nowhere. Each key is derived from the
secret (HKDF-SHA-256, RFC 5869); which secret it is stands in the clear, as a fingerprint. By random nonces
one secret is good for 2³² values (SP 800-38D, 8.3), after which a newer one has to take its place.

Law: `opened(closed(text, place), place) == text` under every secret that is held, and `StoreSealed` under all
others. Without a secret everything stays plain text.
"""

import re
from base64 import urlsafe_b64decode
from collections.abc import Callable, Sequence
from hashlib import sha256
from secrets import token_bytes, token_urlsafe
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from graph.errors import InvalidInput, StoreSealed

PREFIX: Final = "sgs_"
"""Leads a secret, so that scanners know one where it should not be."""

RANDOM_BYTES: Final = 32

Text = str | bytes
"""A value as it is kept: text where it is plain, bytes where it is sealed."""

REGION: Final = "region"
"""The place of all regions: one for everybody, or equal ones would not look alike."""

_SECRET = re.compile(PREFIX + r"[A-Za-z0-9_-]{43}")

_ALIKE, _DRAWN = b"\x01", b"\x02"
_HEAD, _NONCE = 5, 12
_REMEMBERED = 100_000


class Secret:
    """One secret and the keys derived from it. id: eight hex digits that tell it from others and nothing
    else. InvalidInput for a text that `Secret.new` would not make.

    >>> secret = Secret("sgs_" + "A" * 43)
    >>> secret, secret.alike(b"Hangzhou", "region") == secret.alike(b"Hangzhou", "region")
    (Secret(66687aad), True)
    >>> secret.drawn(b"Ana", "name ana") == secret.drawn(b"Ana", "name ana")
    False
    """

    __slots__ = ("_gcm", "_head", "_siv", "id", "text")

    def __init__(self, text: str) -> None:
        raw = _decoded(text)
        self.text = text
        self.id = sha256(raw).hexdigest()[:8]
        self._head = bytes.fromhex(self.id)
        self._siv = AESSIV(_derived(raw, b"sharegraph alike", 64))
        self._gcm = AESGCM(_derived(raw, b"sharegraph drawn", 32))

    def __repr__(self) -> str:
        return f"Secret({self.id})"

    @classmethod
    def new(cls) -> "Secret":
        """One that nobody has: 256 random bits."""
        return cls(PREFIX + token_urlsafe(RANDOM_BYTES))

    def alike(self, plain: bytes, place: str) -> bytes:
        """Sealed so that equal values in equal places look alike; an empty one has no such seal."""
        return _ALIKE + self._head + self._siv.encrypt(plain, [place.encode()])

    def drawn(self, plain: bytes, place: str) -> bytes:
        """Sealed so that no two look alike."""
        nonce = token_bytes(_NONCE)
        return _DRAWN + self._head + nonce + self._gcm.encrypt(nonce, plain, place.encode())

    def opened(self, sealed: bytes, place: str) -> bytes:
        """What was sealed in this place; InvalidTag where it was not."""
        how, body = sealed[:1], sealed[_HEAD:]
        if how == _ALIKE:
            return self._siv.decrypt(body, [place.encode()])
        if how != _DRAWN:
            raise InvalidTag
        return self._gcm.decrypt(body[:_NONCE], body[_NONCE:], place.encode())


Held = Callable[[], Sequence[Secret]]
"""Gives all secrets that are held now, the newest last."""


class Seal:
    """What one store, or one program, seals and opens with. Threads may share it.

    held: the secrets, asked again where a value names one that was not there before: whoever rotates them
    need not stop anybody. Without one it leaves text as it is, and opens nothing.
    """

    def __init__(self, held: Held = tuple) -> None:
        self._held = held
        self._by_id = {secret.id: secret for secret in held()}
        self._pen = self.newest
        self._regions: dict[bytes, str] = {}

    @property
    def newest(self) -> Secret | None:
        """The secret that has to be written with; None without any."""
        held = self._held()
        return held[-1] if held else None

    @property
    def writes(self) -> str | None:
        """The id of the secret that is written with; None where text stays plain."""
        return None if self._pen is None else self._pen.id

    def write_with(self, id_: str | None) -> None:
        """Write with this secret from now on, which a store has settled on; None: leave text plain.

        StoreSealed where it is not held.
        """
        if id_ != self.writes:
            self._pen = None if id_ is None else self.secret(id_)

    def secret(self, id_: str) -> Secret:
        """The secret of an id; StoreSealed where it is not held."""
        if id_ not in self._by_id:
            try:
                self._by_id = {secret.id: secret for secret in self._held()}
            except InvalidInput as unreadable:
                # Whoever is served at this moment did not say anything wrong.
                raise StoreSealed(str(unreadable)) from None
        try:
            return self._by_id[id_]
        except KeyError:
            raise StoreSealed(
                f"names, regions and attributes are sealed under the secret {id_}, which "
                + (f"is not among the {len(self._by_id)} given" if self._by_id else "was not given")
                + "; --key-file FILE, SHAREGRAPH_KEY_FILE or SHAREGRAPH_KEY gives it"
            ) from None

    def check(self, id_: str | None, where: str) -> None:
        """StoreSealed, with the name of a store, where the secret it writes with is not held."""
        try:
            if id_ is not None:
                self.secret(id_)
        except StoreSealed as sealed:
            raise StoreSealed(f"{where}: {sealed}") from None

    def closed(self, text: str | None, place: str) -> Text | None:
        """A text as it is to be kept in a place; no two look alike."""
        return text if self._pen is None or text is None else self._pen.drawn(text.encode(), place)

    def region(self, text: str | None) -> Text | None:
        """A region as it is to be kept: equal ones look alike."""
        return text if self._pen is None or not text else self._pen.alike(text.encode(), REGION)

    def regions(self, text: str) -> Sequence[Text]:
        """All forms in which a sealed region may be kept, that of the newest secret first; "" says nothing,
        and stays.
        """
        if not text:
            return [text]
        return [secret.alike(text.encode(), REGION) for secret in reversed(self._by_id.values())]

    def packed(self, whole: bytes, place: str) -> bytes:
        """Bytes of a file as they are to be kept."""
        return whole if self._pen is None else self._pen.drawn(whole, place)

    def unpacked(self, kept: bytes, place: str) -> bytes:
        """The bytes of a file that was packed under a secret; StoreSealed where they cannot be opened."""
        secret = self.secret(kept[1:_HEAD].hex())
        try:
            return secret.opened(kept, place)
        except (InvalidTag, ValueError):
            raise StoreSealed(
                f"what is kept as {place.partition(' ')[0]} was not sealed there; restore a backup"
            ) from None

    def opened(self, kept: Text | None, place: str) -> str | None:
        """The text that is kept in a place, plain or sealed; None for None."""
        return self.unpacked(kept, place).decode() if isinstance(kept, bytes) else kept

    def opened_region(self, kept: Text | None) -> str | None:
        """As `opened`, for a region, of which few are many times the same."""
        if not isinstance(kept, bytes):
            return kept
        text = self._regions.get(kept)
        if text is None:
            text = self.unpacked(kept, REGION).decode()
            if len(self._regions) >= _REMEMBERED:
                self._regions.clear()
            self._regions[kept] = text
        return text

    def is_current(self, kept: Text | None) -> bool:
        """Whether a value is as it would be written now: under the secret that is written with."""
        if kept is None or kept == "" or self._pen is None:
            return not isinstance(kept, bytes)
        return isinstance(kept, bytes) and kept[1:_HEAD].hex() == self._pen.id


PLAIN: Final = Seal()
"""Leaves everything as it is."""


def _decoded(text: str) -> bytes:
    if not _SECRET.fullmatch(text):
        raise InvalidInput(
            f"a secret is {PREFIX} and 43 letters, as `sharegraph keys secret` makes one; this is none"
        )
    return urlsafe_b64decode(text.removeprefix(PREFIX) + "=")


def _derived(raw: bytes, purpose: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, salt=None, info=purpose).derive(raw)
