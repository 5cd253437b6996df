"""What goes with what, and what could stand for what."""

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from graph.evaluate.goods import rows_of
from graph.evaluate.relations import CATALOGUE as UNREAD
from graph.evaluate.relations import ORACLE, OURS, TOGETHER, Score, evaluate
from graph.evaluate.shelves import alike
from graph.events import Money, Product
from graph.generate import ShopModel, generate
from graph.generate.catalogue import stock
from graph.purchases import purchases
from graph.relations import Relation, Relations, complements, substitutes
from graph.relations.arrows import Arrows
from graph.relations.needs import Needs
from graph.relations.significance import by_chance, discoveries
from graph.relations.wants import UNKNOWN, Wants, steps_between
from graph.snapshot import Snapshot
from tests.toy import snapshot


def product(key: str, category: str | None = None, price: int | None = None) -> Product:
    return Product(key, category=category, price=None if price is None else Money(Decimal(price), "CNY"))


CATALOGUE = [
    *(product(key, "phones", price) for key, price in (("basic", 900), ("phone", 2000), ("fold", 9000))),
    *(product(key, "cases", price) for key, price in (("plain", 9), ("case", 40), ("leather", 90))),
    product("machine", "machines"),
    product("grinder", "grinders"),
    product("beans", "beans"),
    product("tea", "tea"),
]
OTHERS = " ".join(f"t{n}$tea" for n in range(60))
LOOKERS = " ".join(f"t{n}.view:tea" for n in range(60))


def related(told: str, kind: Relation = Relation.COMPLEMENT, silent: str = "") -> dict[str, list[str]]:
    """The relatives of every product that has any, best first."""
    taken, relations = found(told, kind, silent)
    keys = taken.products.keys
    lists = {key: [keys[one.product] for one in relations.related(row)] for row, key in enumerate(keys)}
    return {key: others for key, others in lists.items() if others}


def found(told: str, kind: Relation = Relation.COMPLEMENT, silent: str = "") -> tuple[Snapshot, Relations]:
    taken = snapshot(told, catalogue=CATALOGUE)
    refused = np.array([key.startswith(silent or "-") for key in taken.people.keys], np.bool_)
    learn = complements if kind is Relation.COMPLEMENT else substitutes
    return taken, learn(taken, refused, purchases(taken.events))


def test_a_phone_calls_for_a_case_and_no_case_for_a_phone():
    lists = related(" ".join(f"@{2 * n}d p{n}$phone p{n}$case" for n in range(10)) + " " + OTHERS)
    assert lists["phone"][0] == "case"
    assert "case" not in lists


def test_where_nobody_knows_what_came_first_each_goes_with_the_other():
    lists = related(" ".join(f"p{n}$phone#o{n} p{n}$case#o{n}" for n in range(10)) + " " + OTHERS)
    assert (lists["phone"][0], lists["case"][0]) == ("case", "phone")


def test_what_a_third_thing_calls_for_does_not_go_with_one_another():
    orders = (
        f"a{n}$machine#a{n} a{n}$grinder#a{n} a{n}$beans#a{n} b{n}$machine#b{n} b{n}$grinder#b{n} "
        f"c{n}$machine#c{n} c{n}$beans#c{n} d{n}$grinder#d{n} e{n}$beans#e{n}"
        for n in range(12)
    )
    lists = related(" ".join(orders) + " " + OTHERS)
    assert set(lists["machine"]) == {"grinder", "beans"}
    assert lists["grinder"] == lists["beans"] == ["machine"]


def test_what_is_bought_weeks_apart_is_not_bought_together():
    apart = " ".join(f"@{n}h p{n}$phone" for n in range(10)) + " "
    assert related(apart + " ".join(f"@{40 * 24 + n}h p{n}$case" for n in range(10)) + " " + OTHERS) == {}


def test_a_few_coincidences_are_no_relation():
    crowd = " ".join(f"p{n}$phone c{n}$case" for n in range(60))
    assert related(f"x1$phone x1$case x2$phone x2$case {crowd}") == {}


def test_a_new_phone_has_the_cases_of_its_price_to_show_and_says_that_nobody_bought_them_with_it():
    pairs = (("basic", "plain"), ("phone", "case"))
    told = " ".join(f"p{n}{a}${a} p{n}{a}${b}" for n in range(20) for a, b in pairs)
    taken, relations = found(f"{told} q$fold r$leather {OTHERS}")
    rows = {key: row for row, key in enumerate(taken.products.keys)}
    first = next(relations.related(rows["fold"]))
    assert (taken.products.keys[first.product], first.support) == ("leather", 0)
    assert 0 < first.score < 1


def test_what_is_known_of_a_pair_outweighs_what_is_known_of_its_kind():
    pairs = (("basic", "plain"), ("phone", "leather"))
    told = " ".join(f"p{n}{a}${a} p{n}{a}${b}" for n in range(20) for a, b in pairs)
    assert related(f"{told} q$fold r$case {OTHERS}")["phone"][0] == "leather"


def test_products_without_a_category_are_needs_of_their_own():
    taken = snapshot(" ".join(f"p{n}$rod p{n}$reel" for n in range(10)) + " " + OTHERS)
    relations = complements(taken, np.zeros(len(taken.people), np.bool_), purchases(taken.events))
    rod = taken.products.keys.row("rod")
    assert rod is not None
    assert [taken.products.keys[one.product] for one in relations.related(rod)] == ["reel"]


def test_what_is_looked_at_in_one_session_could_stand_for_one_another():
    told = " ".join(f"@{n}d p{n}.view:phone p{n}.view:fold t{n}.view:tea" for n in range(12))
    lists = related(told, Relation.SUBSTITUTE)
    assert (lists["phone"][0], lists["fold"][0]) == ("fold", "phone")
    assert "tea" not in lists


def test_looks_on_different_days_are_no_comparison():
    told = " ".join(f"@{n}d p{n}.view:phone t{n}.view:tea" for n in range(12))
    later = " ".join(f"@{30 + n}d p{n}.view:fold" for n in range(12))
    assert related(f"{told} {later}", Relation.SUBSTITUTE) == {}


def test_what_is_bought_instead_weighs_more_than_what_is_only_looked_at():
    told = " ".join(
        f"@{n}d p{n}.view:basic p{n}.view:phone p{n}$phone q{n}.view:basic q{n}.view:fold" for n in range(12)
    )
    assert related(f"{told} {LOOKERS}", Relation.SUBSTITUTE)["basic"][:2] == ["phone", "fold"]


def test_what_people_buy_together_stands_for_one_another_less():
    looks = "p{n}.view:basic p{n}.view:phone q{n}.view:basic q{n}.view:fold"
    told = " ".join(f"@{n}d " + looks.format(n=n) for n in range(12))
    both = " ".join(f"r{n}$basic r{n}$phone s{n}$fold" for n in range(12))
    assert related(f"{told} {both} {LOOKERS}", Relation.SUBSTITUTE)["basic"][0] == "fold"


@pytest.mark.parametrize("kind", Relation)
def test_who_allows_no_use_of_what_they_did_speaks_for_no_relation(kind):
    acts = "p{n}.view:phone p{n}.view:fold p{n}$phone p{n}$case"
    told = " ".join(f"@{n}d " + acts.format(n=n) for n in range(12)) + f" {OTHERS} {LOOKERS}"
    assert related(told, kind) != {}
    assert related(told, kind, silent="p") == {}


def test_every_step_holds_as_many_products_as_stand_there():
    dice = np.random.default_rng(3)
    catalogue = [
        product(f"{kind}{n}", kind, int(dice.integers(1, 99)) if dice.random() < 0.8 else None)
        for kind, size in (("a", 13), ("b", 7), ("c", 1))
        for n in range(size)
    ]
    needs = Needs.of(snapshot("x$a1", catalogue=catalogue).products)
    wants = Wants.of(needs, Arrows(np.arange(9), 3))
    for row, product_row in enumerate(wants.product):
        others = np.flatnonzero(needs.need == wants.need[row])
        others = others[others != product_row]
        step = steps_between(needs, np.full(len(others), product_row), others)
        assert wants.steps[row].tolist() == np.bincount(step, minlength=UNKNOWN + 1).tolist()


def test_the_chance_of_a_coincidence_is_fishers():
    assert by_chance(np.array([4]), np.array([4]), np.array([4]), 8) == pytest.approx(1 / 70)


def test_what_never_happened_counts_among_the_tests():
    assert discoveries(np.array([0.01]), 4).all()
    assert not discoveries(np.array([0.01]), 40).any()


def scored(model: ShopModel) -> dict[Relation, dict[str, Score]]:
    shop = generate(model)
    taken = snapshot(list(shop.said()), catalogue=list(shop.said_of_products()))
    return evaluate([(model, shop.truth, taken)])


def test_relations_of_a_generated_shop_are_found_again():
    scores = scored(ShopModel(users=1_500, events=30_000, seed=11))
    for kind in Relation:
        assert scores[kind][OURS].precision.value >= 0.8
        assert scores[kind][ORACLE].precision.value >= 0.9


def test_a_catalogue_tells_the_substitutes_of_a_shop_whose_shelves_are_categories_and_not_of_a_mixed_one():
    plain = ShopModel(users=800, events=16_000, seed=11)
    mixed = replace(plain, products=400, shelves_by_price=False, wandering=0.2)
    told, untold = (scored(model)[Relation.SUBSTITUTE] for model in (plain, mixed))
    assert UNREAD not in scored(plain)[Relation.COMPLEMENT]
    by_price = scored(replace(plain, products=400))[Relation.SUBSTITUTE]
    assert by_price[UNREAD].precision.value > 0.7, "where shelves go by price, the nearest in price tell them"
    assert told[UNREAD].precision.value == 1.0
    assert untold[UNREAD].precision.value < 0.5
    found = [untold[name].precision.value for name in (UNREAD, TOGETHER, OURS, ORACLE)]
    assert found == sorted(found)
    assert found[-1] > 0.8


def test_the_oracle_knows_what_shares_a_shelf_where_looks_tell_and_no_more_where_they_do_not():
    model = ShopModel(users=800, events=16_000, products=400, shelves_by_price=False, seed=11)
    goods, shop = stock(model), generate(model)
    taken = snapshot(list(shop.said()), catalogue=list(shop.said_of_products()))
    row = rows_of(taken, len(goods))
    same = goods.shelf[:, None] == goods.shelf
    np.fill_diagonal(same, val=False)
    told, astray = (alike(one, goods, taken, row) for one in (model, replace(model, wandering=1.0)))
    assert told[same].mean() > 3 * told[(goods.category[:, None] == goods.category) & ~same].mean()
    assert np.unique(goods.category[np.nonzero(told)[0]]).tolist() == list(range(len(goods.served)))
    assert (told[goods.category[:, None] != goods.category] == 0).all()
    size = np.bincount(goods.shelf)[goods.shelf]
    np.testing.assert_allclose(told.sum(axis=1).sum(), (size - 1).sum())
    assert astray[same].mean() < told[same].mean()
