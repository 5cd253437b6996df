"""Personalised PageRank of many starts by forward push, each within a budget."""

import numpy as np
from numpy.typing import NDArray

from graph.kernels.jit import njit


@njit
def visits(
    indptr: NDArray[np.int64],
    target: NDArray[np.int32],
    chance: NDArray[np.float32],
    starts: int,
    going_on: float,
    budget: int,
    most: int,
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float32]]:
    """How often a walk from each of the first `starts` nodes visits the others of them: CSR (indptr, node,
    visits), most visited first, at most `most` a start, ties to the smaller node.

    A walk steps along (target, chance), whose rows sum to at most 1, and goes on with probability `going_on`
    after every step; visits to the start itself are left out. A node is pushed while more than ε times its
    out-degree waits there, with ε = 1 / ((1 − going_on) · budget), so that a start costs at most `budget`
    steps along edges and what is left unwalked at a node is at most ε times its degree (Andersen, Chung &
    Lang 2006).
    """
    nodes = len(indptr) - 1
    threshold = 1.0 / ((1.0 - going_on) * budget)
    waiting = np.zeros(nodes, np.float64)
    visited = np.zeros(nodes, np.float64)
    queued = np.zeros(nodes, np.bool_)
    seen = np.zeros(nodes, np.bool_)
    touched = np.empty(nodes, np.int32)
    queue = np.empty(nodes, np.int32)
    out_indptr = np.zeros(starts + 1, np.int64)
    out = np.empty(starts * most, np.int32)
    values = np.empty(starts * most, np.float32)
    filled = 0
    for start in range(starts):
        touched[0], queue[0] = start, start
        count, head, length = 1, 0, 1
        waiting[start], seen[start], queued[start] = 1.0, True, True
        while length > 0:
            node = queue[head]
            head = (head + 1) % nodes
            length -= 1
            queued[node] = False
            mass = waiting[node]
            waiting[node] = 0.0
            visited[node] += mass
            for e in range(indptr[node], indptr[node + 1]):
                other = target[e]
                if not seen[other]:
                    seen[other] = True
                    touched[count] = other
                    count += 1
                waiting[other] += going_on * mass * chance[e]
                degree = indptr[other + 1] - indptr[other]
                if not queued[other] and degree > 0 and waiting[other] > threshold * degree:
                    queued[other] = True
                    queue[(head + length) % nodes] = other
                    length += 1
        met = np.sort(touched[:count])
        weight = np.zeros(count, np.float64)
        for c in range(count):
            node = met[c]
            if node < starts and node != start:
                weight[c] = -(visited[node] + waiting[node])
            waiting[node], visited[node], seen[node] = 0.0, 0.0, False
        for c in np.argsort(weight, kind="mergesort")[:most]:
            if weight[c] < 0.0:
                out[filled] = met[c]
                values[filled] = -weight[c]
                filled += 1
        out_indptr[start + 1] = filled
    return out_indptr, out[:filled].copy(), values[:filled].copy()
