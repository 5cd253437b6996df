"""A generated shop: a valid log by law, and its parameters found again in it by recovery."""

from collections import Counter
from dataclasses import fields, replace
from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import beta

from graph.errors import InvalidInput
from graph.events import EPOCH, Event, Kind
from graph.generate import Generated, ShopModel, generate
from graph.generate.strands import Cause
from graph.generate.tables import Coded, Table, length

SMALL = ShopModel(users=300, events=5_000)


@pytest.fixture(scope="module")
def small() -> Generated:
    return generate(SMALL)


@pytest.fixture(scope="module")
def log(small: Generated) -> list[Event]:
    return list(small.said())


@pytest.fixture(scope="module")
def big() -> Generated:
    return generate(ShopModel(users=5_000, events=100_000))


def column(table: Table, name: str) -> NDArray[np.signedinteger]:
    return np.asarray(table[name].values)


def of_kind(log: list[Event], kind: Kind) -> list[Event]:
    return [event for event in log if event.kind is kind]


def amount(event: Event) -> Decimal:
    assert event.amount is not None
    return event.amount.amount


def causes(shop: Generated) -> dict[str, NDArray[np.bool_]]:
    said = column(shop.truth["opens"], "cause")
    return {word: said == number for number, word in enumerate(Cause.WORDS)}


# By law


def test_a_log_holds_the_events_asked_for_in_order_of_time_before_its_end(log: list[Event]):
    times = [event.at for event in log]
    assert len(log) == SMALL.events
    assert times == sorted(times)
    assert times[-1] < SMALL.until


def test_every_event_has_its_own_id(log: list[Event]):
    assert len({event.id for event in log}) == len(log)


def test_shares_are_numbered_by_time(log: list[Event]):
    shares = of_kind(log, Kind.SHARE)
    assert [share.id for share in shares] == [f"s{number:06d}" for number in range(1, len(shares) + 1)]


def test_nothing_is_opened_or_passed_on_before_it_is_shared(log: list[Event]):
    shared = {share.id: share.at for share in of_kind(log, Kind.SHARE)}
    assert all(shared[event.share] <= event.at for event in log if event.share is not None)
    assert all(shared[e.parent_share] < e.at for e in of_kind(log, Kind.SHARE) if e.parent_share is not None)


def test_what_is_opened_is_what_was_shared(log: list[Event]):
    shared = {share.id: share.product for share in of_kind(log, Kind.SHARE)}
    opens = [event for event in of_kind(log, Kind.OPEN) if event.share is not None]
    assert opens
    assert all(event.product == shared[event.share] for event in opens if event.share is not None)


def test_a_bare_sharer_stands_for_the_share_that_was_opened(small: Generated, log: list[Event]):
    shares = of_kind(log, Kind.SHARE)
    opens = small.truth["opens"]
    meant = {opens["event"].said(row): opens["share"].said(row) for row in range(length(opens))}
    bare = [event for event in of_kind(log, Kind.OPEN) if event.sharer is not None]
    assert bare
    for event in bare:
        candidates = [
            s for s in shares if (s.person, s.product) == (event.sharer, event.product) and s.at <= event.at
        ]
        assert candidates[-1].id == meant[event.id]


def test_amounts_are_positive_and_have_two_decimals(log: list[Event]):
    amounts = [event.amount for event in log if event.amount is not None]
    assert amounts
    assert all(0 < money.amount == round(money.amount, 2) and money.currency == "CNY" for money in amounts)


def test_a_refund_gives_back_what_was_paid(log: list[Event]):
    paid: dict[str | None, Decimal] = {}
    for event in of_kind(log, Kind.PURCHASE):
        paid[event.order] = paid.get(event.order, Decimal(0)) + amount(event)
    refunds = of_kind(log, Kind.REFUND)
    assert refunds
    for event in refunds:
        assert amount(event) <= paid[event.order]
        assert event.product is not None or amount(event) == paid[event.order]


def test_nobody_acts_under_an_account_before_signing_up(log: list[Event]):
    joined = {event.user: event.at for event in of_kind(log, Kind.SIGNUP)}
    assert joined
    assert all(event.at >= joined[event.user] for event in log if event.user in joined)


def test_some_visitors_open_a_link_and_are_known_when_they_join(log: list[Event]):
    opened = {event.visitor for event in of_kind(log, Kind.OPEN) if event.user is None}
    named = {event.visitor for event in of_kind(log, Kind.SIGNUP) if event.visitor is not None}
    assert opened & named
    assert opened - named, "and some stay strangers"


def test_all_kinds_occur_even_in_a_small_shop(log: list[Event]):
    assert {event.kind for event in log} == set(Kind)


def test_equal_models_make_equal_shops_and_other_seeds_others(small: Generated):
    again, other = generate(SMALL), generate(replace(SMALL, seed=8))
    for name, mine in small.events.items():
        assert np.array_equal(mine.values, again.events[name].values, equal_nan=name == "propensity")
    assert not np.array_equal(column(small.events, "at"), column(other.events, "at"))


def test_noise_leaves_people_and_ties_as_they_were(small: Generated):
    noisy = generate(replace(SMALL, noise=3))
    assert np.array_equal(small.truth["ties"]["p"].values, noisy.truth["ties"]["p"].values)
    assert causes(noisy)["chance"].sum() > causes(small)["chance"].sum()


def test_a_log_that_overflows_is_cut_off_in_time_together_with_its_truth():
    shop = generate(replace(SMALL, opens_given_seen=0.8, reach=1.0, reshare=0.6))
    assert length(shop.events) == SMALL.events
    ids = {shop.events["id"].said(row) for row in range(SMALL.events)}
    trials = shop.truth["trials"]
    assert {trials["share"].said(row) for row in range(length(trials))} <= ids


def test_the_end_of_the_log_is_an_argument():
    until = datetime(2024, 3, 1, tzinfo=UTC)
    shop = generate(ShopModel(users=50, events=1_000, until=until))
    assert 0 < (until - EPOCH).total_seconds() - column(shop.events, "at")[-1] < 40 * 86_400


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"users": 3}, "3 users"),
        ({"events": 10}, "10 events"),
        ({"days": 3}, "3 days"),
        ({"noise": -1.0}, "noise level -1.0"),
        ({"until": datetime(2026, 6, 1)}, "no offset"),  # noqa: DTZ001 - that is the point
        ({"worlds": 13}, "13 worlds"),
        ({"ties_each": 0.0}, "listeners"),
    ],
)
def test_an_impossible_shop_is_refused_with_the_way_out(wrong: dict[str, object], why: str):
    with pytest.raises(InvalidInput, match=why):
        ShopModel(**wrong)  # type: ignore[arg-type]


# By recovery


def within_four_sigma(opened: NDArray[np.signedinteger], chance: NDArray[np.floating]) -> bool:
    return bool(abs(opened.sum() - chance.sum()) < 4 * np.sqrt((chance * (1 - chance)).sum()))


def test_opens_match_their_chances_told_or_not(big: Generated):
    trials = big.truth["trials"]
    # What was seen in the last days may be opened only after the log.
    settled = column(trials, "at") < big.model.end - 14 * 86_400
    chance = trials["p"].values
    for told in (0, 1):
        some = settled & (column(trials, "told") == told)
        assert within_four_sigma(column(trials, "opened")[some], chance[some])


def test_exposures_in_the_log_are_the_trials_that_are_told(big: Generated):
    trials = big.truth["trials"]
    shown = (column(trials, "told") == 1) & (column(trials, "direct") == 0)
    in_log = (column(big.events, "kind") == Kind.EXPOSURE) & (column(big.events, "share") >= 0)
    assert shown.sum() == in_log.sum()


def test_opens_along_ties_are_the_trials_that_were_opened(big: Generated):
    opens, trials = big.truth["opens"], big.truth["trials"]
    travelled = column(opens, "trial")[causes(big)["tie"]]
    assert set(travelled) == set(column(trials, "trial")[column(trials, "opened") == 1])


def expected(shop: Generated) -> NDArray[np.float64]:
    """μ of every tie."""
    people, ties = shop.truth["people"], shop.truth["ties"]
    speaker, listener = column(ties, "from"), column(ties, "to")
    community, circle = column(people, "community"), column(people, "circle")
    near = (community[speaker] == community[listener]).astype(int) + (circle[speaker] == circle[listener])
    factors = people["sender"].values[speaker] * people["receiver"].values[listener]
    mean = shop.model.opens_given_seen * factors * np.array(shop.model.closeness)[2 - near]
    return np.asarray(np.clip(mean, 0.002, 0.8))


def test_the_chance_of_a_tie_is_beta_around_its_mean(big: Generated):
    mean = expected(big)
    apart = big.truth["ties"]["p"].values - mean
    apart = apart / np.sqrt(mean * (1 - mean) / (big.model.tie_concentration + 1))
    assert abs(apart.mean()) < 4 / np.sqrt(len(apart))
    assert apart.std() == pytest.approx(1, abs=0.02)


def test_the_interval_of_who_knows_the_priors_holds_the_chance_of_a_tie_as_often_as_stated():
    shop = generate(ShopModel(users=5_000, events=100_000, affinity=0.0))
    ties, trials = shop.truth["ties"], shop.truth["trials"]
    people = length(shop.truth["people"])
    key = column(ties, "from").astype(np.int64) * people + column(ties, "to")
    settled = column(trials, "at") < shop.model.end - 14 * 86_400
    told = (column(trials, "told") == 1) & settled
    tie = np.searchsorted(
        key, column(trials, "from")[told].astype(np.int64) * people + column(trials, "to")[told]
    )
    tried = np.bincount(tie, minlength=len(key))
    opened = np.bincount(tie, column(trials, "opened")[told], len(key))
    mean, kappa, known = expected(shop), shop.model.tie_concentration, tried > 0
    posterior = beta((kappa * mean + opened)[known], (kappa * (1 - mean) + tried - opened)[known])
    low, high = posterior.interval(0.95)
    chance = np.asarray(ties["p"].values)[known]
    assert known.sum() > 5_000
    assert 0.93 <= ((low <= chance) & (chance <= high)).mean() <= 0.97


def tie_graph(shop: Generated) -> "nx.DiGraph[int]":
    ties = shop.truth["ties"]
    graph: nx.DiGraph[int] = nx.DiGraph()
    graph.add_nodes_from(range(length(shop.truth["people"])))
    graph.add_edges_from(zip(column(ties, "from").tolist(), column(ties, "to").tolist(), strict=True))
    return graph


def test_half_of_the_ties_are_mutual(big: Generated):
    assert nx.overall_reciprocity(tie_graph(big)) == pytest.approx(big.model.reciprocity, abs=0.02)


def test_communities_are_planted_and_friends_of_friends_are_friends(big: Generated):
    graph = tie_graph(big)
    community = column(big.truth["people"], "community")
    groups = [set(np.flatnonzero(community == c).tolist()) for c in range(big.model.community_count)]
    assert nx.community.modularity(graph, groups) > 0.6
    assert nx.transitivity(graph.to_undirected()) > 10 * nx.density(graph)


def test_the_famous_hundredth_has_a_tenth_of_the_listeners(big: Generated):
    listeners = np.sort(np.bincount(column(big.truth["ties"], "from")))[::-1]
    assert listeners[: len(listeners) // 100].sum() > 0.08 * listeners.sum()
    assert listeners[0] > 15 * listeners.mean()


def test_communities_have_tastes(big: Generated):
    people = big.truth["people"]
    taste = np.stack([people[name].values for name in people if name.startswith("taste ")], axis=1)
    community = column(people, "community")
    means = np.stack([taste[community == c].mean(axis=0) for c in range(big.model.community_count)])
    between = ((means[community] - taste.mean(axis=0)) ** 2).sum()
    assert between > 0.5 * ((taste - taste.mean(axis=0)) ** 2).sum()


def test_people_mostly_share_what_they_like(big: Generated):
    people, kind = big.truth["people"], column(big.events, "kind")
    unpaid = (kind == Kind.SHARE) & (column(big.events, "incentive") < 0)
    known = unpaid & (column(big.events, "user") < big.model.users)
    sharer, product = column(big.events, "user")[known], column(big.events, "product")[known]
    department = column(big.products, "department")[product]
    taste = np.stack([people[name].values for name in people if name.startswith("taste ")], axis=1)
    assert taste[sharer, department].mean() > 3 / taste.shape[1]


def relations(shop: Generated, kind: str) -> set[tuple[int, int]]:
    table = shop.truth["relations"]
    said = table["kind"]
    assert isinstance(said, Coded)
    of_it = said.values == said.words.tolist().index(kind)
    return set(zip(column(table, "from")[of_it].tolist(), column(table, "to")[of_it].tolist(), strict=True))


def test_complements_lead_one_way_into_another_category(big: Generated):
    category = column(big.products, "category")
    pairs = relations(big, "COMPLEMENT")
    assert pairs
    assert all(category[a] != category[b] and (b, a) not in pairs for a, b in pairs)
    assert min(Counter(a for a, _ in pairs).values()) >= 6


def test_substitutes_share_a_category_and_a_price_range(big: Generated):
    category, cents = column(big.products, "category"), column(big.products, "price")
    pairs = relations(big, "SUBSTITUTE")
    assert all(category[a] == category[b] and (b, a) in pairs for a, b in pairs)
    apart = np.array([abs(np.log(cents[a] / cents[b])) for a, b in pairs])
    assert np.median(apart) < 0.5
    assert min(Counter(a for a, _ in pairs).values()) >= 5


MIXED = replace(SMALL, products=300, shelves_by_price=False)


def test_where_shelves_are_not_by_price_substitutes_cost_anything_in_their_category():
    plain, mixed = generate(replace(MIXED, shelves_by_price=True)), generate(MIXED)
    for shop in (plain, mixed):
        category, pairs = column(shop.products, "category"), relations(shop, "SUBSTITUTE")
        assert all(category[a] == category[b] and (b, a) in pairs for a, b in pairs)
    apart = [
        np.median([abs(one - other) for one, other in relations(shop, "SUBSTITUTE")])
        for shop in (plain, mixed)
    ]
    assert apart[0] < apart[1]
    for column_of in ("name", "price", "category"):
        assert column(plain.products, column_of).tolist() == column(mixed.products, column_of).tolist()


def looks_together(shop: Generated) -> float:
    """Of the looks that follow another of the same person within two minutes, those at a substitute of it."""
    rows = np.flatnonzero(column(shop.events, "kind") == Kind.VIEW)
    user, at, product = (column(shop.events, name)[rows] for name in ("user", "at", "product"))
    order = np.lexsort((at, user))
    pairs = relations(shop, "SUBSTITUTE")
    follow = [
        (int(product[i]), int(product[j])) in pairs
        for i, j in pairwise(order.tolist())
        if user[i] == user[j] and at[j] - at[i] < 120 and product[i] != product[j]
    ]
    return float(np.mean(follow))


def test_shelves_are_looked_at_together_and_less_so_where_visits_wander():
    quiet, wandering = (generate(replace(MIXED, wandering=share)) for share in (0.0, 0.5))
    assert looks_together(quiet) > 0.6 > looks_together(wandering) + 0.1


def test_most_of_what_is_bought_together_across_categories_goes_together(big: Generated):
    category, goes = column(big.products, "category"), relations(big, "COMPLEMENT")
    bought = np.flatnonzero(column(big.events, "kind") == Kind.PURCHASE)
    baskets: dict[int, list[int]] = {}
    for row in bought:
        baskets.setdefault(int(column(big.events, "order")[row]), []).append(
            int(column(big.events, "product")[row])
        )
    pairs = [(a, b) for lines in baskets.values() for a in lines for b in lines if category[a] < category[b]]
    anchored = sum((a, b) in goes or (b, a) in goes for a, b in pairs)
    assert anchored > 0.5 * len(pairs)


def test_the_spring_festival_lifts_tea(big: Generated):
    at, product = column(big.events, "at"), column(big.events, "product")
    tea = column(big.products, "department")[product] == 3
    shared = column(big.events, "kind") == Kind.SHARE
    day = (at - int((datetime(2026, 2, 17, tzinfo=UTC) - EPOCH).total_seconds())) // 86_400
    before, after = shared & (day >= -6) & (day <= 0), shared & (day >= 20) & (day <= 40)
    assert tea[before].mean() > 1.5 * tea[after].mean()


def test_nights_are_quiet(big: Generated):
    hour = (column(big.events, "at") + 8 * 3600) // 3600 % 24
    by_hour = np.bincount(hour, minlength=24)
    assert by_hour[2:6].max() < 0.25 * by_hour[19:22].min()


def test_bots_open_more_in_an_hour_than_a_person_can(big: Generated):
    at = column(big.events, "at")[column(big.events, "kind") == Kind.OPEN]
    person = column(big.events, "user")[column(big.events, "kind") == Kind.OPEN]
    role = column(big.truth["people"], "role")
    for bot in np.flatnonzero(role == 1):
        times = at[(person == bot) & causes(big)["bot"]]
        assert len(times) > 200
        assert times.max() - times.min() < 3600


def test_a_ring_opens_its_own_shares_from_one_device(big: Generated):
    people, opens = big.truth["people"], column(big.events, "kind") == Kind.OPEN
    inside = causes(big)["ring"]
    member, device = column(big.events, "user")[opens][inside], column(big.events, "device")[opens][inside]
    ring = column(people, "ring")[member]
    assert inside.any()
    assert (ring >= 0).all()
    assert all(len(set(device[ring == number])) == 1 for number in set(ring.tolist()))


def test_products_are_told_apart_by_brand_and_name(big: Generated):
    names = [
        (big.products["brand"].said(i), big.products["name"].said(i)) for i in range(length(big.products))
    ]
    assert len(set(names)) == len(names)


def test_the_guide_names_every_parameter_with_its_default():
    guide = (Path(__file__).parents[2] / "docs" / "generator.md").read_text(encoding="utf-8")
    for one in fields(ShopModel):
        default = one.default.date() if isinstance(one.default, datetime) else one.default
        assert f"| `{one.name}` | {default} |" in guide
