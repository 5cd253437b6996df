"""How a load is told: plain lines now and then, a bar on a terminal, and nothing on stdout."""

import io
from collections.abc import Callable, Iterator

from loaders.ingest import Progress
from loaders.progress import EVERY, sentence, shown


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def clock(*seconds: float) -> Callable[[], float]:
    told: Iterator[float] = iter(seconds)
    return lambda: next(told)


def test_a_long_load_says_a_plain_line_now_and_then():
    stream = io.StringIO()
    with shown(stream, clock(0, 1, EVERY, EVERY, EVERY + 1, 2 * EVERY, 2 * EVERY)) as tell:
        for done in range(1, 5):
            tell(Progress(rows=1_000 * done, fraction=done / 8))
    assert stream.getvalue().splitlines() == [
        "2,000 rows, 200 rows/s, 0:30 left",
        "4,000 rows, 200 rows/s, 0:20 left",
    ]


def test_a_terminal_sees_a_bar_with_the_rate_and_the_time_left():
    terminal = Terminal()
    with shown(terminal, clock(0, 10)) as tell:
        tell(Progress(rows=1_000, fraction=0.5))
    assert "1,000 rows, 100 rows/s, 0:10 left" in terminal.getvalue()


def test_a_stream_of_unknown_length_has_no_time_left():
    assert sentence(Progress(rows=1_000, fraction=None), 10) == "1,000 rows, 100 rows/s"


def test_a_load_of_hours_says_hours():
    assert sentence(Progress(rows=1, fraction=0.5), 4_000) == "1 rows, 0 rows/s, 1:06:40 left"
