"""What the answers are computed from."""

import asyncio
from datetime import datetime

import strawberry

from api import shared
from api.context import Info
from api.types.described import field, output
from graph.influence import CREDIT_RULE


@output
class RejectCount:
    """Rows that were refused for one reason."""

    reason: str = strawberry.field(description="A stable short reason, as receipts and payloads give it.")
    rows: int = strawberry.field(description="How many rows.")


@output
class Dataset:
    """What the answers are computed from: how old, how much, what was left out and why."""

    @field
    def version(self, info: Info) -> str:
        """Identifies the snapshot every answer of this response was computed from."""
        return info.context.analysis.version

    @field
    def as_of(self, info: Info) -> datetime:
        """The newest event's time."""
        return info.context.analysis.snapshot.at

    @field
    def users(self, info: Info) -> int:
        """People known, visitors without an account included; forgotten ones are not."""
        people = info.context.analysis.snapshot.people
        return len(people) - people.blanks - people.merged

    @field
    def products(self, info: Info) -> int:
        """Products known."""
        return len(info.context.analysis.snapshot.products)

    @field
    def ties(self, info: Info) -> int:
        """Ties between people, each in one direction."""
        return len(info.context.analysis.ties)

    @field
    def shares(self, info: Info) -> int:
        """Shares made."""
        return len(info.context.analysis.snapshot.shares)

    @field
    async def opens(self, info: Info) -> int:
        """Openings of other people's shares, passing on included; noise left out."""
        return (await info.context.computed(shared.totals)).opens

    @field
    async def purchases(self, info: Info) -> int:
        """Purchases, one for each line of an order, that were not given back in full."""
        return (await info.context.computed(shared.totals)).purchases

    @field
    async def noise(self, info: Info) -> int:
        """Events in bursts no person can make: kept, and left out of all other figures."""
        return (await info.context.computed(shared.totals)).noise

    @field
    async def rejected(self, info: Info) -> list[RejectCount]:
        """Rows that are not in it, by the reason for which they were refused, the most frequent first: of
        each file as it was last loaded, and of everything that came by recordEvents or a pipe. From the
        store.
        """
        counted = await asyncio.to_thread(info.context.intake.refused)
        return [RejectCount(reason=reason, rows=rows) for reason, rows in counted.items()]

    @field
    def credit_rule(self) -> str:
        """How credit is divided and within what window."""
        return CREDIT_RULE
