"""Networks from bare ties: which chance or weight a tie has when nothing was learned about it."""

from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from graph.errors import InvalidInput
from graph.kernels.csr import Csr, grouped, transposed
from graph.spread.forward import Network
from graph.timeline import Rows

Floats = NDArray[np.float64]

ROUNDING = 1e-9
"""By how much the weights of the ties into somebody may exceed 1 in sum: what adding up many loses."""


class Model(Enum):
    """How a tie's chance comes about."""

    WEIGHTED_CASCADE = "weighted-cascade"
    GIVEN = "given"
    UNIFORM = "uniform"
    LINEAR_THRESHOLD = "linear-threshold"


@dataclass(frozen=True, slots=True)
class Chance:
    """A model, and the one chance of UNIFORM."""

    model: Model
    p: float = 0.0

    @classmethod
    def read(cls, text: str) -> "Chance":
        """The model of a name. InvalidInput for one that there is not.

        >>> Chance.read("uniform:0.05")
        Chance(model=<Model.UNIFORM: 'uniform'>, p=0.05)
        """
        name, _, written = text.partition(":")
        try:
            chance = cls(Model(name), float(written) if name == Model.UNIFORM.value else 0.0)
        except ValueError:
            chance = None
        if chance is None or not 0 <= chance.p <= 1 or (written and chance.model is not Model.UNIFORM):
            raise InvalidInput(
                f"model {text!r:.60}: one of weighted-cascade, given, linear-threshold, uniform:P, P in 0..1"
            )
        return chance


def network_of(source: Rows, target: Rows, given: Floats | None, people: int, chance: Chance) -> Network:
    """What ties from arrays of shape (m,) make of n people, who all pass on what reaches them.

    Ties from somebody to themselves are dropped and equal ones merged; their order changes nothing.
    WEIGHTED_CASCADE: a tie transmits with 1 / (ties into its listener). GIVEN: with its p; of equal ties any
    may transmit, 1 − Π(1 − p). UNIFORM: all with one chance. LINEAR_THRESHOLD: it weighs its p, equal ties
    their sum, or without any 1 / (ties into its listener). InvalidInput for GIVEN without p, and where the
    ties into somebody weigh more than 1.
    """
    if chance.model is Model.GIVEN and given is None:
        raise InvalidInput("model given: there is no p; lines have to be 'u v p'")
    thresholds = chance.model is Model.LINEAR_THRESHOLD
    learned = given if chance.model is Model.GIVEN or thresholds else None
    if learned is not None and not thresholds:
        with np.errstate(divide="ignore"):
            learned = -np.log1p(-learned)
    apart = source != target
    if not apart.all():
        source, target = source[apart], target[apart]
        learned = None if learned is None else learned[apart]
    ties = transposed(grouped(source, target, learned, people))
    rows = Csr(ties.indptr, ties.indices, _weights(ties, chance))
    if thresholds and rows.weights is not None and len(rows.weights):
        _check(rows)
    return Network.of_rows(rows, np.ones(people), thresholds=thresholds)


def _weights(ties: Csr, chance: Chance) -> Floats:
    if chance.model is Model.UNIFORM:
        return np.full(len(ties.indices), chance.p)
    if ties.weights is None:
        return np.asarray(1 / np.repeat(ties.degrees(), ties.degrees()), np.float64)
    return ties.weights if chance.model is Model.LINEAR_THRESHOLD else -np.expm1(-ties.weights)


def _check(rows: Csr) -> None:
    sums = rows.strengths()
    heavy = np.flatnonzero(sums > 1 + ROUNDING)
    if len(heavy):
        raise InvalidInput(
            f"linear threshold: the ties into {len(heavy):,} people weigh more than 1, "
            f"up to {sums.max():.6g}; divide them by it"
        )
