"""What a load says of its noise is what the snapshot will mark."""

from datetime import timedelta
from random import Random
from typing import Any

import pytest

from graph import noise
from graph.events import Event, Kind
from graph.snapshot import Snapshot
from graph.store import Store
from loaders import marked
from loaders.marked import noise_since
from tests import toy
from tests.contract.telling import rows

SHARE = toy.events("ana>:tea")[0]


def opened(name: str, seconds: float, **by: Any) -> Event:
    return Event(name, Kind.OPEN, SHARE.at + timedelta(seconds=seconds), share=SHARE.id, product="tea", **by)


def run(name: str, count: int, seconds: float, **by: Any) -> list[Event]:
    return [opened(f"{name}{i}", i * seconds, **by) for i in range(count)]


def test_of_a_burst_every_open_but_the_first_is_noise(store: Store) -> None:
    store.append(rows([SHARE, *run("quick", 4, 0.5, user="bea"), *run("slow", 4, 5.0, user="cy")]))
    assert noise_since(store) == Snapshot.of(store.read()).events.noise.sum() == 3


def test_only_what_came_after_a_version_counts(store: Store) -> None:
    store.append(rows([SHARE, *run("quick", 4, 0.5, user="bea")]))
    before = store.version()
    store.append(rows(run("again", 3, 0.5, user="cy")))
    assert (noise_since(store, before), noise_since(store)) == (2, 5)
    assert noise_since(store, store.version()) == 0


def test_a_device_that_never_sleeps_is_noise_whoever_holds_it(store: Store) -> None:
    told = [opened(f"o{i}", 10.0 * i, user=f"u{i}", device="farm") for i in range(201)]
    store.append(rows([SHARE, *told, *run("slow", 4, 5.0, user="cy", device="phone")]))
    assert noise_since(store) == Snapshot.of(store.read()).events.noise.sum() == 201


def test_two_keys_that_turn_out_to_be_one_person_make_a_burst(store: Store) -> None:
    store.append(rows([SHARE, opened("o1", 0.0, visitor="phone"), opened("o2", 0.5, user="bea")]))
    assert noise_since(store) == 0
    store.append(rows([Event("j", Kind.SIGNUP, SHARE.at, user="bea", visitor="phone")]))
    assert noise_since(store) == 1


def test_an_empty_store_holds_no_noise(store: Store) -> None:
    assert noise_since(store) == 0


def scattered(seed: int, count: int) -> list[Event]:
    """Opens of an afternoon by a few people and devices, in no order of time."""
    dice = Random(seed)  # noqa: S311 - a shuffle, no secret
    return [
        opened(
            f"e{n}",
            dice.choice([0, 3_600, 9_000]) + dice.choice([0.4, 1.0, 300.0]) * dice.randrange(12),
            user=dice.choice(["bea", "cy"]),
            device=dice.choice(["farm", "phone", None]),
        )
        for n in range(count)
    ]


@pytest.mark.parametrize("seed", range(3))
def test_looking_near_what_is_new_finds_what_looking_at_everything_finds(
    store: Store, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(noise, "OPENS_PER_DEVICE", 12)
    told = scattered(seed, 200)
    store.append(rows([SHARE, *told[:170]]))
    before = store.version()
    store.append(rows(told[170:]))
    found = noise_since(store, before)
    monkeypatch.setattr(marked, "NEAR", timedelta(days=1))
    assert found == noise_since(store, before) > 0


def test_a_small_load_looks_only_at_what_is_near(store: Store) -> None:
    told = [opened(f"o{n}", 7_200.0 * n, user="bea") for n in range(40)]
    store.append(rows([SHARE, *told]))
    before = store.version()
    store.append(rows([opened("new", 7_200.0 * 20 + 3_600, user="bea")]))
    near = store.opens(before, within=timedelta(hours=1))
    assert near.seq.tolist() == [22, 23, 42]
    assert store.opens(before, within=timedelta(minutes=1)).seq.tolist() == [42]
    assert len(store.opens("of another store", within=timedelta(hours=1)).seq) == 41
