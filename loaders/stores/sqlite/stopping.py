"""A search through an SQLite file that ends in the middle where nobody waits for what it would find."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from graph.stop import Stop

EACH = 50_000
"""Steps of SQLite's machine between two looks: some milliseconds."""


@contextmanager
def stopping(connection: sqlite3.Connection, stop: Stop) -> Iterator[None]:
    """While it lasts, what is searched for on a connection asks `stop` at first and then now and then; what
    that raises ends the search, and is raised here.
    """
    stop()
    raised: list[BaseException] = []

    def asked() -> bool:
        try:
            stop()
        except BaseException as told:  # noqa: BLE001  # raised again below: SQLite hears only that it is to end
            raised.append(told)
        return bool(raised)

    connection.set_progress_handler(asked, EACH)
    try:
        yield
    except sqlite3.OperationalError:
        if raised:
            raise raised[0] from None
        raise
    finally:
        connection.set_progress_handler(None, EACH)
