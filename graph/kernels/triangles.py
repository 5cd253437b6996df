"""Triangles: whether friends of one person are friends of each other."""

import numpy as np

from graph.kernels.csr import Csr, Floats, Ints, Longs, both_ways, grouped
from graph.kernels.jit import njit


def clustering_coefficients(out: Csr, into: Csr | None = None) -> Floats:
    """Each user's clustering coefficient, shape (n,), in [0, 1]: closed triangles over possible ones.

    Undirected (into is None; out holds both ends of every tie): Σ (w_uv w_uw w_vw)^⅓ over ordered pairs v, w
    of neighbours, over d(d−1) (Onnela, Saramäki, Kertész & Kaski 2005). Directed: all eight ways a triangle
    can be directed are counted, over 2(d(d−1) − 2r), where d counts ties in and out and r those both ways
    (Fagiolo 2007). Loops are ignored; 0 where there are fewer than two neighbours. NetworkX takes weights
    relative to the largest of the graph: divide by it.

    >>> a, b = np.array([0, 0, 1, 2], np.int32), np.array([1, 2, 2, 3], np.int32)
    >>> clustering_coefficients(grouped(np.concatenate([a, b]), np.concatenate([b, a]), None, 4))
    array([1.   , 1.   , 0.333, 0.   ])
    """
    roots = _cube_roots(out)
    if into is None:
        degree = roots.degrees()
        possible = degree * (degree - 1)
    else:
        twice = both_ways(roots, _cube_roots(into))
        roots = grouped(twice.sources(), twice.indices, twice.weights, out.users)
        degree = twice.degrees()
        reciprocal = degree - roots.degrees()
        possible = 2 * (degree * (degree - 1) - 2 * reciprocal)
    upward = _upward(roots)
    closed = _closed_walks(upward.indptr, upward.indices, upward.each_weight())
    coefficients: Floats = np.divide(closed, possible, out=np.zeros(out.users), where=closed != 0)
    return coefficients


def _cube_roots(rows: Csr) -> Csr:
    """The cube root of every tie's weight, loops left out."""
    sources = rows.sources()
    proper = sources != rows.indices
    return grouped(sources[proper], rows.indices[proper], np.cbrt(rows.each_weight()[proper]), rows.users)


def _upward(rows: Csr) -> Csr:
    """Of every tie the end at the user of lower degree, so that hubs have short rows."""
    sources, degree = rows.sources(), rows.degrees()
    low, high = degree[sources], degree[rows.indices]
    upward = (low < high) | ((low == high) & (sources < rows.indices))
    return grouped(sources[upward], rows.indices[upward], rows.each_weight()[upward], rows.users)


@njit
def _closed_walks(indptr: Longs, indices: Ints, weights: Floats) -> Floats:
    users = len(indptr) - 1
    walks = np.zeros(users)
    tie_to = np.full(users, -1, np.int64)
    for low in range(users):
        for tie in range(indptr[low], indptr[low + 1]):
            tie_to[indices[tie]] = tie
        for tie in range(indptr[low], indptr[low + 1]):
            middle = indices[tie]
            for onward in range(indptr[middle], indptr[middle + 1]):
                high = indices[onward]
                closing = tie_to[high]
                if closing >= indptr[low]:
                    product = 2 * weights[tie] * weights[onward] * weights[closing]
                    walks[low] += product
                    walks[middle] += product
                    walks[high] += product
    return walks
