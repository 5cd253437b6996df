"""The audit log: looked over."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.command import Everywhere, fail

Audited = Annotated[
    Path | None,
    typer.Option("--audit", envvar="SHAREGRAPH_AUDIT", metavar="FILE", help="The audit log; without, none."),
]


def verify(
    everywhere: Everywhere,
    *,
    log: Annotated[Path, typer.Argument(metavar="FILE", help="As `serve --audit` was given it.")],
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

    if not log.is_file():
        fail(f"{log}: there is no audit log")
    found = audit.verify(log, expect)
    told = {"rows": found.rows, "seal": found.seal, "fault": found.fault or None}
    whole = f"{found.rows:,} rows, each in its place and as it was written. Seal {found.seal}"
    everywhere.tell(told, lambda: f"The first {found.rows:,} rows hold." if found.fault else whole)
    if found.fault:
        fail(f"{log}: {found.fault}")


COMMANDS = (verify,)
