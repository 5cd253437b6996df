"""Whether to stop: what long computations ask now and then.

Whoever computes asks `stop` between pieces of work that are bounded. It says True where an answer that is
less sure would do, and raises where nobody wants one any more; what it raises is let through.
"""

from collections.abc import Callable

Stop = Callable[[], bool]


def never() -> bool:
    """Whoever asks whether to stop is told to go on."""
    return False
