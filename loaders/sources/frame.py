"""A log that is a pandas DataFrame already: in a notebook, or after somebody else's cleaning.

Columns are those of our own format (docs/format.md); a row's line is its position, from 1. Here pandas ends:
rows are read as those of a Parquet file are.
"""

from collections.abc import Generator
from dataclasses import dataclass

import pandas as pd
import pyarrow as pa

from graph.errors import UnreadableSource
from loaders.sources.records import Item, Plain, Reading, Travelled
from loaders.sources.rows import event_columns
from loaders.sources.sharegraph import event_item
from loaders.sources.tables import batch_rows

BATCH = 8_192


@dataclass(frozen=True, slots=True)
class FrameSource(Plain):
    """A frame in our own format. name: what rejects call it."""

    frame: pd.DataFrame
    reading: Reading
    name: str
    travelled: Travelled

    def items(self) -> Generator[Item, None, None]:
        """Every row; UnreadableSource for a frame that has columns we do not know, or values no table
        holds.
        """
        event_columns(self.name, [str(column) for column in self.frame.columns])
        for start in range(0, len(self.frame), BATCH):
            part = self.frame.iloc[start : start + BATCH]
            try:
                batch = pa.RecordBatch.from_pandas(part, preserve_index=False)
            except (pa.ArrowException, ValueError, TypeError) as error:
                raise UnreadableSource(f"{self.name}, rows {start + 1} and after: {error}") from error
            for line, said in enumerate(batch_rows(batch), start + 1):
                yield event_item(line, said, self.name, self.reading)
            self.travelled.done = start + len(part)


def open_frame(frame: pd.DataFrame, reading: Reading | None = None, *, name: str = "frame") -> FrameSource:
    """A frame of events as a source for `loaders.ingest.ingest`.

    >>> at = pd.Timestamp("2026-05-01T10:00:00Z")
    >>> told = pd.DataFrame([{"id": "s1", "kind": "SHARE", "at": at, "user": "ana", "product": "tea"}])
    >>> [item.row.events[0].user for item in open_frame(told).items()]
    ['ana']
    """
    return FrameSource(frame, reading or Reading(), name, Travelled(total=len(frame)))
