"""Under which secrets a store has written what is said of people, in turn, and which may come next.

A store keeps their ids as one text, the present one last: `1a2b3c4d 5e6f7a8b`; `plain` stands where it was
told to seal no more. Law: from each it goes on to one that it never wrote with, and never back. So of two
programs that were given the same secrets in another order both write with the one that the store came to
last, and a secret that was left, perhaps since somebody else has it, is never written with again. What was
turned off stays off until there is a secret that is new to the store.
"""

import logging
from typing import Final

from loaders.sealing import Seal

_log = logging.getLogger(__name__)

PLAIN: Final = "plain"

MIXED: Final = ""
"""Stands for what everything is under, where that is no one secret and not plain either."""


def present(turns: str | None) -> str | None:
    """The id of the secret that is written with; None for plain text.

    >>> present(None), present("1a2b3c4d 5e6f7a8b"), present("1a2b3c4d plain")
    (None, '5e6f7a8b', None)
    """
    last = turns.split()[-1] if turns else PLAIN
    return None if last == PLAIN else last


def is_left(turns: str | None, id_: str) -> bool:
    """Whether a store has written with this secret and went on from it.

    >>> is_left("1a2b3c4d 5e6f7a8b", "1a2b3c4d"), is_left("1a2b3c4d 5e6f7a8b", "5e6f7a8b")
    (True, False)
    """
    return id_ != present(turns) and id_ in (turns or "").split()


def after(turns: str | None, newest: str | None) -> str | None:
    """The turns once a secret is held that is newest to whoever holds it: as they are where the store knows
    it, and where there is none.

    >>> after(None, "1a2b3c4d"), after("1a2b3c4d 5e6f7a8b", "1a2b3c4d"), after("1a2b3c4d", "5e6f7a8b")
    ('1a2b3c4d', '1a2b3c4d 5e6f7a8b', '1a2b3c4d 5e6f7a8b')
    """
    known = (turns or "").split()
    return turns if newest is None or newest in known else " ".join((*known, newest))


def ended(turns: str | None) -> str | None:
    """The turns once nothing is sealed any more.

    >>> ended(None), ended("1a2b3c4d"), ended("1a2b3c4d plain")
    (None, '1a2b3c4d plain', '1a2b3c4d plain')
    """
    return turns if present(turns) is None else f"{turns} {PLAIN}"


def opened_under(turns: str | None, seal: Seal, where: str) -> bool:
    """Whether who opens a store brings a secret that it has to go on to. A warning tells whoever names one
    last that the store has left: it goes on with its own.

    StoreSealed, with the name of the store, where the secret it writes with is not held.
    """
    writes = present(turns)
    seal.check(writes, where)
    newest = None if seal.newest is None else seal.newest.id
    if newest is not None and is_left(turns, newest):
        _log.warning(
            "%s: the secret %s is given as the newest, but was left before; it goes on with %s",
            where,
            newest,
            f"{writes}: name that one last" if writes else "plain text until `sharegraph keys rotate`",
        )
    return after(turns, newest) != turns
