"""A quantity with the interval it may lie in; no bare number is shown as if it were sure."""

from dataclasses import dataclass
from math import sqrt

from scipy.special import betaincinv, gammaincinv

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

    @classmethod
    def of_counts(cls, people: int, total: int, squares: int) -> "Estimate":
        """The mean number of something that each of so many people has.

        total, squares: the sums of their counts and of the squares of these. The interval is Garwood's (1936)
        for a count, widened where the counts differ among people by more than a Poisson law would make them
        (quasi-likelihood; McCullagh & Nelder 1989): one who has a hundred says little of the rest. people: at
        least one.

        >>> Estimate.of_counts(4, 4, 4)
        Estimate(value=1.0, low=0.272..., high=2.560..., confidence=0.95)
        """
        variance = (squares - total**2 / people) / max(people - 1, 1)
        spread = max(variance * people / total, 1.0) if total else 1.0
        tail = (1 - CONFIDENCE) / 2
        low = float(gammaincinv(total / spread, tail)) * spread / people if total else 0.0
        high = float(gammaincinv(total / spread + 1, 1 - tail)) * spread / people
        return cls(total / people, low, high)
