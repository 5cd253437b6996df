"""Pages neither repeat nor skip, whatever comes in between."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.paging import Listing, Window
from graph.errors import InvalidInput, StaleCursor
from tests.api.conftest import Shop

FRIENDS = """
query($first: Int, $after: String) {
  user(key: "hub") {
    listeners(first: $first, after: $after) {
      totalCount
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      edges { cursor node { to { key } } }
      nodes { to { key } }
    }
  }
  dataset { version }
}
"""
HUB = " ".join(f"hub>u{number:02}:tea" for number in range(25))


async def page(
    shop: Shop, first: int | None = 10, after: str | None = None
) -> tuple[list[str], dict[str, Any]]:
    answer = await shop.ask(FRIENDS, first=first, after=after)
    listeners = answer["user"]["listeners"]
    keys = [node["to"]["key"] for node in listeners["nodes"]]
    assert [edge["node"]["to"]["key"] for edge in listeners["edges"]] == keys
    return keys, listeners["pageInfo"] | {"version": answer["dataset"]["version"]}


async def test_pages_together_are_the_list(shop: Shop) -> None:
    shop.tell(HUB)
    whole, _ = await page(shop, 100)
    first, info = await page(shop)
    second, more = await page(shop, after=info["endCursor"])
    third, last = await page(shop, after=more["endCursor"])
    assert [len(part) for part in (first, second, third)] == [10, 10, 5]
    assert first + second + third == whole
    assert (info["hasPreviousPage"], info["hasNextPage"]) == (False, True)
    assert (last["hasPreviousPage"], last["hasNextPage"]) == (True, False)


async def test_the_first_ten_are_the_beginning_of_the_first_twenty(shop: Shop) -> None:
    shop.tell(HUB)
    assert (await page(shop, 20))[0][:10] == (await page(shop, 10))[0]


async def test_null_is_the_default_length(shop: Shop) -> None:
    shop.tell(HUB)
    assert len((await page(shop, None))[0]) == 10


async def test_a_page_after_the_end_is_empty_and_has_no_cursors(shop: Shop) -> None:
    shop.tell("ana>bea:tea")
    (edge,) = (await shop.ask('{ user(key: "ana") { shares { edges { cursor } } } }'))["user"]["shares"][
        "edges"
    ]
    beyond = await shop.ask(
        """query($c: String) { user(key: "ana") { shares(after: $c) {
            nodes { id } pageInfo { startCursor hasNextPage } } } }""",
        c=edge["cursor"],
    )
    assert beyond["user"]["shares"] == {"nodes": [], "pageInfo": {"startCursor": None, "hasNextPage": False}}


async def test_paging_goes_on_under_the_version_it_began_with(shop: Shop) -> None:
    shop.tell(HUB)
    whole, _ = await page(shop, 100)
    _, info = await page(shop)
    shop.tell("@10d hub>new:tea hub>new:mug hub>u20:mug hub>u20:pot")
    again, current = await page(shop, 100)
    assert again != whole
    assert current["version"] != info["version"]
    rest, pinned = await page(shop, 100, info["endCursor"])
    assert rest == whole[10:]
    assert pinned["version"] == info["version"], "one response, one version"


async def test_a_cursor_of_a_version_that_is_gone_is_stale(shop: Shop) -> None:
    shop.tell(HUB)
    _, info = await page(shop)
    for number in range(3):
        shop.tell(f"@{number + 2}d hub>late{number}:mug")
        await page(shop)
    ((code, message),) = await shop.refused(FRIENDS, after=info["endCursor"])
    assert code == "STALE_CURSOR"
    assert "start again" in message


@pytest.mark.parametrize("field", ["friends", "shares", "suggestions"])
async def test_a_cursor_of_another_list_is_refused(shop: Shop, field: str) -> None:
    shop.tell(HUB)
    _, info = await page(shop)
    document = (
        f'query($c: String) {{ user(key: "hub") {{ {field}(after: $c) {{ pageInfo {{ hasNextPage }} }} }} }}'
    )
    ((code, message),) = await shop.refused(document, c=info["endCursor"])
    assert (code, message) == (
        "BAD_USER_INPUT",
        "after: this cursor is of another list, or of other arguments",
    )


@pytest.mark.parametrize("first", [0, -1, 101, 2_000_000_000])
async def test_a_length_out_of_bounds_is_refused(shop: Shop, first: int) -> None:
    shop.tell(HUB)
    ((code, message),) = await shop.refused(FRIENDS, first=first)
    assert (code, message) == ("BAD_USER_INPUT", f"first: {first} is not from 1 to 100")


@given(st.text(max_size=40))
def test_any_text_that_is_no_cursor_is_refused_by_name(text: str) -> None:
    with pytest.raises(InvalidInput, match=r"^after: ") as refused:
        Listing.of("v1", "friends", 3).place(text)
    assert not isinstance(refused.value, StaleCursor)


@given(st.text(), st.integers(0, 1 << 30), st.lists(st.integers()))
def test_a_cursor_comes_back_as_the_place_it_names(version: str, place: int, asked: list[int]) -> None:
    listing = Listing.of(version, *asked)
    assert listing.place(listing.cursor(place)) == place
    with pytest.raises(StaleCursor):
        Listing.of(f"{version}+", *asked).place(listing.cursor(place))


@given(st.integers(0, 60), st.lists(st.integers(1, 20), min_size=70, max_size=70))
def test_walking_a_list_in_any_steps_gives_it_whole(length: int, steps: list[int]) -> None:
    listing, walked, after = Listing.of("v1"), list[int](), None
    for step in steps:
        part = Window.of(listing, step, after).cut(range(length))
        walked += part.items
        if not part.has_next:
            break
        after = part.cursor(len(part.items) - 1)
    assert walked == list(range(length))
