"""Global ids: opaque to clients, one for each thing, the same in every version and worker.

An id is the type's name and the thing's own key, encoded; only the exact encoding is taken, so one thing has
one id.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64

from graph.errors import InvalidInput


def opaque(text: str) -> str:
    """Text in letters that survive a URL; no padding.

    >>> opaque("User:ana")
    'VXNlcjphbmE'
    """
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def plain(letters: str) -> str | None:
    """The inverse of `opaque`; None for what it never wrote.

    >>> plain("VXNlcjphbmE"), plain("VXNlcjphbmE="), plain("~")
    ('User:ana', None, None)
    """
    try:
        text = urlsafe_b64decode(letters + "=" * (-len(letters) % 4)).decode()
    except (NotBase64, ValueError):
        return None
    return text if opaque(text) == letters else None


def global_id(kind: str, key: str) -> str:
    """The id of a thing of a type.

    >>> global_id("User", "ana")
    'VXNlcjphbmE'
    """
    return opaque(f"{kind}:{key}")


def parted(id: str, argument: str) -> tuple[str, str]:
    """The type and the key that an id names; InvalidInput, naming the argument, for what is no id.

    >>> parted("VXNlcjphbmE", "id")
    ('User', 'ana')
    """
    kind, colon, key = (plain(id) or "").partition(":")
    if not (colon and kind and key):
        raise InvalidInput(f"{argument}: {id!r:.60} is no id of this API; take one from an `id` field")
    return kind, key


def key_of(kind: str, id: str, argument: str) -> str:
    """The key in an id that has to be of this type; InvalidInput, naming the argument, for another's."""
    found, key = parted(id, argument)
    if found != kind:
        raise InvalidInput(f"{argument}: {id!r:.60} is the id of a {found}, and a {kind}'s is asked for")
    return key


def own(kind: str, said: str) -> str:
    """The shop's own key of a thing of a type, said as it is or as our id of it.

    >>> own("Share", "s-17"), own("Share", global_id("Share", "s-17")), own("Share", global_id("User", "ana"))
    ('s-17', 's-17', 'VXNlcjphbmE')
    """
    found, _, key = (plain(said) or "").partition(":")
    return key if found == kind and key else said
