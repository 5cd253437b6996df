"""Cascades and candidates of the public logs, beside recounts in plain Python."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from graph.campaign.forecast import forecast
from graph.campaign.kol import kol_candidates
from graph.cascades import CascadeOrder, cascades
from graph.openings import openings
from graph.snapshot import Snapshot
from graph.ties import ties
from tests.markets import market_of
from tests.real_logs import Act, higgs_acts, higgs_log, taobao_log

pytestmark = pytest.mark.real_logs


@pytest.fixture(scope="module")
def acts(real_logs: Path) -> list[Act]:
    return higgs_acts(real_logs)


@pytest.fixture(scope="module")
def higgs(acts: list[Act]) -> Snapshot:
    return Snapshot.of(higgs_log(acts))


@pytest.fixture(scope="module")
def taobao(real_logs: Path) -> Snapshot:
    return Snapshot.of(taobao_log(real_logs))


def sizes_in_words(acts: list[Act]) -> Iterator[int]:
    """Sizes of the Higgs cascades, by giving every retweet the tree of the retweeted's latest share."""
    tree: dict[str, int] = {}
    now: dict[str, tuple[int, int]] = {}
    people: list[set[str]] = []
    for who, whom, at, kind in acts:
        if kind != "RT":
            continue
        if now and next(iter(now.values()))[0] < at:
            tree.update((sharer, number) for sharer, (_, number) in now.items())
            now.clear()
        if whom not in tree:
            # Whoever retweeted and was retweeted in one second had opened what they passed on.
            tree[whom] = now[whom][1] if whom in now else len(people)
            people += [{whom}] * (tree[whom] == len(people))
        people[tree[whom]].add(who)
        now[who] = at, tree[whom]
    yield from map(len, people)


def test_higgs_makes_32854_cascades_the_largest_of_18388_people(higgs: Snapshot):
    told = cascades(higgs)
    assert (len(told), int(told.size.min()), int(told.size.max())) == (32_854, 2, 18_388)
    assert told.size[told.select()[:4]].tolist() == [18_388, 7_800, 6_877, 4_230]
    assert told.inferred.all()


def test_the_sizes_of_higgs_cascades_are_those_of_a_plain_recount(higgs: Snapshot, acts: list[Act]):
    assert Counter(cascades(higgs).size.tolist()) == Counter(sizes_in_words(acts))


def test_every_retweet_is_an_opening_once(higgs: Snapshot, acts: list[Act]):
    opened = openings(higgs)
    # One implied share was made in the second in which its sharer retweeted: that is its parent.
    assert higgs.shares.inferred.sum() == 1
    assert opened.passed_on.sum() - 1 == sum(act.kind == "RT" for act in acts) == 354_930
    assert int(cascades(higgs).opens.sum()) == int(opened.first.sum())


def test_the_deepest_higgs_cascade_is_measured_level_by_level(higgs: Snapshot):
    told = cascades(higgs)
    deepest = int(told.select(order=CascadeOrder.DEPTH_DESC)[0])
    levels = told.levels(deepest)
    assert len(levels) == told.depth[deepest] + 1
    assert sum(levels) == told.size[deepest]
    assert min(levels) > 0
    number = told.reproduction_number(int(told.select()[0]))
    assert number is not None
    assert number.low < 1 < number.high


def test_taobao_cascades_hold_every_opener(taobao: Snapshot):
    told = cascades(taobao)
    assert (len(taobao.people), len(taobao.products)) == (17_686, 20_953)
    assert int(told.share_opens.sum()) >= 24_107
    assert np.count_nonzero(taobao.shares.parent >= 0) == 25
    assert np.count_nonzero(told.inferred) <= 25
    assert told.revenue(0) == {}


def test_the_first_candidates_of_higgs_are_people_whose_shares_were_opened_most(higgs: Snapshot):
    market = market_of(higgs, ties(higgs))
    found = kol_candidates(market, limit=20)
    opens = market.credited.opens
    thousandth = np.sort(opens)[-1_000]
    assert all(opens[one.person] >= thousandth for one in found.candidates)
    told = forecast(market, [one.person for one in found.candidates])
    error = told.reach.high - told.reach.low + found.reach.high - found.reach.low
    assert abs(told.reach.value - found.reach.value) < error
