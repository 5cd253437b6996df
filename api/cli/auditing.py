"""The audit log: looked over, and asked about somebody."""

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.command import Everywhere, fail
from api.cli.recording import ids_of, on_record

if TYPE_CHECKING:
    from rich.table import Table

    from loaders.audited import Verified

Log = Annotated[
    list[Path],
    typer.Argument(
        metavar="FILE",
        help="As `serve --audit` was given it; what was moved away beside it is found. Or every file of it.",
    ),
]


def verify(
    everywhere: Everywhere,
    *,
    log: Log,
    after: Annotated[
        str | None,
        typer.Option(metavar="SEAL", help="Of the row before the first, where earlier ones are not kept."),
    ] = None,
    expect: Annotated[
        str | None,
        typer.Option(metavar="SEAL", help="As an earlier look gave it; a row has to have it."),
    ] = None,
) -> None:
    """Look at every row of an audit log: none is changed, missing or moved. Exit with 1 where one is.

    The chain runs through the files that were moved away (FILE.1, FILE.2.gz, FILE-20261122). The seal it
    prints stands for all rows. Note it elsewhere: who can write all files of the log can write another log,
    but none with this seal in it.

    [bold]Examples[/bold]

        sharegraph audit verify audit.jsonl

        sharegraph audit verify audit.jsonl* --after 3f9c…
    """
    path, found = _looked_over(log, expect, after)
    told = {
        "rows": found.rows,
        "seal": found.seal,
        "fault": found.fault or None,
        "earlierForm": found.unbound,
    }
    rows = "1 row" if found.rows == 1 else f"{found.rows:,} rows, each"
    whole = f"{rows} in its place and as it was written. Seal {found.seal}"
    if found.unbound:
        whole += (
            f"\n{found.unbound:,} people stand in {path.name}.people in an earlier form, which nothing seals:"
            " keep a copy of that file, or begin another log."
        )
    everywhere.tell(told, lambda: f"The first {found.rows:,} rows hold." if found.fault else whole)
    if found.fault:
        fail(f"{path}: {found.fault}")


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
    from loaders.audited import naming
    from loaders.stores import open_store

    path, files = _files(log)
    people = Aliases.of_log(path).path
    with closing(open_store(everywhere.store, create=False)) as store:
        on_record(everywhere, "Command.audit-about", ids_of(everywhere, store, user, made=False))
        keys = store.same_person([user]).get(user, frozenset({user}))
    found = list(naming(files, standing(people, keys).keys()))
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


def _looked_over(log: list[Path], expect: str | None, after: str | None) -> tuple[Path, "Verified"]:
    """The log that is meant, and what a look at it finds. Where that is a fault it looks once more: files may
    be moved away after they were found and before they are opened.
    """
    from loaders.audited import verify

    path, files = _files(log)
    with suppress(FileNotFoundError):
        found = verify(path, expect, after=after, files=files)
        if not found.fault:
            return path, found
    path, files = _files(log)
    return path, verify(path, expect, after=after, files=files)


def _files(named: list[Path]) -> tuple[Path, list[Path]]:
    """The log that is meant, and the files of its rows in their order."""
    from loaders.audit import head_of
    from loaders.audited import in_order, parts

    # As `audit.jsonl*` names them too.
    named = [file for file in named if file.suffix not in {".head", ".people"}] or named
    files = in_order(named) if len(named) > 1 else parts(named[0])
    lost = [file for file in named if not file.is_file()]
    if lost and (len(named) > 1 or not files):
        fail(f"{lost[0]}: there is no audit log")
    with_head = (file for file in (*named, *files) if head_of(file).exists())
    return next(with_head, files[-1]), files


COMMANDS = (verify, about)
