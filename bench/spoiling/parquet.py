"""Parquet files of spoilt rows: columns of whatever type a table may have, with values that the type
allows.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from bench.spoiling.mutations import WORDS
from bench.spoiling.originals import Said, csv_columns

Value = Callable[[Random], object]

_MICROSECONDS = 3 * 10**18

TYPES: Sequence[tuple[Any, Value]] = (
    (pa.int8(), lambda dice: dice.randrange(-128, 128)),
    (pa.int64(), lambda dice: dice.choice((0, -1, 1, 2**63 - 1, -(2**63), dice.randrange(10**9)))),
    (pa.uint64(), lambda dice: dice.choice((0, 2**64 - 1))),
    (pa.float64(), lambda dice: dice.choice((0.0, -0.0, 1.5, 1e308, 5e-324, float("nan"), float("inf")))),
    (pa.bool_(), lambda dice: dice.random() < 0.5),
    (pa.decimal128(38, 10), lambda dice: Decimal(dice.choice(("0", "1.5", "-1", "9" * 28)))),
    (pa.timestamp("us", "UTC"), lambda dice: dice.choice((0, -1, 1, -_MICROSECONDS, _MICROSECONDS))),
    (pa.timestamp("ns", "Asia/Shanghai"), lambda dice: dice.randrange(-(2**63), 2**63)),
    (pa.timestamp("s"), lambda dice: dice.choice((0, 10**9, -(10**11), 10**12))),
    (pa.timestamp("ms", "+08:00"), lambda dice: dice.choice((0, 10**12, -(10**14), 10**15))),
    (pa.date32(), lambda dice: dice.choice((0, 20_000, -800_000, 2_900_000, 10**9))),
    (pa.time64("ns"), lambda dice: dice.randrange(86_400 * 10**9)),
    (pa.duration("ns"), lambda dice: dice.randrange(-(2**63), 2**63)),
    (pa.binary(), lambda dice: dice.randbytes(dice.randrange(4))),
    (pa.list_(pa.string()), lambda _: ["a", None]),
    (pa.struct([("amount", pa.string())]), lambda _: {"amount": "1"}),
    (pa.map_(pa.string(), pa.string()), lambda _: [("a", "b")]),
    (pa.null(), lambda _: None),
)


def parquet(dice: Random, told: Sequence[Said], path: Path) -> None:
    """Write rows, a few of whose columns have another type and other values, and the rest words in places."""
    columns = {name: _column(dice, name, told) for name in csv_columns(told)}
    table = pa.table(columns)
    zipped = dice.choice(("snappy", "zstd", "none"))
    pq.write_table(table, path, compression=zipped, row_group_size=dice.choice((1_000, 100_000)))


def _column(dice: Random, name: str, told: Sequence[Said]) -> Any:
    if dice.random() < 0.05:
        (kind, value), often = dice.choice(TYPES), dice.choice((0.01, 0.1, 0.9))
        return pa.array([value(dice) if dice.random() < often else None for _ in told], kind)
    texts = [_said(dice, said.get(name)) for said in told]
    column = pa.array(texts, dice.choice((pa.string(), pa.large_string())))
    return column.dictionary_encode() if dice.random() < 0.2 else column


def _said(dice: Random, value: object) -> str | None:
    if dice.random() < 0.02:
        return dice.choice(WORDS)
    return None if value is None else str(value)
