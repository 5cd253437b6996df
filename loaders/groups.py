"""Group buying: who started a group for which item, who joined, and whether it worked.

A table, tabs between columns, with the header `part initiator item participants`; participants are parted by
commas. `part` is `tune` (what is learned from), `test` (what is asked) or `invalid` (the group failed). Gzip
is recognised. People are rows in the order in which they occur; items are those of groups in `tune`, in the
order of their ids.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

from graph.errors import UnreadableSource
from graph.evaluate.groups import Groups, Log

COLUMNS = ["part", "initiator", "item", "participants"]
LEARNED, ASKED, FAILED = "tune", "test", "invalid"


def read_groups(path: str) -> Log:
    """Every group of a file, or of the groups.tsv (or .gz) of a folder. UnreadableSource where there is none
    or its columns are others.
    """
    table = _table(_file(Path(path)))
    parts = {name: table.filter(pc.equal(table["part"], name)) for name in (LEARNED, ASKED, FAILED)}
    members = {
        name: pc.split_pattern(part["participants"].combine_chunks(), ",") for name, part in parts.items()
    }
    named = [part["initiator"].combine_chunks() for part in parts.values()]
    named += [pc.list_flatten(lists) for lists in members.values()]
    people = pc.unique(pa.chunked_array(named))
    people = people.filter(pc.not_equal(people, ""))
    items = pc.unique(parts[LEARNED]["item"])
    items = items.take(pc.sort_indices(items))
    learned, asked, failed = (_groups(parts[name], members[name], people, items) for name in parts)
    if not len(learned) or not len(asked):
        raise UnreadableSource(f"{path}: no group of part {LEARNED}, or none of part {ASKED}")
    return Log(learned, asked, failed, len(people), len(items))


def _file(path: Path) -> Path:
    inside = [path / name for name in ("groups.tsv", "groups.tsv.gz")] if path.is_dir() else [path]
    found = next((file for file in inside if file.is_file()), None)
    if found is None:
        raise UnreadableSource(f"{path}: no groups.tsv there")
    return found


def _table(file: Path) -> Any:
    try:
        table = arrow_csv.read_csv(
            file,
            parse_options=arrow_csv.ParseOptions(delimiter="\t", quote_char=False),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(COLUMNS, pa.string()), strings_can_be_null=False
            ),
        )
    except (OSError, pa.ArrowInvalid) as error:
        raise UnreadableSource(f"{file}: {error}") from error
    if table.column_names[: len(COLUMNS)] != COLUMNS:
        raise UnreadableSource(
            f"{file}: columns are {', '.join(table.column_names)}; expected {', '.join(COLUMNS)}"
        )
    return table


def _groups(part: Any, members: Any, people: Any, items: Any) -> Groups:
    """Rows for ids; −1 for an item nobody started a group for that worked."""
    member = _rows(pc.list_flatten(members), people)
    of = np.asarray(pc.list_parent_indices(members), np.int64)[member >= 0]
    return Groups(
        starter=_rows(part["initiator"], people),
        item=_rows(part["item"], items),
        indptr=np.searchsorted(of, np.arange(len(part) + 1)).astype(np.int64),
        member=member[member >= 0],
    )


def _rows(ids: Any, known: Any) -> Any:
    return np.asarray(pc.fill_null(pc.index_in(ids, value_set=known), -1).to_numpy(), np.intp)
