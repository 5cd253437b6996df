"""What a person is shown before they switch something is what they are shown after it, exactly."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from api import refresh
from graph.events import Consent, Event, Kind, Product, User
from tests.api.conftest import Shop
from tests.toy import START

PEOPLE, PRODUCTS = ("ana", "bea", "cy", "dan", "eve"), ("tea", "mug", "tent", "bag")
person, product = st.sampled_from(PEOPLE), st.sampled_from(PRODUCTS)
WORD = st.one_of(
    st.builds("{}>{}:{}".format, person, person, product),
    st.builds("{}>:{}".format, person, product),
    st.builds("{}${}".format, person, product),
    st.builds("{}.view:{}".format, person, product),
    st.builds("{}~{}".format, person, person),
    st.builds("{}.not_interested:{}".format, person, product),
)
STORY = st.lists(WORD, min_size=3, max_size=14)
SAID = st.none() | st.booleans()
LINK = st.fixed_dictionaries(
    {},
    optional={
        "sharer": st.sampled_from((*PEOPLE, "stranger")),
        "product": product,
        "region": st.sampled_from(("Hebei", "Hunan")),
        "category": st.sampled_from(("drinks", "outdoor")),
    },
)


def any_word(said: tuple[bool | None, bool | None]) -> bool:
    """Whether something is said."""
    return said != (None, None)


LISTED = "{ rank score explanation product { key } reasons { __typename weight } }"
WOULD = f"""query($k: String!, $p: Boolean, $l: Boolean, $c: SuggestionContext) {{ user(key: $k) {{
    consentPreview(personalisation: $p, location: $l, first: 20, context: $c) {{
        suggestions {LISTED} losses {{ product {{ key }} reason {{ __typename }} }} }} }} }}"""
NEXT = f"""query($k: String!, $c: SuggestionContext) {{ user(key: $k) {{
    suggestions(first: 20, context: $c) {{ nodes {LISTED} }} }} }}"""
SET = "mutation($i: SetConsentInput!) { setConsent(input: $i) { userErrors { code } } }"


@pytest.mark.parametrize("at_once", [refresh.AT_ONCE, 0], ids=["fitted at once", "on top of a fit"])
@settings(max_examples=12, deadline=None, phases=[Phase.generate], suppress_health_check=[*HealthCheck])
@given(
    story=STORY,
    later=STORY,
    refusing=st.sets(person),
    who=st.sampled_from((*PEOPLE, "stranger")),
    said=st.tuples(SAID, SAID).filter(any_word),
    link=LINK,
)
def test_a_preview_is_the_next_answer(
    at_once: int,
    story: Sequence[str],
    later: Sequence[str],
    refusing: set[str],
    who: str,
    said: tuple[bool | None, bool | None],
    link: dict[str, str],
) -> None:
    with pytest.MonkeyPatch.context() as patch, TemporaryDirectory() as folder:
        patch.setattr(refresh, "AT_ONCE", at_once)
        patch.setattr(refresh, "OF_A_FEW", 1_000)
        shop = Shop(Path(folder))
        try:
            asyncio.run(_said(shop, (story, later), refusing, who, said, link))
        finally:
            shop.service.close()
            shop.store.close()


async def _said(
    shop: Shop,
    told: tuple[Sequence[str], Sequence[str]],
    refusing: set[str],
    who: str,
    said: tuple[bool | None, bool | None],
    link: dict[str, str],
) -> None:
    shop.store.upsert_users([User(key, region="Hebei" if key < "c" else "Hunan") for key in PEOPLE])
    shop.store.upsert_products(
        [Product(key, category=of) for key, of in zip(PRODUCTS, CATEGORIES, strict=True)]
    )
    no = Consent(personalisation=False)
    shop.take([Event(f"no-{key}", Kind.CONSENT, START, user=key, consent=no) for key in sorted(refusing)])
    shop.tell(f"{who}.view:tea  {'  '.join(told[0])}")
    await shop.ask("{ dataset { version } }")
    shop.tell("  ".join(told[1]))
    today = await shown(shop, who, link)
    personalisation, location = said
    words: dict[str, Any] = {"p": personalisation, "l": location}
    would = (await shop.ask(WOULD, k=who, c=link, **words))["user"]["consentPreview"]
    assert await shown(shop, who, link) == today
    named = {"personalisation": personalisation, "location": location}
    spoken = {purpose: word for purpose, word in named.items() if word is not None}
    assert not (await shop.ask(SET, i={"user": who, **spoken}))["setConsent"]["userErrors"]
    assert would["suggestions"] == await shown(shop, who, link)
    kinds = {(one["product"]["key"], why["__typename"]) for one in today for why in one["reasons"]}
    lost = {(loss["product"]["key"], loss["reason"]["__typename"]) for loss in would["losses"]}
    assert lost <= kinds


CATEGORIES = ("drinks", "drinks", "outdoor", "outdoor")


async def shown(shop: Shop, who: str, link: dict[str, str]) -> Any:
    return (await shop.ask(NEXT, k=who, c=link))["user"]["suggestions"]["nodes"]
