"""What holds of the log of any shop, however small, crowded or odd."""

from datetime import UTC, datetime, timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from graph.events import Kind
from graph.generate import Generated, ShopModel, generate
from graph.generate.tables import length


@st.composite
def models(draw: st.DrawFn) -> ShopModel:
    chance = st.floats(0, 1)
    return ShopModel(
        users=draw(st.integers(20, 300)),
        events=draw(st.integers(500, 2_500)),
        seed=draw(st.integers(0, 2**40)),
        until=datetime(2024, 1, 1, tzinfo=UTC) + timedelta(hours=draw(st.integers(0, 30_000))),
        days=draw(st.integers(14, 500)),
        noise=draw(st.floats(0, 9)),
        worlds=draw(st.integers(1, 12)),
        products=draw(st.integers(1, 400)),
        strangers=draw(chance),
        joiners=draw(chance),
        moved=draw(st.floats(0, 0.5)),
        ties_each=draw(st.floats(1, 30)),
        reciprocity=draw(chance),
        reach=draw(chance),
        direct=draw(chance),
        affinity=draw(chance),
        reshare=draw(chance),
    )


def column(shop: Generated, name: str) -> NDArray[np.signedinteger]:
    return np.asarray(shop.events[name].values)


@settings(max_examples=40)
@given(models())
def test_any_log_has_its_number_of_events_in_order_within_its_days(model: ShopModel):
    shop = generate(model)
    at = column(shop, "at")
    assert len(at) == model.events
    assert (np.diff(at) >= 0).all()
    assert model.start <= at[0]
    assert at[-1] < model.end
    assert len(np.unique(column(shop, "id"))) == len(at)


@settings(max_examples=40)
@given(models())
def test_whatever_refers_to_a_share_comes_at_or_after_it(model: ShopModel):
    shop = generate(model)
    at, ids, kind = column(shop, "at"), column(shop, "id"), column(shop, "kind")
    shared = dict(zip(ids[kind == Kind.SHARE].tolist(), at[kind == Kind.SHARE].tolist(), strict=True))
    for name in ("share", "parentShare"):
        said = column(shop, name)
        rows = np.flatnonzero(said >= 0)
        assert all(
            shared[share] <= moment for share, moment in zip(said[rows].tolist(), at[rows], strict=True)
        )


@settings(max_examples=40)
@given(models())
def test_every_row_says_who_did_it_and_nobody_follows_themselves(model: ShopModel):
    shop = generate(model)
    user, visitor, other = (column(shop, name) for name in ("user", "visitor", "other"))
    assert ((user >= 0) | (visitor >= 0)).all()
    assert (user != visitor)[user >= 0].all()
    assert (other != user)[other >= 0].all()


@settings(max_examples=20)
@given(models())
def test_truth_speaks_of_what_the_log_holds(model: ShopModel):
    shop = generate(model)
    opens, trials = shop.truth["opens"], shop.truth["trials"]
    rows = column(shop, "kind") == Kind.OPEN
    assert np.array_equal(opens["event"].values, column(shop, "id")[rows])
    assert np.isin(trials["share"].values, column(shop, "id")).all()
    assert all(length(table) >= 0 for table in shop.truth.values())
    assert np.isin(opens["trial"].values, [-1, *np.asarray(trials["trial"].values)]).all()
