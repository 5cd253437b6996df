"""Edge lists: who reaches whom, one tie a line, for questions that need no log.

A line is `u v` or `u v p`: what u shares reaches v, with chance or weight p. Columns are parted by tabs,
blanks or a comma; lines that begin with `#` say nothing; gzip is recognised. A `.npz` file holds the same as
arrays `src`, `dst` and, where chances are known, `p`. Every id that occurs is a person; where all are whole
numbers they are read as such, else as text.
"""

import gzip
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, is_zipfile

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv
from numpy.typing import NDArray

from graph.errors import UnknownKey, UnreadableSource
from graph.timeline import Rows

COLUMNS = "u", "v", "p"
GZIP = b"\x1f\x8b"
BLANKS = bytes.maketrans(b"\t,\r", b"   ")
NAMED = 3
"""Bad lines that an error names."""

_PADDED = re.compile(rb"[ \n]0\d")
_SIGNED = b"+", b" -0", b"\n-0"


@dataclass(frozen=True, slots=True, eq=False)
class Edges:
    """m ties among n people, as they were written. source, target: (m,), rows of people. probability: (m,),
    in [0, 1], or None. ids: the people's, n distinct ones, rising.
    """

    source: Rows
    target: Rows
    probability: NDArray[np.float64] | None
    ids: Sequence[int] | Sequence[str]

    def rows(self, ids: Sequence[str]) -> Rows:
        """The rows of people by their ids as text. UnknownKey for one that does not occur."""
        row = {str(id_): place for place, id_ in enumerate(self.ids)}
        for id_ in ids:
            if id_ not in row:
                raise UnknownKey(f"{id_!r:.80}: not among the {len(row):,} people of the edge list")
        return np.array([row[id_] for id_ in ids], np.int32)


def read_edges(file: str) -> Edges:
    """Every tie of a file. UnreadableSource where it cannot be read, holds none, or has bad lines: it names
    the first of them.
    """
    try:
        if file.endswith(".npz"):
            return _of_arrays(file)
        written = Path(file).read_bytes()
        if written.startswith(GZIP):
            written = gzip.decompress(written)
    except (OSError, EOFError, ValueError, zlib.error, BadZipFile) as error:
        raise UnreadableSource(f"{file}: {getattr(error, 'strerror', None) or error}") from error
    lines = _plain(written)
    width = _width(lines)
    if not width:
        raise UnreadableSource(f"{file}: no tie in it; a line is 'u v' or 'u v p'")
    try:
        table = _table(lines, width)
    except pa.ArrowInvalid as error:
        raise UnreadableSource(f"{file}: {'; '.join(_faults(written, width)) or error}") from error
    probability = table["p"].to_numpy() if width > 2 else None
    if probability is not None and not _likely(probability):
        raise UnreadableSource(f"{file}: {'; '.join(_faults(written, width))}")
    return _edges(table["u"], table["v"], probability)


def _of_arrays(file: str) -> Edges:
    if Path(file).is_file() and not is_zipfile(file):
        raise UnreadableSource(f"{file}: no .npz file")
    with np.load(file, allow_pickle=False) as arrays:
        missing = {"src", "dst"} - set(arrays.files)
        if missing:
            raise UnreadableSource(f"{file}: no array {' and no '.join(sorted(missing))}")
        source, target = arrays["src"], arrays["dst"]
        probability = arrays["p"].astype(np.float64) if "p" in arrays.files else None
    given = [array for array in (source, target, probability) if array is not None]
    if any(array.ndim != 1 or len(array) != len(source) for array in given):
        raise UnreadableSource(f"{file}: src, dst and p have to be one-dimensional and of equal length")
    if not all(np.issubdtype(ends.dtype, np.integer) for ends in (source, target)):
        raise UnreadableSource(f"{file}: src and dst have to be whole numbers")
    if not len(source):
        raise UnreadableSource(f"{file}: no tie in it")
    if probability is not None and not _likely(probability):
        worst = int(np.flatnonzero(~((probability >= 0) & (probability <= 1)))[0])
        raise UnreadableSource(f"{file}: p[{worst}] = {probability[worst]:g} lies outside 0..1")
    return _numbered(source.astype(np.int64), target.astype(np.int64), probability)


def _plain(written: bytes) -> bytes:
    """Columns parted by one blank, without remarks; lines stay where they are."""
    lines = written.removeprefix(b"\xef\xbb\xbf").translate(BLANKS)
    while b"  " in lines:
        lines = lines.replace(b"  ", b" ")
    lines = lines.replace(b"\n ", b"\n").replace(b" \n", b"\n").strip(b" ")
    return re.sub(rb"(?m)^#[^\n]*", b"", lines) if b"#" in lines else lines


def _width(lines: bytes) -> int:
    """Columns of the first line that has any."""
    first = re.search(rb"[^\n]+", lines)
    return min(max(len(first[0].split()), 2), 3) if first else 0


def _table(lines: bytes, width: int) -> Any:
    """The columns, ids as whole numbers where all are written as such. ArrowInvalid where a line is bad."""
    canonical = not _PADDED.search(lines) and not any(sign in lines for sign in _SIGNED)
    if canonical and not re.match(rb"-?0\d", lines):
        try:
            return _parsed(lines, width, pa.int64())
        except pa.ArrowInvalid:
            pass
    return _parsed(lines, width, pa.dictionary(pa.int32(), pa.string()))


def _parsed(lines: bytes, width: int, id_type: Any) -> Any:
    names = COLUMNS[:width]
    return arrow_csv.read_csv(
        pa.BufferReader(lines),
        arrow_csv.ReadOptions(column_names=list(names)),
        arrow_csv.ParseOptions(delimiter=" ", quote_char=False),
        arrow_csv.ConvertOptions(
            column_types=dict(zip(names, (id_type, id_type, pa.float64()), strict=False)), null_values=[]
        ),
    )


def _edges(sources: Any, targets: Any, probability: NDArray[np.float64] | None) -> Edges:
    if pa.types.is_integer(sources.type):
        return _numbered(sources.to_numpy(), targets.to_numpy(), probability)
    both = pa.chunked_array([*sources.chunks, *targets.chunks]).unify_dictionaries()
    words = both.chunk(0).dictionary.to_pylist()
    codes = np.concatenate([chunk.indices.to_numpy() for chunk in both.chunks])
    order = sorted(range(len(words)), key=words.__getitem__)
    row = np.empty(len(words), np.int32)
    row[order] = np.arange(len(words), dtype=np.int32)
    ends = row[codes]
    return Edges(ends[: len(sources)], ends[len(sources) :], probability, [words[code] for code in order])


def _numbered(
    sources: NDArray[np.int64], targets: NDArray[np.int64], probability: NDArray[np.float64] | None
) -> Edges:
    low, high = min(sources.min(), targets.min()), max(sources.max(), targets.max())
    if high - low < 4 * len(sources) + 1024:
        there = np.zeros(high - low + 1, np.bool_)
        there[sources - low] = there[targets - low] = True
        ids = np.flatnonzero(there) + low
        row = np.cumsum(there, dtype=np.int32) - np.int32(1)
        ends = row[sources - low], row[targets - low]
    else:
        ids = np.unique(np.concatenate([sources, targets]))
        ends = np.searchsorted(ids, sources), np.searchsorted(ids, targets)
    return Edges(ends[0].astype(np.int32), ends[1].astype(np.int32), probability, ids.tolist())


def _likely(probability: NDArray[np.float64]) -> bool:
    return bool(((probability >= 0) & (probability <= 1)).all())


def _faults(written: bytes, width: int) -> Iterator[str]:
    """The first few bad lines of a file that has some, in words."""
    named = 0
    for number, line in enumerate(written.decode(errors="replace").split("\n"), 1):
        columns = line.replace(",", " ").split()
        if not columns or columns[0].startswith("#"):
            continue
        fault = _fault(columns, width)
        if fault and named < NAMED:
            named += 1
            yield f"line {number}: {fault}"


def _fault(columns: Sequence[str], width: int) -> str:
    if len(columns) != width:
        return (
            f"{len(columns)} columns where the first line has {width}" if len(columns) != 1 else "one column"
        )
    if width == 2:
        return ""
    try:
        chance = float(columns[2])
    except ValueError:
        return f"p is {columns[2]!r:.40}, no number"
    return "" if 0 <= chance <= 1 else f"p = {columns[2]:.40} lies outside 0..1"
