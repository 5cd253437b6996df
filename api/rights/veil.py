"""What a server gives out under its store's own key: pseudonyms of people and shares, ids of answers, marks
in cursors.
"""

from api.auth.caller import Caller, Role
from api.rights.pseudonyms import Pseudonyms
from graph.events import ContentId
from graph.store import Store
from loaders.stores.naming import Naming

KNOW_NOT_ALL = frozenset({Role.MEMBER, Role.ANALYST, Role.STOREFRONT, Role.GROWTH})

PURPOSE, ANSWERS, CURSORS = "pseudonyms", "answers", "cursors"
"""What the store's secret is asked for."""


class Veil:
    """One store's, kept for all requests; the same in every worker. cursors: under which marks are hashed."""

    def __init__(self, store: Store) -> None:
        self._pseudonyms = Pseudonyms(store.secret(PURPOSE))
        self._answers = Naming(store.secret(ANSWERS))
        self.cursors = store.secret(CURSORS)

    def of(self, caller: Caller) -> Pseudonyms | None:
        """What this caller knows people or shares by; None for one who knows all keys and ids."""
        return self._pseudonyms if caller.role in KNOW_NOT_ALL else None

    def answer(self, id: ContentId) -> str:
        """The name of an answer, whose id is made of what was asked, and of whom: nobody can try questions
        against it.
        """
        return self._answers.name(id)
