"""The people of a snapshot: by which keys each is known, and what is said of them."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from graph.events import User
from graph.log import NONE
from graph.snapshot.codes import through
from graph.texts import Keys, Texts
from graph.timeline import Rows

BLANK, AFTER_BLANKS = "\x00", "\x01"
"""Leads the key of a forgotten person in a snapshot; no key of a log may hold it."""

Told = tuple[str, tuple[str, str, str]]
"""A key, and what is said of whom it names: name, region and cost, "" where nothing is."""


def said_of(users: Iterable[User]) -> list[Told]:
    """What a log says of its people."""
    return [
        (user.key, (user.name or "", user.region or "", user.attributes.get("cost") or "")) for user in users
    ]


@dataclass(frozen=True, slots=True, eq=False)
class People:
    """n people by row. keys: the account's key, or the visitor's; a forgotten person has the empty key's
    place.

    visitors: keys that were joined to somebody; visitor_person: whom. refused_joins: claims on a visitor that
    was somebody else's already. names, regions: "" where unknown; costs: the attribute `cost`, "" where
    unknown. merged: rows of visitors who became somebody after the snapshot was made; nobody is in them.
    strangers: (n,), who did something, and all of it as a visitor without an account: nobody can send them
    anything, and nobody would know them by the id of a browser.
    """

    keys: Keys
    visitors: Keys
    visitor_person: Rows
    refused_joins: int
    names: Texts
    regions: Texts
    costs: Texts
    strangers: NDArray[np.bool_]
    merged: int = 0

    def __len__(self) -> int:
        return len(self.keys)

    def row(self, key: str) -> int | None:
        """The person of a user key, a visitor's id or an earlier key; None where nobody is known by it."""
        if key.startswith(BLANK):
            return None
        joined_row = self.visitors.row(key)
        return self.keys.row(key) if joined_row is None else int(self.visitor_person[joined_row])

    def rows(self, keys: Sequence[str]) -> Rows:
        """As `row` for many at once, −1 for None."""
        at = self.visitors.rows(keys)
        known = np.where(at == NONE, self.keys.rows(keys), through(self.visitor_person, at))
        blank = np.array([key.startswith(BLANK) for key in keys], np.bool_)
        return np.where(blank, NONE, known).astype(np.int32)

    def keys_of(self, row: int) -> list[str]:
        """All keys of the person in a row."""
        joined_to = np.flatnonzero(self.visitor_person == row)
        return [self.keys[row], *(self.visitors[int(at)] for at in joined_to)]

    @property
    def blanks(self) -> int:
        """How many were forgotten: places in cascades, and nothing more. Theirs are the first rows."""
        return bisect_left(self.keys, AFTER_BLANKS)

    def told(self, said: Iterable[Told]) -> "People":
        """With what is said of some by one of their keys; of whom nobody knows nothing is kept.

        The account's own word stands; a visitor's fills what these people do not say yet, that of the last
        key among several: no order of arrival decides.
        """
        news = sorted(said)
        keys = [key for key, _ in news]
        rows, account = self.rows(keys), self.visitors.rows(keys) == NONE
        changes = []
        for column, held in enumerate((self.names, self.regions, self.costs)):
            free = account | (held.ends[rows] == held.ends[rows + 1])
            order = np.concatenate(
                [np.flatnonzero(part & free & (rows != NONE)) for part in (~account, account)]
            )
            words = ((int(rows[i]), news[i][1][column]) for i in order.tolist())
            changes.append({row: word for row, word in words if word})
        names, regions, costs = map(Texts.changed, (self.names, self.regions, self.costs), changes)
        return replace(self, names=names, regions=regions, costs=costs)
