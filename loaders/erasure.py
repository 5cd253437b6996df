"""The end of what is held about a person: everywhere that this program wrote something down.

`erase` takes somebody out of the store, out of its snapshot and out of the list of refused rows beside it.
What a file system, a backup or a database keeps of deleted pages is another matter: `compact` does away with
it as far as this program owns the files (docs/privacy.md says how far that is, and what is left to whoever
runs the machine).
"""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path

from graph.store import Store
from loaders.aliases import Aliases
from loaders.rejects import beside, clear, strike
from loaders.snapshots import default_folder, discard


def erase(store: Store, key: str, aliases: Aliases | None = None) -> bool:
    """Remove whoever has this key from the store and from what was derived from it; False where nobody was
    known by it. aliases: the ids by which an audit log speaks of people; theirs stands for nobody afterwards.

    The snapshot goes in either case: an earlier try may have been killed in between. A list of refused rows
    keeps those in which no cell holds a key of theirs, or says their name; one that is being written is left
    to its load, which looks for the forgotten itself.
    """
    keys = {key} | store.same_person([key]).get(key, frozenset())
    # Whoever tries again after a crash no longer knows that all of these are one person's, or their name.
    names = {user.name for user in store.held(sorted(keys)).described if user.name}
    strike(beside(store.url), names, alone=True)
    _leave(store, keys, aliases, alone=True)
    erased = store.forget(key)
    discard(default_folder(store.url))
    if erased:
        # Others may have written of them meanwhile.
        _leave(store, keys, aliases)
    return erased


def _leave(store: Store, keys: AbstractSet[str], aliases: Aliases | None, *, alone: bool = False) -> None:
    """Let nothing beside a store tell of these keys. alone: rows stay where a key is but a part of a word, as
    a key that nobody has may be of any.
    """
    strike(beside(store.url), keys, alone=alone)
    if aliases is not None:
        aliases.drop(keys)


@dataclass(frozen=True, slots=True)
class Compacted:
    """What became of files. removed: lists of refused rows; rewritten: whether the store's own were ours to
    write anew; copied: nodes and relations that another database took instead.
    """

    removed: tuple[Path, ...]
    rewritten: bool
    copied: int = 0


def compact(store: Store, rejects: Path | None = None, into: str | None = None) -> Compacted:
    """Remove a store's snapshot and the lists of rows that were refused, and write its files anew without
    what was deleted.

    rejects: where the lists are, other than beside the store. into: the URL of an empty Neo4j that takes what
    is left of one, whose own files then go with it. StoreUnavailable where somebody reads or writes for
    longer than we wait, InvalidInput where `into` cannot take it.
    """
    discard(default_folder(store.url))
    removed = tuple(clear(rejects or beside(store.url)))
    if into is not None:
        return Compacted(removed, rewritten=False, copied=store.copy_into(into))
    return Compacted(removed, store.compact())
