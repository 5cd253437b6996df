"""Memory that the allocator holds back, given back to the system.

A fit allocates and frees many times what stays of it. glibc keeps what is freed in the arena of the thread
that asked for it, and each thread that fits has one: without a word from us a server that fits again and
again grows, though nothing in it does.
"""

import ctypes
from collections.abc import Callable


def _trimming() -> Callable[[int], object] | None:
    try:
        return ctypes.CDLL(None).malloc_trim
    except (OSError, AttributeError):
        return None


_trim = _trimming()


def give_back() -> None:
    """Have every arena return its free pages; nothing where the C library is another than glibc."""
    if _trim is not None:
        _trim(0)
