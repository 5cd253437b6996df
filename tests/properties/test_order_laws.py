"""Laws of the order in which a list is shown."""

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from graph.kernels.inorder import reranked

BANDS = 3
KNOB = st.sampled_from([0.0, 0.05, 0.2, 0.4, 1.0])


@dataclass(frozen=True)
class Listed:
    """Candidates, best first; own: of each kind, how many are one's own."""

    score: NDArray[np.float64]
    kind: NDArray[np.int32]
    voice: NDArray[np.int32]
    band: NDArray[np.int8]
    own: NDArray[np.int64]
    wanted: NDArray[np.float64]

    def shown(self, diversity: float, calibration: float = 0.0) -> list[int]:
        return [int(one) for one in self.stood(diversity, calibration)[0]]

    def stood(self, diversity: float, calibration: float) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        columns = self.score, self.kind, self.voice, self.band, self.own[self.kind], self.wanted
        return reranked(*columns, diversity, calibration)


@st.composite
def lists(draw: st.DrawFn) -> Listed:
    """Scores are of a coarse grid, so that many are equal; kind, voice: −1 for none."""
    n = draw(st.integers(1, 25))

    def column(low: int, high: int) -> list[int]:
        return draw(st.lists(st.integers(low, high), min_size=n, max_size=n))

    wanted = np.array(draw(st.lists(st.integers(1, 5), min_size=BANDS, max_size=BANDS)), np.float64)
    return Listed(
        np.sort(column(-1, 12))[::-1] / 12,
        np.array(column(-1, 3), np.int32),
        np.array(column(-1, 3), np.int32),
        np.array(column(0, BANDS - 1), np.int8),
        np.array([*draw(st.lists(st.integers(0, 9), min_size=4, max_size=4)), 0], np.int64),
        wanted / wanted.sum(),
    )


@given(lists())
def test_without_a_knob_a_list_is_in_order_of_score(listed: Listed):
    assert listed.shown(0.0) == list(range(len(listed.score)))


@given(listed=lists(), diversity=KNOB, calibration=KNOB)
def test_each_is_shown_once_and_what_is_left_of_it_falls_and_is_no_more_than_its_score(
    listed: Listed, diversity: float, calibration: float
):
    found, left = listed.stood(diversity, calibration)
    assert sorted(found.tolist()) == list(range(len(listed.score)))
    assert (np.diff(left) <= 0).all()
    assert (left <= listed.score[found] + 1e-12).all()


@settings(max_examples=300)
@given(listed=lists(), diversity=KNOB.filter(bool), calibration=KNOB)
def test_of_two_equal_scores_the_less_shown_kind_comes_first(
    listed: Listed, diversity: float, calibration: float
):
    """And the less heard voice, where nothing else tells them apart."""
    listed = replace(listed, own=np.zeros(5, np.int64))
    above: list[int] = []
    for one in listed.shown(diversity, calibration):
        for other in set(range(len(listed.score))) - {one, *above}:
            same = listed.score[one] == listed.score[other] > 0 and listed.band[one] == listed.band[other]
            kinds, voices = (
                [sum(of[i] == of[j] >= 0 for j in above) for i in (one, other)]
                for of in (listed.kind, listed.voice)
            )
            if same and kinds[1] <= kinds[0] and voices[1] <= voices[0]:
                assert (kinds[0], voices[0]) == (kinds[1], voices[1])
                assert one < other
        above.append(one)


@given(
    diversity=KNOB,
    worth=st.integers(1, 99),
    own=st.integers(0, 9),
    kinds=st.booleans(),
    many=st.integers(1, 30),
)
def test_the_next_of_a_kind_or_voice_counts_for_less_than_the_one_before(
    diversity: float, worth: int, own: int, many: int, *, kinds: bool
):
    """What is worth a part of the best comes where what is left of the n-th of the others is less than it."""
    of, none = np.array([0] * many + [1], np.int32), np.full(many + 1, -1, np.int32)
    listed = Listed(
        np.array([1.0] * many + [worth / 100]),
        of if kinds else none,
        none if kinds else of,
        np.zeros(many + 1, np.int8),
        np.array([own, own, 0]),
        np.full(BANDS, 1 / BANDS),
    )
    step = diversity / (1 + own) if kinds else diversity
    left = [1 / (1 + step * n) for n in range(many)]
    assert all(later < before or not step for before, later in pairwise(left))
    assume(all(abs(one - worth / 100) > 1e-9 for one in left))
    assert listed.shown(diversity).index(many) == sum(one > worth / 100 for one in left)


@settings(max_examples=300)
@given(listed=lists(), less=KNOB, more=KNOB)
def test_more_of_the_knob_shows_never_fewer_kinds(listed: Listed, less: float, more: float):
    """Of kinds alone: voices and bands may pull elsewhere."""
    listed = replace(listed, voice=np.full_like(listed.voice, -1))
    few, many = (listed.shown(knob) for knob in sorted((less, more)))
    for limit in range(1, len(few) + 1):
        assert _kinds(listed, many[:limit]) >= _kinds(listed, few[:limit])


def _kinds(listed: Listed, shown: list[int]) -> int:
    return len({int(listed.kind[one]) for one in shown} - {-1})


@given(listed=lists(), diversity=KNOB, calibration=KNOB)
def test_every_place_goes_to_the_largest_of_what_is_left(
    listed: Listed, diversity: float, calibration: float
):
    above: list[int] = []
    for one in listed.shown(diversity, calibration):
        left = {
            other: _left(listed, above, other, diversity, calibration)
            for other in range(len(listed.score))
            if other not in above
        }
        assert left[one] == pytest.approx(max(left.values()), abs=1e-12)
        above.append(one)


def _left(listed: Listed, above: list[int], one: int, diversity: float, calibration: float) -> float:
    kinds, voices = (sum(of[one] == of[other] >= 0 for other in above) for of in (listed.kind, listed.voice))
    score, own = float(listed.score[one]), int(listed.own[listed.kind[one]])
    if score > 0:
        score /= (1 + diversity * kinds / (1 + own)) * (1 + diversity * voices)
    has = np.bincount(listed.band[[*above, one]], minlength=BANDS) / (len(above) + 1)
    mixed = 0.99 * has + 0.01 * listed.wanted
    return score - calibration * float((listed.wanted * np.log(listed.wanted / mixed)).sum())
