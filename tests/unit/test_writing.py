"""A generated shop as files: the same bytes for the same shop, the same rows in every shape."""

import csv
import json
from pathlib import Path

import pyarrow.parquet
import pytest

from graph.errors import InvalidInput
from graph.generate import Generated, ShopModel, generate
from graph.generate.tables import length
from loaders.writing import Shape, write


@pytest.fixture(scope="module")
def shop() -> Generated:
    return generate(ShopModel(users=60, events=1_500, products=1_200))


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("shape", ["csv", "jsonl", "parquet"])
def test_the_same_model_gives_the_same_bytes(shop: Generated, shape: Shape, tmp_path: Path):
    write(shop, tmp_path / "once", shape)
    write(generate(shop.model), tmp_path / "again", shape)
    assert contents(tmp_path / "once") == contents(tmp_path / "again")


def test_the_truth_lies_beside_the_log(shop: Generated, tmp_path: Path):
    files = write(shop, tmp_path)
    names = [str(path.relative_to(tmp_path)) for path in files]
    assert names[:3] == ["events.csv", "users.csv", "products.csv"]
    assert {Path(name).stem for name in names[3:]} == {*shop.truth, "model"}
    assert all(name.startswith("truth/") for name in names[3:])


def test_every_shape_has_the_same_rows(shop: Generated, tmp_path: Path):
    for shape in ("csv", "jsonl", "parquet"):
        write(shop, tmp_path / shape, shape)
    with (tmp_path / "csv" / "products.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    lines = [
        json.loads(line) for line in (tmp_path / "jsonl" / "products.jsonl").read_text("utf-8").splitlines()
    ]
    table = pyarrow.parquet.read_table(tmp_path / "parquet" / "products.parquet").to_pylist()
    assert len(rows) == len(lines) == len(table) == length(shop.products)
    for row, line, record in zip(rows, lines, table, strict=True):
        assert row == {**line, "available": str(line["available"]).lower()}
        assert str(record["price"]) == row["price"]
        assert record["name"] == row["name"]


def test_a_name_with_a_comma_comes_back_whole(shop: Generated, tmp_path: Path):
    write(shop, tmp_path)
    with (tmp_path / "products.csv").open(encoding="utf-8", newline="") as file:
        names = [row["name"] for row in csv.DictReader(file)]
    assert any("," in name for name in names)
    assert names == [shop.products["name"].said(row) for row in range(len(names))]


def test_the_parameters_are_told_with_the_rows(shop: Generated, tmp_path: Path):
    write(shop, tmp_path)
    told = json.loads((tmp_path / "truth" / "model.json").read_text("utf-8"))
    assert told["parameters"]["users"] == 60
    assert told["parameters"]["until"] == "2026-06-01T00:00:00+00:00"
    assert told["rows"]["events"] == 1_500


def test_an_unknown_shape_is_refused(shop: Generated, tmp_path: Path):
    with pytest.raises(InvalidInput, match="csv, jsonl, parquet"):
        write(shop, tmp_path, "xlsx")  # type: ignore[arg-type]
