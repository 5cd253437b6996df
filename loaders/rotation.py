"""A newer secret for what is said of people, or none, while everybody goes on.

`rotate` adds a secret to the file, has the store write under it, and brings under it what is there; who
serves meanwhile takes the file anew as soon as a value or the store names a secret that was not in it. It may
be killed at any moment: as long as the store is not wholly under its newest secret, the next `rotate` goes on
with that one instead of adding another. `retire` drops the earlier ones once nothing needs them. `unseal` has
the store write plain text, and opens what is there: whoever holds the secrets goes on, and once it has ended
nobody needs any. It may be killed as well, and is run again.
"""

from contextlib import closing
from dataclasses import dataclass

from graph.errors import InvalidInput, StoreSealed
from graph.store import Sealed
from loaders.secretfile import KEY_FILE, SecretFile, file_given, given
from loaders.snapshots import default_folder, discard
from loaders.stores import open_store


@dataclass(frozen=True, slots=True)
class Rotated:
    """What a rotation did. store: its URL; secret: the id of the one that everything is under; added: whether
    it was made for this; values: how many were sealed anew.
    """

    store: str
    secret: str
    added: bool
    values: int


def rotate(url: str) -> Rotated:
    """Bring what a store says of people under a newer secret, or under the first one.

    InvalidInput where the environment gives no secret, or no file that a newer one could be added to; errors
    of `open_store`.
    """
    if given().newest is None:
        raise InvalidInput(
            "no secret was given; `sharegraph keys secret --key-file FILE` makes one, and --key-file FILE "
            "gives it"
        )
    with closing(open_store(url, create=False)) as store:
        state = store.sealed()
        if state.writes is None and not state.whole:
            # What `unseal` began is brought to its end; the store goes on from there.
            store.reseal()
        whole = store.sealed().whole
    if whole:
        _file("nothing newer is in SHAREGRAPH_KEY: append what `sharegraph keys secret` prints").add()
    with closing(open_store(url, create=False)) as store:
        values = store.reseal()
        discard(default_folder(store.url))
        return Rotated(store.url, str(store.sealed().under), whole, values)


def retire(url: str) -> int:
    """Drop the secrets before the one that a store is wholly under; how many it were.

    StoreSealed where something is under an earlier one yet, InvalidInput where nothing is under any.
    """
    file = _file("take the earlier ones out of SHAREGRAPH_KEY yourself")
    with closing(open_store(url, create=False)) as store:
        state = store.sealed()
    if not state.whole:
        raise StoreSealed(f"{store.url}: {_unfinished(state)}")
    if state.under is None:
        raise InvalidInput(
            f"{store.url} is plain text, and no secret is kept for it: delete {file.path} once no backup "
            "needs it"
        )
    return file.keep(state.under)


def unseal(url: str) -> int:
    """Bring what a store says of people back to plain text; how many values were opened.

    StoreSealed where a secret that something is under is not given; errors of `open_store`.
    """
    with closing(open_store(url, create=False)) as store:
        values = store.unseal()
        discard(default_folder(store.url))
        return values


def _unfinished(state: Sealed) -> str:
    """What is to be done before a store is wholly as it writes."""
    if state.writes is None:
        return "not everything is plain text yet; `sharegraph keys unseal` brings it there"
    return f"not everything is under the secret {state.writes}; `sharegraph keys rotate` brings it there"


def _file(otherwise: str) -> SecretFile:
    file = file_given()
    if file is None:
        raise InvalidInput(f"no file of secrets was given, by --key-file or {KEY_FILE}; {otherwise}")
    return file
