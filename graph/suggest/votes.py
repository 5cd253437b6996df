"""What one source of suggestions says."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph.suggest.reasons import Reason
from graph.timeline import Rows

Reasons = Callable[[NDArray[np.intp]], list[Reason]]


@dataclass(frozen=True, slots=True, eq=False)
class Votes:
    """vote[i] for product[i]; `reasons` turns some of these entries, all for one product, into reasons that
    sum to them.
    """

    product: Rows
    vote: NDArray[np.float64]
    reasons: Reasons
