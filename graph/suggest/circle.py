"""What a link tells of whoever opened it: the circle and the taste of its sharer.

Of somebody without friends and without a history one thing is known: somebody thought of them. What reached
the sharer may reach them too, each step as strong as its tie, so an act of the sharer's friend on p says
LINK · strength(friend → sharer) · word(friend, p); and what the sharer stands for in public may be their
taste as well.

Nobody's consent is stretched for it. Friends of the sharer allowed their friends to name them, not a
stranger: they are counted, never named. A sharer who is not to be named has no circle here. Of what the
sharer did only counts what speaks to friends, no look and no cart.

Both weigh little in the `Blend`: what strangers do next, held out, is told by the product on the page, and no
weight of these adds to it measurably, while a heavy one takes from it. They speak where the page says little,
in place of what is popular with everybody.
"""

import numpy as np
from numpy.typing import NDArray

from graph.kernels.votes import gather
from graph.suggest.reasons import FriendReason, InterestReason, Reason
from graph.suggest.shelf import Shelf
from graph.suggest.votes import Votes

LINK = 0.6
"""The strength of the tie to somebody whose link was just opened, where a weaker one or none is known."""

CLOSEST, ACTS_EACH = 50, 30
"""Closest friends of the sharer, and newest acts of each, the sharer included."""


def circle(shelf: Shelf, sharer: int) -> Votes:
    """What those did whose shares reach the sharer."""
    friend, strength = shelf.ties.into(sharer, CLOSEST)
    weight = strength * (LINK * shelf.blend.circle)
    product, vote, asked, place = shelf.engaged.said(friend, weight, ACTS_EACH)

    def reason(entry: np.intp) -> Reason:
        action, at, share = shelf.engaged.act(int(place[entry]))
        who = int(friend[asked[entry]])
        return FriendReason(float(vote[entry]), who, False, action, at, share, via=sharer)

    return Votes(product, vote, lambda entries: [reason(entry) for entry in entries])


def taste(shelf: Shelf, sharer: int) -> Votes:
    """What people chose who chose what the sharer stands for."""
    weight = np.array([LINK * shelf.blend.sharer])
    mine, word, _, _ = shelf.engaged.said(np.array([sharer], np.int32), weight, ACTS_EACH)
    near = shelf.neighbours
    product, vote, asked, _ = gather(
        near.indptr[mine], near.indptr[mine + 1], word, near.product, near.closeness
    )

    def reasons(entries: NDArray[np.intp]) -> list[Reason]:
        heaviest = entries[np.lexsort((asked[entries], -vote[entries]))]
        because = tuple(int(mine[asked[entry]]) for entry in heaviest[:3])
        return [InterestReason(float(vote[entries].sum()), because)]

    return Votes(product, vote, reasons)
