"""The audit log: looked over, and asked about somebody."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.command import Everywhere, fail
from api.cli.recording import ids_of, on_record

if TYPE_CHECKING:
    from rich.table import Table

Log = Annotated[Path, typer.Argument(metavar="FILE", help="As `serve --audit` was given it.")]


def verify(
    everywhere: Everywhere,
    *,
    log: Log,
    expect: Annotated[
        str | None,
        typer.Option(metavar="SEAL", help="As an earlier look gave it; a row has to have it."),
    ] = None,
) -> None:
    """Look at every row of an audit log: none is changed, missing or moved. Exit with 1 where one is.

    The seal it prints stands for all rows. Note it elsewhere: who can write all files of the log can write
    another log, but none with this seal in it.

    [bold]Example[/bold]

        sharegraph audit verify audit.jsonl
    """
    from loaders import audit

    _there(log)
    found = audit.verify(log, expect)
    told = {
        "rows": found.rows,
        "seal": found.seal,
        "fault": found.fault or None,
        "earlierForm": found.unbound,
    }
    whole = f"{found.rows:,} rows, each in its place and as it was written. Seal {found.seal}"
    if found.unbound:
        whole += (
            f"\n{found.unbound:,} people stand in {log.name}.people in an earlier form, which nothing seals:"
            " keep a copy of that file, or begin another log."
        )
    everywhere.tell(told, lambda: f"The first {found.rows:,} rows hold." if found.fault else whole)
    if found.fault:
        fail(f"{log}: {found.fault}")


def about(
    everywhere: Everywhere,
    *,
    user: Annotated[str, typer.Argument(help="Whom: a user's key or a visitor's id.")],
    log: Log,
) -> None:
    """Who asked about somebody, what for and when; each row of an audit log that names them.

    [bold]Example[/bold]

        sharegraph audit about u000042 audit.jsonl --store sqlite:///shop.db
    """
    from contextlib import closing

    from loaders.aliases import Aliases, behind, standing
    from loaders.audit import naming
    from loaders.stores import open_store

    _there(log)
    people = Aliases.of_log(log).path
    with closing(open_store(everywhere.store, create=False)) as store:
        on_record(everywhere, "Command.audit-about", ids_of(everywhere, store, user, made=False))
        keys = store.same_person([user]).get(user, frozenset({user}))
    found = list(naming(log, standing(people, keys).keys()))
    callers = behind(people, {row.asking.caller for row in found})
    rows = [
        {
            "place": row.place,
            "at": row.asking.at,
            "who": callers.get(row.asking.caller, row.asking.caller),
            "role": row.asking.role,
            "purpose": row.asking.purpose,
            "what": [*row.asking.what],
        }
        for row in found
    ]
    everywhere.tell({"nodes": rows}, lambda: _shown(user, rows))


def _shown(user: str, rows: list[dict[str, Any]]) -> "Table | str":
    from api.cli.printing import figures, table, words

    if not rows:
        return f"Nobody is on record as having asked about {user}."
    columns = [figures("row"), *map(words, ("when", "who", "role", "what for", "what"))]
    shown = [
        (f"{row['place']:,}", row["at"][:19], row["who"], row["role"], row["purpose"], ", ".join(row["what"]))
        for row in rows
    ]
    return table(f"Who asked about {user}", columns, shown, "Times are UTC.")


def _there(log: Path) -> None:
    if not log.is_file():
        fail(f"{log}: there is no audit log")


COMMANDS = (verify, about)
