"""Labels: a partition as one number a user."""

import numpy as np

from graph.kernels.csr import Ints


def renumbered(labels: Ints) -> Ints:
    """The same classes, numbered from 0 in the order of their first members.

    >>> renumbered(np.array([7, 2, 7, 0]))
    array([0, 1, 0, 2], dtype=int32)
    """
    _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    number = np.empty(len(first), np.int32)
    number[np.argsort(first)] = np.arange(len(first), dtype=np.int32)
    return number[inverse]
