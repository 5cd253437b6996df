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
        "stayed": _estimate(found.stayed, found.asked),
        "models": {
            name: {
                "hit@5": _estimate(score.hits, found.asked),
                "categories@5": _estimate(score.categories, found.asked),
                "gain": _estimate(score.gain, found.asked),
            }
            for name, score in found.scores.items()
        },
    }


def _estimate(quantity: "Estimate", people: int) -> dict[str, float | None]:
    """With its interval; one person gives none."""
    low, high = (quantity.low, quantity.high) if people > 1 else (None, None)
    return {"value": quantity.value, "low": low, "high": high}


def shown(found: "Evaluation") -> "Table":
    """Every model's measures."""
    from api.cli.printing import figures, table, words

    alone = found.asked == 1
    columns = (
        words("model", 22), figures("hit@5"), figures("five categories"), figures("gain over item only"),
    )  # fmt: skip
    rows = [
        (
            name,
            _ranging(score.hits, ".3f", alone=alone),
            _ranging(score.categories, ".3f", alone=alone),
            _ranging(score.gain, "+.3f", alone=alone),
        )
        for name, score in found.scores.items()
    ]
    who = "one newcomer" if alone else f"{found.asked:,} newcomers"
    stayed = _ranging(found.stayed, ".1%", alone=alone)
    caption = (
        f"The category of what {who} opened next; fitted to {found.trained:,} openings before. {stayed} "
        "stayed in the landing's category. hit@5: of the first five products; five categories: of the first "
        f"five different ones.{' One person gives no interval.' if alone else ''}"
    )
    return table("What strangers turn to after the link", columns, rows, caption)


def _ranging(quantity: "Estimate", written: str, *, alone: bool) -> str:
    """The value, with its interval where that is of more than one person."""
    value, low, high = (format(one, written) for one in (quantity.value, quantity.low, quantity.high))
    return value if alone else f"{value} ({low} to {high})"
