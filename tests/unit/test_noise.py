"""Counts with noise: hardly changed by one person, near the truth, and paid for once."""

import sqlite3
from collections import Counter
from math import exp, log
from pathlib import Path
from typing import Any

import pytest

from api.auth.caller import Caller, Role
from api.rights.noise import DELTA, noisy
from api.rights.privacy import Privacy
from graph.errors import BudgetSpent, InvalidInput, StoreIncompatible, StoreUnavailable
from loaders.releases import Releases

MANY = 2_000
ANA, BEA = (Caller(Role.ANALYST, f"key:{name}") for name in ("ana", "bea"))
SHOP = {1: 100, 2: 60, 3: 400}


def test_one_person_changes_the_chance_of_an_answer_by_e_to_epsilon_at_most() -> None:
    epsilon = 1.0
    with_them, without = (
        Counter(noisy({1: count}, each=1, epsilon=epsilon).people.get(1, 0) for _ in range(MANY))
        for count in (200, 199)
    )
    for answer in range(197, 203):
        ratio = abs(log(with_them[answer] / without[answer]))
        assert ratio < epsilon + 5 * (1 / with_them[answer] + 1 / without[answer]) ** 0.5
    # The bound is met, and not by far: the noise is no larger than what is paid for asks.
    assert log(with_them[202] / without[202]) > 0.4 * epsilon


def test_the_noise_grows_with_the_groups_that_one_person_is_in() -> None:
    alone, several = (noisy(SHOP, each=each, epsilon=1.0) for each in (1, 3))
    assert several.within > 2 * alone.within
    assert several.threshold > alone.threshold


def test_an_interval_holds_the_count_as_often_as_it_says() -> None:
    held = 0
    for _ in range(MANY):
        told = noisy({1: 500}, each=3, epsilon=0.5)
        held += abs(told.people[1] - 500) <= told.within
    assert 0.935 < held / MANY < 0.98


def test_what_is_spent_is_what_was_asked_for() -> None:
    told = noisy(SHOP, each=3, epsilon=0.5)
    assert told.epsilon <= 0.5
    assert told.delta <= DELTA


def test_small_groups_are_not_told() -> None:
    for _ in range(200):
        told = noisy({1: 1, 3: 400}, each=1, epsilon=2.0)
        assert {*told.people} == {3}
        assert all(count >= told.threshold >= 10 for count in told.people.values())


def test_the_threshold_hides_that_somebody_is_there() -> None:
    seen = sum(bool(noisy({1: 1}, each=1, epsilon=10.0).people) for _ in range(MANY))
    assert seen == 0
    assert noisy({1: 1}, each=1, epsilon=10.0).threshold >= 1 + log(1 / (2 * DELTA)) / 10 - 1


@pytest.mark.parametrize("epsilon", [0.0, -1.0, 11.0, float("nan"), float("inf")])
def test_an_epsilon_out_of_range_is_refused(epsilon: float) -> None:
    with pytest.raises(InvalidInput, match="epsilon"):
        noisy(SHOP, each=1, epsilon=epsilon)


def test_the_same_question_has_the_same_answer_and_costs_once(tmp_path: Path) -> None:
    file = tmp_path / "privacy.db"
    first = Privacy(Releases(file), budget=1.0).told(ANA, "q", SHOP, each=1, epsilon=0.4)
    again = Privacy(Releases(file), budget=1.0).told(ANA, "q", SHOP, each=1, epsilon=0.4)
    other = Privacy(Releases(file), budget=1.0).told(BEA, "q", SHOP, each=1, epsilon=0.4)
    assert first == again == other
    assert first.spent == pytest.approx(0.4)


def test_a_budget_ends_and_what_was_asked_before_is_still_told(tmp_path: Path) -> None:
    privacy = Privacy(Releases(tmp_path / "privacy.db"), budget=1.0)
    first = privacy.told(ANA, "first", SHOP, each=1, epsilon=0.6)
    with pytest.raises(BudgetSpent, match=r"0\.6 of privacy budget, and 0\.4 of 1 are left"):
        privacy.told(ANA, "second", SHOP, each=1, epsilon=0.6)
    assert privacy.releases.spent(ANA.id) == pytest.approx(0.6)
    assert privacy.told(ANA, "first", SHOP, each=1, epsilon=0.6) == first
    assert privacy.told(ANA, "second", SHOP, each=1, epsilon=0.4).spent == pytest.approx(1.0)
    assert privacy.told(BEA, "second", SHOP, each=1, epsilon=0.6).spent == pytest.approx(0.6)


def test_what_fails_costs_nothing(tmp_path: Path) -> None:
    releases = Releases(tmp_path / "privacy.db")

    def broken() -> str:
        raise RuntimeError("no noise today")

    with pytest.raises(RuntimeError):
        releases.told("ana", "q", broken, price=(0.5, DELTA), budget=1.0)
    assert releases.spent("ana") == 0
    assert releases.told("ana", "q", lambda: "7", price=(0.5, DELTA), budget=1.0) == ("7", 0.5)


def test_another_file_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "letter.txt"
    file.write_text("Dear shop, " * 100)
    file.chmod(0o644)
    with pytest.raises(StoreIncompatible, match=r"letter\.txt is no file of releases"):
        Releases(file)
    assert file.read_text().startswith("Dear shop")
    assert file.stat().st_mode & 0o777 == 0o644


def test_nobody_but_its_owner_could_open_the_file_at_any_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, modes = tmp_path / "privacy.db", []
    connect = sqlite3.connect

    def looking(*where: Any, **how: Any) -> sqlite3.Connection:
        file: sqlite3.Connection = connect(*where, **how)
        file.execute("PRAGMA user_version = 0")
        modes.append(path.stat().st_mode & 0o777)
        return file

    monkeypatch.setattr(sqlite3, "connect", looking)
    assert Releases(path).spent("ana") == 0
    assert modes == [0o600, 0o600]


def test_a_file_that_is_there_keeps_what_its_owner_allows(tmp_path: Path) -> None:
    path = tmp_path / "privacy.db"
    Releases(path)
    path.chmod(0o660)
    Releases(path)
    assert path.stat().st_mode & 0o777 == 0o660


def test_where_no_file_can_be_made_the_releases_are_unavailable(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match=r"none/privacy\.db"):
        Releases(tmp_path / "none" / "privacy.db")
    (tmp_path / "letter.txt").touch()
    with pytest.raises(StoreUnavailable, match=r"letter\.txt/privacy\.db"):
        Releases(tmp_path / "letter.txt" / "privacy.db")


def test_the_expected_bound_is_the_textbook_one() -> None:
    """P(|X| > w) of discrete Laplace noise of scale b is 2 p^(w + 1) / (1 + p), p = e^(−1/b)."""
    told = noisy(SHOP, each=1, epsilon=0.5)
    p = exp(-0.5)
    assert 2 * p ** (told.within + 1) / (1 + p) <= 0.05 < 2 * p**told.within / (1 + p) + 0.02
