"""The end of what is held about a person: everywhere at once that this program wrote something down.

`erase` takes somebody out of the store and out of what was derived from it. What a file system, a backup or a
database keeps of deleted pages is another matter: `compact` does away with it as far as this program owns the
files (docs/privacy.md says how far that is, and what is left to whoever runs the machine).
"""

from graph.store import Store
from loaders.snapshots import default_folder, discard


def erase(store: Store, key: str) -> bool:
    """Remove whoever has this key from the store and from its snapshot; False where nobody was known by it.

    The snapshot goes in either case: an earlier try may have been killed between the two.
    """
    erased = store.forget(key)
    discard(default_folder(store.url))
    return erased
