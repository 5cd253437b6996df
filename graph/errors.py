"""Everything that can go wrong, as one shallow tree.

A message names the thing and the way out; it is written for the person who typed the command or sent the
request. What is merely a bad row of somebody's log is no error but a `Reject` (graph.events). The borders
translate: a driver's or a parser's exception never leaves the module that called it, and one table in `api`
maps these classes to GraphQL codes and exit codes.
"""

from collections import Counter
from collections.abc import Iterable

NAMED = 5
"""How many known words are named to who asked for one that is not."""


class SharegraphError(Exception):
    """Root of the tree: a sentence for a person, never a traceback's worth of internals."""


class UnknownKey(SharegraphError, KeyError):
    """A user, product, share or community that the snapshot does not hold."""

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""


def unknown_word(said: str, known: Iterable[str]) -> UnknownKey:
    """The error for a word that nobody said, with the commonest of those that somebody did.

    >>> str(unknown_word("nobody lives in 'Lion'", ["Lyon", "", "Rome", "Lyon"]))
    "nobody lives in 'Lion'; the commonest are Lyon, Rome"
    """
    common = ", ".join(word for word, _ in Counter(filter(None, known)).most_common(NAMED))
    return UnknownKey(f"{said}; the commonest are {common}" if common else f"{said}; none is known")


class InvalidInput(SharegraphError, ValueError):
    """A value outside its range or form; the caller can mend it."""


class StaleCursor(InvalidInput):
    """A cursor of a dataset version that is no longer held; start again from the first page."""


class UnreadableSource(SharegraphError):
    """A file or folder that cannot be read as the format it was said to be."""


class StoreUnavailable(SharegraphError):
    """The database cannot be reached or went away; what was acknowledged is in it, run the same command
    again.
    """


class BudgetSpent(SharegraphError):
    """Whoever asks has been told as much as they may be, of what tells a little of each person."""


class Busy(SharegraphError):
    """Whoever asks has something of the kind under way, and it is done for nobody twice at a time."""


class StoreSealed(StoreUnavailable):
    """Something in the store is sealed under a secret that was not given; nothing in it is lost."""


class StoreIncompatible(SharegraphError):
    """The store was written by a newer format than this program knows, or is no sharegraph store."""


class SnapshotTorn(SharegraphError):
    """Snapshot files whose checksum does not hold; they are derived, so they are built anew."""


class Forbidden(SharegraphError):
    """Something that is there, and not for whoever asks."""
