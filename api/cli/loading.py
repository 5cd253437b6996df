"""Bringing a log in: made up from a seed, or read from files."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from api.cli.command import FAILURE, Everywhere, fail
from api.cli.recording import on_record


class OnOff(StrEnum):
    """Yes or no."""

    ON = "on"
    OFF = "off"


ConsentDefault = Annotated[
    OnOff | None,
    typer.Option(
        envvar="SHAREGRAPH_CONSENT_DEFAULT",
        help="Whether people who never said allow personal answers and being named; kept in the store, off in"
        " a new one.",
    ),
]


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
    written: Annotated[
        Format,
        typer.Option(
            "--format",
            metavar="WORD",
            help="How the log is written: sharegraph, segment, taobao-share, higgs or android-cascades.",
        ),
    ] = Format.SHAREGRAPH,
    timezone: Annotated[
        str | None, typer.Option(metavar="ZONE", help="Of times without an offset: Asia/Shanghai or +08:00.")
    ] = None,
    currency: Annotated[str | None, typer.Option(metavar="CODE", help="Of amounts without one: CNY.")] = None,
    share_name: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="segment: a property or URL parameter with a share's id; may be repeated. "
            "Else share_id, shareId.",
        ),
    ] = None,
    sharer_name: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="segment: one with the sharer; may be repeated. Else sharer, sharer_id, ref.",
        ),
    ] = None,
    consent: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CATEGORY=PURPOSE",
            help="segment: what a category of consent is to us: personalisation, namedToFriends, location or "
            "research; may be repeated.",
        ),
    ] = None,
    consent_default: ConsentDefault = None,
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

        sharegraph load shop --consent-default on

        zcat track.jsonl.gz | sharegraph load - --format segment

        sharegraph load bucket --format segment --sharer-name inviter --consent Marketing=personalisation

        sharegraph load taobao-share --format taobao-share --store neo4j://localhost
    """
    from api.cli import tables
    from api.cli.loads import currency_code, loaded, named, zone
    from graph.errors import InvalidInput
    from loaders.sources import Reading

    if written is not Format.SEGMENT and (share_name or sharer_name or consent):
        raise InvalidInput("--share-name, --sharer-name and --consent are for --format segment")
    reading = Reading(
        timezone=zone(timezone),
        currency=currency_code(currency),
        **named(share_name, sharer_name, consent),
    )
    consenting = None if consent_default is None else consent_default is OnOff.ON
    on_record(everywhere, "Command.load")
    became = loaded(everywhere.store, source, written.value, reading, rejects, consenting)
    everywhere.tell(became.counts(), lambda: tables.receipt(became))
    if became.broken:
        fail(became.broken)
    if strict and became.receipt.rejected:
        raise typer.Exit(FAILURE)
