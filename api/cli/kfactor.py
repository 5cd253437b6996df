"""The k-factor on the command line."""

from collections.abc import Iterator
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.asking import moment
from api.cli.command import Everywhere

if TYPE_CHECKING:
    from rich.table import Table


class By(StrEnum):
    """What shares are grouped by."""

    CHANNEL = "CHANNEL"
    CAMPAIGN = "CAMPAIGN"
    COMMUNITY = "COMMUNITY"
    PRODUCT = "PRODUCT"


class Length(StrEnum):
    """How long a period is."""

    DAY = "DAY"
    WEEK = "WEEK"
    MONTH = "MONTH"


class Success(StrEnum):
    """What an invite is for."""

    JOINED = "JOINED"
    OPENED = "OPENED"


def kfactor(
    everywhere: Everywhere,
    *,
    by: Annotated[By | None, typer.Option(help="What to group by.")] = None,
    every: Annotated[Length | None, typer.Option(help="Tell it period by period.")] = None,
    conversion: Annotated[
        Success, typer.Option(help="What counts: somebody new who opened, or anybody who did.")
    ] = Success.JOINED,
    within: Annotated[int, typer.Option(metavar="N", help="Days after a share in which it counts.")] = 7,
    since: Annotated[
        str | None, typer.Option(metavar="TIME", help="As 2026-05-01 or 2026-05-01T08:00Z.")
    ] = None,
    until: Annotated[str | None, typer.Option(metavar="TIME", help="The same.")] = None,
    first: Annotated[
        int, typer.Option(metavar="N", help="How many groups, those with most people first.")
    ] = 10,
) -> None:
    """How many new people each person brings: invites per person × conversion.

    Above 1 each generation is larger than the one before. A period marked … is not complete: its last shares
    have not had their days to convert.

    [bold]Examples[/bold]

        sharegraph kfactor --every WEEK

        sharegraph kfactor --by CHANNEL --conversion OPENED --within 3
    """
    from api.cli.inprocess import ask
    from api.cli.questions import K_FACTOR

    asked = {
        "by": by, "every": every, "conversion": conversion, "within": within, "first": first,
        "since": moment("--since", since), "until": moment("--until", until),
    }  # fmt: skip
    found = ask(everywhere, K_FACTOR, asked)["kFactor"]
    everywhere.tell(found, lambda: _shown(found, grouped=by is not None))


def _shown(found: dict[str, Any], *, grouped: bool) -> "Table":
    from api.cli.printing import figures, table, words

    columns = (
        words("of", 24), words("from"), figures("people"), figures("invites"), figures("each"),
        figures("conversion"), figures("k-factor"),
    )  # fmt: skip
    rows = list(_rows(found, grouped=grouped))
    return table("K-factor", columns, rows, "each: invites per person. 95 % intervals.")


def _rows(found: dict[str, Any], *, grouped: bool) -> Iterator[tuple[str, ...]]:
    yield ("all shares", "", *_figures(found["overall"]))
    for group in found["groups"]:
        if grouped:
            yield (_name(group), "", *_figures(group["kFactor"]))
        for period in group["overTime"]:
            begins = f"{period['from'][:10]}{'' if period['complete'] else ' …'}"
            yield ("", begins, *_figures(period["kFactor"]))


def _name(group: dict[str, Any]) -> str:
    from api.cli.printing import called, topics

    if group["product"]:
        return called(group["product"])
    if group["community"]:
        return f"{group['community']['size']:,} people: {topics(group['community']['topCategories'])}"
    return str(group["channel"] or group["campaign"] or "not said")


def _figures(told: dict[str, Any]) -> tuple[str, ...]:
    from api.cli.printing import interval

    estimates = (told[name] for name in ("invitesPerPerson", "conversion", "factor"))
    said = (interval(estimate, 2) if estimate else "–" for estimate in estimates)
    return f"{told['people']:,}", f"{told['invites']:,}", *said
