"""How much memory something takes up."""

import resource
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

_STATUS, _CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")


@contextmanager
def growth() -> Iterator[Callable[[], int]]:
    """What this process came to hold at the most, in bytes, beyond what it held when the context began.

    Counted in resident pages by the kernel itself (Linux). Where that cannot be asked it is what the process'
    highest mark rose by, which is less whenever it once held more than it did at the beginning.
    """
    before = _restarted()
    if before is None:
        highest = _highest()
        yield lambda: _highest() - highest
    else:
        yield lambda: max(_resident("VmHWM") - before, 0)


def highest() -> int:
    """Bytes that this process held at the most since its mark was last set (`growth` sets it), else ever."""
    try:
        return _resident("VmHWM")
    except (OSError, StopIteration):
        return _highest()


def _restarted() -> int | None:
    """Bytes resident now, which is the highest mark from here on; None where that cannot be set."""
    try:
        _CLEAR.write_text("5")
        return _resident("VmRSS")
    except (OSError, StopIteration):
        return None


def _resident(name: str) -> int:
    line = next(line for line in _STATUS.read_text().splitlines() if line.startswith(name))
    return int(line.split()[1]) * 1024


def _highest() -> int:
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
