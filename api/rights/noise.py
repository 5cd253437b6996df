"""Headcounts with noise: what they say of the whole stays, what they say of one person drowns.

An answer is (ε, δ)-differentially private for the acts of one person (Dwork, McSherry, Nissim & Smith 2006):
whether they are in the log or not changes the chance of any answer by a factor of e^ε at most, but for a
chance of δ. Each count gets discrete Laplace noise of scale c / ε, c being in how many groups one person is
counted, and groups that come out below a threshold are not told, since that a small group is there would tell
of its people (Korolova, Kenthapadi, Mishra & Ntoulas 2009; Wilson et al. 2020). OpenDP draws the noise, from
the system's generator and without the faults of floating point; it is an extra of its own to install.

What grouping there is counts as known: the catalogue, and communities as the last fit found them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.util import find_spec
from typing import Any, Final

from api.settings import K
from graph.errors import InvalidInput

DELTA: Final = 1e-8
"""Of one answer."""

GROUPS: Final = 3
"""In how many groups somebody counts who is in several."""

CONFIDENCE: Final = 0.95

SMALLEST, LARGEST = 0.001, 10.0
"""Of an answer's ε: below, noise is all there is; above, it protects nobody."""


@dataclass(frozen=True, slots=True)
class Noisy:
    """people: by group, of those that are told. within: how far from a count (of people who are counted in at
    most `each` groups) it lies with 95 % confidence. threshold: the least that is told.
    """

    people: Mapping[int, int]
    within: int
    threshold: int
    epsilon: float
    delta: float
    each: int


def noisy(people: Mapping[int, int], *, each: int, epsilon: float, k: int = K) -> Noisy:
    """Headcounts with noise. each: in how many groups one person is counted at the most. k: the least that is
    told, where the threshold is no higher.

    InvalidInput for an ε outside 0.001 to 10.
    """
    dp = _opendp()
    scale = _scale(checked(epsilon), each)
    threshold = max(k, _threshold(epsilon, each))
    drawn = _mechanism(scale, threshold)
    spent, delta = _cost(scale, threshold, each)
    found: Mapping[int, int] = drawn({int(group): int(count) for group, count in people.items()})
    within = int(dp.discrete_laplacian_scale_to_accuracy(scale=scale, alpha=1 - CONFIDENCE))
    return Noisy(dict(sorted(found.items())), within, threshold, spent, delta, each)


def checked(epsilon: float) -> float:
    """An ε within its range; InvalidInput else.

    >>> checked(0.5)
    0.5
    """
    if not SMALLEST <= epsilon <= LARGEST:
        raise InvalidInput(f"epsilon: {epsilon:g} is not from {SMALLEST:g} to {LARGEST:g}")
    return epsilon


def installed() -> bool:
    """Whether noise can be drawn here."""
    return find_spec("opendp") is not None


@cache
def _opendp() -> Any:
    import opendp.prelude as dp

    dp.enable_features("contrib")
    return dp


@lru_cache(64)
def _mechanism(scale: float, threshold: int) -> Any:
    dp = _opendp()
    whole = dp.atom_domain(T="i64")
    space = dp.map_domain(whole, whole), dp.l01inf_distance(dp.absolute_distance(T="i64"))
    return dp.m.make_laplace_threshold(*space, scale=scale, threshold=threshold)


@lru_cache(64)
def _scale(epsilon: float, each: int) -> float:
    """The least noise that spends no more than ε."""
    return float(
        _opendp().binary_search(
            lambda scale: _cost(scale, 1 << 30, each)[0] <= epsilon,
            bounds=(0.01, 1e6),
        )
    )


@lru_cache(64)
def _threshold(epsilon: float, each: int) -> int:
    """The least threshold that keeps δ."""
    scale = _scale(epsilon, each)
    return int(
        _opendp().binary_search(
            lambda least: _cost(scale, least, each)[1] <= DELTA,
            bounds=(1, 1 << 30),
        )
    )


@lru_cache(1024)
def _cost(scale: float, threshold: int, each: int) -> tuple[float, float]:
    """ε and δ."""
    epsilon, delta = _mechanism(scale, threshold).map((each, each, 1))
    return epsilon, delta
