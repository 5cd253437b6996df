"""What holds of simulated spread, on graphs small enough to go through every outcome."""

from itertools import combinations, pairwise, product

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from graph.kernels.chance import stream, unit
from graph.kernels.cover import greedy_cover
from graph.spread.forward import Enough, Network, Spread, spread
from graph.spread.sampling import Sample
from graph.spread.seeds import Goal, Ranking, seed_people

PEOPLE = 5
PAIRS = [(a, b) for a in range(PEOPLE) for b in range(PEOPLE) if a != b]
NOBODY = np.empty(0, np.int32)

Ties = dict[tuple[int, int], float]

chances = st.sampled_from((0.0, 0.1, 0.5, 0.9, 1.0))
ties = st.dictionaries(st.sampled_from(PAIRS), chances, max_size=7)
passing = st.lists(chances, min_size=PEOPLE, max_size=PEOPLE)
seeds = st.sets(st.integers(0, PEOPLE - 1), min_size=1, max_size=3)
worths = st.lists(st.sampled_from((0.0, 0.5, 1.0, 3.0)), min_size=PEOPLE, max_size=PEOPLE)


def network(tied: Ties, passing: list[float]) -> Network:
    ends = np.array(list(tied), np.int32).reshape(-1, 2)
    return Network.between(ends[:, 0], ends[:, 1], np.array(list(tied.values())), np.array(passing))


def rows(people: set[int]) -> np.ndarray:
    return np.array(sorted(people), np.int32)


def reached(tied: Ties, passing: list[float], people: set[int], runs: int = 50) -> Spread:
    group = np.zeros(PEOPLE, np.int32)
    return spread(
        network(tied, passing),
        rows(people),
        weights=np.ones(PEOPLE),
        group=group,
        seed=7,
        enough=Enough(0, runs),
    )


def sets_of(sample: Sample) -> list[set[int]]:
    starts, members = sample.choosing
    return [set(members[a:b].tolist()) for a, b in pairwise(starts)]


def through_every_outcome(tied: Ties, passing: list[float], people: set[int], worth: list[float]) -> float:
    """Expected worth of those reached, by going through every outcome of every coin."""
    unsure_ties = [pair for pair, chance in tied.items() if 0 < chance < 1]
    unsure_people = [person for person in range(PEOPLE) if 0 < passing[person] < 1]
    expected = 0.0
    for coins in product((False, True), repeat=len(unsure_ties) + len(unsure_people)):
        live = {pair for pair, chance in tied.items() if chance == 1}
        passes = {person for person in range(PEOPLE) if passing[person] == 1}
        likely = 1.0
        for pair, head in zip(unsure_ties, coins, strict=False):
            likely *= tied[pair] if head else 1 - tied[pair]
            live |= {pair} if head else set()
        for person, head in zip(unsure_people, coins[len(unsure_ties) :], strict=True):
            likely *= passing[person] if head else 1 - passing[person]
            passes |= {person} if head else set()
        seen, front = set(people), sorted(people)
        while front:
            source = front.pop()
            if source in people or source in passes:
                new = {b for a, b in live if a == source} - seen
                seen |= new
                front += new
        expected += likely * sum(worth[person] for person in seen)
    return expected


@settings(max_examples=25)
@given(ties, passing, seeds, worths)
def test_both_simulations_find_what_going_through_every_outcome_finds(
    tied: Ties, passing: list[float], people: set[int], worth: list[float]
):
    assume(sum(0 < chance < 1 for chance in [*tied.values(), *passing]) <= 9)
    exact = through_every_outcome(tied, passing, people, worth)
    graph, weights = network(tied, passing), np.array(worth)
    group = np.zeros(PEOPLE, np.int32)
    enough = Enough(error=0, runs=20_000)
    forward = spread(graph, rows(people), weights=weights, group=group, seed=1, enough=enough).reached[0]
    sample = Sample.of(graph, weights, seed=1, sets=20_000)
    (backward,) = sample.reached(sample.measured(rows(people), NOBODY))
    # Five standard errors, and a little for outcomes rarer than the runs can show.
    for found in (forward, backward):
        assert abs(found.value - exact) <= 2.6 * (found.high - found.low) + 0.01


@given(ties, passing, seeds, st.sampled_from(PAIRS), chances)
def test_another_or_a_likelier_tie_never_shrinks_reach(
    tied: Ties, passing: list[float], people: set[int], pair: tuple[int, int], chance: float
):
    more = {**tied, pair: max(chance, tied.get(pair, 0.0))}
    assert reached(more, passing, people).reached[0].value >= reached(tied, passing, people).reached[0].value


@given(ties, passing, seeds, st.integers(0, PEOPLE - 1))
def test_another_seed_person_never_loses_reach(
    tied: Ties, passing: list[float], people: set[int], other: int
):
    with_other = reached(tied, passing, people | {other}).reached[0].value
    assert with_other >= reached(tied, passing, people).reached[0].value


@given(ties, passing, seeds, st.integers(0, PEOPLE - 1), st.integers(0, PEOPLE - 1))
def test_what_a_person_adds_diminishes(
    tied: Ties, passing: list[float], people: set[int], before: int, other: int
):
    def reach(people: set[int]) -> float:
        return reached(tied, passing, people).reached[0].value

    late = reach(people | {before, other}) - reach(people | {before})
    assert late <= reach(people | {other}) - reach(people) + 1e-9


def over_thresholds(tied: Ties) -> Network:
    """Each person's ties weigh at most 1 in all."""
    heard = {
        person: max(sum(chance for (_, b), chance in tied.items() if b == person), 1.0) for _, person in PAIRS
    }
    ends = np.array(list(tied), np.int32).reshape(-1, 2)
    weights = np.array([chance / heard[b] for (_, b), chance in tied.items()])
    return Network.between(ends[:, 0], ends[:, 1], weights, np.ones(PEOPLE), thresholds=True)


def through_every_choice(network: Network, people: set[int]) -> float:
    """Expected number reached over thresholds, by going through whom everybody listens to."""
    indptr, target, weight, *_ = network.out
    source = np.repeat(np.arange(PEOPLE), np.diff(indptr))
    heard = [
        [(int(s), w) for s, t, w in zip(source, target, weight, strict=True) if t == person]
        for person in range(PEOPLE)
    ]
    expected = 0.0
    for choices in product(
        *([*row, (person, 1 - sum(w for _, w in row))] for person, row in enumerate(heard))
    ):
        seen, before = set(people), -1
        while len(seen) > before:
            before = len(seen)
            seen |= {person for person, (whom, _) in enumerate(choices) if whom in seen}
        expected += float(np.prod([chance for _, chance in choices])) * len(seen)
    return expected


@settings(max_examples=25)
@given(ties, seeds)
def test_over_thresholds_both_simulations_find_what_going_through_every_choice_finds(
    tied: Ties, people: set[int]
):
    graph = over_thresholds(tied)
    exact = through_every_choice(graph, people)
    enough, group = Enough(error=0, runs=20_000), np.zeros(PEOPLE, np.int32)
    told = spread(graph, rows(people), weights=np.ones(PEOPLE), group=group, seed=1, enough=enough)
    sample = Sample.of(graph, np.ones(PEOPLE), seed=1, sets=20_000)
    (backward,) = sample.reached(sample.measured(rows(people), NOBODY))
    for found in (told.reached[0], backward):
        assert abs(found.value - exact) <= 2.6 * (found.high - found.low) + 0.01


@given(ties, seeds, st.integers(0, PEOPLE - 1), st.integers(0, PEOPLE - 1))
def test_over_thresholds_too_nobody_loses_reach_and_what_a_person_adds_diminishes(
    tied: Ties, people: set[int], before: int, other: int
):
    graph, group = over_thresholds(tied), np.zeros(PEOPLE, np.int32)

    def reach(people: set[int]) -> float:
        told = spread(graph, rows(people), weights=np.ones(PEOPLE), group=group, seed=7, enough=Enough(0, 50))
        return told.reached[0].value

    late = reach(people | {before, other}) - reach(people | {before})
    assert -1e-9 <= late <= reach(people | {other}) - reach(people) + 1e-9


@given(ties, passing, seeds)
def test_reach_is_between_the_seeds_and_everybody_and_is_the_sum_of_its_groups(
    tied: Ties, passing: list[float], people: set[int]
):
    group = np.arange(PEOPLE, dtype=np.int32) % 2
    told = spread(network(tied, passing), rows(people), weights=np.ones(PEOPLE), group=group, seed=3)
    assert len(people) <= told.reached[0].value <= PEOPLE
    assert sum(part.value for part in told.by_group.values()) == pytest.approx(told.reached[0].value)


@given(ties, passing, worths, st.integers(-(2**31), 2**31 - 1))
def test_rankings_fall_never_below_nothing_and_are_the_same_for_the_same_seed(
    tied: Ties, passing: list[float], worth: list[float], seed: int
):
    def ranked(most: int) -> Ranking:
        sample = Sample.of(network(tied, passing), np.array(worth), seed=seed, sets=256)
        goal = Goal(ratio=0, luck=np.inf)
        return seed_people(sample, candidates=rows(set(range(PEOPLE))), most=most, kept=NOBODY, goal=goal)

    told = ranked(PEOPLE)
    adds = [estimate.value for estimate in told.adds]
    assert adds == sorted(adds, reverse=True)
    assert all(0 <= estimate.low <= estimate.value <= estimate.high for estimate in told.adds)
    assert all(
        estimate.low <= estimate.value <= estimate.high <= sum(worth) + 1e-9 for estimate in told.reached
    )
    assert (told.adds, told.reached) == (ranked(PEOPLE).adds, ranked(PEOPLE).reached)
    assert ranked(2).people.tolist() == told.people[:2].tolist()


@given(ties, passing, st.permutations(range(PEOPLE)))
def test_relabelling_people_permutes_answers(tied: Ties, passing: list[float], names: list[int]):
    worth = [1.0, 2.0, 4.0, 8.0, 16.0]
    renamed = {(names[a], names[b]): chance for (a, b), chance in tied.items()}
    moved = [passing[names.index(person)] for person in range(PEOPLE)]
    moved_worth = [worth[names.index(person)] for person in range(PEOPLE)]
    here = Sample.of(network(tied, passing), np.array(worth), seed=1, sets=4_000)
    there = Sample.of(network(renamed, moved), np.array(moved_worth), seed=1, sets=4_000)
    for person in range(PEOPLE):
        one, other = here.reach(person), there.reach(names[person])
        error = one.high - one.low + other.high - other.low
        assert abs(one.value - other.value) <= 1.3 * error + 0.02


@given(ties, passing, worths, st.sets(st.integers(0, PEOPLE - 1), max_size=2), st.integers(1, PEOPLE))
def test_the_greedy_cover_is_greedy_and_nobody_exceeds_its_bounds(
    tied: Ties, passing: list[float], worth: list[float], kept: set[int], width: int
):
    sample = Sample.of(network(tied, passing), np.array(worth), seed=5, sets=200)
    drawn_sets = sets_of(sample)
    candidates = sorted(set(range(PEOPLE)) - kept)

    def covered(people: set[int]) -> float:
        met = sum(bool(one & people) for one in drawn_sets)
        alone = sum(float(sample.roots.alone[person]) for person in people)
        return alone + sample.each * met

    cover = greedy_cover(
        sample.choosing,
        sample.roots.alone,
        sample.each,
        rows(kept),
        rows(set(candidates)),
        PEOPLE,
        width,
        0.0,
    )
    chosen = cover.people.tolist()
    so_far = set(kept)
    for person in chosen:
        best = max(covered(so_far | {other}) for other in candidates if other not in so_far)
        assert covered(so_far | {person}) == pytest.approx(best)
        so_far.add(person)
    assert len(set(chosen)) == len(chosen)
    for size in range(len(candidates) + 1):
        best = max(covered(kept | set(others)) for others in combinations(candidates, size))
        assert cover.bounds[size] >= best - 1e-9


@given(ties, passing, worths, st.integers(0, 99))
def test_more_sets_of_one_seed_are_the_same_sets_and_more(
    tied: Ties, passing: list[float], worth: list[float], few: int
):
    graph, weights = network(tied, passing), np.array(worth)
    some, all_ = Sample.of(graph, weights, seed=5, sets=few), Sample.of(graph, weights, seed=5, sets=100)
    members = all_.choosing.members
    assert members[: len(some.choosing.members)].tolist() == some.choosing.members.tolist()
    sizes = np.diff(all_.choosing.starts).tolist()
    assert all(len(one) == size > 1 for one, size in zip(sets_of(all_), sizes, strict=True))


def test_draws_are_uniform_and_streams_differ():
    starts = [np.uint64(stream(seed, number)) for seed in range(40) for number in range(500)]
    draws = np.array([unit(start) for start in starts])
    assert len(np.unique(draws)) == len(draws)
    assert np.histogram(draws, 10, (0, 1))[0] == pytest.approx(np.full(10, 2000), abs=200)
