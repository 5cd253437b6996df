"""A folder of choices and friends, as research on recommendation with friends hands them out.

    train.tsv              user item        what may be learned from
    val.tsv                user item        to choose settings on; held out where there is no test.tsv
    test.tsv               user item        what is held out
    social.tsv             user friend      whom the user listens to; may be missing
    items.tsv,             item …           what is said of items: every column but `name` and `title` is a
    item_category.tsv                       list of features parted by `|`; either may be missing

Each file has a header; columns are parted by tabs or commas, and further columns are passed over. `.gz` is
recognised. Ids are whole numbers or text, in UTF-8; blanks around a name or an id are no part of it. Users
and items are rows in the order of their ids; whoever occurs anywhere is a user. What is said twice is said
once. A choice held out that was known already is not asked about, for lists leave it out.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv
from scipy.sparse import csr_array

from graph.errors import UnreadableSource
from graph.evaluate.suggestions.held import Held, dealt, unknown
from graph.taste import Interactions, interactions
from graph.taste.model import Rows, Sparse, facts

TRAIN, VALIDATION, TEST, SOCIAL = "train", "val", "test", "social"
CONTENT = "items", "item_category"
SAID_OTHERWISE = {"name", "title"}
"""Columns of an item that are no features."""

END_OF_LINE = re.compile(rb"[\r\n]")

Pairs = tuple[Rows, Rows]


@dataclass(frozen=True, slots=True, eq=False)
class Folder:
    """users, items: ids by row. chosen: by part (train, val, test), rows of users and items. friends: rows of
    users and of those they listen to. content: (items, features), None where nothing is said.
    """

    users: Sequence[str]
    items: Sequence[str]
    chosen: Mapping[str, Pairs]
    friends: Pairs
    content: Sparse | None

    def held(self) -> Held:
        """The parts as the folder gives them."""
        parts = {name: facts(*pairs, self._shape) for name, pairs in self.chosen.items()}
        asked = parts.get(TEST, parts.get(VALIDATION))
        if asked is None:
            raise UnreadableSource("the folder has neither test.tsv nor val.tsv; deal one out: --split 8:1:1")
        validation = parts.get(VALIDATION) if TEST in parts else None
        known = self._known([TRAIN])
        asked = unknown(asked, known.chosen if validation is None else csr_array(known.chosen + validation))
        return Held(known, validation, asked)

    def dealt(self, parts: Sequence[float], *, seed: int) -> Held:
        """Train and test together, dealt out anew by user."""
        return dealt(self._known(list(self.chosen)), parts, seed=seed)

    @property
    def _shape(self) -> tuple[int, int]:
        return len(self.users), len(self.items)

    def _known(self, parts: Iterable[str]) -> Interactions:
        pairs = [self.chosen[part] for part in parts]
        chosen = np.concatenate([user for user, _ in pairs]), np.concatenate([item for _, item in pairs])
        return interactions(chosen, self.friends, self._shape, self.content)


def is_folder(path: str) -> bool:
    """Whether a path is a folder of this kind: it has a train.tsv."""
    return Path(path).is_dir() and _file(Path(path), TRAIN) is not None


def read_folder(path: str) -> Folder:
    """Everything in it. UnreadableSource where a file is missing that has to be there, or is not as above."""
    folder = Path(path)
    files = {name: _file(folder, name) for name in (TRAIN, VALIDATION, TEST, SOCIAL, *CONTENT)}
    if files[TRAIN] is None:
        raise UnreadableSource(f"{path}: no {TRAIN}.tsv in it")
    tables = {name: _table(file) for name, file in files.items() if file is not None}
    for name in tables.keys() - set(CONTENT):
        _check_pairs(files[name], tables[name])
    said = {name: tables[name] for name in CONTENT if name in tables}
    parts = {name: tables[name] for name in (TRAIN, VALIDATION, TEST) if name in tables}
    if not len(tables[TRAIN]):
        raise UnreadableSource(f"{files[TRAIN]}: a header and no choices; nothing can be learned")
    ties = tables.get(SOCIAL)
    users = _ids([*(part[0] for part in parts.values()), *([ties[0], ties[1]] if ties else [])])
    items = _ids([*(part[1] for part in parts.values()), *(table[0] for table in said.values())])
    nobody = np.zeros(0, np.intp)
    return Folder(
        users=users.to_pylist(),
        items=items.to_pylist(),
        chosen={name: (_rows(part[0], users), _rows(part[1], items)) for name, part in parts.items()},
        friends=(_rows(ties[0], users), _rows(ties[1], users)) if ties else (nobody, nobody),
        content=_content(said.values(), items),
    )


def _file(folder: Path, name: str) -> Path | None:
    return next((path for end in ("tsv", "tsv.gz") if (path := folder / f"{name}.{end}").is_file()), None)


def _table(file: Path) -> Any:
    """A file's columns as text, with their names."""
    text = b""
    try:
        with pa.input_stream(str(file), compression="gzip" if file.suffix == ".gz" else None) as stream:
            text = stream.read()
        first = END_OF_LINE.split(text, maxsplit=1)[0].decode("utf-8-sig", errors="replace")
        delimiter = "\t" if "\t" in first else ","
        names = first.split(delimiter)
        if len(names) < 2 or names[0].strip().isdecimal():
            raise UnreadableSource(f"{file}: line 1 is {first!r:.60}, no header of two columns or more")
        table = arrow_csv.read_csv(
            pa.py_buffer(text),
            # One thread alone says which row of a file is wrong.
            read_options=arrow_csv.ReadOptions(use_threads=False),
            parse_options=arrow_csv.ParseOptions(delimiter=delimiter, quote_char=False),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
            ),
        )
        cells = [pc.utf8_trim_whitespace(column) for column in table.columns]
        return pa.Table.from_arrays(cells, names=[name.strip() for name in names])
    except (OSError, pa.ArrowInvalid) as error:
        raise UnreadableSource(f"{file}: {_unreadable(text) or error}") from error


def _unreadable(text: bytes) -> str | None:
    """Where a text is no UTF-8, if it is not."""
    try:
        text.decode()
    except UnicodeDecodeError as wrong:
        before = text[: wrong.start]
        return f"line {before.count(10) + 1} is no UTF-8"
    return None


def _check_pairs(file: Path | None, table: Any) -> None:
    """UnreadableSource where an id is missing, or line 1 is no header or has the columns in another order."""
    if "user" in table.column_names[1:]:
        raise UnreadableSource(f"{file}: the first column is the user's, not {table.column_names[0]!r:.40}")
    for name, column in zip(table.column_names[:2], table.columns, strict=False):
        missing = pc.index(column, "").as_py()
        if missing >= 0:
            raise UnreadableSource(f"{file}: row {missing + 1} below the header has no {name}")
    names = table.column_names[:2]
    if all(pc.index(table[at], name).as_py() >= 0 for at, name in enumerate(names)):
        raise UnreadableSource(f"{file}: line 1, {' '.join(names)!r:.60}, is a pair, no header")


def _ids(columns: Iterable[Any]) -> Any:
    """Every id that occurs, once: by size where all are whole numbers, else by letter."""
    unique = pc.unique(
        pa.chunked_array([chunk for column in columns for chunk in column.chunks], pa.string())
    )
    numbers = pc.all(pc.match_substring_regex(unique, r"^(0|[1-9]\d{0,17})$")).as_py()
    order = pc.cast(unique, pa.int64()) if numbers else unique
    return unique.take(pc.sort_indices(order))


def _rows(column: Any, ids: Any) -> Rows:
    return np.asarray(pc.index_in(column, value_set=ids).to_numpy(), np.intp)


def _content(tables: Iterable[Any], items: Any) -> Sparse | None:
    """Which item has which feature of any column."""
    item, feature = [np.zeros(0, np.intp)], [np.zeros(0, np.str_)]
    for table in tables:
        rows = _rows(table[0], items)
        for name in [name for name in table.column_names[1:] if name not in SAID_OTHERWISE]:
            lists = pc.split_pattern(table[name].combine_chunks(), "|")
            of = np.asarray(pc.list_parent_indices(lists), np.intp)
            words = np.asarray(pc.list_flatten(lists).to_pylist(), np.str_)
            item.append(rows[of][words != ""])
            feature.append(np.char.add(f"{name}:", words[words != ""]))
    words, code = np.unique(np.concatenate(feature), return_inverse=True)
    return facts(np.concatenate(item), code, (len(items), len(words))) if len(words) else None
