"""What is wanted here and now beyond what is wanted always (graph.scene).

The vote is popularity(p) · (lift(scene, p) − 1), in the unit of `popular`, so that the two together say what
is popular in this scene. Silent where nothing is known of when and where.
"""

import numpy as np
from numpy.typing import NDArray

from graph.suggest.question import Question
from graph.suggest.reasons import Reason, SceneReason
from graph.suggest.shelf import Shelf
from graph.suggest.votes import Votes, nothing


def votes(shelf: Shelf, question: Question) -> Votes:
    """The products that the scene lifts most."""
    scene = question.scene
    if not scene:
        return nothing()
    product, more = shelf.scenes.lifted(scene)

    def reasons(entries: NDArray[np.intp], weight: NDArray[np.float64]) -> list[Reason]:
        words = [shelf.scenes.lifts.strongest(scene, int(product[entry])) for entry in entries]
        return [
            SceneReason(part, facet, word) for part, (facet, word) in zip(weight.tolist(), words, strict=True)
        ]

    return Votes(product, more, reasons)
