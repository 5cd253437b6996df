"""The events of a log with rows for codes, and what they mean together: which share each came from."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from graph.events import Kind
from graph.log import NONE, EventColumns
from graph.snapshot.codes import through
from graph.timeline import Events, Rows


@dataclass(frozen=True, slots=True, eq=False)
class Naming:
    """The row of everything that a log's codes name; arrays by code."""

    person: Rows
    product: Rows
    word: Rows


def named(columns: EventColumns, order: NDArray[np.intp], naming: Naming) -> Events:
    """A log's events in this order, with rows for codes; `through_shares` and `bursts` fill in the rest."""
    who = np.where(columns.user != NONE, columns.user, columns.visitor)
    nothing = np.zeros(len(order), np.bool_)
    words = ("order", "channel", "campaign", "device", "region", "surface", "currency")
    return Events(
        person=through(naming.person, who[order]),
        other=through(naming.person, columns.other[order]),
        recipient=through(naming.person, columns.recipient[order]),
        product=through(naming.product, columns.product[order]),
        share=np.full(len(order), NONE, np.int32),
        own=nothing,
        noise=nothing,
        kind=columns.kind[order],
        at=columns.at[order],
        quantity=columns.quantity[order],
        amount=columns.amount[order],
        rating=columns.rating[order],
        verdict=columns.verdict[order],
        consent=columns.consent[order],
        **{name: through(naming.word, getattr(columns, name)[order]) for name in words},
    )


def actors(columns: EventColumns, person: Rows) -> tuple[Rows, Rows]:
    """Rows of who did something under an account's key, and of who did as a visitor without one; as often as
    they did. person: the row of every code.
    """
    alone = np.where(columns.user == NONE, columns.visitor, NONE)
    by_account, by_visitor = through(person, columns.user), through(person, alone)
    return by_account[by_account != NONE], by_visitor[by_visitor != NONE]


def newest(kind: NDArray[np.int8], at: NDArray[np.int64]) -> int:
    """The time of the newest event, µs; 0 for none. What people say to us (FEEDBACK, CONSENT) is no news of
    the world: a click in an old log must not make all of it stale.
    """
    told = at[(kind != Kind.FEEDBACK) & (kind != Kind.CONSENT)]
    return int(told.max(initial=0))


def meant(
    columns: EventColumns, order: NDArray[np.intp], row_of: Callable[[NDArray[np.int64]], Rows], latest: Rows
) -> tuple[Rows, Rows]:
    """The share that each event came from, and the parent that each SHARE says it has, as rows.

    row_of: the rows of shares by their running numbers. latest: what `latest_shares` found for those that
    name only a sharer; what the store had found for them when they came stands where there is none. A SHARE
    that came from a share has it as parent.
    """
    share = np.where(latest != NONE, latest, row_of(columns.share[order])).astype(np.int32)
    parent = row_of(columns.parent[order])
    return share, np.where(parent != NONE, parent, share).astype(np.int32)


def through_shares(events: Events, share: Rows, sharer: Rows, shared: Rows) -> Events:
    """The events with the rows of their shares, and what follows from these.

    sharer, shared: person and product of every share, by row. An open of one's own share is `own`; an event
    that names only its share is about that share's product.
    """
    if not len(sharer):
        return replace(events, share=share)
    known = share != NONE
    own = (events.kind == Kind.OPEN) & known & (sharer[share] == events.person)
    product = np.where((events.product == NONE) & known, shared[share], events.product).astype(np.int32)
    return replace(events, share=share, own=own, product=product)
