"""A question as the sources hear it: what may be used to answer it, looked up once."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from graph.events import Verdict
from graph.scene import Facet
from graph.suggest.answers import Ask, Context
from graph.suggest.popularity import EVERYBODY
from graph.suggest.shelf import Shelf
from graph.suggest.weights import LANDED, level
from graph.timeline import Rows

OWN = 100
"""Newest products of one's own that are listened to, and as many that were liked or owned by word: bounds the
work of one answer.
"""

PAGE = 1.0
"""The taste for the product on the page."""


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """Who asks, on what page, and what they like.

    person: their row; None for somebody unknown, and for somebody who allows no personal answer. sharer:
    whose link was opened, where that may be used. page: the product shown. community: with whom the
    person's choices are counted, else the sharer's; named: the community that they are told to be in. mine,
    taste, bought: products of their own, the taste each shows, and whether they have it. newcomer: neither
    friends nor a history are known. level: of activity, see `weights.level`. scene: what is known of when and
    where, in the facets that the log tells of. liked: (own,), of which all that is known is that they said
    so: these alone of one's own may be suggested.
    """

    person: int | None
    sharer: int | None
    page: int | None
    context: Context
    community: int
    named: int
    mine: Rows
    taste: NDArray[np.float64]
    bought: NDArray[np.bool_]
    newcomer: bool
    level: int
    scene: Mapping[Facet, int]
    liked: NDArray[np.bool_]

    @property
    def before_likes(self) -> "Question":
        """The same, had they not said what they like."""
        kept = ~self.liked
        return replace(
            self,
            mine=self.mine[kept],
            taste=self.taste[kept],
            bought=self.bought[kept],
            liked=self.liked[kept],
        )

    @property
    def listened(self) -> tuple[Rows, NDArray[np.float64]]:
        """Products whose like is wanted, with the taste for each: the one on the page, then one's own, newest
        first.
        """
        if self.page is None:
            return self.mine, self.taste
        own = self.mine != self.page
        return np.append(np.int32(self.page), self.mine[own]), np.append(PAGE, self.taste[own])

    @classmethod
    def of(cls, shelf: Shelf, ask: Ask) -> "Question":
        """An ask, and what the shelf knows of who asks."""
        personal = ask.person is None or bool(shelf.personal[ask.person])
        person, sharer = (ask.person, ask.context.sharer) if personal else (None, None)
        known = next((row for row in (person, sharer) if row is not None), None)
        mine, taste, bought, liked = _tastes(shelf, person)
        newcomer = person is None or not (len(shelf.engaged.of(person).product) or _listens(shelf, person))
        landed = newcomer and ask.context.product is not None
        return cls(
            person=person,
            sharer=sharer,
            page=ask.context.product,
            context=ask.context,
            community=EVERYBODY if known is None else int(shelf.labels[known]),
            named=EVERYBODY if known is None else int(shelf.community[known]),
            mine=mine,
            taste=taste,
            bought=bought,
            newcomer=newcomer,
            level=LANDED if landed else level(len(mine)),
            scene=_scene(shelf, ask),
            liked=liked,
        )


def _scene(shelf: Shelf, ask: Ask) -> Mapping[Facet, int]:
    moment = ask.context.moment
    if ask.person is not None and not shelf.located[ask.person]:
        moment = replace(moment, region=None)
    return shelf.scenes.lifts.values(moment)


def _listens(shelf: Shelf, person: int) -> bool:
    return len(shelf.hears(person, 1)[0]) > 0


def _tastes(
    shelf: Shelf, person: int | None
) -> tuple[Rows, NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_]]:
    """Products of one's own, newest first, what was said of them before what was done; and of which of them
    nothing is known but that they are liked.
    """
    taste: dict[int, float] = {}
    bought: set[int] = set()
    liked: set[int] = set()
    if person is not None:
        acts = shelf.engaged.of(person)
        taste = dict(zip(acts.product[:OWN].tolist(), acts.taste[:OWN].tolist(), strict=True))
        bought = set(acts.product[:OWN][acts.bought[:OWN]].tolist())
        verdicts = shelf.verdicts.of(person)
        wanted = [said for said, verdict in verdicts.items() if verdict is not Verdict.NOT_INTERESTED][:OWN]
        liked = {said for said in wanted if verdicts[said] is Verdict.LIKE} - taste.keys()
        bought.update(said for said in wanted if verdicts[said] is Verdict.ALREADY_OWNED)
        taste = {row: one for row, one in taste.items() if verdicts.get(row) is not Verdict.NOT_INTERESTED}
        taste |= dict.fromkeys(wanted, 1.0)
    rows = np.fromiter(taste, np.int32, len(taste))
    return (
        rows,
        np.fromiter(taste.values(), np.float64, len(taste)),
        np.array([row in bought for row in taste], np.bool_),
        np.array([row in liked for row in taste], np.bool_),
    )
