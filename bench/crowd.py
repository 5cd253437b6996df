"""A folder of people made up, of any size: what they chose, and whom they listen to.

Everybody has a main taste and a second one; every item belongs to one taste and is chosen there by a power
law of its place. How much people choose and how many listen to them is log-normal. Two ties in three stay
within the main taste, and every fifth choice is one that a friend made: so both tastes and ties carry
something, and not all of it twice.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

MAIN, ALIKE, HEARD = 0.7, 2 / 3, 0.2
"""Of choices in one's main taste; of ties within it; of choices that a friend made before."""
STEEPNESS, SPREAD = 0.9, 1.0
"""The power of an item's place; the deviation of the logarithm of activity."""
SPARE = 1.3
"""Draws for every row wanted: some say the same twice."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much of everything."""

    users: int
    items: int
    choices: int
    ties: int
    tastes: int


FULL = Size(users=20_000, items=50_000, choices=300_000, ties=600_000, tastes=60)
SMALL = Size(users=300, items=240, choices=3_600, ties=1_200, tastes=6)


def write(folder: Path, size: Size, *, seed: int) -> None:
    """train.tsv, test.tsv (a tenth of the choices) and social.tsv; the same seed writes the same bytes."""
    dice = np.random.default_rng(seed)
    main, second = dice.integers(0, size.tastes, (2, size.users))
    tie = _ties(size, main, dice)
    choice = _choices(size, (main, second), tie, dice)
    tested = dice.random(len(choice)) < 0.1
    folder.mkdir(parents=True, exist_ok=True)
    for name, other, rows in (
        ("train", "item", choice[~tested]),
        ("test", "item", choice[tested]),
        ("social", "friend", tie),
    ):
        np.savetxt(folder / f"{name}.tsv", rows, "%d", "\t", header=f"user\t{other}", comments="")


def _ties(size: Size, main: Ints, dice: np.random.Generator) -> Ints:
    """Pairs (user, friend), no pair twice, nobody with themselves."""
    count = int(SPARE * size.ties)
    order = np.argsort(main, kind="stable")
    begins = np.searchsorted(main[order], np.arange(size.tastes + 1))
    user = _often(size.users, count, dice)
    friend = _often(size.users, count, dice)
    alike = dice.random(count) < ALIKE
    mine = main[user[alike]]
    span = begins[mine + 1] - begins[mine]
    place = (span * dice.random(len(mine)) ** 2).astype(np.int64)
    friend[alike] = order[begins[mine] + place]
    return _once(np.stack((user, friend), axis=1)[user != friend], size.ties, dice)


def _choices(size: Size, tastes: tuple[Ints, Ints], tie: Ints, dice: np.random.Generator) -> Ints:
    """Pairs (user, item), no pair twice: those by taste, then those a friend made."""
    count = int(SPARE * size.choices)
    user = _often(size.users, count, dice)
    taste = np.where(dice.random(count) < MAIN, tastes[0][user], tastes[1][user])
    each = size.items // size.tastes
    weight = np.arange(1, each + 1) ** -STEEPNESS
    item = taste * each + dice.choice(each, count, p=weight / weight.sum())
    told = tie[dice.integers(0, len(tie), int(HEARD * count))]
    order = np.argsort(user, kind="stable")
    begins = np.searchsorted(user[order], np.arange(size.users + 1))
    span = begins[told[:, 1] + 1] - begins[told[:, 1]]
    said = order[np.minimum(begins[told[:, 1]] + (span * dice.random(len(told))).astype(np.int64), count - 1)]
    heard = np.stack((told[:, 0], item[said]), axis=1)[span > 0]
    kept = dice.random(count) >= HEARD
    return _once(np.concatenate([np.stack((user, item), axis=1)[kept], heard]), size.choices, dice)


def _often(users: int, count: int, dice: np.random.Generator) -> Ints:
    """So many users, some of them often."""
    weight = dice.lognormal(0.0, SPREAD, users)
    return dice.choice(users, count, p=weight / weight.sum())


def _once(pairs: Ints, count: int, dice: np.random.Generator) -> Ints:
    """At most so many of the pairs, each once, in order."""
    found = np.unique(pairs, axis=0)
    return found[np.sort(dice.permutation(len(found))[:count])]
