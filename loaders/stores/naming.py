"""The names under which a store keeps ids that are made of content.

A row that carries no id is known by a hash of what it says (`graph.events.ContentId`). Whoever meets such a
hash, in a link, an answer or a copy of a file, and knows most of the row, could try the rest. So a store
keeps none of them: the sixteen letters of one are one block of AES, which it enciphers under a key of its
own. The same content has the same name in every load, whatever came before it, and another name in every
other store. The store alone can tell the content's id again, and tells it to its loaders: what a loader
orders by ids, and what breaks ties of time (`graph.events.digest`), depends on no key, and the same log gives
the same answers from every store.

A store made before there was a key goes on with the hashes themselves: else it would know none of its rows
again, and no link that was sent (docs/decisions/0019).
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from operator import attrgetter
from types import MappingProxyType
from typing import Any, Final, TypeVar

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB

from graph.events import ContentId, Event, digest, instant
from graph.store import KnownShare

PURPOSE = "ids"
"""What a store's secret is asked for."""

LEAD = "~"

Names = Mapping[str, str]
"""By id, the names of those that are kept under another."""

UNSAID: Final[Names] = MappingProxyType({})
"""Where every id is its own name."""

T = TypeVar("T")

_IN_ORDER = attrgetter("at", "id")
_BLOCK, _LETTERS = 16, 22
_NAME = re.compile(rf"~[\w-]{{{_LETTERS}}}", re.ASCII)
_HASH = re.compile(rb"[a-z2-7]{16}")


class Naming:
    """The names that one store gives. secret: its own for ids, of which 16 bytes are used; None in a store
    that keeps the hashes themselves.

    >>> from graph.events import content_id
    >>> said, ours = content_id("ana", "tea"), Naming(bytes(64))
    >>> name = ours.name(said)
    >>> name, ours.told([name, "o7"]) == [said, "o7"], ours.name("o7"), ours.name(name) == name
    ('~pKLTbn7qmXD-rLL_NZZUyw', True, 'o7', True)
    """

    def __init__(self, secret: bytes | None) -> None:
        # A block at a time, none of them twice: what a mode adds would make two names of one content.
        self._cipher = None if secret is None else Cipher(AES(secret[:_BLOCK]), ECB())  # noqa: S305

    @property
    def keyed(self) -> bool:
        """Whether names say nothing of the content."""
        return self._cipher is not None

    def name(self, id: str) -> str:  # noqa: A002 - events and shares call it `id` throughout.
        """The name of an id that is made of content; every other id as it is."""
        return self.names((id,)).get(id, id)

    def names(self, ids: Iterable[str]) -> dict[str, str]:
        """The names of those of these ids that are made of content."""
        made = [id_ for id_ in ids if type(id_) is ContentId]
        if not made:
            return {}
        if self._cipher is None:
            return {id_: str(id_) for id_ in made}
        sealed = self._cipher.encryptor().update(b"".join(id_[1:].encode() for id_ in made))
        blocks = (sealed[start : start + _BLOCK] for start in range(0, len(sealed), _BLOCK))
        return {
            id_: LEAD + urlsafe_b64encode(block)[:_LETTERS].decode()
            for id_, block in zip(made, blocks, strict=True)
        }

    def told(self, ids: Sequence[str]) -> list[str]:
        """The ids that were named, as they were made of content; every other as it is."""
        named = [place for place, id_ in enumerate(ids) if _NAME.fullmatch(id_)]
        if self._cipher is None or not named:
            return list(ids)
        sealed = b"".join(urlsafe_b64decode(f"{ids[place][1:]}==") for place in named)
        opened = self._cipher.decryptor().update(sealed)
        told = list(ids)
        for start, place in zip(range(0, len(opened), _BLOCK), named, strict=True):
            # A shop's own id may look like a name; behind it there is no hash.
            if _HASH.fullmatch(opened, start, start + _BLOCK):
                told[place] = ContentId(LEAD + opened[start : start + _BLOCK].decode())
        return told

    def digest(self, event: Event) -> int:
        """The digest of what an event says, whichever of its ids are said as they are made or by name: it is
        the same under every key.
        """
        said = event.id, event.share, event.parent_share
        if any(map(_may_be_name, said)):
            id_, *shares = self.told([one or "" for one in said])
            share, parent = (one or None for one in shares)
            event = replace(event, id=id_, share=share, parent_share=parent)
        return digest(event)


def _may_be_name(id: str | None) -> bool:  # noqa: A002 - as above.
    return id is not None and id.startswith(LEAD) and type(id) is not ContentId


def by_said(found: Mapping[str, T], ids: Iterable[str], names: Names) -> dict[str, T]:
    """What was found by names, by the ids that were asked for.

    >>> by_said({"~n": 7, "o7": 8}, ["~hash", "o7", "o8"], {"~hash": "~n"})
    {'~hash': 7, 'o7': 8}
    """
    if not names:
        return dict(found)
    asked = ((id_, names.get(id_, id_)) for id_ in ids)
    return {id_: found[name] for id_, name in asked if name in found}


def known_shares(rows: Iterable[Sequence[Any]], naming: Naming) -> list[KnownShare]:
    """Shares in order of time and id, from (name, sharer, product, at in µs, implied) in order of time."""
    kept = list(rows)
    ids = naming.told([row[0] for row in kept])
    shares = [
        KnownShare(id_, sharer, product, instant(at), bool(implied))
        for id_, (_, sharer, product, at, implied) in zip(ids, kept, strict=True)
    ]
    return sorted(shares, key=_IN_ORDER)


def as_asked(shares: Iterable[KnownShare], ids: Sequence[str], names: Names) -> dict[str, KnownShare]:
    """Shares under the ids they were asked for by: what they are made of, or what the store calls them."""
    by_id = by_said({share.id: share for share in shares}, ids, names)
    return {id_: share if share.id == id_ else replace(share, id=id_) for id_, share in by_id.items()}


def events_told(events: Sequence[Event], naming: Naming) -> list[Event]:
    """Events under the ids they are made of, which loaders go by."""
    ids = naming.told([event.id for event in events])
    return [
        event if event.id == id_ else replace(event, id=id_) for event, id_ in zip(events, ids, strict=True)
    ]


UNNAMED = Naming(None)
"""Where there is no key."""
