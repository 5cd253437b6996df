"""Pseudonyms: names by which nobody is known elsewhere, the same in every answer.

A pseudonym is the person's key, encrypted so that the same key always gives the same letters (AES-SIV, RFC
5297) under a key that the store keeps. So the server that gave one can find the person again, needs no table
of them, and nobody else can do either.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

LEAD = "~"
"""Leads a pseudonym."""

ABOUT = [b"sharegraph pseudonym"]


class Pseudonyms:
    """Those of one store. secret: its 64 bytes for this purpose."""

    def __init__(self, secret: bytes) -> None:
        self._cipher = AESSIV(secret)

    def of(self, key: str) -> str:
        """The pseudonym of a person's key.

        >>> ours = Pseudonyms(bytes(64))
        >>> ours.of("ana") == ours.of("ana") != ours.of("bea")
        True
        """
        sealed = self._cipher.encrypt(key.encode(), ABOUT)
        return LEAD + urlsafe_b64encode(sealed).decode().rstrip("=")

    def key(self, pseudonym: str) -> str | None:
        """The key behind a pseudonym; None for what is none of ours.

        >>> ours = Pseudonyms(bytes(64))
        >>> ours.key(ours.of("ana")), ours.key("ana"), ours.key("~YW5h")
        ('ana', None, None)
        """
        letters = pseudonym.removeprefix(LEAD)
        if letters == pseudonym:
            return None
        try:
            sealed = urlsafe_b64decode(letters + "=" * (-len(letters) % 4))
            return self._cipher.decrypt(sealed, ABOUT).decode()
        except (InvalidTag, ValueError):
            return None
