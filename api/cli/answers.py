"""What came of the suggestions that were given out."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.asking import moment
from api.cli.command import Everywhere, complain
from api.cli.recording import on_record

if TYPE_CHECKING:
    from rich.table import Table

    from graph.evaluate.answers import Rates
    from graph.evaluate.showings import Showings
    from graph.evaluate.suggestions.offpolicy import OffPolicy

MISFITS = {
    "unknown": "name an answer that is not kept",
    "elsewhere": "name a product that was not in their answer",
    "another": "name an answer that was given to somebody else",
    "unexposed": "showings were opened or bought, and no EXPOSURE told of them",
    "rank": "were shown in another place than answered",
    "propensity": "say another chance than was answered",
}


def answers(
    everywhere: Everywhere,
    *,
    since: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="Only answers given since: 2026-05-01 or 2026-05-01T08:00Z."),
    ] = None,
    seed: Annotated[
        int, typer.Option(metavar="N", help="Of the bootstrap of what exploration cost.", min=0)
    ] = 0,
) -> None:
    """How the suggestions that were given out did: opened and bought per showing.

    Every answer of the API is kept for some time, and EXPOSURE, OPEN and PURCHASE events that give its
    answerId back are joined to it: by surface, rank, variant and heaviest reason, with 95 % intervals over
    people. Events that cannot be joined are counted. Who does not allow research is left out.

    [bold]Example[/bold]

        sharegraph answers --since 2026-05-01 --store sqlite:///shop.db
    """
    from contextlib import closing

    from graph.evaluate.answers import rates, unexplored
    from graph.evaluate.cut import for_research, outside_research
    from graph.evaluate.showings import Showings
    from graph.snapshot import Snapshot
    from loaders.aside import left_out
    from loaders.stores import open_store

    beginning = _micros(since)
    on_record(everywhere, "Command.answers")
    with closing(open_store(everywhere.store, create=False)) as store:
        whole, given = store.read(), list(store.answers())
    log, refusing = for_research(whole)
    if refusing:
        complain(left_out(refusing))
        outside = outside_research(whole)
        given = [answer for answer in given if answer.person not in outside]
    shown = Showings.of(log, Snapshot.of(log), given, beginning)
    found = {
        "answers": sum(answer.at >= beginning for answer in given),
        **told(shown, rates(shown), unexplored(shown, seed)),
    }
    everywhere.tell(found, lambda: drawn(found))


def told(shown: "Showings", each: "list[Rates]", without: "OffPolicy | None") -> dict[str, Any]:
    """What `--json` prints."""
    from dataclasses import asdict

    return {
        "showings": len(shown),
        "rates": [asdict(one) for one in each],
        "withoutExploration": None if without is None else {**asdict(without), "isSound": without.is_sound},
        "misfits": asdict(shown.misfits),
    }


def drawn(found: Mapping[str, Any]) -> "Table | str":
    """The same as a table."""
    from api.cli.printing import figures, percent, table, words

    if not found["showings"]:
        return f"Answers given: {found['answers']:,}. No EXPOSURE event names one of them. {_misfits(found)}"
    columns = words("by"), words("of"), *map(figures, ("showings", "people", "opened", "bought"))
    rows = [
        (
            one["by"],
            one["of"],
            f"{one['showings']:,}",
            f"{one['people']:,}",
            percent(one["opened"]),
            percent(one["bought"]),
        )
        for one in found["rates"]
    ]
    caption = f"Answers given: {found['answers']:,}. {_exploration(found)}{_misfits(found)}"
    return table("What came of suggestions", columns, rows, caption)


def _exploration(found: Mapping[str, Any]) -> str:
    from api.cli.printing import percent

    without = found["withoutExploration"]
    if without is None:
        return ""
    if not without["isSound"]:
        return "Logged chances do not add up: nothing can be said of an answer without exploration. "
    return f"Without exploration {percent(without['snips'])} would have been opened. "


def _misfits(found: Mapping[str, Any]) -> str:
    said = (
        f"{found['misfits'][name]:,} {words}" for name, words in MISFITS.items() if found["misfits"][name]
    )
    return (
        ("; ".join(said) + ".")
        if any(found["misfits"].values())
        else "Every event that names an answer fits it."
    )


def _micros(since: str | None) -> int:
    from datetime import datetime

    from graph.events import micros

    at = moment("--since", since)
    return 0 if at is None else micros(datetime.fromisoformat(at))
