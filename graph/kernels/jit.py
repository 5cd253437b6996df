"""`njit` with its types kept.

numba ships no types; seen through its own decorator every kernel becomes untyped. This alias gives a kernel
back with the signature it was written with. Kernels are compiled once per machine (`cache=True`) and are
deterministic: no fast-math, no parallel reductions.
"""

from collections.abc import Callable
from typing import TypeVar, cast

import numba

Kernel = TypeVar("Kernel", bound=Callable[..., object])


def njit(kernel: Kernel) -> Kernel:
    """Compile a kernel to machine code at its first call, without the GIL, cached on disk."""
    return cast("Kernel", numba.njit(cache=True, nogil=True)(kernel))
