"""Trusted documents: what clients may ask, settled when they are built.

A shop's pages send the same few documents; `sharegraph trust` gathers these into one file of digests and
texts. A client then sends a digest alone, as `documentId` (GraphQL over HTTP, appendix A) or as Apollo's
`extensions.persistedQuery`, and a server may take nothing else: nobody explores the schema there, sends a
document that nobody has priced, or learns field names from what an error suggests.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import orjson

from api.errors import BAD_REQUEST
from graph.errors import InvalidInput

PREFIX = "sha256:"

NOT_TRUSTED, NOT_FOUND = "NOT_TRUSTED", "PERSISTED_QUERY_NOT_FOUND"
"""Clients that know the second, as Apollo's do, then send the text too."""


def id_of(text: str) -> str:
    """A document's id: the SHA-256 of its text.

    >>> id_of("{ dataset { version } }")[:22]
    'sha256:e9b58990818533e'
    """
    return PREFIX + sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Trusted:
    """Texts by id. only: nothing else is taken."""

    texts: Mapping[str, str] = field(default_factory=dict)
    only: bool = False

    @classmethod
    def read(cls, manifest: bytes, *, only: bool = False) -> "Trusted":
        """From what `manifest` wrote; InvalidInput where a text is not what its id says."""
        try:
            texts: Any = orjson.loads(manifest)
        except orjson.JSONDecodeError as unreadable:
            raise InvalidInput(f"the trusted documents are no JSON ({unreadable})") from None
        if not isinstance(texts, dict) or not texts:
            raise InvalidInput("trusted documents are one JSON object of ids and texts, and at least one")
        for id_, text in texts.items():
            if not isinstance(text, str) or id_of(text) != id_:
                raise InvalidInput(f"{id_:.80} does not fit its document; make the file anew")
        return cls(texts, only)

    @staticmethod
    def manifest(texts: list[str]) -> bytes:
        """These documents by id, as a file."""
        by_id = {id_of(text): text for text in texts}
        return orjson.dumps(by_id, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n"

    def meant(self, text: str, id_: str | None) -> str:
        """The document that a request means, by its text, its id or both; Untrusted where it may not run."""
        if id_ is not None and text and id_of(text) != id_:
            raise Untrusted(BAD_REQUEST, "the id is not that of the document beside it")
        known = self.texts.get(id_ or id_of(text)) if id_ or self.only else text
        if known is None and self.only and text:
            raise Untrusted(NOT_TRUSTED, "only trusted documents are taken here; send the id of one")
        if known is None and not text:
            raise Untrusted(NOT_FOUND, "PersistedQueryNotFound")
        return known or text


class Untrusted(Exception):
    """A document that is not known, or not taken."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


OPEN = Trusted()
"""Every document may be run, and none is known by its id."""


def named(said: Mapping[str, Any]) -> str | None:
    """The id that a request names its document by; None where it names none.

    >>> named({"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "ab" * 32}}})[:12]
    'sha256:ababa'
    """
    persisted = (said.get("extensions") or {}).get("persistedQuery")
    digest = persisted.get("sha256Hash") if isinstance(persisted, dict) else None
    found = said.get("documentId") or (f"{PREFIX}{digest}" if digest else None)
    return None if found is None else str(found)
