"""Who opens what is shared, beside what counting would say."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.command import Everywhere
from api.cli.loading import Format

if TYPE_CHECKING:
    from graph.estimate import Estimate
    from graph.evaluate.recipients import Evaluation


def recipients(
    everywhere: Everywhere,
    *,
    log: Annotated[list[str], typer.Argument(help="Files, or a folder of them.")],
    written: Annotated[Format, typer.Option("--format", help="How the log is written.")] = Format.SHAREGRAPH,
    train_share: Annotated[
        float, typer.Option(metavar="X", help="Of the openings in order of time.", min=0.05, max=0.95)
    ] = 0.8,
    seed: Annotated[int, typer.Option(metavar="N", help="Of the bootstrap.", min=0)] = 0,
) -> None:
    """Who opens a share, ours beside counting.

    The history stands still at the cut. Every later opening is a question: who, of everybody seen before,
    opens what this person shares of this product? A stranger is a miss. Then come the differences by paired
    bootstrap of sharers, and the curve of our chances, over all later shares, opened by anybody or not.

    [bold]Example[/bold]

        sharegraph evaluate recipients taobao-share --format taobao-share --train-share 0.8
    """
    from graph.evaluate.recipients import evaluate
    from loaders.aside import evaluated

    found = evaluate(evaluated(log, written.value), train_share=train_share, seed=seed)
    everywhere.tell(told(found), lambda: shown(found))


def told(found: "Evaluation") -> dict[str, Any]:
    """What `--json` prints."""
    return {
        "trained": found.trained,
        "asked": found.asked,
        "strangers": found.strangers,
        "models": {
            name: {"mrr@5": _plain(score.mrr), "hits@5": _plain(score.hits)}
            for name, score in found.scores.items()
        },
        "best_baseline": found.best,
        "difference": {"mrr@5": _plain(found.gain)},
        "content": {"mrr@5": _plain(found.content)},
        "recipe": dict(zip(("reverse", "paths"), found.recipe, strict=True)),
        "calibration": {
            "shares": found.shares,
            "unopened": found.unopened,
            "trials": found.chances.trials,
            "ece": _plain(found.chances.ece),
            "log_likelihood": _plain(found.chances.log_likelihood),
            "curve": [
                {"foretold": bin_.foretold, "happened": _plain(bin_.happened), "trials": bin_.trials}
                for bin_ in found.chances.curve
            ],
        },
    }


def _plain(quantity: "Estimate") -> dict[str, float]:
    return {name: getattr(quantity, name) for name in ("value", "low", "high")}


def shown(found: "Evaluation") -> str:
    """Every model's measures, the differences, and the curve of our chances."""
    from api.cli.printing import drawn, figures, table, words

    columns = words("model", 22), figures("MRR@5"), figures("95 %"), figures("Hits@5"), figures("95 %")
    rows = [
        (name, f"{score.mrr.value:.4f}", _between(score.mrr), f"{score.hits.value:.4f}", _between(score.hits))
        for name, score in found.scores.items()
    ]
    best = found.scores[found.best].mrr.value
    back, paths = found.recipe
    caption = (
        f"Learned from {found.trained:,} openings, asked of {found.asked:,} later ones, {found.strangers:,} "
        f"of them by strangers. recipe: reverse {back:g}, paths {paths:g}, chosen before the cut.\n"
        f"ours − {found.best}: {found.gain.value:+.4f} ({_between(found.gain)}), "
        f"{found.gain.value / best:+.1%}.\n"
        f"What content adds: {found.content.value:+.4f} ({_between(found.content)})."
    )
    curve = [
        (f"{bin_.foretold:.4f}", f"{bin_.happened.value:.4f}", _between(bin_.happened), f"{bin_.trials:,}")
        for bin_ in found.chances.curve
    ]
    heads = figures("foretold"), figures("happened"), figures("95 %"), figures("trials")
    chances = found.chances
    error = (
        f"Expected calibration error {chances.ece.value:.4f} ({_between(chances.ece)}) over "
        f"{chances.trials:,} trials: a share made after the cut, and somebody tied to its sharer before. "
        f"{_unopened(found)}"
    )
    measured = table("Who opens what is shared", columns, rows, caption)
    promised = table("How often those opened who were said to", heads, curve, error)
    return f"{drawn(measured)}\n{drawn(promised)}"


def _unopened(found: "Evaluation") -> str:
    """What the shares that were asked about say of a chance."""
    if found.unopened:
        return f"Of {found.shares:,} shares, nobody opened {found.unopened:,}."
    return (
        f"Somebody opened each of the {found.shares:,} shares: where a log holds no others, a chance is that "
        "of an opening among such."
    )


def _between(quantity: "Estimate") -> str:
    return f"{quantity.low:.4f} to {quantity.high:.4f}"
