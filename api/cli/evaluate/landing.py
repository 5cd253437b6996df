"""What a stranger who opened a link is shown, and turns to."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.command import Everywhere
from api.cli.loading import Format

if TYPE_CHECKING:
    from rich.table import Table

    from graph.estimate import Estimate
    from graph.evaluate.landing import Evaluation


def landing(
    everywhere: Everywhere,
    *,
    log: Annotated[list[str], typer.Argument(help="Files, or a folder of them.")],
    written: Annotated[Format, typer.Option("--format", help="How the log is written.")] = Format.SHAREGRAPH,
    train_share: Annotated[
        float, typer.Option(metavar="X", help="Of the openings in order of time.", min=0.05, max=0.95)
    ] = 0.8,
    seed: Annotated[int, typer.Option(metavar="N", help="Of the bootstrap.", min=0)] = 0,
) -> None:
    """What strangers who opened a link turn to next.

    Everything is fitted to what lies before the cut. A newcomer's first open is the landing; asked is the
    category of the next product that they open, of an answer that knows the link's product, its sharer and
    the moment, and nothing of the newcomer.

    [bold]Example[/bold]

        sharegraph evaluate landing taobao-share --format taobao-share
    """
    from graph.evaluate.landing import evaluate
    from loaders.aside import evaluated

    found = evaluate(evaluated(log, written.value), train_share=train_share, seed=seed)
    everywhere.tell(told(found), lambda: shown(found))


def told(found: "Evaluation") -> dict[str, Any]:
    """What `--json` prints."""
    return {
        "trained": found.trained,
        "asked": found.asked,
        "stayed": _estimate(found.stayed),
        "models": {
            name: {
                "hit@5": _estimate(score.hits),
                "categories@5": _estimate(score.categories),
                "gain": _estimate(score.gain),
            }
            for name, score in found.scores.items()
        },
    }


def _estimate(quantity: "Estimate") -> dict[str, float]:
    return {name: getattr(quantity, name) for name in ("value", "low", "high")}


def shown(found: "Evaluation") -> "Table":
    """Every model's measures."""
    from api.cli.printing import figures, interval, percent, table, words

    columns = (
        words("model", 22), figures("hit@5"), figures("five categories"), figures("gain over item only"),
    )  # fmt: skip
    rows = [
        (
            name,
            interval(_estimate(score.hits), 3),
            interval(_estimate(score.categories), 3),
            f"{score.gain.value:+.3f} ({score.gain.low:+.3f} to {score.gain.high:+.3f})",
        )
        for name, score in found.scores.items()
    ]
    caption = (
        f"The category of what {found.asked:,} newcomers opened next; fitted to {found.trained:,} openings "
        f"before. {percent(_estimate(found.stayed))} stayed in the landing's category. hit@5: of the first "
        "five products; five categories: of the first five different ones."
    )
    return table("What strangers turn to after the link", columns, rows, caption)
