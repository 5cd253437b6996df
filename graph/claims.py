"""Who is one person: visitors joined to the account they turned out to be.

An event that carries both a user and a visitor claims that the two are one. Claims are heard in order of
(at, digest), so the answer does not depend on how a log was cut into loads. The first claim on a visitor
stands; a later one that names somebody else is refused. A visitor may be an earlier user key, so joins form
chains, and everybody is seen as the end of theirs. A claim on two who are one already says nothing new, so no
chain bites its tail.
"""

import numpy as np
from numpy.typing import NDArray

from graph.log import Codes


def joined(
    user: Codes, visitor: Codes, at: NDArray[np.int64], digest: NDArray[np.int64], people: int
) -> tuple[Codes, int]:
    """The canonical code of each person, and how many claims were refused.

    user, visitor, at, digest: the events' columns, shape (n,), or those of any events that hold the claims;
    −1 where not said. people: how many codes there are. Returns codes of shape (people,), one's own for who
    was never joined, `canonical[canonical] == canonical`; and how many distinct pairs (user, visitor) were
    claimed to be one and in the end are not. Only events with both cost more than a look.

    >>> ana, bea, cookie, phone = range(4)
    >>> claims = np.array([[ana, cookie], [bea, cookie], [bea, phone]], dtype=np.int32)
    >>> joined(claims[:, 0], claims[:, 1], np.array([1, 2, 3]), np.array([0, 0, 0]), people=4)
    (array([0, 1, 0, 1], dtype=int32), 1)
    """
    user, visitor = _claims(user, visitor, at, digest, people)
    parent = np.arange(people, dtype=np.int32)
    # A visitor who is nobody's account closes no circle: the first claim stands, all of these at once.
    named = np.zeros(people, dtype=np.bool_)
    named[user] = True
    in_chain = named[visitor]
    parent[visitor[~in_chain][::-1]] = user[~in_chain][::-1]
    _join_in_turn(parent, user[in_chain], visitor[in_chain])
    canonical = _ends(parent)
    return canonical, int(np.count_nonzero(canonical[user] != canonical[visitor]))


def _claims(
    user: Codes, visitor: Codes, at: NDArray[np.int64], digest: NDArray[np.int64], people: int
) -> tuple[Codes, Codes]:
    """The distinct pairs claimed to be one, by their first claim's (at, digest)."""
    claims = np.flatnonzero((user >= 0) & (visitor >= 0) & (user != visitor))
    claims = claims[np.lexsort((digest[claims], at[claims]))]
    _, first = np.unique(user[claims] * np.int64(people) + visitor[claims], return_index=True)
    claims = claims[np.sort(first)]
    return user[claims], visitor[claims]


def _join_in_turn(parent: Codes, user: Codes, visitor: Codes) -> None:
    """Hear claims one by one where somebody's visitor has visitors too; changes `parent`."""
    above = {code: code for code in np.unique([user, visitor]).tolist()}
    for account, key in zip(user.tolist(), visitor.tolist(), strict=True):
        if above[key] == key and _end(above, account) != key:
            above[key] = account
            parent[key] = account


def _end(above: dict[int, int], code: int) -> int:
    """The end of a chain, halving the way for the next to ask."""
    while above[code] != code:
        above[code] = above[above[code]]
        code = above[code]
    return code


def _ends(parent: Codes) -> Codes:
    """The end of everybody's chain, by pointer doubling."""
    while True:
        further = parent[parent]
        if np.array_equal(further, parent):
            return parent
        parent = further
