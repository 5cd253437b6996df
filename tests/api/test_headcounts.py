"""Headcounts over the API: small groups kept back, or noise and a budget."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from api import refresh
from api.auth.caller import Caller, Role
from api.request import Asked
from api.service import Service
from api.settings import Records
from graph.events import Consent, Event, Kind, User
from tests.api.conftest import Shop
from tests.toy import START

ASKS = """query($of: HeadcountOf! = OPENERS, $month: String, $epsilon: Float) {
  headcounts(of: $of, by: REGION, month: $month, epsilon: $epsilon) {
    groups { region category community { size } channel people { value low high confidence } }
    keptBack
    privacy { epsilon delta groupsEach threshold spent budget } } }"""


@pytest.fixture
def told(shop: Shop) -> Shop:
    """Sixty openers in one region, twelve in another, nine in a third, and one who does not say."""
    openers = [f"p{number}" for number in range(82)]
    shop.tell(f"ana>{','.join(openers)}:tea")
    regions = ["Hebei"] * 60 + ["Hubei"] * 12 + ["Hunan"] * 9
    shop.store.upsert_users([User(key, region=region) for key, region in zip(openers, regions, strict=False)])
    return shop


async def ask(service: Service, role: Role, **variables: Any) -> Any:
    return await service.answer(Asked(ASKS, variables, caller=Caller(role, f"test:{role}")))


def private(shop: Shop, folder: Path, budget: float = 1.0) -> Service:
    records = Records(privacy=folder / "privacy.db", budget=budget)
    return Service(shop.store, clock=shop.clock, records=records)


async def test_a_small_group_is_kept_back_and_the_next_that_would_tell_it(told: Shop) -> None:
    found = (await ask(told.service, Role.ANALYST)).data["headcounts"]
    assert [(group["region"], group["people"]["value"]) for group in found["groups"]] == [("Hebei", 60)]
    assert found["groups"][0]["people"] == {"value": 60, "low": 55, "high": 64, "confidence": 1.0}
    exact = (await ask(told.service, Role.GROWTH)).data["headcounts"]["groups"]
    assert exact[0]["people"] == {"value": 60, "low": 60, "high": 60, "confidence": 1.0}
    assert found["keptBack"] == 2
    assert found["privacy"] is None


async def test_a_month_in_which_nothing_was_done_has_no_groups(told: Shop) -> None:
    found = (await ask(told.service, Role.ANALYST, month="2020-01")).data["headcounts"]
    assert (found["groups"], found["keptBack"]) == ([], 0)
    [error] = (await ask(told.service, Role.ANALYST, month="June")).errors
    assert error["extensions"]["code"] == "BAD_USER_INPUT"


@pytest.mark.parametrize("at_once", [refresh.AT_ONCE, 0])
async def test_who_refuses_is_out_of_the_next_answer(
    told: Shop, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    """Fitted anew at every change, or answered from the last fit and what came since."""
    monkeypatch.setattr(refresh, "AT_ONCE", at_once)
    groups = (await ask(told.service, Role.GROWTH)).data["headcounts"]["groups"]
    assert groups[0]["people"]["value"] == 60
    said = Consent(research=False), Consent(location=False), Consent(personalisation=False)
    told.take(
        [
            Event(f"no{number}", Kind.CONSENT, START + timedelta(days=1), user=f"p{number}", consent=consent)
            for number, consent in enumerate(said)
        ]
    )
    groups = (await ask(told.service, Role.GROWTH)).data["headcounts"]["groups"]
    assert groups[0]["people"]["value"] == 58


async def test_noise_is_added_and_told(told: Shop, tmp_path: Path) -> None:
    service = private(told, tmp_path)
    found = (await ask(service, Role.ANALYST, epsilon=1.0)).data["headcounts"]
    [hebei] = found["groups"]
    assert hebei["region"] == "Hebei"
    assert hebei["people"]["low"] < hebei["people"]["value"] < hebei["people"]["high"]
    assert abs(hebei["people"]["value"] - 60) < 20
    assert found["keptBack"] is None
    assert found["privacy"]["spent"] == found["privacy"]["budget"] == 1.0
    assert found["privacy"]["threshold"] > 12
    assert (await ask(service, Role.ANALYST, epsilon=1.0)).data["headcounts"] == found


async def test_a_spent_budget_has_a_code(told: Shop, tmp_path: Path) -> None:
    service = private(told, tmp_path)
    await ask(service, Role.ANALYST, epsilon=0.8)
    [error] = (await ask(service, Role.ANALYST, of="SHARERS")).errors
    assert error["extensions"]["code"] == "PRIVACY_BUDGET_SPENT"
    assert (await ask(service, Role.GROWTH)).data["headcounts"]["privacy"]["spent"] == 0.5


async def test_noise_is_not_got_round(told: Shop, tmp_path: Path) -> None:
    service: Any = private(told, tmp_path)
    by = "{ kFactor(by: CHANNEL) { groups { kFactor { people } } } }"
    plain = "{ kFactor { overall { people } } }"
    analyst = Caller(Role.ANALYST, "a")
    times = ("every: DAY", 'since: "2026-05-01T00:00:00Z"', 'until: "2026-05-02T00:00:00Z"')
    for asked in (by, *(plain.replace("kFactor", f"kFactor({time})") for time in times)):
        [error] = (await service.answer(Asked(asked, caller=analyst))).errors
        assert error["extensions"]["code"] == "FORBIDDEN"
        assert "headcounts" in error["message"]
    assert not (await service.answer(Asked(plain, caller=analyst))).errors
    assert not (await service.answer(Asked(by, caller=Caller(Role.ADMIN, "b")))).errors


async def test_a_community_that_is_kept_from_analysts_is_in_no_list(shop: Shop) -> None:
    stars = {"a": 39, "b": 14, "c": 2}
    shares = (f"{who}>{','.join(f'{who}{at}' for at in range(size))}:tea" for who, size in stars.items())
    bought = (f"{who}{at}$tea" for who, size in (("a", 20), ("b", 12)) for at in range(size))
    shop.tell(" ".join((*shares, *bought)))
    document = """{ communities { nodes { id } }
      headcounts(of: BUYERS, by: COMMUNITY) { keptBack groups { community { id } people { value } } } }"""
    found = (await shop.service.answer(Asked(document, caller=Caller(Role.ANALYST, "a")))).data
    assert found is not None
    [listed], counts = found["communities"]["nodes"], found["headcounts"]
    assert counts == {"keptBack": 1, "groups": [{"community": listed, "people": {"value": 20}}]}


async def test_administrators_are_told_what_is(told: Shop, tmp_path: Path) -> None:
    found = (await ask(private(told, tmp_path), Role.ADMIN)).data["headcounts"]
    assert (found["privacy"], found["keptBack"]) == (None, 2)
