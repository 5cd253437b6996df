"""Edge lists: how lines are read, and what is said of bad ones."""

import gzip
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from graph.errors import UnknownKey, UnreadableSource
from loaders.edges import Edges, read_edges


def ties(edges: Edges) -> set[tuple[object, ...]]:
    ends = [edges.ids[row] for row in edges.source], [edges.ids[row] for row in edges.target]
    return set(zip(*ends, *([] if edges.probability is None else [edges.probability.tolist()]), strict=True))


def read(tmp_path: Path, text: str) -> Edges:
    file = tmp_path / "edges.txt"
    file.write_text(text)
    return read_edges(str(file))


@pytest.mark.parametrize("gap", [" ", "\t", ",", ", ", "  \t"])
def test_tabs_blanks_and_commas_part_columns(tmp_path: Path, gap: str):
    assert ties(read(tmp_path, f"3{gap}12\n 12{gap}7 \r\n")) == {(3, 12), (12, 7)}


def test_remarks_and_empty_lines_say_nothing(tmp_path: Path):
    assert ties(read(tmp_path, "# u v\n\n1 2\n#3 4\n\n2 1")) == {(1, 2), (2, 1)}


def test_a_third_column_is_a_chance(tmp_path: Path):
    assert ties(read(tmp_path, "1 2 0.25\n2 3 1\n3 1 1e-3")) == {(1, 2, 0.25), (2, 3, 1.0), (3, 1, 0.001)}


@pytest.mark.parametrize("text", ["ana bea\nbea 7", "007 7\n7 08", "+1 2", "NaN null\nnull 1"])
def test_ids_that_are_not_all_whole_numbers_are_text_as_written(tmp_path: Path, text: str):
    assert ties(read(tmp_path, text)) == {tuple(line.split()) for line in text.split("\n")}


def test_ids_far_apart_or_below_zero_are_whole_numbers_too(tmp_path: Path):
    assert ties(read(tmp_path, "-4 9000000000000\n0 -4")) == {(-4, 9000000000000), (0, -4)}


def test_the_order_of_lines_changes_no_row(tmp_path: Path):
    assert read(tmp_path, "b a\na c").ids == read(tmp_path, "a c\nb a").ids == ["a", "b", "c"]


def test_gzip_is_recognised_by_its_bytes(tmp_path: Path):
    file = tmp_path / "edges"
    file.write_bytes(gzip.compress(b"1 2\n"))
    assert ties(read_edges(str(file))) == {(1, 2)}


def test_arrays_are_read_as_they_are(tmp_path: Path):
    file = str(tmp_path / "edges.npz")
    np.savez(file, src=np.array([5, 9]), dst=np.array([9, 2]), p=np.array([0.5, 1.0]))
    assert ties(read_edges(file)) == {(5, 9, 0.5), (9, 2, 1.0)}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1 2\n3\n", "line 2: one column"),
        ("# x\n1 2\n\n3 4 0.5\n", "line 4: 3 columns where the first line has 2"),
        ("1 2 .5\n3 4 often\n", "line 2: p is 'often', no number"),
        ("1 2 .5\n3 4 1.5\n5 6 -1\n", "line 2: p = 1.5 lies outside 0..1; line 3: p = -1 lies outside 0..1"),
        ("1 2 .5\n3 4 nan\n", "line 2: p = nan lies outside 0..1"),
        ("", "no tie"),
        ("# nothing\n\n", "no tie"),
    ],
)
def test_bad_lines_are_named(tmp_path: Path, text: str, said: str):
    with pytest.raises(UnreadableSource, match=said.replace(".", r"\.")):
        read(tmp_path, text)


@pytest.mark.parametrize(
    ("arrays", "said"),
    [
        ({"src": [1]}, "no array dst"),
        ({"src": [1, 2], "dst": [1]}, "equal length"),
        ({"src": [1.5], "dst": [1]}, "whole numbers"),
        ({"src": [1], "dst": [2], "p": [2.0]}, r"p\[0\] = 2"),
        ({"src": np.empty(0, int), "dst": np.empty(0, int)}, "no tie"),
    ],
)
def test_bad_arrays_are_named(tmp_path: Path, arrays: dict[str, Any], said: str):
    file = str(tmp_path / "edges.npz")
    np.savez(file, **arrays)
    with pytest.raises(UnreadableSource, match=said):
        read_edges(file)


@pytest.mark.parametrize(("name", "bytes_"), [("no.txt", None), ("x.gz", b"\x1f\x8bno"), ("x.npz", b"no")])
def test_files_that_are_none_are_named(tmp_path: Path, name: str, bytes_: bytes | None):
    if bytes_ is not None:
        (tmp_path / name).write_bytes(bytes_)
    with pytest.raises(UnreadableSource, match=name):
        read_edges(str(tmp_path / name))


def test_people_are_found_by_their_ids_as_text(tmp_path: Path):
    edges = read(tmp_path, "10 2\n2 30")
    assert edges.rows(["30", "2"]).tolist() == [2, 0]
    with pytest.raises(UnknownKey, match="'7': not among the 3 people"):
        edges.rows(["2", "7"])
