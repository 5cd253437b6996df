"""What a frontend is told to show at a moment."""

from datetime import UTC, datetime, timedelta

from graph.events import Event, Kind, Product
from tests.api.conftest import Shop

FEED = """
query($context: SuggestionContext) {
  suggestions(context: $context, first: 2) {
    answerId
    nodes { product { key } score explanation reasons { weight ... on SceneReason { scene } } }
  }
}
"""


def _day_by_day() -> list[Event]:
    """Wine is shared in the evening and beans in the morning, by the clock in Shanghai."""
    started = datetime(2025, 3, 3, tzinfo=UTC)
    return [
        Event(
            f"s{day}-{hour}-{n}", Kind.SHARE, started + timedelta(days=day, hours=hour, minutes=n),
            user=f"p{(day + n) % 30}", product="wine" if hour == 12 else "beans",
        )
        for day in range(200) for hour in (1, 12) for n in range(3)
    ]  # fmt: skip


async def test_the_moment_decides_what_comes_first_and_is_told_as_a_reason(shop: Shop) -> None:
    shop.take(_day_by_day())
    shop.store.upsert_products([Product(key, key, category=key) for key in ("wine", "beans")])
    first = {}
    for at in ("2025-09-18T12:30:00Z", "2025-09-18T01:30:00Z"):
        answer = (await shop.ask(FEED, context={"at": at}))["suggestions"]
        first[at] = answer["nodes"][0]
        assert first[at]["score"] == sum(reason["weight"] for reason in first[at]["reasons"])
    assert [node["product"]["key"] for node in first.values()] == ["wine", "beans"]
    scenes = [{reason.get("scene") for reason in node["reasons"]} for node in first.values()]
    assert "evening" in scenes[0]
    assert "morning" in scenes[1]
    named = (await shop.ask(FEED, context={"scene": "evening"}))["suggestions"]
    assert named["nodes"][0]["product"]["key"] == "wine"


async def test_answers_at_different_moments_are_different_answers(shop: Shop) -> None:
    shop.tell("ana>bea:tea")
    ids = {
        (await shop.ask(FEED, context=context))["suggestions"]["answerId"]
        for context in ({}, {"at": "2026-05-01T10:00:00Z"}, {"region": "north"}, {"scene": "evening"})
    }
    assert len(ids) == 4
