"""Whether it helps to know when and where."""

from datetime import UTC
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.command import Everywhere
from api.cli.loading import Format

if TYPE_CHECKING:
    from rich.table import Table

    from graph.estimate import Estimate
    from graph.evaluate.scene import Evaluation
    from graph.log import Log


def scene(
    everywhere: Everywhere,
    *,
    log: Annotated[list[str] | None, typer.Argument(help="Files, or a folder of them.")] = None,
    written: Annotated[Format, typer.Option("--format", help="How the log is written.")] = Format.SHAREGRAPH,
    train_share: Annotated[
        float, typer.Option(metavar="X", help="Of the acts in order of time.", min=0.05, max=0.95)
    ] = 0.8,
    zone: Annotated[str, typer.Option(metavar="ZONE", help="Whose midnight it is.")] = "Asia/Shanghai",
    users: Annotated[int, typer.Option(metavar="N", help="Of a generated shop.", min=20)] = 4_000,
    events: Annotated[int, typer.Option(metavar="N", help="Of a generated shop.", min=500)] = 150_000,
    days: Annotated[int, typer.Option(metavar="N", help="Of a generated shop.", min=14)] = 900,
    seed: Annotated[int, typer.Option(metavar="N", help="Of the shop and the bootstrap.", min=0)] = 7,
) -> None:
    """The category of what people turn to later, with the scene and without.

    Lifts by part of the day, weekday, month, festival, region and surface are learned from the first part of
    the log. Without LOG, a shop is generated whose festivals and seasons come round.

    [bold]Example[/bold]

        sharegraph evaluate scene taobao-share --format taobao-share
    """
    from api.cli.loads import zone as zone_of
    from graph.evaluate.scene import evaluate
    from graph.scene import Calendar
    from loaders.aside import evaluated

    whole = evaluated(log, written.value) if log else _made_up(users, events, days, seed)
    midnight = zone_of(zone) or UTC
    found = evaluate(whole, Calendar(midnight), train_share=train_share, seed=seed)
    everywhere.tell(told(found), lambda: shown(found))


def _made_up(users: int, events: int, days: int, seed: int) -> "Log":
    """The log of a generated shop, read as anybody's would be."""
    from pathlib import Path
    from tempfile import TemporaryDirectory

    from graph.generate import ShopModel, generate
    from loaders.aside import log_of
    from loaders.writing import write

    with TemporaryDirectory(prefix="sharegraph-") as folder:
        write(generate(ShopModel(users=users, events=events, days=days, seed=seed)), Path(folder), "csv")
        return log_of([folder], "sharegraph")


def told(found: "Evaluation") -> dict[str, Any]:
    """What `--json` prints."""
    return {
        "trained": found.trained,
        "asked": found.asked,
        "categories": found.categories,
        "kappa": {facet.value: kappa for facet, kappa in found.kappa.items()},
        "models": {
            name: {
                "log_loss": _estimate(score.loss),
                "hit@5": _estimate(score.hits),
                "gain": _estimate(score.gain),
            }
            for name, score in found.scores.items()
        },
    }


def _estimate(quantity: "Estimate") -> dict[str, float]:
    return {name: getattr(quantity, name) for name in ("value", "low", "high")}


def shown(found: "Evaluation") -> "Table":
    """Every model's measures."""
    from api.cli.printing import figures, interval, table, words

    columns = words("model", 22), figures("log-loss"), figures("hit@5"), figures("gain in nats")
    rows = [
        (
            name,
            f"{score.loss.value:.4f}",
            interval(_estimate(score.hits), 4),
            f"{score.gain.value:+.4f} ({score.gain.low:+.4f} to {score.gain.high:+.4f})",
        )
        for name, score in found.scores.items()
    ]
    kept = ", ".join(f"{facet.value} {kappa:.0f}" for facet, kappa in found.kappa.items()) or "none"
    caption = (
        f"The category of {found.asked:,} later acts, one of {found.categories:,}; learned from "
        f"{found.trained:,} before. Gain over `always`, intervals by bootstrap over days. Facets that "
        f"foretold other weeks of the first part, and κ, how firmly their lifts were drawn to 1: {kept}."
    )
    return table("What people turn to, by when and where", columns, rows, caption)
