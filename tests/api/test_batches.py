"""How much work an answer is: store reads, and calls of the domain."""

from collections.abc import Sequence
from typing import Any

import pytest

from api import batching
from api.types import people
from graph.suggest import suggest
from graph.suggest.proof import social_proof
from tests.api.conftest import Shop

SHOP = " ".join(
    f"u{n}>u{(n * 7 + 1) % 50},u{(n * 3 + 2) % 50}:p{n % 9}" for n in range(50) if n not in {8, 33, 41, 49}
)


@pytest.fixture
def batches(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The number of asks in each call of the real `suggest`."""
    sizes: list[int] = []

    def counted(shelf: Any, asks: Sequence[Any], **more: Any) -> Any:
        sizes.append(len(asks))
        return suggest(shelf, asks, **more)

    monkeypatch.setattr(batching, "suggest", counted)
    return sizes


async def test_fifty_users_suggestions_are_one_batch_and_no_store_read(
    shop: Shop, batches: list[int]
) -> None:
    shop.tell(SHOP)
    await shop.ask("{ dataset { version } }")
    shop.store.calls.clear()
    wanted = " ".join(
        f'u{n}: user(key: "u{n}") {{ suggestions(first: {n % 7 + 1}) {{'
        " nodes { product { key name } explanation } } }"
        for n in range(50)
    )
    answer = await shop.ask(f"{{ {wanted} }}")
    assert batches == [50]
    assert shop.store.calls == ["version"]
    for n in range(50):
        assert len(answer[f"u{n}"]["suggestions"]["nodes"]) <= n % 7 + 1


async def test_a_batch_gives_what_each_would_get_alone(shop: Shop, batches: list[int]) -> None:
    shop.tell(SHOP)
    one = (
        '{{ user(key: "{0}") {{ suggestions(first: {1}) {{ nodes {{ product {{ key }} score rank }} }} }} }}'
    )
    alone = [(await shop.ask(one.format(f"u{n}", n + 1)))["user"] for n in range(5)]
    together = " ".join(f"u{n}: {one.format(f'u{n}', n + 1)[2:-2]}" for n in range(5))
    answer = await shop.ask(f"{{ {together} }}")
    assert [answer[f"u{n}"] for n in range(5)] == alone
    assert batches == [1, 1, 1, 1, 1, 5]


async def test_friends_of_a_person_are_one_batch_too(shop: Shop, batches: list[int]) -> None:
    shop.tell(SHOP)
    await shop.ask(
        '{ user(key: "u1") { friends(first: 100) { nodes { from { suggestions { answerId } } } } } }'
    )
    assert len(batches) == 1


async def test_the_same_question_twice_in_a_request_is_asked_once(shop: Shop, batches: list[int]) -> None:
    shop.tell(SHOP)
    await shop.ask(
        '{ a: user(key: "u1") { suggestions { answerId } } b: suggestions(user: "u1") { answerId } }'
    )
    assert batches == [1]


async def test_forty_product_cards_are_one_call_and_no_store_read(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.tell(SHOP)
    await shop.ask("{ dataset { version } }")
    shop.store.calls.clear()
    asked: list[int] = []

    def counted(shelf: Any, person: int, products: Sequence[int]) -> Any:
        asked.append(len(products))
        return social_proof(shelf, person, products)

    monkeypatch.setattr(people, "social_proof", counted)
    document = """query($p: [String!]!) { user(key: "u1") { socialProof(products: $p) {
        product { key name price { amount } } friends named { key name } action latestAt } } }"""
    await shop.ask(document, p=[f"p{n % 9}" for n in range(40)])
    assert asked == [40]
    assert shop.store.calls == ["version"]
