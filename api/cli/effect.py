"""What friends' shares do, beside what likeness alone would have done."""

from dataclasses import asdict
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.command import Everywhere
from api.cli.recording import on_record

if TYPE_CHECKING:
    from rich.table import Table


class Outcome(StrEnum):
    """What counts as taking to a product."""

    ACT = "act"
    PURCHASE = "purchase"


def effect(
    everywhere: Everywhere,
    *,
    product: Annotated[str | None, typer.Option(metavar="KEY", help="Of this product only.")] = None,
    outcome: Annotated[
        Outcome, typer.Option(help="What counts: buying it, or anything one does with it.")
    ] = Outcome.PURCHASE,
    days: Annotated[float, typer.Option(metavar="N", help="How long one has to do it.", min=0.01)] = 7,
    seed: Annotated[
        int, typer.Option(metavar="N", help="Of the draws; the same seed, the same answer.", min=0)
    ] = 0,
) -> None:
    """What a friend's share does, beside what likeness alone would do.

    Those whom a friend's share reached are compared with anybody, and with people who were alike at that
    moment and whom no friend had shown it. What is left is an upper bound of influence, not a proof.

    [bold]Example[/bold]

        sharegraph effect --product p00007 --days 3
    """
    from contextlib import closing
    from datetime import timedelta

    from graph.effect import Outcome as Counted
    from graph.effect import effect as measured
    from graph.errors import UnknownKey
    from loaders.snapshots import default_folder, snapshot_of
    from loaders.stores import open_store

    on_record(everywhere, "Command.effect")
    with closing(open_store(everywhere.store, create=False)) as store:
        snapshot = snapshot_of(store, default_folder(store.url))
    row = None if product is None else snapshot.products.keys.row(product)
    if product is not None and row is None:
        raise UnknownKey(f"product {product!r} is not in the store; check the key, or load newer events")
    counted = Counted(outcome.value)
    found = asdict(measured(snapshot, product=row, outcome=counted, horizon=timedelta(days=days), seed=seed))
    found["imbalanceLeft"] = found.pop("imbalance_left")
    told = {"product": product, "outcome": outcome.value, "days": days, **found}
    everywhere.tell(told, lambda: _shown(told))


def _shown(told: dict[str, Any]) -> "Table":
    from api.cli.printing import figures, interval, table, words

    def chance(name: str) -> str:
        estimate = told[name]
        return f"{estimate['value']:.2%} ({estimate['low']:.2%}–{estimate['high']:.2%})"

    rows = [
        ("whom a friend's share reached", chance("exposed"), ""),
        ("anybody else, at that moment", chance("others"), interval(told["naive"], 1)),
        ("people alike, at that moment", chance("alike"), interval(told["matched"], 1)),
    ]
    did = "bought it" if told["outcome"] == "purchase" else "did something with it"
    of = "all products" if told["product"] is None else told["product"]
    made = table(
        f"The effect of friends' shares, {of}",
        (words("of"), figures(f"{did} within {told['days']:g} days"), figures("times as likely")),
        rows,
    )
    made.caption = (
        f"{told['exposures']:,} exposures, {told['pairs']:,} with somebody alike; largest difference from "
        f"them {told['imbalanceLeft']:.2f} standard deviations (before: {told['imbalance']:.2f}). What "
        "likeness the log does not hold is in it still."
    )
    return made
