"""Bringing a log in: made up from a seed, or read from files."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from api.cli.command import FAILURE, Everywhere, fail


class Shape(StrEnum):
    """How a generated log is written."""

    CSV = "csv"
    JSONL = "jsonl"
    PARQUET = "parquet"


class Format(StrEnum):
    """How a log is written. The last three are public research logs."""

    SHAREGRAPH = "sharegraph"
    SEGMENT = "segment"
    TAOBAO_SHARE = "taobao-share"
    HIGGS = "higgs"
    ANDROID_CASCADES = "android-cascades"


def generate(
    everywhere: Everywhere,
    *,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where its files go.")],
    users: Annotated[int, typer.Option(metavar="N", help="People with an account.")] = 2_000,
    events: Annotated[int, typer.Option(metavar="N", help="Rows of the log.")] = 40_000,
    seed: Annotated[int, typer.Option(metavar="N", help="The same seed makes the same shop.", min=0)] = 7,
    noise: Annotated[
        float, typer.Option(metavar="X", help="Each 1 makes a tenth of all choices random.")
    ] = 1.0,
    shape: Annotated[Shape, typer.Option(help="How its files are written.")] = Shape.CSV,
) -> None:
    """Make up a believable shop: people, products, and a log of what they did.

    Its truth (who reaches whom, with what chance) lies beside the log in DIR/truth, so that estimates can be
    checked against it. It is not loaded.

    [bold]Example[/bold]

        sharegraph generate --users 2000 --events 40000 --seed 7 --out shop
    """
    from api.cli.loads import made_up

    made = made_up(out, users=users, events=events, seed=seed, noise=noise, shape=shape.value)
    everywhere.tell(made, lambda: f"A shop of {users:,} people and {events:,} events is in {out}.\n"
                                  f"Next: sharegraph load {out}")  # fmt: skip


def load(
    everywhere: Everywhere,
    *,
    source: Annotated[list[str], typer.Argument(help="Files, a folder of them, or - for stdin.")],
    written: Annotated[Format, typer.Option("--format", help="How the log is written.")] = Format.SHAREGRAPH,
    timezone: Annotated[
        str | None, typer.Option(metavar="ZONE", help="Of times without an offset: Asia/Shanghai or +08:00.")
    ] = None,
    currency: Annotated[str | None, typer.Option(metavar="CODE", help="Of amounts without one: CNY.")] = None,
    rejects: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Where refused rows are listed; else STORE.rejects.csv."),
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", metavar="", help="Exit with 1 where a row was refused.")
    ] = False,
) -> None:
    """Read a log into the store, and print a receipt for every row.

    The same log again changes nothing. Stop it anywhere and run it again: nothing is lost, nothing is there
    twice. Refused rows are listed with file, line and reason.

    [bold]Examples[/bold]

        sharegraph load shop

        zcat track.jsonl.gz | sharegraph load - --format segment

        sharegraph load taobao-share --format taobao-share --store neo4j://localhost
    """
    from api.cli import tables
    from api.cli.loads import loaded, zone
    from loaders.sources import Reading

    reading = Reading(timezone=zone(timezone), currency=currency)
    became = loaded(everywhere.store, source, written.value, reading, rejects)
    everywhere.tell(became.counts(), lambda: tables.receipt(became))
    if became.broken:
        fail(became.broken)
    if strict and became.receipt.rejected:
        raise typer.Exit(FAILURE)
