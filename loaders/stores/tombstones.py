"""What is left of the forgotten: a keyed hash, enough to refuse them and too little to name them.

The key is random, made with the store and kept in it: without the store nothing can be tested against a hash;
with it, a guessed key can be tested, which is what refusing a re-load needs.
"""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from hashlib import blake2b
from itertools import chain

from graph.events import Event
from loaders.stores.naming import UNNAMED, Naming

SALT_BYTES = 32


@dataclass(frozen=True, slots=True)
class Tombstones:
    """The hashes of one store. A person is known by any of their keys, a share of theirs by its event id.

    names: what ids that are made of content are kept under.
    """

    salt: bytes
    hashes: AbstractSet[bytes]
    names: Naming = UNNAMED

    def person(self, key: str) -> bytes:
        """The hash of a user's or visitor's key."""
        return self._hash(b"person", key)

    def share(self, id: str) -> bytes:  # noqa: A002 - events and shares call it `id` throughout.
        """The hash of a share's event id."""
        return self._hash(b"share", self.names.name(id))

    def source(self, name: str) -> bytes:
        """The hash of a source's name, which may tell of somebody too."""
        return self._hash(b"source", name)

    def question(self, asked: bytes) -> bytes:
        """The hash of what a forecast was asked, from a hash of it that has no key."""
        return blake2b(asked, digest_size=16, key=self.salt, person=b"question").digest()

    def hold(self, key: str) -> bool:
        """Whether a person of this key was forgotten."""
        return bool(self.hashes) and self.person(key) in self.hashes

    def mention(self, texts: Iterable[str]) -> bool:
        """Whether one of these texts is a key of a forgotten person, or the id of a share of theirs."""
        return bool(self.hashes) and any(
            hash_ in self.hashes for text in texts for hash_ in (self.person(text), self.share(text))
        )

    def name(self, event: Event) -> bool:
        """Whether an event names a forgotten person, or a share of theirs."""
        if not self.hashes:
            return False
        people = (event.user, event.visitor, event.other, event.recipient, event.sharer)
        shares = (event.id, event.through, event.parent_share)
        hashes = chain(
            (self.person(key) for key in people if key is not None),
            (self.share(id_) for id_ in shares if id_ is not None),
        )
        return any(hash_ in self.hashes for hash_ in hashes)

    def left_of(self, keys: Iterable[str], shares: Iterable[str]) -> list[bytes]:
        """The hashes to keep of a person with these keys and these shares."""
        return [*map(self.person, keys), *map(self.share, shares)]

    def _hash(self, sort: bytes, text: str) -> bytes:
        encoded = text.encode(errors="surrogatepass")
        return blake2b(encoded, digest_size=16, key=self.salt, person=sort).digest()


def secret(salt: bytes, purpose: str) -> bytes:
    """What a store's key gives for one purpose; 64 bytes."""
    return blake2b(purpose.encode(), digest_size=64, key=salt, person=b"secret").digest()
