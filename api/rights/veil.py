"""The pseudonyms of a server's store, made when the first caller comes who needs them."""

import asyncio

from api.auth.caller import Caller, Role
from api.rights.pseudonyms import Pseudonyms
from graph.store import Store

KNOW_NOT_ALL = frozenset({Role.MEMBER, Role.ANALYST, Role.STOREFRONT})

PURPOSE = "pseudonyms"


class Veil:
    """One store's, kept for all requests."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._pseudonyms: Pseudonyms | None = None

    async def of(self, caller: Caller) -> Pseudonyms | None:
        """What this caller knows people by; None for one who knows all keys."""
        if caller.role not in KNOW_NOT_ALL:
            return None
        if self._pseudonyms is None:
            self._pseudonyms = Pseudonyms(await asyncio.to_thread(self._store.secret, PURPOSE))
        return self._pseudonyms
