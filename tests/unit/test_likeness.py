"""What is like what by what it is: shops, price bands, tags, and what came since a fit."""

from dataclasses import fields, replace
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.sentences import sayings
from graph.analysis import Analysis
from graph.events import Event, Kind, Money, Product
from graph.live.refit import LiveAnalysis, after
from graph.log import EventColumns
from graph.purchases import purchases
from graph.snapshot import Snapshot
from graph.snapshot.products import COLUMNS
from graph.suggest import Alike, Ask, LikenessReason, Suggestion, explain, suggest
from graph.suggest.engagements import Engagements, engagements
from graph.suggest.explain import Language, Names
from graph.suggest.likeness import EACH, Bands, Likeness, likeness
from tests.toy import events, log_of, snapshot

TOLD = "ana$tea bea$mug"


def thing(key: str, price: float | None = None, currency: str = "CNY", **said: str) -> Product:
    kind = said.pop("kind", None)
    money = None if price is None else Money(Decimal(str(price)), currency)
    return Product(key, key, category=kind, brand=said.pop("brand", None), price=money, attributes=said)


def shown(analysis: Analysis, person: str, *, limit: int = 20) -> dict[str, Suggestion]:
    taken = analysis.snapshot
    (found,) = suggest(analysis.shelf, [Ask(taken.people.row(person))], limit=limit)
    return {taken.products.keys[one.product]: one for one in found.suggestions}


def reasons(analysis: Analysis, person: str, product: str) -> list[LikenessReason]:
    return [one for one in shown(analysis, person)[product].reasons if isinstance(one, LikenessReason)]


def spoken(analysis: Analysis, person: str, product: str, language: Language = Language.ENGLISH) -> str:
    taken, told = analysis.snapshot, shown(analysis, person)[product]
    likely = replace(told, reasons=tuple(why for why in told.reasons if isinstance(why, LikenessReason)))
    return explain(likely, Names(taken.people.names, taken.products.names), sayings(language))


def fit(told: str, *catalogue: Product) -> Analysis:
    return Analysis.of(snapshot(told, catalogue=list(catalogue)))


def of(catalogue: list[Product]) -> tuple[Snapshot, Likeness]:
    taken = snapshot(TOLD, catalogue=catalogue)
    return taken, likeness(taken.products, nobody_took_to(taken), np.ones(len(taken.products), np.bool_))


def nobody_took_to(taken: Snapshot) -> Engagements:
    """The acts of people of whom nothing may be used."""
    return engagements(taken, np.ones(len(taken.people), np.bool_), purchases(taken.events))


@pytest.mark.parametrize(
    ("mine", "other", "by", "sentence", "chinese"),
    [
        ({"shop": "s1"}, {"shop": "s1"}, Alike.SHOP, "It is from the shop of the tea.", "同一家店铺"),
        ({"tags": "green, hot"}, {"tags": "hot"}, Alike.TAG, "It has a tag of the tea.", "相同的标签"),
        (
            {"top_category": "food"},
            {"top_category": "food"},
            Alike.DEPARTMENT,
            "It is from the department of the tea.",
            "同一个大类",
        ),
        (
            {"kind": "drink"},
            {"kind": "drink"},
            Alike.KIND,
            "It is of the same kind as the tea.",
            "同一类商品",
        ),
    ],
)
def test_what_nobody_touched_is_suggested_by_what_it_has_in_common_and_told_by_that(
    mine: dict[str, Any], other: dict[str, Any], by: Alike, sentence: str, chinese: str
):
    shop = fit(TOLD, thing("tea", **mine), thing("new", **other), thing("else", shop="s9", tags="cold"))
    [found] = reasons(shop, "ana", "new")
    assert found.by is by
    assert [shop.snapshot.products.keys[row] for row in found.because] == ["tea"]
    assert spoken(shop, "ana", "new") == sentence
    assert chinese in spoken(shop, "ana", "new", Language.CHINESE)
    assert "else" not in shown(shop, "ana")


def test_of_what_two_products_share_beside_their_kind_the_closest_is_told():
    told: dict[str, Any] = {"shop": "s1", "tags": "hot", "top_category": "food"}
    for closest in (Alike.SHOP, Alike.TAG, Alike.DEPARTMENT):
        shop = fit(TOLD, thing("tea", **told), thing("new", **told))
        assert [one.by for one in reasons(shop, "ana", "new")] == [closest]
        told.pop(next(iter(told)))


@pytest.mark.parametrize("of", ["shop", "top_category"])
def test_a_shop_or_a_department_of_the_name_of_a_tag_is_no_tag(of: str):
    said: dict[str, Any] = {of: "green"}
    shop = fit(TOLD, thing("tea", **said), thing("new", tags="green"))
    assert "new" not in shown(shop, "ana")


def test_what_is_of_the_same_kind_is_told_so_and_its_department_goes_without_saying():
    shop = fit(TOLD, *(thing(key, kind="drink", top_category="food") for key in ("tea", "new")))
    assert [one.by for one in reasons(shop, "ana", "new")] == [Alike.KIND, Alike.DEPARTMENT]
    assert spoken(shop, "ana", "new") == "It is of the same kind as the tea."


SHELF = [thing(f"p{price}", price, kind="drink") for price in range(1, 9)]


def test_of_a_kind_what_costs_about_as_much_comes_first():
    shop = fit("ana$p1", *SHELF)
    assert next(iter(shown(shop, "ana"))) == "p2"
    assert next(iter(shown(fit("ana$p8", *SHELF), "ana"))) == "p7"
    assert (
        spoken(shop, "ana", "p2") == "It is of the same kind as the p1; it is in the price range of the p1."
    )
    assert spoken(shop, "ana", "p3") == "It is of the same kind as the p1."


def test_bands_are_quarters_of_a_category_in_the_currency_of_most():
    taken = snapshot(
        "", catalogue=[*SHELF, thing("usd", 3, "USD", kind="drink"), thing("lone", 3, kind="ink")]
    )
    bands = dict(
        zip(taken.products.keys, Bands.of(taken.products).band(taken.products).tolist(), strict=True)
    )
    assert [bands[f"p{price}"] for price in range(1, 9)] == [0, 0, 1, 1, 2, 2, 3, 3]
    assert bands["usd"] == bands["lone"] == -1


def since(told: str, catalogue: list[Product], more: str, new: list[Product]) -> LiveAnalysis:
    """A fit, and what came since."""
    known, both = events(told), events(f"{told} {more}")
    fitted = Analysis.of(Snapshot.of(replace(log_of(known), catalogue=catalogue)))
    whole = log_of(both)
    columns = {field.name: getattr(whole.events, field.name)[len(known) :] for field in fields(EventColumns)}
    ids = [event.id for event in both[len(known) :] if event.kind is Kind.SHARE]
    came = replace(whole, events=EventColumns(**columns), share_ids=ids, catalogue=new)
    return after(fitted, replace(came, since=fitted.snapshot.version))


def test_what_came_since_the_fit_is_suggested_by_what_it_is_at_once():
    shop = [thing("tea", kind="drink", shop="s1"), thing("mug", kind="cup")]
    live = since(TOLD, shop, "cy$mug", [thing("new", kind="drink", shop="s1"), thing("off", kind="rope")])
    assert [one.by for one in reasons(live, "ana", "new")] == [Alike.KIND, Alike.SHOP]
    assert "off" not in shown(live, "ana")


def test_of_a_catalogue_that_came_since_the_fit_a_bounded_part_is_listed():
    """An answer must not cost as much as somebody loaded."""
    new = [thing(f"new{n:03d}", kind="drink", shop="s1") for n in range(4 * EACH)]
    live = since(TOLD, [thing("tea", kind="drink", shop="s1")], "cy$mug", new)
    listed = [key for key in shown(live, "ana", limit=1_000) if key.startswith("new")]
    assert sorted(listed) == [product.key for product in new[:EACH]]


def test_what_came_since_the_fit_and_is_not_on_offer_is_not_listed():
    shop = [thing("tea", kind="drink")]
    live = since(TOLD, shop, "cy$mug", [replace(thing("new", kind="drink"), available=False)])
    assert "new" not in shown(live, "ana")
    row = live.snapshot.products.keys.row("new")
    assert row not in live.shelf.likeness.product


WORD = st.sampled_from([None, "a", "b", "c"])
THINGS = st.lists(st.tuples(WORD, WORD, WORD, WORD, st.sampled_from([None, 1, 2, 3])), max_size=14)


def catalogue_of(
    rows: list[tuple[str | None, str | None, str | None, str | None, int | None]],
) -> list[Product]:
    return [
        thing(f"p{at:02d}", price, kind=kind, brand=brand, shop=shop or "", tags=tag or "")  # type: ignore[arg-type]
        for at, (kind, brand, shop, tag, price) in enumerate(rows)
    ]


@given(rows=THINGS, cut=st.integers(0, 14))
def test_a_catalogue_in_two_parts_lists_what_it_does_in_one_as_far_as_the_first_part_knew_the_words(
    rows: list[tuple[str | None, str | None, str | None, str | None, int | None]], cut: int
):
    taken, whole = of(catalogue_of(rows))
    offered = np.ones(len(taken.products), np.bool_)
    first = replace(taken.products, **{
        name: getattr(taken.products, name)[:cut]
        for name in COLUMNS
    }, keys=taken.products.keys.of(list(taken.products.keys)[:cut]), names=taken.products.names)  # fmt: skip
    part = likeness(first, nobody_took_to(snapshot("")), offered[:cut]).with_more(taken.products, offered)
    lists = [
        {(one.by(code), int(one.known[code])): one.product[one.indptr[code] : one.indptr[code + 1]].tolist()
         for code in range(len(one.known))}
        for one in (part, whole)
    ]  # fmt: skip
    told, all_ = lists
    for feature, listed in told.items():
        if feature[0] is not Alike.PRICE:
            assert set(listed) == set(all_[feature])
    assert len(part.features) == len(taken.products)
    assert part.indptr[-1] == len(part.product)


def test_events_alone_have_no_features_and_nothing_fails():
    assert isinstance(events(TOLD)[0], Event)
    taken, known = of([])
    assert (known.features == -1).all()
    assert known.with_more(taken.products, np.ones(len(taken.products), np.bool_)) is known
