"""What one source of suggestions says."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph.suggest.reasons import Reason
from graph.timeline import Rows

Reasons = Callable[[NDArray[np.intp], NDArray[np.float64]], list[Reason]]


@dataclass(frozen=True, slots=True, eq=False)
class Votes:
    """vote[i] ≥ 0 for product[i], in the source's own unit; a product may come more than once.

    voice: (entries,), the friend who says it; None where it is nobody's in particular.
    reasons: what stands behind some entries, all for one product, and the weight that each of them has in a
    score; the reasons' weights sum to these.
    """

    product: Rows
    vote: NDArray[np.float64]
    reasons: Reasons
    voice: Rows | None = None

    def among(self, kept: NDArray[np.bool_]) -> "Votes":
        """Some of these; kept: (entries,)."""
        entry = np.flatnonzero(kept)

        def reasons(entries: NDArray[np.intp], weight: NDArray[np.float64]) -> list[Reason]:
            return self.reasons(entry[entries], weight)

        voice = None if self.voice is None else self.voice[entry]
        return Votes(self.product[entry], self.vote[entry], reasons, voice)


def nothing() -> Votes:
    """The votes of a source that has nothing to say."""
    return Votes(np.empty(0, np.int32), np.empty(0), lambda _, __: [])


def together(*parts: Votes) -> Votes:
    """Several votes as those of one source."""
    starts = np.cumsum([0, *(len(part.product) for part in parts)])

    def reasons(entries: NDArray[np.intp], weight: NDArray[np.float64]) -> list[Reason]:
        said: list[Reason] = []
        for part, start, end in zip(parts, starts[:-1], starts[1:], strict=True):
            inside = (entries >= start) & (entries < end)
            if inside.any():
                said.extend(part.reasons(entries[inside] - start, weight[inside]))
        return said

    return Votes(
        np.concatenate([part.product for part in parts]),
        np.concatenate([part.vote for part in parts]),
        reasons,
    )
