"""What a call is answered, made at most once under its key, whichever process of a shop's is asked.

A client that got no answer sends its call again, under the same idempotency key: to another worker perhaps,
or after a restart. So the answer is kept in the store (graph.calls). It names rows, and what is wrong with
them; therefore it is sealed with what the call itself said. Whoever sends the same again can be answered, and
nobody who has the store alone can read what others sent, nor try rows against it without the store's key.
"""

import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import blake2b
from secrets import token_bytes

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from graph.errors import SharegraphError, StoreUnavailable
from graph.store import Store

PURPOSE = "calls"
"""What a store's secret is asked for."""

_NONCE = 12


class AnotherCall(SharegraphError):
    """The key stood for a call that said something else."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A call as it was sent. key: of the client's; said: all that it says, the same bytes for the same;
    secret: the store's own for calls.

    >>> sent = Sent("k1", b"tea", bytes(64))
    >>> sent.opened(sent.sealed(b"stored 1"))
    b'stored 1'
    """

    key: str
    said: bytes = field(repr=False)
    secret: bytes = field(repr=False)

    @property
    def name(self) -> bytes:
        """The hash of its key."""
        return self._hash(b"key", self.key.encode(errors="surrogatepass"))

    @property
    def content(self) -> bytes:
        """The hash of what it said."""
        return self._hash(b"content", self.said)

    def sealed(self, answer: bytes) -> bytes:
        """An answer, for nobody but whoever sends the same."""
        nonce = token_bytes(_NONCE)
        return nonce + self._cipher().encrypt(nonce, zlib.compress(answer), self.name)

    def opened(self, sealed: bytes) -> bytes:
        """The answer that was sealed."""
        nonce, body = sealed[:_NONCE], sealed[_NONCE:]
        return zlib.decompress(self._cipher().decrypt(nonce, body, self.name))

    def _cipher(self) -> AESGCM:
        return AESGCM(self._hash(b"answer", self.said, 32))

    def _hash(self, sort: bytes, text: bytes, size: int = 16) -> bytes:
        return blake2b(text, digest_size=size, key=self.secret, person=sort).digest()


def once(store: Store, sent: Sent, at: int, make: Callable[[], bytes]) -> bytes | None:
    """What a call is answered: made now, or when it came first; None while another process makes it (ask
    again, until that one has answered or is given up).

    at: now, µs. AnotherCall where the key stood for other content. What `make` raises is raised, and the call
    is not made then: it may be sent again. A process that is killed between the two leaves a call that is
    made again; what it had stored is repeated then.
    """
    standing = store.begin_call(sent.name, sent.content, at)
    if standing is None:
        try:
            answer = make()
        except BaseException:
            with suppress(StoreUnavailable):
                store.drop_call(sent.name, sent.content)
            raise
        return sent.opened(store.answer_call(sent.name, sent.content, sent.sealed(answer)))
    if standing.content != sent.content:
        raise AnotherCall(sent.key)
    return None if standing.answer is None else sent.opened(standing.answer)
