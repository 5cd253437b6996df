"""What somebody allows, said and read over the API; it counts in the very next answer."""

from typing import Any

import pytest

from api import refresh
from api.auth.caller import Caller, Role
from api.request import Asked
from graph.analysis import Analysis
from graph.events import Consent, Event, Kind, User
from graph.live.refit import after
from graph.snapshot import Snapshot
from tests.api.conftest import NOW, Shop

TOY = "ana>bea:mug  ana>:tea  bea>cy:mug  dan>bea:pot  cy$pot"
"""Ana's shares reach bea, who has not seen the tea yet."""

SET = """mutation($i: SetConsentInput!) { setConsent(input: $i) {
    user { key consent { personalisation namedToFriends location research updatedAt } }
    userErrors { code field } } }"""
READ = """query($k: String!) { user(key: $k) { consent {
    personalisation namedToFriends location research updatedAt
    records { at surface notice personalisation namedToFriends } } } }"""
SHOWN = """query($k: String!) { user(key: $k) { suggestions { nodes { product { key } explanation
    reasons { __typename ... on FriendReason { friend { key } } } } } } }"""


@pytest.fixture(params=[False, True], ids=["fitted at once", "on top of a fit"])
def any_size(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Shops that are fitted at every change, and such as are too large for it."""
    if request.param:
        monkeypatch.setattr(refresh, "AT_ONCE", 0)
        monkeypatch.setattr(refresh, "OF_A_FEW", 1_000)


async def said(shop: Shop, key: str, **purposes: Any) -> Any:
    answer = await shop.ask(SET, i={"user": key, **purposes})
    assert answer["setConsent"]["userErrors"] == []
    return answer["setConsent"]["user"]["consent"]


async def reasons(shop: Shop, key: str) -> set[tuple[str, str, str | None]]:
    """(product, kind of reason, friend who is named) of everything that somebody is shown."""
    shown = (await shop.ask(SHOWN, k=key))["user"]["suggestions"]["nodes"]
    return {
        (one["product"]["key"], why["__typename"], (why.get("friend") or {}).get("key"))
        for one in shown
        for why in one["reasons"]
    }


@pytest.mark.usefixtures("any_size")
async def test_what_is_said_is_read_back_and_the_rest_stays(shop: Shop) -> None:
    shop.tell(TOY)
    await shop.ask("{ dataset { version } }")
    before = (await shop.ask(READ, k="bea"))["user"]["consent"]
    assert before["updatedAt"] is None
    assert before["records"] == []
    assert before["personalisation"] is True
    after = await said(shop, "bea", namedToFriends=False, notice="May friends see you?", surface="settings")
    assert (after["personalisation"], after["namedToFriends"]) == (True, False)
    assert after["updatedAt"] is not None
    (record,) = (await shop.ask(READ, k="bea"))["user"]["consent"]["records"]
    assert (record["surface"], record["notice"]) == ("settings", "May friends see you?")
    assert (record["personalisation"], record["namedToFriends"]) == (None, False)


@pytest.mark.usefixtures("any_size")
async def test_who_says_no_is_shown_nothing_personal_in_the_very_next_answer(shop: Shop) -> None:
    shop.tell(TOY)
    assert ("tea", "FriendReason", "ana") in await reasons(shop, "bea")
    await said(shop, "bea", personalisation=False)
    assert {kind for _, kind, _ in await reasons(shop, "bea")} <= {"PopularityReason"}
    await said(shop, "bea", personalisation=True)
    assert ("tea", "FriendReason", "ana") in await reasons(shop, "bea")


@pytest.mark.usefixtures("any_size")
async def test_who_says_no_is_no_reason_for_anybody_else(shop: Shop) -> None:
    shop.tell(TOY)
    assert any(friend == "ana" for _, _, friend in await reasons(shop, "bea"))
    await said(shop, "ana", personalisation=False)
    assert not any(friend == "ana" for _, _, friend in await reasons(shop, "bea"))
    assert not any(
        kind == "FriendReason" and product == "tea" for product, kind, _ in await reasons(shop, "bea")
    )


@pytest.mark.usefixtures("any_size")
async def test_who_does_not_want_to_be_named_counts_without_a_name(shop: Shop) -> None:
    shop.tell(TOY)
    await said(shop, "ana", namedToFriends=False)
    assert ("tea", "FriendReason", None) in await reasons(shop, "bea")


async def test_the_last_word_counts_whichever_key_it_was_said_under(shop: Shop) -> None:
    shop.tell(TOY)
    await said(shop, "v-1", personalisation=False)
    shop.tell("bea=?v-1")
    assert (await shop.ask(READ, k="bea"))["user"]["consent"]["personalisation"] is False
    await said(shop, "bea", personalisation=True)
    assert (await shop.ask(READ, k="bea"))["user"]["consent"]["personalisation"] is True
    assert len((await shop.ask(READ, k="bea"))["user"]["consent"]["records"]) == 2


async def test_where_nobody_is_allowed_for_by_default_only_those_who_said_yes_are(shop: Shop) -> None:
    shop.store.allow_by_default(allowed=False)
    shop.tell(TOY)
    assert {kind for _, kind, _ in await reasons(shop, "bea")} <= {"PopularityReason"}
    await said(shop, "bea", personalisation=True)
    assert not any(kind == "FriendReason" for _, kind, _ in await reasons(shop, "bea"))
    await said(shop, "ana", personalisation=True)
    assert ("tea", "FriendReason", None) in await reasons(shop, "bea")
    await said(shop, "ana", namedToFriends=True)
    assert ("tea", "FriendReason", "ana") in await reasons(shop, "bea")


WHERE = '{ kolCandidates(filter: { region: "Lyon" }) { nodes { user { key } } } }'
AIMED = '{ spread(users: ["ana"], filter: { audienceRegion: "Lyon" }) { reach { value } } }'
WANTING = '{ product(key: "mug") { audience(filter: { region: "Lyon" }) { nodes { user { key } } } } }'


async def lyonnais(shop: Shop, document: str) -> set[str]:
    """Who is listed for living in Lyon."""
    (found,) = (await shop.ask(document)).values()
    return {one["user"]["key"] for one in found.get("audience", found)["nodes"]}


@pytest.mark.usefixtures("any_size")
async def test_who_keeps_their_place_to_themselves_is_found_by_no_region(shop: Shop) -> None:
    shop.tell(
        "ana>bea,cy,dan,eve:mug  bea>cy,dan:mug  cy>dan,eve:mug  ana>bea,cy:tea  bea>dan:tea  cy>eve:tea"
    )
    shop.store.upsert_users([User(key, region="Lyon") for key in ("ana", "bea", "cy", "dan")])
    assert {"bea", "cy"} <= await lyonnais(shop, WHERE)
    assert {"bea", "cy", "dan"} <= await lyonnais(shop, WANTING)
    before = (await shop.ask(AIMED))["spread"]["reach"]["value"]
    await said(shop, "bea", location=False)
    assert "cy" in await lyonnais(shop, WHERE)
    assert "bea" not in await lyonnais(shop, WHERE)
    assert "cy" in await lyonnais(shop, WANTING)
    assert "bea" not in await lyonnais(shop, WANTING)
    assert (await shop.ask(AIMED))["spread"]["reach"]["value"] < before


@pytest.mark.usefixtures("any_size")
async def test_who_keeps_their_place_to_themselves_is_told_it_and_the_shops_services_are_not(
    shop: Shop,
) -> None:
    shop.tell(TOY)
    shop.store.upsert_users([User("bea", region="Lyon")])
    told: dict[Role, list[str | None]] = {role: [] for role in Role}
    for location in (True, False):
        await said(shop, "bea", location=location)
        for role in (Role.STOREFRONT, Role.GROWTH, Role.PRIVACY, Role.ADMIN, Role.MEMBER):
            caller = Caller(role, role.value, "bea" if role is Role.MEMBER else None)
            asked = Asked('{ user(key: "bea") { region } }', {}, caller=caller)
            reply: Any = await shop.service.answer(asked)
            told[role].append(reply.data["user"]["region"])
    assert told[Role.STOREFRONT] == told[Role.GROWTH] == ["Lyon", None]
    assert told[Role.PRIVACY] == told[Role.ADMIN] == told[Role.MEMBER] == ["Lyon", "Lyon"]


async def test_a_consent_that_says_nothing_is_refused(shop: Shop) -> None:
    shop.tell(TOY)
    (fault,) = (await shop.ask(SET, i={"user": "bea"}))["setConsent"]["userErrors"]
    assert fault == {"code": "INVALID", "field": ["input"]}


@pytest.mark.parametrize(
    ("field", "word"),
    [("user", ""), ("user", "x" * 1_001), ("user", "ana\0"), ("surface", "y" * 1_001), ("surface", ""),
     ("notice", "z" * 10_001)],
)  # fmt: skip
async def test_words_of_a_consent_are_held_to_what_is_asked_of_a_row(
    shop: Shop, field: str, word: str
) -> None:
    shop.tell("ana>bea:tea")
    before = shop.store.version()
    said = {"user": "ana", "research": False, field: word}
    document = "mutation($i: SetConsentInput!) { setConsent(input: $i) { userErrors { code field } } }"
    answer = await shop.ask(document, i=said)
    assert answer["setConsent"]["userErrors"] == [{"code": "INVALID", "field": [field]}]
    assert shop.store.version() == before


async def test_a_member_speaks_for_themselves_alone(shop: Shop) -> None:
    shop.tell(TOY)
    bea = Caller(Role.MEMBER, "test", "bea")
    for key, code in (("bea", None), ("ana", "NOT_FOUND"), ("nobody", "NOT_FOUND")):
        asked = Asked(SET, {"i": {"user": key, "research": False}}, caller=bea)
        data: Any = (await shop.service.answer(asked)).data
        assert [fault["code"] for fault in data["setConsent"]["userErrors"]] == ([code] if code else [])
    assert (await shop.ask(READ, k="ana"))["user"]["consent"]["updatedAt"] is None


WOULD = """query($k: String!, $p: Boolean!, $n: Int) { user(key: $k) {
    consentPreview(personalisation: $p, first: $n) {
        suggestions { rank score explanation product { key } reasons { __typename weight } }
        gone { __typename } losses { product { key } reason { __typename } } } } }"""
NEXT = """query($k: String!, $n: Int) { user(key: $k) { suggestions(first: $n) { nodes {
    rank score explanation product { key } reasons { __typename weight } } } } }"""


@pytest.mark.parametrize("person", ["ana", "bea", "cy", "dan"])
async def test_a_preview_is_the_next_answer_and_changes_nothing(shop: Shop, person: str) -> None:
    shop.tell(TOY + "  cy>dan:tea  dan>ana,cy:mug  cy$mug  dan$tea")
    today = (await shop.ask(NEXT, k=person, n=20))["user"]["suggestions"]["nodes"]
    would = (await shop.ask(WOULD, k=person, p=False, n=20))["user"]["consentPreview"]
    assert (await shop.ask(NEXT, k=person, n=20))["user"]["suggestions"]["nodes"] == today
    await said(shop, person, personalisation=False)
    tomorrow = (await shop.ask(NEXT, k=person, n=20))["user"]["suggestions"]["nodes"]
    assert would["suggestions"] == tomorrow
    kinds = {why["__typename"] for one in today for why in one["reasons"]}
    assert {why["__typename"] for why in would["gone"]} <= kinds
    back = (await shop.ask(WOULD, k=person, p=True, n=20))["user"]["consentPreview"]["suggestions"]
    await said(shop, person, personalisation=True)
    assert back == (await shop.ask(NEXT, k=person, n=20))["user"]["suggestions"]["nodes"]


async def test_a_preview_says_which_reasons_would_go(shop: Shop) -> None:
    shop.tell(TOY)
    would = (await shop.ask(WOULD, k="bea", p=False, n=10))["user"]["consentPreview"]
    assert {"__typename": "FriendReason"} in would["gone"]
    assert {"product": {"key": "tea"}, "reason": {"__typename": "FriendReason"}} in would["losses"]
    assert [loss["reason"] for loss in would["losses"]] == would["gone"]
    assert all(why["__typename"] != "FriendReason" for one in would["suggestions"] for why in one["reasons"])


@pytest.mark.parametrize("purpose", ["research", "namedToFriends", "personalisation"])
async def test_a_large_shop_is_fitted_anew_when_somebody_withdraws(
    shop: Shop, purpose: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refresh, "OF_A_FEW", 1_000)
    shop.tell(TOY)
    fit = Analysis.of(Snapshot.of(shop.store.read()))
    await said(shop, "ana", **{purpose: False})
    live = after(fit, shop.store.read(fit.version))
    anew = purpose == "personalisation"
    assert (live.withdrawn, refresh.outgrown(live)) == (anew, anew)


@pytest.mark.usefixtures("any_size")
async def test_another_answer_has_another_id(shop: Shop) -> None:
    shop.tell(TOY)
    document = 'query { user(key: "bea") { suggestions { answerId nodes { product { key } } } } }'
    first = (await shop.ask(document))["user"]["suggestions"]
    assert (await shop.ask(document))["user"]["suggestions"] == first
    await said(shop, "bea", personalisation=False)
    second = (await shop.ask(document))["user"]["suggestions"]
    assert second["answerId"] != first["answerId"]
    await shop.ask("""mutation { giveFeedback(input: { user: "bea", product: "tea", verdict: LIKE }) {
        userErrors { code } } }""")
    third = (await shop.ask(document))["user"]["suggestions"]
    assert third["answerId"] not in {first["answerId"], second["answerId"]}


PAGED = """query($after: String) { user(key: "bea") { suggestions(first: 1, after: $after) {
    pageInfo { endCursor } nodes { product { key } } } } }"""


@pytest.mark.usefixtures("any_size")
async def test_a_later_page_shows_nothing_that_was_taken_back_since_the_first(shop: Shop) -> None:
    shop.tell(TOY)
    first = (await shop.ask(PAGED))["user"]["suggestions"]["pageInfo"]["endCursor"]
    shop.tell("dan>cy:pan")
    await shop.ask(PAGED, after=first)
    await said(shop, "cy", location=True)
    await shop.ask(PAGED, after=first)
    await said(shop, "ana", namedToFriends=False)
    assert [code for code, _ in await shop.refused(PAGED, after=first)] == ["STALE_CURSOR"]


@pytest.mark.usefixtures("any_size")
async def test_what_was_taken_back_elsewhere_is_on_no_later_page_either(shop: Shop) -> None:
    shop.tell(TOY)
    first = (await shop.ask(PAGED))["user"]["suggestions"]["pageInfo"]["endCursor"]
    no = Consent(named_to_friends=False)
    shop.take([Event("no", Kind.CONSENT, NOW, user="ana", consent=no)])
    assert [code for code, _ in await shop.refused(PAGED, after=first)] == ["STALE_CURSOR"]


@pytest.mark.usefixtures("any_size")
async def test_a_visitors_first_act_takes_nothing_back(shop: Shop) -> None:
    """To whom something was sent is known before they do anything, and has no account by then."""
    shop.take([Event("sent", Kind.SHARE, NOW, user="ana", product="tea", recipient="phone")])
    shop.tell(TOY)
    first = (await shop.ask(PAGED))["user"]["suggestions"]["pageInfo"]["endCursor"]
    shop.take([Event("seen", Kind.VIEW, NOW, visitor="phone", product="tea")])
    await shop.ask(PAGED, after=first)
    no = Consent(named_to_friends=False)
    shop.take([Event("no", Kind.CONSENT, NOW, visitor="tablet", consent=no)])
    await shop.ask(PAGED, after=first)
    shop.take([Event("not", Kind.CONSENT, NOW, user="ana", consent=no)])
    assert [code for code, _ in await shop.refused(PAGED, after=first)] == ["STALE_CURSOR"]
