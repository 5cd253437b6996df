"""Everything that can be followed."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Annotated

import strawberry

from api.context import Info
from api.ids import key_of
from api.types.cascades import Cascade
from api.types.described import output, subscription
from graph.errors import UnknownKey


@output
class Subscription:
    """Everything that can be followed, over graphql-transport-ws or as text/event-stream (graphql-sse)."""

    @subscription
    async def cascade(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="A cascade's id.")],
    ) -> AsyncGenerator[Cascade, None]:
        """Sent when the cascade has grown: at once as it is, then whenever there are more people, shares or
        opens in it, whoever wrote them. One that grows faster than it is read is sent as it is at last. Ends
        with NOT_FOUND where its first share is unknown, is forgotten, or turns out to be passed on.
        """
        request, key = info.context, key_of("Cascade", id, "id")
        async with asyncio.timeout(request.seconds):
            await request.pin()
        told: tuple[int, ...] = ()
        async with request.watch.looking():
            while True:
                async with asyncio.timeout(request.seconds):
                    found = await Cascade.by_key(info, key)
                if found is None:
                    raise UnknownKey(f"id: no cascade begins with the share of {id!r:.80}")
                now = _extent(found)
                if not told or any(more > before for more, before in zip(now, told, strict=True)):
                    yield found
                told = now
                await request.pin_to(await request.watch.newer(request.analysis))


def _extent(cascade: Cascade) -> tuple[int, ...]:
    """People, shares and opens."""
    return tuple(
        int(column[cascade.row]) for column in (cascade.among.size, cascade.among.shares, cascade.among.opens)
    )
