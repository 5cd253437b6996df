"""The rule of a cap by a look at everybody at every step: slow, and in plain sight."""

from collections.abc import Callable

import numpy as np

Parts = Callable[[set[int]], np.ndarray]

TINY = 1e-7


def assert_let_in(people: list[int], parts: Parts, already: set[int], others: set[int], cap: float) -> None:
    """At each place stands one who adds most of those whom the cap lets in; at the end it lets nobody in."""
    together = set(already)
    for person in people:
        told = parts(together)
        gains = {one: _gain(parts, together, one) for one in others - together}
        assert _lets_in(told, parts(together | {person}), cap)
        for one, gain in gains.items():
            if gain > gains[person] + TINY:
                assert not _lets_in(told, parts(together | {one}), cap, -TINY)
        together.add(person)
    for one in others - together:
        if _gain(parts, together, one) > TINY:
            assert not _lets_in(parts(together), parts(together | {one}), cap, -TINY)


def _gain(parts: Parts, together: set[int], one: int) -> float:
    return float(parts(together | {one}).sum() - parts(together).sum())


def _lets_in(before: np.ndarray, after: np.ndarray, cap: float, slack: float = TINY) -> bool:
    """Whether the largest group is within the cap, or has no more beyond it than before."""
    if before.sum() <= 0:
        return True
    too_much = max(before.max() - cap * before.sum(), 0.0)
    return bool(after.max() - cap * after.sum() <= too_much + slack)
