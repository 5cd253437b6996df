"""Whether somebody listens already where we are to listen."""

import socket

PORTS = 65_535
"""The highest there is."""


def free_port(host: str, wanted: int) -> int | None:
    """A port of this interface that is free now: the one that was wanted (any, for 0); None where it is
    taken.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.create_server((host, wanted), family=family) as tried:
            return int(tried.getsockname()[1])
    except OSError:
        return None
