"""Shares: who sent what into the world."""

from datetime import datetime

import strawberry

from api import shared
from api.context import Info
from api.types.described import field, output
from api.types.forward import LaterUser, user
from api.types.node import Connection, Node
from api.types.products import Product
from graph.events import instant
from graph.log import NONE


@output
class Share(Node):
    """One sending of one product by one person."""

    row: strawberry.Private[int]

    @classmethod
    def by_key(cls, info: Info, key: str) -> "Share | None":
        """The share of an event's id; None where unknown, or not for whoever asks."""
        row = info.context.sight.share_of(key)
        visible = info.context.sight.share(row)
        return cls(row=row) if visible and row is not None else None

    def own_key(self, info: Info) -> str:
        """The SHARE event's id; a pseudonym for whoever may not know it."""
        return info.context.sight.share_id(self.row)

    @field
    def user(self, info: Info) -> LaterUser | None:
        """Who shared; null once forgotten."""
        return user(info, int(info.context.analysis.snapshot.shares.person[self.row]))

    @field
    def product(self, info: Info) -> Product:
        """What was shared."""
        return Product(row=int(info.context.analysis.snapshot.shares.product[self.row]))

    @field
    def at(self, info: Info) -> datetime:
        """When it was shared."""
        return instant(int(info.context.analysis.snapshot.shares.at[self.row]))

    @field
    def channel(self, info: Info) -> str | None:
        """By which way it was sent; null where the log did not say."""
        return self._word(info, "channel")

    @field
    def campaign(self, info: Info) -> str | None:
        """The campaign it belongs to; null where the log did not say."""
        return self._word(info, "campaign")

    def _word(self, info: Info, column: str) -> str | None:
        snapshot = info.context.analysis.snapshot
        code = int(getattr(snapshot.shares, column)[self.row])
        return None if code == NONE else snapshot.words[code]

    @field
    def parent(self, info: Info) -> "Share | None":
        """The share that was passed on, said by the log or inferred; null for a first share."""
        parent = int(info.context.analysis.snapshot.shares.parent[self.row])
        return None if parent == NONE else Share(row=parent)

    @field
    async def opens(self, info: Info) -> int:
        """People other than the sharer who opened it."""
        return int((await info.context.cascades()).share_opens[self.row])

    @field
    async def purchases(self, info: Info) -> int:
        """Of this product, by those who opened it before, net of refunds."""
        return int((await info.context.cascades()).share_purchases[self.row])


@output
class ShareConnection(Connection[Share]):
    """A page of shares, latest first."""

    total_count: int = strawberry.field(description="Shares on all pages together.")


async def shares_by(info: Info, person: int, first: int | None, after: str | None) -> ShareConnection:
    """The page of a person's shares, latest first."""
    await info.context.computed(shared.by_sharer)
    rows = info.context.analysis.shares_by(person).tolist()
    page = info.context.window(first, after, "shares", person).cut(rows)
    return ShareConnection(page=page.map(lambda row: Share(row=row)), total_count=len(rows))
