"""Which of these products did friends act on? What a product card says under its picture."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from graph.events import Kind
from graph.suggest.shelf import Shelf

NAMED = 2
EVERY_ACT = 2**31


@dataclass(frozen=True, slots=True)
class Proof:
    """Friends who shared, bought, rated or opened a product. named: rows of at most two who allow it,
    strongest tie first. action: the act most of them did, ties to the louder one; None without friends.
    latest_at: µs.
    """

    product: int
    friends: int
    named: tuple[int, ...]
    action: Kind | None
    latest_at: int | None


def social_proof(shelf: Shelf, person: int, products: Sequence[int]) -> list[Proof]:
    """One proof for each product, in the order asked; a person who allows no personal answer has no friends
    here.
    """
    friends = shelf.ties.into(person)[0] if shelf.personal[person] else np.empty(0, np.int32)
    wanted = np.array(sorted(set(products)), np.int32)
    acts: dict[int, list[tuple[int, Kind, int]]] = {product: [] for product in products}
    product, _, friend, place = shelf.engaged.said(friends, np.ones(len(friends)), EVERY_ACT)
    told = np.flatnonzero(np.isin(product, wanted))
    for i in told[np.argsort(friend[told], kind="stable")]:
        action, at, _ = shelf.engaged.act(int(place[i]))
        acts[int(product[i])].append((int(friends[friend[i]]), action, at))
    return [_proof(shelf, product, acts[product]) for product in products]


def _proof(shelf: Shelf, product: int, acts: list[tuple[int, Kind, int]]) -> Proof:
    if not acts:
        return Proof(product, 0, (), None, None)
    actions = [action for _, action, _ in acts]
    named = tuple(friend for friend, _, _ in acts if shelf.named[friend])[:NAMED]
    loudest = (Kind.PURCHASE, Kind.SHARE, Kind.RATE, Kind.OPEN)
    action = max(loudest, key=lambda kind: (actions.count(kind), -loudest.index(kind)))
    return Proof(product, len(acts), named, action, max(at for _, _, at in acts))
