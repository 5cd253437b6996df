"""How the forecasts that were given out did."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from api.cli.command import Everywhere, fail
from api.cli.recording import on_record

if TYPE_CHECKING:
    from rich.table import Table

    from graph.promises.promise import Kept


def track_record(everywhere: Everywhere) -> None:
    """How the forecasts that were given out did, of all that came due.

    Every spread, KOL list and cascade forecast that the API or a command gives out is kept with a seal before
    the fact. What came due is scored from the log now, once, and stays so. Coverage says how many came out
    within the interval told, width how wide that was, bias by how much too high they were in sum.

    [bold]Example[/bold]

        sharegraph track-record --store sqlite:///shop.db
    """
    from contextlib import closing

    from graph.cascades import cascades
    from graph.openings import openings
    from graph.promises.scored import Afterwards, outcomes
    from graph.purchases import purchases
    from loaders.snapshots import default_folder, snapshot_of
    from loaders.stores import open_store

    on_record(everywhere, "Command.track-record")
    with closing(open_store(everywhere.store, create=False)) as store:
        chain = store.promises()
        if any(kept.outcome is None for kept in chain):
            known = snapshot_of(store, default_folder(store.url))
            log = Afterwards.of(known, openings(known), purchases(known.events), cascades(known))
            store.settle(outcomes(chain, log))
            chain = store.promises()
    found = told(chain)
    everywhere.tell(found, lambda: shown(found))
    if (place := found["chain"]["brokenAt"]) is not None:
        fail(f"promise {place} is not what was sealed; what stands from there on was not given out so")


def told(chain: Sequence["Kept"]) -> dict[str, Any]:
    """What `--json` prints."""
    from graph.promises.promise import broken_at
    from graph.promises.scored import track_record as standings

    return {
        "kinds": [
            {
                "kind": one.kind.value,
                "unit": one.unit,
                **{name: getattr(one, name) for name in ("given", "pending", "void", "scored")},
                "coverage": None if one.coverage is None else _estimate(one.coverage),
                **{name: getattr(one, name) for name in ("promised", "width", "bias", "error")},
            }
            for one in standings(chain)
        ],
        "chain": {
            "promises": len(chain),
            "brokenAt": broken_at(chain),
            "seal": chain[-1].seal.hex() if chain else None,
        },
    }


def _estimate(estimate: Any) -> dict[str, float]:
    return {name: getattr(estimate, name) for name in ("value", "low", "high", "confidence")}


def shown(found: Mapping[str, Any]) -> "Table | str":
    """The same as a table."""
    from api.cli.printing import figures, percent, table, words

    if not found["kinds"]:
        return "Nothing was forecast yet: ask sharegraph kols, or for spread and cascades over the API."
    columns = (
        words("forecast of"), words("in"), figures("given"), figures("due later"), figures("void"),
        figures("scored"), figures("coverage"), figures("width"), figures("bias"), figures("error"),
    )  # fmt: skip
    rows = [
        (
            one["kind"], one["unit"], *(f"{one[name]:,}" for name in ("given", "pending", "void", "scored")),
            "–" if one["coverage"] is None else percent(one["coverage"]),
            *(_part(one[name], name) for name in ("width", "bias", "error")),
        )
        for one in found["kinds"]
    ]  # fmt: skip
    return table("Track record", columns, rows, _caption(found))


def _part(value: float | None, name: str) -> str:
    return "–" if value is None else f"{value:+.0%}" if name == "bias" else f"{value:.0%}"


def _caption(found: Mapping[str, Any]) -> str:
    sure = {f"{one['promised']:.0%}" for one in found["kinds"] if one["promised"] is not None}
    promised = f"Intervals were told to hold {' or '.join(sorted(sure))} of the time. " if sure else ""
    broken, seal = found["chain"]["brokenAt"], found["chain"]["seal"]
    holds = f"Every seal holds; the last is {seal}."
    return promised + (holds if broken is None else f"The seal of promise {broken} is broken.")
