"""When and from where events came into an SQLite file: a row for each append, or for each minute of calls."""

from collections.abc import Sequence

from graph.store import Arrival
from loaders.stores.arrivals import A_WHILE
from loaders.stores.sqlite.file import Connection


def note(connection: Connection, first: int, last: int, arrival: Arrival) -> None:
    """These events came now; what came just before in the same way goes on."""
    goes_on = connection.execute(
        "UPDATE arrivals SET last = ? WHERE first = (SELECT max(first) FROM arrivals) AND last = ? "
        "AND source = ? AND at > ?",
        (last, first - 1, arrival.source, arrival.at - A_WHILE),
    )
    if not goes_on.rowcount:
        row = first, last, arrival.at, arrival.source
        connection.execute("INSERT INTO arrivals VALUES (?, ?, ?, ?)", row)


def of(connection: Connection, numbers: Sequence[int]) -> dict[int, Arrival]:
    """How the events of these numbers came; those of whom nothing was noted are left out."""
    query = "SELECT last, at, source FROM arrivals WHERE first <= ? ORDER BY first DESC LIMIT 1"
    found = {number: connection.execute(query, (number,)).fetchone() for number in numbers}
    return {number: Arrival(*row[1:]) for number, row in found.items() if row and row[0] >= number}
