"""What is chosen a lot in the person's community, and by everybody where it has no list of its own: the last
resort.
"""

import numpy as np
from numpy.typing import NDArray

from graph.suggest.question import Question
from graph.suggest.reasons import PopularityReason, Reason
from graph.suggest.shelf import Shelf
from graph.suggest.votes import Votes
from graph.timeline import Rows


def votes(shelf: Shelf, question: Question) -> Votes:
    """The list of the community, most popular first."""
    community, own = question.community, question.person is not None
    product, popularity = shelf.popular.list_of(community)
    return listed(product, popularity, question.named if shelf.popular.has_list(community) else None, own=own)


def listed(
    product: Rows,
    popularity: NDArray[np.float64],
    community: int | None,
    *,
    of_kind: bool = False,
    own: bool = True,
) -> Votes:
    """Products by how popular they are, in a community (the person's own, or a sharer's) or with everybody
    (None), of all or of their kind.
    """

    def reasons(_: NDArray[np.intp], weight: NDArray[np.float64]) -> list[Reason]:
        return [PopularityReason(part, community, of_kind, own) for part in weight.tolist()]

    return Votes(product, popularity, reasons)
