"""Logs of five formats, read row by row in bounded memory.

A source gives rows as events, each with its file and line; what cannot be read comes out as a Reject. It
knows no store; where only the store can tell what a row means (was this already shared?), ingest asks it to
complete a batch of rows.
"""

from collections.abc import Callable, Mapping, Sequence

from graph.errors import InvalidInput
from loaders.sources.android import open_android
from loaders.sources.higgs import open_higgs
from loaders.sources.records import Reading, Source
from loaders.sources.segment import open_segment
from loaders.sources.sharegraph import open_sharegraph
from loaders.sources.taobao import open_taobao

__all__ = ["FORMATS", "Reading", "Source", "open_source"]

FORMATS: Mapping[str, Callable[[Sequence[str], Reading], Source]] = {
    "sharegraph": open_sharegraph,
    "segment": open_segment,
    "taobao-share": open_taobao,
    "higgs": lambda sources, _: open_higgs(sources),
    "android-cascades": lambda sources, _: open_android(sources),
}
"""How to open each format's files, by its name."""


def open_source(sources: Sequence[str], format_: str, reading: Reading | None = None) -> Source:
    """A log of one format, from files, folders or `-` (stdin), as one source; nothing is read yet.

    reading: how to read what the log leaves open. InvalidInput for a format there is not; UnreadableSource
    for a file or folder there is not, or a folder with nothing of this format in it.
    """
    if format_ not in FORMATS:
        raise InvalidInput(f"format {format_!r}: there are {', '.join(FORMATS)}")
    if not sources:
        raise InvalidInput("no source: name a file, a folder or - for stdin")
    return FORMATS[format_](sources, reading or Reading())
