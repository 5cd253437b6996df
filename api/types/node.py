"""Whatever has an identity, and pages of anything."""

from typing import Generic, TypeVar

import strawberry

from api.context import Info
from api.ids import global_id
from api.paging import Page
from api.types.described import field, interface, output

T = TypeVar("T")


@interface
class Node:
    """Anything that can be asked for again by its id."""

    @field
    def id(self, info: Info) -> strawberry.ID:
        """Names this thing among all things of the API, in every version; opaque."""
        return strawberry.ID(global_id(type(self).__name__, self.own_key(info)))

    def own_key(self, info: Info) -> str:
        """What names this thing among those of its type."""
        raise NotImplementedError


@output
class PageInfo:
    """Where a page lies in its list."""

    has_next_page: bool = strawberry.field(description="Whether the list goes on after this page.")
    has_previous_page: bool = strawberry.field(description="Whether something comes before this page.")
    start_cursor: str | None = strawberry.field(
        description="The first item's cursor; null for an empty page."
    )
    end_cursor: str | None = strawberry.field(
        description="The last item's cursor, to be given as `after` for the next page; null for an"
        " empty page."
    )


@output
class Edge(Generic[T]):
    """An item and its place in the list."""

    node: T = strawberry.field(description="The item.")
    cursor: str = strawberry.field(
        description="Names this place under this version of the dataset; opaque. Give it as `after` to"
        " go on from here."
    )


@output
class Connection(Generic[T]):
    """A page of a list."""

    page: strawberry.Private[Page[T]]

    @field
    def edges(self) -> list[Edge[T]]:
        """The items with their cursors, in the list's order."""
        return [Edge(node=item, cursor=self.page.cursor(at)) for at, item in enumerate(self.page.items)]

    @field
    def nodes(self) -> list[T]:
        """The items, in the list's order."""
        return list(self.page.items)

    @field
    def page_info(self) -> PageInfo:
        """Where this page lies in its list."""
        page = self.page
        return PageInfo(
            has_next_page=page.has_next,
            has_previous_page=page.start > 0,
            start_cursor=page.cursor(0) if page.items else None,
            end_cursor=page.cursor(len(page.items) - 1) if page.items else None,
        )
