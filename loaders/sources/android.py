"""android-cascades: who took part in which topic of a forum, and when (Stack Exchange's Android, as split for
MS-HGAT, Sun et al. 2022; a line is a topic: `root user time,user time,…`).

It is a log of cascades and no more, read for `sharegraph evaluate cascades`; it is a source like others, so
that its rows are counted, refused and stored by the same rules. A topic is one product and one share of it,
by the root, who stands alone at the head of the line without a time (in lines that begin with `user time` it
is that user), implied when the first pair came; every other user opens it. So trees are stars, as the log
tells no parents. Times are seconds since a moment the data set does not tell; they are taken as since 1970.
The friends in `edges.txt` have no time and are left out.
"""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from graph.events import Event, Kind, Reject, Row, content_id
from graph.store import Store
from loaders.reasons import HALF_A_LINE, TOO_MANY_FIELDS, Refused, shown
from loaders.sources import values
from loaders.sources.files import files_of, travelled_of, unzipped_name
from loaders.sources.records import Item, Record, Travelled
from loaders.sources.streams import lines, opened, text_of

LOG = "cascades"

Taking = tuple[str, datetime]
"""Who came in, and when."""


@dataclass(frozen=True, slots=True)
class AndroidSource:
    """Files of topics, one a line."""

    files: Sequence[str]
    travelled: Travelled

    def items(self) -> Generator[Item, None, None]:
        """Every line, in the order of the files."""
        for file in self.files:
            with opened(file, self.travelled) as stream:
                for first, block in lines(stream):
                    yield from _read(file, first, block)

    def completed(self, records: Sequence[Record], store: Store) -> list[Record]:
        """The rows as they are: a line says all of its topic."""
        del store
        return list(records)


def open_android(sources: Sequence[str]) -> AndroidSource:
    """The source of the data set's folder, of its `cascades.txt`, or of stdin."""
    files = files_of(sources, _belongs, f"{LOG}.txt")
    return AndroidSource(files, travelled_of(files))


def _belongs(path: Path) -> bool:
    return unzipped_name(path) == f"{LOG}.txt"


def _read(file: str, first: int, block: Sequence[bytes]) -> Iterator[Item]:
    for number, line in enumerate(block, first):
        try:
            text = text_of(line)
            if text.strip():
                yield Record(Row(number, _events(*_topic(text)), file))
        except Refused as refused:
            yield Reject(number, refused.reason, refused.detail, file)


def _topic(text: str) -> tuple[str, list[Taking]]:
    """The root and everybody's coming in, as a line says them."""
    head, *rest = (part.split() for part in text.split(",") if part.strip())
    if len(head) < 2:
        raise Refused(HALF_A_LINE, shown(text))
    return values.key(head[0]), [_taking(pair) for pair in (head[-2:] if len(head) < 4 else head, *rest)]


def _taking(pair: Sequence[str]) -> Taking:
    if len(pair) != 2:
        raise Refused(HALF_A_LINE if len(pair) < 2 else TOO_MANY_FIELDS, shown(" ".join(pair)))
    user, at = pair
    return values.key(user), values.unix_time(at)


def _events(root: str, takings: Sequence[Taking]) -> tuple[Event, ...]:
    """A topic has no name but what its line says, which is another for each."""
    began = min(at for _, at in takings)
    said = (f"{user} {at.timestamp():.0f}" for user, at in takings)
    topic = str(content_id(LOG, root, *said))
    id_ = content_id(LOG, topic)
    made = Event(id_, Kind.SHARE, began, user=root, product=topic, implied=True)
    came = (
        Event(content_id(LOG, topic, user), Kind.OPEN, at, user=user, product=topic, share=id_)
        for user, at in dict(reversed(takings)).items()
        if user != root
    )
    return (made, *came)
