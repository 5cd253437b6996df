"""Friends of a sharer by how likely they open, and the reasons of each."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph.kernels import circles as at
from graph.kernels.groups import gathered
from graph.log import NONE
from graph.once import once
from graph.recipients.acts import History, Mask
from graph.recipients.model import MOST, TERMS, TIED, Counts, Floats, Model, pairs
from graph.recipients.reasons import (
    ActivityReason,
    CircleReason,
    InterestReason,
    Reason,
    Recipient,
    TieReason,
)
from graph.stop import Stop, never
from graph.timeline import Rows, Shares

BECAUSE = 3

TOGETHER = 20
"""Questions that are counted in one go."""


@dataclass(frozen=True, eq=False)
class Asking:
    """What questions are answered from. before: everything earlier counts, µs. named: (people,), who may be
    shown to friends, and has an account to be sent something at. personal: (people,), who was not forgotten
    and allows to be answered personally.
    """

    history: History
    model: Model
    shares: Shares
    before: int
    personal: Mask
    named: Mask

    @once
    def made(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Where everybody's shares begin, and the shares person by person."""
        return gathered(self.shares.person, len(self.personal))

    def made_since(self, sharer: int, share: int) -> int:
        """How many shares somebody made since one of theirs, that one included."""
        starts, rows = self.made
        theirs = rows[starts[sharer] : starts[sharer + 1]]
        return int(np.count_nonzero(self.shares.at[theirs] >= self.shares.at[share]))


def recipients(
    asking: Asking, asked: Sequence[tuple[int, int]], *, limit: int, stop: Stop = never
) -> list[tuple[Recipient, ...]]:
    """For each (sharer, product), the people tied to the sharer who are likeliest to open; best first, at
    most `limit`, equals by row.

    A tie in either direction will do. Who does not allow to be named to friends, or to be answered
    personally, is not listed, nor is a visitor without an account; a sharer who allows no personal answer has
    no friends here. stop: asked before every twenty; what it raises ends the batch.
    """
    answers: list[tuple[Recipient, ...]] = []
    for start in range(0, len(asked), TOGETHER):
        stop()
        answers.extend(_recipients(asking, asked[start : start + TOGETHER], limit))
    return answers


def _recipients(asking: Asking, asked: Sequence[tuple[int, int]], limit: int) -> list[tuple[Recipient, ...]]:
    sharer, product = np.array(asked, np.int32).reshape(-1, 2).T
    before = np.full(len(asked), asking.before, np.int64)
    found = pairs(asking.history, sharer, product, before, most=MOST)
    terms = asking.model.terms(found.counts)
    tied = found.counts[:, TIED].any(axis=1)
    listed = tied & asking.named[found.people] & asking.personal[sharer[found.question]]
    score = asking.model.log_odds(terms)
    answers = []
    for place, question in enumerate(asked):
        mine = np.arange(found.indptr[place], found.indptr[place + 1])
        mine = mine[listed[mine]]
        best = mine[np.lexsort((found.people[mine], -score[mine]))][:limit]
        sharers = np.full(len(best), question[0], np.int32)
        answers.append(
            described(asking, question[1], (sharers, found.people[best]), found.counts[best], terms[best])
        )
    return answers


def described(
    asking: Asking, product: int, best: tuple[Rows, Rows], counts: Counts, terms: Floats
) -> tuple[Recipient, ...]:
    """These candidates in this order, with their chances and reasons. best: (sharers, −1 for nobody in
    particular, and candidates).
    """
    weights = asking.model.weighed(terms)
    opens = asking.model.estimates(terms)
    return tuple(
        Recipient(
            person,
            rank + 1,
            opens[rank],
            _reasons(asking, product, (sharer, person), counts[rank], weights[rank]),
        )
        for rank, (sharer, person) in enumerate(zip(*(rows.tolist() for rows in best), strict=True))
    )


def _reasons(
    asking: Asking, product: int, pair: tuple[int, int], counts: Counts, weights: Floats
) -> tuple[Reason, ...]:
    sharer, person = pair
    weight = dict(zip(TERMS, weights.tolist(), strict=True))
    sharers, products, shares = asking.history.opened_by(person)
    of_sharer = sharers == sharer
    # What they opened of others' shares is not for the sharer's eyes.
    shown = products if sharer == NONE else products[of_sharer]
    found: list[Reason] = [
        ActivityReason(weight["activity"], int(counts[at.OPENS])),
        InterestReason(weight["interest"], _alike(asking.history, shown, product)),
    ]
    circle = weight["circle"]
    if counts[TIED].any():
        of_shares = (asking.made_since(sharer, share) for share in _earliest(asking, shares[of_sharer]))
        opened = int(np.count_nonzero(of_sharer))
        found.append(TieReason(weight["tie"], sharer, person, opened, next(of_shares, None)))
    else:
        circle += weight["tie"]
    found.append(CircleReason(circle, int(counts[at.IN_COMMON]), int(counts[at.CROWD])))
    return tuple(sorted(found, key=lambda reason: -abs(reason.weight)))


def _alike(history: History, opened: Rows, product: int) -> tuple[int, ...]:
    """The first three of these products that are of the product's category or brand."""
    alike = opened == product
    for trait in (history.category, history.brand):
        if trait[product] != NONE:
            alike |= trait[opened] == trait[product]
    return tuple(dict.fromkeys(opened[alike].tolist()))[:BECAUSE]


def _earliest(asking: Asking, shares: Rows) -> list[int]:
    """The share made first; nothing where there is none."""
    return [int(shares[np.argmin(asking.shares.at[shares])])] if len(shares) else []
