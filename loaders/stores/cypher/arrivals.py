"""When and from where events came into a graph: an `(:Arrival)` for each append, or each minute of calls."""

from collections.abc import Sequence

from graph.store import Arrival
from loaders.stores.arrivals import A_WHILE
from loaders.stores.cypher.ask import Ask


def note(ask: Ask, first: int, last: int, arrival: Arrival) -> None:
    """These events came now; what came just before in the same way goes on."""
    told = {"first": first, "last": last, "at": arrival.at, "source": arrival.source}
    goes_on = ask(
        "MATCH (a:Arrival {last: $first - 1}) WHERE a.source = $source AND a.at > $since "
        "SET a.last = $last RETURN true",
        since=arrival.at - A_WHILE,
        **told,
    )
    if not goes_on:
        ask("CREATE (:Arrival {first: $first, last: $last, at: $at, source: $source})", **told)


def of(ask: Ask, numbers: Sequence[int]) -> dict[int, Arrival]:
    """How the events of these numbers came; those of whom nothing was noted are left out."""
    found = ask(
        "UNWIND $numbers AS number "
        "CALL (number) { MATCH (a:Arrival) WHERE a.last >= number RETURN a ORDER BY a.last LIMIT 1 } "
        "WITH number, a WHERE a.first <= number RETURN number, a.at, a.source",
        numbers=numbers,
    )
    return {number: Arrival(at, source) for number, at, source in found}
