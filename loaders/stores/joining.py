"""The keys of one person, for a few of them, without hearing every claim there is.

Who is who follows from all claims together (graph.claims). But whom a key belongs to rests only on the claims
on it, and on those on whoever makes them; and of an id that is nobody's account only the first claim counts.
So the claims that matter are found by climbing from the keys asked for, and whoever else stands below the
same account by going down again: a few claims of a log that may hold millions.
"""

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from typing import Generic, TypeVar

import numpy as np

from graph.claims import joined

K = TypeVar("K", bound=Hashable)

Claim = tuple[K, K, int, int]
"""User, visitor, time, digest."""


def together(
    asked: Collection[K],
    claims_on: Callable[[list[K]], Iterable[Claim[K]]],
    visitors_of: Callable[[list[K]], Iterable[K]],
) -> dict[K, frozenset[K]]:
    """All keys of each of these people, for those who have more than one; by the law of `graph.claims`.

    claims_on: the claims on these visitors; of one that is nobody's account the first is enough. visitors_of:
    those on whom these users have a claim, whoever they belong to. Each is asked as often as chains are long.

    >>> claims = [("ana", "phone", 1, 0), ("bea", "phone", 2, 0), ("ana", "tablet", 3, 0)]
    >>> found = together(
    ...     ["tablet", "bea"],
    ...     lambda visitors: [claim for claim in claims if claim[1] in visitors],
    ...     lambda users: [claim[1] for claim in claims if claim[0] in users],
    ... )
    >>> {key: sorted(keys) for key, keys in found.items()}
    {'tablet': ['ana', 'phone', 'tablet']}
    """
    gathered: _Gathered[K] = _Gathered(claims_on)
    gathered.climb(asked)
    descended: set[K] = set()
    while True:
        end = gathered.ends()
        sought = {end.get(key, key) for key in asked}
        members = {key for key, account in end.items() if account in sought} | sought
        if not members - descended:
            break
        gathered.climb(visitors_of(list(members - descended)))
        descended |= members
    below: dict[K, set[K]] = {account: {account} for account in sought}
    for key, account in end.items():
        if account in below:
            below[account].add(key)
    found = {key: frozenset(below[end.get(key, key)]) for key in asked}
    return {key: keys for key, keys in found.items() if len(keys) > 1}


class _Gathered(Generic[K]):
    """The claims found so far: with those on a key also those on whoever makes them."""

    def __init__(self, claims_on: Callable[[list[K]], Iterable[Claim[K]]]) -> None:
        self._claims_on = claims_on
        self._climbed: set[K] = set()
        self._claims: list[Claim[K]] = []

    def climb(self, keys: Iterable[K]) -> None:
        """Find what decides whom these keys belong to."""
        while new := list(set(keys) - self._climbed):
            self._climbed.update(new)
            claims = list(self._claims_on(new))
            self._claims += claims
            keys = [user for user, *_ in claims]

    def ends(self) -> Mapping[K, K]:
        """The account of every key that a claim names."""
        keys = list(dict.fromkeys(key for claim in self._claims for key in claim[:2]))
        code = {key: position for position, key in enumerate(keys)}
        coded = [(code[user], code[visitor], at, digest) for user, visitor, at, digest in self._claims]
        user, visitor, at, digest = np.array(coded, np.int64).reshape(-1, 4).T
        canonical, _ = joined(user.astype(np.int32), visitor.astype(np.int32), at, digest, len(keys))
        return {key: keys[end] for key, end in zip(keys, canonical.tolist(), strict=True)}
