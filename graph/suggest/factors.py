"""Products as points in a few dimensions, so that a taste is a point too: ALS, the user solved when asked.

The fit (graph.taste.als; Hu, Koren & Volinsky 2008) gives every product i its y_i. Whoever asks is solved
from what they chose by then, x = A⁻¹ Σ_j c_j y_j with A = base + λI + Σ_j c_j y_j y_jᵀ, so a choice made a
second ago counts, and the score y_p·x of a product is Σ_j c_j y_jᵀ A⁻¹ y_p: one term for each of one's own.
A confidence c_j is the taste for j.

An answer costs a product of all points with x. Where there are more than `MOST` products, or more than
`PAIRS` choices to learn from, that or the fit is too slow, and the model is left out.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from graph.suggest.engagements import Engagements
from graph.suggest.solved import chosen
from graph.taste.als import ALS
from graph.taste.model import Interactions, Sparse, facts
from graph.timeline import Rows

MODEL = ALS(factors=32, unseen=0.1, penalty=0.007, scaled=1.0, rounds=4)
"""Settings of the blend's first source (graph.taste.roster), in dimensions that an answer has the time
for.
"""

MOST, PAIRS = 20_000, 2_000_000
FEWEST = 100
"""Choices below which there is no taste to find."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Factors:
    """point: y, shape (products, f), turned so that their Gram matrix is diagonal; base: that diagonal times
    the weight of what was not chosen, (f,).
    """

    point: NDArray[np.float32]
    base: Floats

    def with_more(self, products: int) -> "Factors":
        """The same where products came since: they lie at the origin."""
        return replace(self, point=np.pad(self.point, ((0, products - len(self.point)), (0, 0))))

    def terms(self, mine: Rows, taste: Floats) -> Floats:
        """c_j A⁻¹ y_j of each of somebody's products, (own, f): the score of p is the sum of y_p with
        each.
        """
        own = self.point[mine].astype(np.float64)
        penalty = MODEL.penalty * (float(taste.sum()) + MODEL.unseen * len(self.point)) ** MODEL.scaled
        A = (own.T * taste) @ own + np.diag(self.base + penalty)
        return np.asarray(np.linalg.solve(A, (own * taste[:, None]).T).T, np.float64)


def factors(engaged: Engagements, products: int) -> Factors | None:
    """Of all pairs that carry taste; None where there are too few of them, or too many."""
    choices = chosen(engaged, products)
    if not FEWEST <= choices.nnz <= PAIRS or products > MOST:
        return None
    people = choices.shape[0]
    nobody = np.zeros(0, np.intp)
    friends: Sparse = facts(nobody, nobody, (people, people))
    fitted = MODEL.fit(Interactions(choices, friends))
    return Factors(fitted.right, fitted.base.astype(np.float64))
