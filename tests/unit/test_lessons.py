"""What was learned is kept with its snapshot: what is read is what was written, or nothing."""

from dataclasses import astuple
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from graph.estimate import Estimate
from graph.snapshot import Snapshot
from graph.suggest.chances import Chances
from graph.suggest.taught import Learned
from graph.suggest.weights import Blend
from loaders import lessons
from loaders.lessons import keep, learned_at, lessons_of
from loaders.sealing import PLAIN, Seal, Secret
from loaders.snapshots import discard, save
from tests import toy

TOLD, OTHERWISE = "seed=0", "seed=1"
SNAPSHOT = toy.snapshot("ana>bea:tea ana>cy:mug")
STEPS = tuple((Estimate.of_beta(1.1, 90.3 / n), Estimate.of_beta(7.7, 40.1 / n)) for n in range(1, 6))
BLEND = Blend({"friends": (0.1, 0.2, 0.3, 0.4, 1 / 3), "popular": (0.0, 1e-300, 2.0, 3.0, 4.0)})
CHANCES = Chances(np.array([0.1, 0.7]), STEPS, 0.0421, exposed=True, rivals=True)
LEARNED = Learned(BLEND, CHANCES, np.array([0.15, 1 / 7]))


def is_same(one: Learned, other: Learned) -> bool:
    def said(learned: Learned) -> object:
        chances, grants = learned.chances, learned.grants
        told = chances and (
            chances.begins.tolist(),
            [[*map(astuple, level)] for level in chances.odds],
            chances.common,
            (chances.exposed, chances.rivals),
        )
        return learned.blend, [*learned.blend.weights], told, None if grants is None else grants.tolist()

    return said(one) == said(other)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    save(SNAPSHOT, tmp_path)
    return tmp_path


def file_in(folder: Path) -> Path:
    return next(folder.rglob("lessons-*"))


@pytest.mark.parametrize(
    "learned",
    [
        LEARNED,
        Learned(BLEND, None, None),
        Learned(Blend(), CHANCES, None),
        Learned(Blend(), None, np.zeros(2)),
    ],
)
def test_whatever_was_learned_is_read_again_to_the_last_bit(folder: Path, learned: Learned):
    assert keep(learned, folder, SNAPSHOT, TOLD)
    found = lessons_of(folder, SNAPSHOT, TOLD)
    assert found is not None
    assert is_same(found, learned)
    assert learned_at(folder, SNAPSHOT.version) is not None


def test_they_are_those_of_their_settings_and_each_has_its_own(folder: Path):
    other = Learned(Blend(), CHANCES, None)
    keep(LEARNED, folder, SNAPSHOT, TOLD)
    assert lessons_of(folder, SNAPSHOT, OTHERWISE) is None
    keep(other, folder, SNAPSHOT, OTHERWISE)
    for settings, learned in ((TOLD, LEARNED), (OTHERWISE, other)):
        found = lessons_of(folder, SNAPSHOT, settings)
        assert found is not None
        assert is_same(found, learned)


def test_other_code_learns_for_itself(folder: Path, monkeypatch: pytest.MonkeyPatch):
    keep(LEARNED, folder, SNAPSHOT, TOLD)
    monkeypatch.setattr(lessons, "_code", lambda: "0" * 64)
    assert lessons_of(folder, SNAPSHOT, TOLD) is None
    assert learned_at(folder, SNAPSHOT.version) is None


def test_another_version_has_none_and_its_snapshot_sweeps_them(folder: Path):
    keep(LEARNED, folder, SNAPSHOT, TOLD)
    later = toy.snapshot("ana>bea:tea ana>cy:mug ana>dan:mug")
    assert lessons_of(folder, later, TOLD) is None
    assert not keep(LEARNED, folder, later, TOLD)
    save(later, folder)
    assert not [*folder.rglob("lessons-*")]


def test_nothing_is_left_after_discarding_and_nothing_is_written_for_a_snapshot_that_went(folder: Path):
    keep(LEARNED, folder, SNAPSHOT, TOLD)
    discard(folder)
    assert not keep(LEARNED, folder, SNAPSHOT, TOLD)
    assert not [path for path in folder.rglob("*") if path.name != "lock"]


def test_a_flipped_bit_anywhere_is_told_of_and_removed(folder: Path, caplog: pytest.LogCaptureFixture):
    keep(LEARNED, folder, SNAPSHOT, TOLD)
    file = file_in(folder)
    whole = file.read_bytes()
    for position in range(0, len(whole), 1 + len(whole) // 40):
        torn = bytearray(whole)
        torn[position] ^= 1
        file.write_bytes(torn)
        caplog.clear()
        assert lessons_of(folder, SNAPSHOT, TOLD) is None
        assert "it is learned anew" in caplog.text
        assert not file.exists()


@pytest.mark.parametrize("left", [0, 3, 100])
def test_a_file_cut_short_is_not_believed(folder: Path, left: int):
    keep(LEARNED, folder, SNAPSHOT, TOLD)
    file = file_in(folder)
    file.write_bytes(file.read_bytes()[:left])
    assert lessons_of(folder, SNAPSHOT, TOLD) is None


def test_lessons_of_other_settings_under_this_name_are_not_believed(folder: Path):
    keep(LEARNED, folder, SNAPSHOT, OTHERWISE)
    moved = file_in(folder)
    keep(LEARNED, folder, SNAPSHOT, TOLD)
    ours = next(path for path in folder.rglob("lessons-*") if path != moved)
    moved.replace(ours)
    assert lessons_of(folder, SNAPSHOT, TOLD) is None


def test_grants_of_another_number_of_products_are_not_believed(folder: Path):
    keep(Learned(BLEND, None, np.zeros(3)), folder, SNAPSHOT, TOLD)
    assert lessons_of(folder, SNAPSHOT, TOLD) is None


def test_where_there_is_a_secret_they_are_sealed_and_of_no_use_under_another(tmp_path: Path):
    held, other = (Secret.new(),), (Secret.new(),)
    ours, theirs = Seal(lambda: held), Seal(lambda: other)
    save(SNAPSHOT, tmp_path, ours)
    assert keep(LEARNED, tmp_path, SNAPSHOT, TOLD, ours)
    found = lessons_of(tmp_path, SNAPSHOT, TOLD, ours)
    assert found is not None
    assert is_same(found, LEARNED)
    assert b"weights" not in file_in(tmp_path).read_bytes()
    for seal in (theirs, PLAIN):
        assert lessons_of(tmp_path, SNAPSHOT, TOLD, seal) is None
    assert file_in(tmp_path).exists(), "who has another secret does not spoil it"


def test_a_folder_that_cannot_be_written_costs_time_and_no_answer(
    folder: Path, caplog: pytest.LogCaptureFixture
):
    (folder / "lock").unlink()
    (folder / "lock").mkdir()
    assert not keep(LEARNED, folder, SNAPSHOT, TOLD)
    assert "cannot be written" in caplog.text


def test_no_snapshot_has_no_lessons(tmp_path: Path):
    empty = Snapshot.of(toy.log_of([]))
    assert lessons_of(tmp_path, empty, TOLD) is None
    assert learned_at(tmp_path, empty.version) is None
    assert_array_equal([*tmp_path.iterdir()], [])
