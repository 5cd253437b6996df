"""From rows to labels and back: arrays become what NetworkX's callers expect."""

from collections.abc import Hashable, Iterable, Mapping
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from graph.kernels.csr import Csr, Floats, Ints
from graph.sharegraph import ShareGraph

Label: TypeAlias = Hashable
Amounts: TypeAlias = Mapping[Label, float]
Communities: TypeAlias = list[set[Label]]


def weighed(G: ShareGraph, ties: Csr, weight: str | None) -> Csr:
    """G's rows as a function sees them that asks for an edge attribute: a missing one counts 1."""
    return ties if weight == G.weight_name else ties.unweighted()


def by_label(G: ShareGraph, values: NDArray[Any]) -> dict[Label, Any]:
    """One value a user, as Python's own numbers."""
    return dict(zip(G.labels, values.tolist(), strict=True))


def labelled(G: ShareGraph, rows: Iterable[int]) -> list[Label]:
    """The labels of some rows, in the same order."""
    return [G.labels[row] for row in rows]


def distribution(G: ShareGraph, amounts: Amounts) -> Floats:
    """Chances proportional to amounts, shape (n,); whoever is not mentioned has none.

    ZeroDivisionError where the amounts add up to nothing.
    """
    chances = np.zeros(len(G))
    for label, amount in amounts.items():
        if label in G:
            chances[G.row(label)] = amount
    if chances.sum() == 0:
        raise ZeroDivisionError("the chances of all users add up to 0")
    spread: Floats = chances / chances.sum()
    return spread


def communities(G: ShareGraph, labels: Ints) -> Communities:
    """The users of each class, one set a class, in the order of the class's number."""
    found: Communities = [set() for _ in range(count(labels))]
    for label, number in zip(G.labels, labels.tolist(), strict=True):
        found[number].add(label)
    return found


def count(labels: Ints) -> int:
    """The number of classes of labels 0..k−1."""
    return int(labels.max(initial=-1)) + 1
