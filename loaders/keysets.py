"""Key sets (JWKS, RFC 7517) from a file or an address, as text.

An address has to be `https:`, or on this machine; what it gives has a bound in bytes and in seconds, and no
redirect is followed to anywhere else.
"""

from http.client import HTTPException
from pathlib import Path
from typing import Final
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from graph.errors import InvalidInput, StoreUnavailable

MOST_BYTES: Final = 1 << 20
SECONDS: Final = 5.0
HERE: Final = frozenset({"localhost", "127.0.0.1", "::1"})


class _Stay(HTTPRedirectHandler):
    def redirect_request(self, *_: object, **__: object) -> None:
        return None


def is_address(source: str) -> bool:
    """Whether a source is an address and not a file.

    >>> is_address("https://login.example/jwks.json"), is_address("keys/jwks.json")
    (True, False)
    """
    return source.startswith(("http://", "https://"))


def stamp(source: str) -> tuple[int, ...]:
    """What is another once a file was written anew; nothing for an address, and for no file.

    >>> stamp("https://login.example/jwks.json")
    ()
    """
    if is_address(source):
        return ()
    try:
        told = Path(source).stat()
    except OSError:
        return ()
    return told.st_mtime_ns, told.st_ino, told.st_size


def read(source: str) -> bytes:
    """The key set's text. InvalidInput for a source that will never do, StoreUnavailable for one that does
    not answer now.
    """
    if not is_address(source):
        try:
            return Path(source).read_bytes()
        except OSError as unreadable:
            raise InvalidInput(f"{source}: {unreadable.strerror}") from None
    address = urlsplit(source)
    if address.scheme != "https" and address.hostname not in HERE:
        raise InvalidInput(f"{source}: keys are fetched over https, or from this machine")
    try:
        request = Request(source, headers={"accept": "application/json"})  # noqa: S310 - http(s), see above
        with build_opener(_Stay).open(request, timeout=SECONDS) as answer:
            text: bytes = answer.read(MOST_BYTES + 1)
    except (URLError, HTTPException, OSError, ValueError) as away:
        raise StoreUnavailable(f"the keys at {source} cannot be fetched ({away})") from None
    if len(text) > MOST_BYTES:
        raise InvalidInput(f"{source}: a key set has at most {MOST_BYTES:,} bytes")
    return text
