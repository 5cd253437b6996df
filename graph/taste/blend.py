"""The blend: one sum of many models, weighted by what a held-out part of the choices says they are worth.

    score(u, i) = Σ_s w(level of u, s) · s(u, i) / height_s(u)  /  popularity(i)^damping

height_s(u) is the mean of the `TOP` best scores of source s for user u, so that all sources speak equally
loud; weights are ≥ 0 and differ by activity level, since somebody with two choices is not one with two
hundred. A source that does not help gets no weight: friends are heard as far as they surely carry something
(`graph.taste.heeding`). Popularity is divided out as far as that helps (Steck 2011). Weights and damping are
learned by `graph.taste.learning`.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from graph.taste.model import Fitted, Interactions, Model, Parts, Rows, Scores, Sparse, joined
from graph.taste.popularity import popularity
from graph.taste.ranking import best, height

TOP = 50
"""How many best scores a source's height is the mean of."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What was learned. weights: (levels, sources), ≥ 0. bounds: the least choices of every level but the
    first, ascending, (levels − 1,). damping: the exponent of popularity, ≥ 0.
    """

    weights: tuple[tuple[float, ...], ...]
    bounds: tuple[int, ...] = ()
    damping: float = 0.0

    def levels(self, chosen: Sparse) -> NDArray[np.intp]:
        """The activity level of every user."""
        return np.searchsorted(np.asarray(self.bounds), np.diff(chosen.indptr), side="right")

    def needed(self) -> tuple[bool, ...]:
        """Which sources have weight at some level."""
        return tuple(any(level) for level in zip(*self.weights, strict=True))


@dataclass(frozen=True, slots=True)
class Mixed:
    """Sources mixed by a recipe that is known."""

    sources: tuple[Model, ...]
    recipe: Recipe
    name: str = "blend"

    def fit(self, known: Interactions) -> "Mixture":
        """Fit every source that has weight."""
        needed = self.recipe.needed()
        kept = [source for source, need in zip(self.sources, needed, strict=True) if need]
        weights = tuple(
            tuple(weight for weight, need in zip(level, needed, strict=True) if need)
            for level in self.recipe.weights
        )
        return Mixture(
            tuple(source.fit(known) for source in kept),
            replace(self.recipe, weights=weights),
            known.chosen,
            damp(known, self.recipe.damping),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Mixture:
    """sources: fitted, as many as the recipe has columns. damp: what every item's score is divided by,
    (m,).
    """

    sources: tuple[Fitted, ...]
    recipe: Recipe
    chosen: Sparse
    damp: NDArray[np.float32]

    def scores(self, users: Rows) -> Scores:
        """The sum of the sources, as loud as the recipe says."""
        total = np.zeros((len(users), self.chosen.shape[1]), dtype=np.float32)
        levels = self.recipe.levels(self.chosen)[users]
        weights = np.asarray(self.recipe.weights, dtype=np.float32)[levels]
        for column, source in enumerate(self.sources):
            scores = source.scores(users)
            factor = weights[:, column] * loudness(scores, self.chosen, users)
            scores *= factor[:, None]
            total += scores
        total /= self.damp
        return total

    def parts(self, user: int, item: int) -> Parts:
        """The parts of every source, times its weight here."""
        one = np.array([user])
        weights = self.recipe.weights[int(self.recipe.levels(self.chosen)[user])]
        gathered = []
        for weight, source in zip(weights, self.sources, strict=True):
            factor = weight * float(loudness(source.scores(one), self.chosen, one)[0])
            gathered.append(source.parts(user, item).times(factor / float(self.damp[item])))
        return joined(gathered).gathered()


def loudness(scores: Scores, chosen: Sparse, users: Rows) -> NDArray[np.float32]:
    """1 / height of the scores among what is not chosen yet, shape (q,); 0 where a source has nothing to
    say.
    """
    return loud(scores, best(scores, chosen, users, TOP))


def loud(scores: Scores, listed: NDArray[np.int32]) -> NDArray[np.float32]:
    """1 / height of the listed, shape (q,); 0 where that is nothing."""
    top = height(scores, listed)
    return np.divide(1.0, top, out=np.zeros_like(top), where=top > 1e-12)


def damp(known: Interactions, exponent: float) -> NDArray[np.float32]:
    """popularity^exponent of every item; 1 for what nobody chose."""
    return np.maximum(popularity(known), 1.0) ** np.float32(exponent)
