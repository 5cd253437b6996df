"""Pseudonyms: names by which nobody is known elsewhere, the same in every answer.

A pseudonym is the person's key, encrypted so that the same key always gives the same letters (AES-SIV, RFC
5297) under a key that the store keeps. So the server that gave one can find the person again, needs no table
of them, and nobody else can do either. Keys are filled up, so that the length of a pseudonym does not say
which keys it may be of. Shares have pseudonyms too: a share's id is in the link that was sent, and whoever
got it knows from whom.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

LEAD = "~"
"""Leads a pseudonym."""

FILLED = 32
"""Bytes, a multiple of which every key is filled up to, by `END` and then nothing (ISO/IEC 7816-4)."""

END = b"\x80"

PERSON, SHARE = b"sharegraph pseudonym", b"sharegraph pseudonym of a share"
"""What a pseudonym stands for; one kind's is none of the other's."""


class Pseudonyms:
    """Those of one store. secret: its 64 bytes for this purpose."""

    def __init__(self, secret: bytes) -> None:
        self._cipher = AESSIV(secret)

    def of(self, key: str, kind: bytes = PERSON) -> str:
        """The pseudonym of a person's key, or of a share's id.

        >>> ours = Pseudonyms(bytes(64))
        >>> ours.of("ana") == ours.of("ana") != ours.of("bea")
        True
        >>> {len(ours.of("a" * letters)) for letters in range(32)}
        {65}
        """
        said = key.encode() + END
        sealed = self._cipher.encrypt(said + bytes(-len(said) % FILLED), [kind])
        return LEAD + urlsafe_b64encode(sealed).decode().rstrip("=")

    def key(self, pseudonym: str, kind: bytes = PERSON) -> str | None:
        r"""The key or id behind a pseudonym; None for what is none of ours.

        >>> ours = Pseudonyms(bytes(64))
        >>> ours.key(ours.of("ana")), ours.key("ana"), ours.key("~YW5h"), ours.key(ours.of("ana", SHARE))
        ('ana', None, None, None)
        >>> keys = "", "ana", "ana\0", "ana\u0400", "a" * 31, "a" * 32
        >>> [ours.key(ours.of(key)) for key in keys] == [*keys]
        True
        """
        letters = pseudonym.removeprefix(LEAD)
        if letters == pseudonym:
            return None
        try:
            sealed = urlsafe_b64decode(letters + "=" * (-len(letters) % 4))
            return self._cipher.decrypt(sealed, [kind]).rstrip(b"\0").removesuffix(END).decode()
        except (InvalidTag, ValueError):
            return None
