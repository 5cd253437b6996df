"""A quantity with the interval it may lie in; no bare number is shown as if it were sure."""

from dataclasses import dataclass
from math import sqrt

from scipy.special import betaincinv

CONFIDENCE = 0.95
_Z = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Estimate:
    """value lies in [low, high] with this confidence (a credible interval for posteriors, a normal one for
    simulated means).
    """

    value: float
    low: float
    high: float
    confidence: float = CONFIDENCE

    @classmethod
    def exactly(cls, value: float) -> "Estimate":
        """A quantity counted, not estimated."""
        return cls(value, value, value, 1.0)

    @classmethod
    def of_mean(cls, mean: float, variance: float, samples: int, *, at_least: float = 0.0) -> "Estimate":
        """The mean of a simulation of so many samples with this sample variance; the interval is normal, cut
        off below `at_least`.

        >>> Estimate.of_mean(10.0, 4.0, 400)
        Estimate(value=10.0, low=9.804..., high=10.195..., confidence=0.95)
        """
        half = _Z * sqrt(max(variance, 0.0) / max(samples, 1))
        return cls(mean, max(at_least, mean - half), mean + half)

    @classmethod
    def of_beta(cls, a: float, b: float) -> "Estimate":
        """The mean and the equal-tailed interval of a Beta(a, b) posterior.

        >>> Estimate.of_beta(1, 1)
        Estimate(value=0.5, low=0.025..., high=0.975..., confidence=0.95)
        """
        tail = (1 - CONFIDENCE) / 2
        return cls(a / (a + b), float(betaincinv(a, b, tail)), float(betaincinv(a, b, 1 - tail)))
