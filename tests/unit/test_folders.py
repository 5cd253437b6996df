"""A folder of choices and friends: parts, ids of any kind, features, and what is said of a bad one."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from graph.errors import UnreadableSource
from graph.taste.model import Sparse
from loaders.folders import is_folder, read_folder


def written(folder: Path, **files: str) -> str:
    for name, text in files.items():
        (folder / f"{name}.tsv").write_text(text.replace(" ", "\t"))
    return str(folder)


def cells(matrix: Sparse) -> set[tuple[int, int]]:
    row, column = matrix.nonzero()
    return set(zip(row.tolist(), column.tolist(), strict=True))


@pytest.fixture
def folder(tmp_path: Path) -> str:
    return written(
        tmp_path,
        train="user item\nana tea\nana mug\nbea tea\n",
        val="user item\nbea mug\n",
        test="user item\nana pot\ncy tea\n",
        social="user friend\nana bea\nbea dan\n",
    )


def test_users_and_items_are_rows_in_the_order_of_their_ids(folder: str):
    found = read_folder(folder)
    assert found.users == ["ana", "bea", "cy", "dan"]
    assert found.items == ["mug", "pot", "tea"]


def test_the_parts_stay_apart_and_the_row_listens_to_the_column(folder: str):
    held = read_folder(folder).held()
    assert held.known.chosen.toarray().tolist() == [[1, 0, 1], [0, 0, 1], [0, 0, 0], [0, 0, 0]]
    assert held.validation is not None
    assert cells(held.validation) == {(1, 0)}
    assert cells(held.asked) == {(0, 1), (2, 2)}
    assert cells(held.known.friends) == {(0, 1), (1, 3)}


def test_without_a_test_part_the_validation_part_is_held_out(folder: str):
    (Path(folder) / "test.tsv").unlink()
    held = read_folder(folder).held()
    assert held.validation is None
    assert held.users.tolist() == [1]


def test_all_parts_can_be_dealt_out_anew(folder: str):
    held = read_folder(folder).dealt((8, 2), seed=1)
    assert held.known.chosen.nnz + held.asked.nnz == 6
    assert held.known.friends.nnz == 2


def test_whole_numbers_are_in_order_of_size(tmp_path: Path):
    found = read_folder(written(tmp_path, train="user item\n10 5\n9 40\n", test="user item\n9 5\n"))
    assert (found.users, found.items) == (["9", "10"], ["5", "40"])


def test_a_folder_may_be_zipped_and_parted_by_commas(tmp_path: Path):
    (tmp_path / "train.tsv.gz").write_bytes(gzip.compress(b"user,item,weight\r\n1,2,0.5\r\n"))
    (tmp_path / "test.tsv").write_text("user,item\n1,3\n")
    assert read_folder(str(tmp_path)).items == ["2", "3"]


def test_what_is_said_of_items_is_features(tmp_path: Path):
    found = read_folder(
        written(
            tmp_path,
            train="user item\n1 0\n",
            test="user item\n1 1\n",
            items="item name tags\n0 Ana rock|folk\n1 Bea \n2 Cy rock\n",
            item_category="item category\n1 7\n",
        )
    )
    assert found.content is not None
    np.testing.assert_array_equal(found.content.toarray(), [[0, 1, 1], [1, 0, 0], [0, 0, 1]])


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"test": "user item\n1 2\n"}, "no train.tsv"),
        ({"train": "1 2\n3 4\n"}, "no header"),
        ({"train": "user item\n1 2\n1 2 3\n"}, "train.tsv: .*Row #3"),
        ({"train": ""}, "no header"),
        ({"train": "user item\n"}, "no choices"),
        ({"train": "item user\n7 1\n"}, "user"),
        ({"train": "ana tea\nbea tea\nana mug\n"}, "no header"),
        ({"train": "user item\n1 2\n 3\n"}, "row 2 below the header has no user"),
        (
            {"train": "user item\n1 2\n", "social": "user friend\n1 \n"},
            "row 1 below the header has no friend",
        ),
    ],
)
def test_a_bad_folder_is_told_what_it_lacks(tmp_path: Path, files, said: str):
    folder = written(tmp_path, **files)
    assert is_folder(folder) == ("train" in files)
    with pytest.raises(UnreadableSource, match=said):
        read_folder(folder)


def test_a_folder_with_nothing_held_out_asks_for_a_split(tmp_path: Path):
    found = read_folder(written(tmp_path, train="user item\n1 2\n"))
    with pytest.raises(UnreadableSource, match="--split"):
        found.held()


def test_a_line_that_is_no_utf_8_is_told(tmp_path: Path):
    (tmp_path / "train.tsv").write_bytes("user\titem\nana\ttea\nbea\tcaf\u00e9\n".encode("latin-1"))
    with pytest.raises(UnreadableSource, match="line 3 is no UTF-8"):
        read_folder(str(tmp_path))


def test_a_mark_of_utf_8_and_ends_of_lines_of_windows_are_no_part_of_an_id(tmp_path: Path):
    (tmp_path / "train.tsv").write_bytes(b"\xef\xbb\xbfuser\titem\r\n9\t5\r\n10\t40\r\n")
    found = read_folder(str(tmp_path))
    assert (found.users, found.items) == (["9", "10"], ["5", "40"])


@pytest.mark.parametrize(
    "train",
    ["user\titem\r9\t5\r10\t40\r", " user\titem \n9\t5\n10\t40\n", "user, item\n9, 5\n10 , 40\n"],
    ids=["lines of an old Macintosh", "blanks in the header", "blanks around ids"],
)
def test_blanks_and_ends_of_lines_are_no_part_of_an_id(tmp_path: Path, train: str):
    (tmp_path / "train.tsv").write_bytes(train.encode())
    found = read_folder(str(tmp_path))
    assert (found.users, found.items) == (["9", "10"], ["5", "40"])


def test_what_was_known_is_not_asked_about_and_what_is_said_twice_is_said_once(tmp_path: Path):
    parts = {"train": "user item\n1 2\n1 2\n1 3\n", "val": "user item\n1 4\n"}
    held = read_folder(written(tmp_path, **parts, test="user item\n1 3\n1 4\n1 5\n")).held()
    assert held.known.chosen.toarray().tolist() == [[1, 1, 0, 0]]
    assert cells(held.asked) == {(0, 3)}


@pytest.mark.parametrize("social", ["user friend\n", None])
def test_nobody_has_to_listen_to_anybody(tmp_path: Path, social: str | None):
    files = {"train": "user item\n1 2\n", "test": "user item\n1 3\n"} | ({"social": social} if social else {})
    assert read_folder(written(tmp_path, **files)).held().known.friends.nnz == 0


def test_who_only_listens_is_a_user_and_an_unseen_item_is_an_item(folder: str):
    held = read_folder(folder).held()
    assert (held.known.users, held.known.items) == (4, 3)
    assert not held.known.chosen[[3]].nnz
