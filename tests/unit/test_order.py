"""The order in which suggestions are shown, and what of it is left to chance."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from graph.errors import InvalidInput
from graph.events import Product
from graph.kernels.inorder import reranked
from graph.snapshot import Snapshot
from graph.suggest import BEST_FIRST, SOURCES, Ask, ExplorationReason, FriendReason, Order, Shelf, suggest
from graph.suggest.exploring import DRAWN, FIRST, Odds, drawn, explored, with_chance
from graph.suggest.filters import OFFERED, STALE
from graph.suggest.weights import Blend
from graph.ties import ties
from tests.toy import snapshot

SCORE = np.array([1.0, 0.9, 0.8, 0.5])
NAMES = [source.name for source in SOURCES]


def order(
    kind: list[int],
    voice: list[int],
    band: list[int],
    *,
    diversity: float = 0.0,
    calibration: float = 0.0,
    wanted: tuple[float, ...] = (1 / 3, 1 / 3, 1 / 3),
    score: NDArray[np.float64] = SCORE,
    own: list[int] | None = None,
) -> list[int]:
    found, _ = reranked(
        score,
        np.array(kind, np.int32),
        np.array(voice, np.int32),
        np.array(band, np.int8),
        np.array(own if own is not None else [0] * len(score), np.int64),
        np.array(wanted),
        diversity,
        calibration,
    )
    return [int(place) for place in found]


def test_without_a_knob_the_best_come_first():
    assert order([1, 1, 1, 2], [7, 7, 7, 8], [0, 0, 0, 1]) == [0, 1, 2, 3]


def test_what_is_of_another_kind_and_from_another_friend_comes_before_more_of_the_same():
    assert order([1, 1, 1, 2], [7, 7, 7, 8], [0] * 4, diversity=0.6) == [0, 3, 1, 2]
    assert order([1, 1, 1, 2], [-1] * 4, [0] * 4, diversity=0.6) == [0, 1, 3, 2]


def test_what_has_no_category_and_no_friend_is_like_nothing():
    assert order([-1, -1, -1, 2], [-1] * 4, [0] * 4, diversity=1.0) == [0, 1, 2, 3]


def test_who_takes_to_little_known_things_is_shown_some():
    assert order([-1] * 4, [-1] * 4, [0, 0, 0, 2], calibration=0.5, wanted=(0.4, 0.1, 0.5))[1] == 3
    assert order([-1] * 4, [-1] * 4, [0, 0, 0, 2], calibration=0.5, wanted=(1.0, 0.0, 0.0)) == [0, 1, 2, 3]


def test_each_further_one_of_a_kind_gives_way_to_less():
    """Ten of one kind at one score: what is half as good comes after two of them, not after all ten."""
    score = np.array([1.0] * 10 + [0.6, 0.4])
    kind, alone = [1] * 10 + [2, 3], [-1] * 12
    assert order(kind, alone, [0] * 12, diversity=0.5, score=score)[:6] == [0, 1, 10, 2, 3, 11]


def test_who_took_to_much_of_a_kind_is_shown_more_of_it():
    score = np.array([1.0] * 10 + [0.6])
    kind, alone, bands = [1] * 10 + [2], [-1] * 11, [0] * 11
    places = [
        order(kind, alone, bands, diversity=0.5, score=score, own=[taken] * 11).index(10)
        for taken in (0, 1, 3, 20)
    ]
    assert places == [2, 3, 6, 10]


def shelf(told: str, new: int = 0) -> tuple[Snapshot, Shelf]:
    taken = snapshot(told, catalogue=[Product(f"new{i}") for i in range(new)])
    return taken, Shelf.of(taken, ties(taken), np.zeros(len(taken.people), np.int32))


def test_a_second_friend_is_heard_before_the_first_one_is_heard_again():
    taken, on_shelf = shelf("ana>bea:tea ana>bea:pot cy>bea:tea cy>:mug ana>:tent ana>:bag")
    first = {}
    for name, by in (("best", BEST_FIRST), ("diverse", Order(1.0, 0.0, 0.0))):
        (found,) = suggest(replace(on_shelf, order=by), [Ask(taken.people.row("bea"))], limit=2)
        friends = [
            next(r for r in one.reasons if isinstance(r, FriendReason)).friend for one in found.suggestions
        ]
        first[name] = [taken.people.keys[friend] for friend in friends]
    assert first == {"best": ["ana", "ana"], "diverse": ["ana", "cy"]}


def test_who_took_to_much_of_a_category_is_shown_more_of_it_before_another():
    """In answers as in lists: what ana shares is heard alike by whoever bought one mug and by whoever bought
    six.
    """
    mugs = [Product(f"mug{i}", category="mugs") for i in range(12)]
    catalogue = [*mugs, Product("tea", category="teas")]
    told = "ana~bea ana~cy " + " ".join(f"ana>:mug{i}" for i in range(6, 12)) + " ana.rate:tea=5 "
    told += " ".join(f"cy$mug{i}" for i in range(6)) + " bea$mug0"
    taken = snapshot(told, catalogue=catalogue)
    on_shelf = Shelf.of(taken, ties(taken), np.zeros(len(taken.people), np.int32))
    on_shelf = replace(on_shelf, blend=Blend().only("news", NAMES), order=Order(0.5, 0.0, 0.0))
    asks = [Ask(taken.people.row(name)) for name in ("bea", "cy")]
    places = []
    for found in suggest(on_shelf, asks, limit=9):
        listed = [taken.products.keys[one.product] for one in found.suggestions]
        assert len(listed) == 7
        places.append(listed.index("tea"))
    assert places[0] < places[1]


def test_chance_gives_places_as_often_as_it_says_and_evenly():
    taken, on_shelf = shelf(
        "".join(f" ana>bea:p{i}" for i in range(9)) + " cy>bea:p1 dan>:q0 cy$q1 ana>:q2 ana>:q3 ana>:q4", 4
    )
    on_shelf = replace(on_shelf, order=Order(0.0, 0.0, 0.3))
    bea = taken.people.row("bea")
    told: Counter[int] = Counter()
    sure = places = 0
    for seed in range(400):
        (found,) = suggest(on_shelf, [Ask(bea, seed=seed)], limit=5)
        places += len(found.suggestions) - FIRST + 1
        for one in found.suggestions:
            if isinstance(one.reasons[0], ExplorationReason):
                told[one.product] += 1
                assert one.reasons[0].propensity == 0.3
            else:
                sure += one.rank >= FIRST
    assert sum(told.values()) / places == pytest.approx(0.3, abs=0.05)
    assert set(told) == {taken.products.keys.row(f"new{i}") for i in range(4)}
    assert min(told.values()) > 0.5 * max(told.values())


@pytest.mark.parametrize(("share", "left"), [(0.02, 400), (0.3, 400), (0.3, 2), (0.9, 3)])
def test_what_stands_at_a_place_stands_there_as_often_as_it_says(share: float, left: int):
    odds, draws, places = Odds(share, left, float(left)), 4_000, 10
    products = np.arange(1_000, 1_000 + left, dtype=np.int32)
    told: Counter[tuple[int, int]] = Counter()
    for seed in range(draws):
        shown = with_chance(range(places), explored(odds, products, places, seed), places)
        told.update((rank, min(product, 1_000)) for rank, product in enumerate(shown, start=1))
    for rank in range(1, places + 1):
        chances = {
            rank - 1 - moved: odds.own(rank, moved) for moved in range(min(max(rank - FIRST, 0), left) + 1)
        }
        chances[1_000] = left * odds.drawn(rank) if rank >= FIRST else 0.0
        assert sum(chances.values()) == pytest.approx(1)
        for product, chance in chances.items():
            off = told[rank, product] - draws * chance
            assert abs(off) <= 4.5 * (draws * chance * (1 - chance)) ** 0.5 + 1e-9 * draws


@pytest.mark.parametrize("share", [0.02, 0.4], ids=["mostly nothing", "often something"])
def test_an_answer_says_with_what_chance_what_moved_on_got_its_place(share: float):
    taken, on_shelf = shelf(
        "".join(f" ana>bea:p{i}" for i in range(9)) + " cy>bea:p1 dan>:q0 cy$q1 ana>:q2 ana>:q3 ana>:q4", 4
    )
    bea, odds = taken.people.row("bea"), Odds(share, 4, 4.0)
    on_shelf = replace(on_shelf, order=Order(0.0, 0.0, share))
    (plain,) = suggest(on_shelf, [Ask(bea)], limit=9)
    without = [one.product for one in plain.suggestions]
    for seed in range(40):
        (found,) = suggest(on_shelf, [Ask(bea, seed=seed)], limit=9)
        for one in found.suggestions:
            tried = isinstance(one.reasons[0], ExplorationReason)
            moved = 0 if tried else one.rank - 1 - without.index(one.product)
            expected = odds.drawn(one.rank) if tried else odds.own(one.rank, moved)
            assert one.propensity == pytest.approx(expected)


def test_where_nothing_can_be_drawn_every_place_is_sure():
    taken, on_shelf = shelf("ana>bea:tea ana>:mug ana>:pot ana>:tent ana>:bag bea.not_interested:new0", 1)
    on_shelf = replace(on_shelf, order=Order(0, 0, 0.1))
    for seed in range(40):
        (found,) = suggest(on_shelf, [Ask(taken.people.row("bea"), seed=seed)], limit=9)
        assert len(found.suggestions) >= FIRST
        assert all(one.propensity == 1 for one in found.suggestions)


@pytest.mark.parametrize("offered", [0.9, 0.2], ids=["most are offered", "few are"])
def test_in_a_large_shop_chance_draws_from_as_many_evenly_and_says_so(offered: float):
    on_sale = np.random.default_rng(0).random(8_000) < offered
    stands, many = np.where(on_sale, OFFERED, STALE).astype(np.int8), np.count_nonzero(on_sale)
    told: Counter[int] = Counter()
    for seed in range(300):
        there, some = drawn(stands, seed)
        assert there == many
        assert 0.8 * DRAWN < len(some) < 1.2 * DRAWN
        assert on_sale[some].all()
        told.update(some.tolist())
    often = np.array([told[product] for product in np.flatnonzero(on_sale).tolist()])
    expected = 300 * DRAWN / many
    assert often.mean() == pytest.approx(expected, rel=0.02)
    assert often.std() == pytest.approx(expected**0.5, rel=0.1)


def test_without_a_seed_nothing_is_left_to_chance():
    taken, on_shelf = shelf("ana>bea:tea ana>:mug ana>:pot ana>:tent ana>:bag", 4)
    (found,) = suggest(replace(on_shelf, order=Order(0, 0, 1.0)), [Ask(taken.people.row("bea"))], limit=9)
    assert all(one.propensity == 1 for one in found.suggestions)


def test_nothing_is_explored_that_must_not_be_shown():
    taken, on_shelf = shelf("ana>bea:tea ana>:mug ana>:pot ana>:tent bea.not_interested:new0 bea$new1", 3)
    rows = {taken.products.keys.row(key) for key in ("new0", "new1")}
    for seed in range(50):
        (found,) = suggest(
            replace(on_shelf, order=Order(0, 0, 1.0)), [Ask(taken.people.row("bea"), seed=seed)], limit=9
        )
        assert not rows & {one.product for one in found.suggestions}


def test_a_place_is_given_by_its_own_coin():
    odds, products = Odds(0.5, 50, 50.0), np.arange(50, dtype=np.int32)
    few, many = (explored(odds, products, limit, 3) for limit in (6, 40))
    assert few == [one for one in many if one.rank <= 6]
    assert len({one.product for one in many}) == len(many)


def test_a_knob_out_of_range_is_refused():
    with pytest.raises(InvalidInput, match="diversity"):
        Order(diversity=1.5)
