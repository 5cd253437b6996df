"""Seed people chosen before a cut, and who came to them after it."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.command import Everywhere
from api.cli.loading import Format

if TYPE_CHECKING:
    from rich.table import Table

    from graph.estimate import Estimate
    from graph.evaluate.kols import Evaluation


def kols(
    everywhere: Everywhere,
    *,
    log: Annotated[list[str], typer.Argument(help="Files, or a folder of them.")],
    written: Annotated[Format, typer.Option("--format", help="How the log is written.")] = Format.SHAREGRAPH,
    train_share: Annotated[
        float,
        typer.Option(
            metavar="X", help="Of the openings in order of time, to learn from.", min=0.05, max=0.95
        ),
    ] = 0.6,
    k: Annotated[int, typer.Option("--k", metavar="N", help="How many people each model names.", min=1)] = 50,
    seed: Annotated[int, typer.Option(metavar="N", help="Of what is drawn.", min=0)] = 0,
) -> None:
    """Whom to ask to share: each model names people before a cut, and those who came after it are counted.

    Ours stands beside six baselines, on the same cut, and the best that could have been known. An interval is
    the bootstrap's over the people who came; differences are paired, and have a second interval, over the
    people named with the crowds that came to them.

    [bold]Example[/bold]

        sharegraph evaluate kols higgs --format higgs --train-share 0.6 --k 50
    """
    from graph.evaluate.kols import evaluate
    from loaders.aside import evaluated

    found = evaluate(evaluated(log, written.value), train_share=train_share, k=k, seed=seed)
    everywhere.tell(told(found), lambda: shown(found))


def told(found: "Evaluation") -> dict[str, Any]:
    """What `--json` prints: who came to each model's people, by how many ours is ahead, the people
    themselves.
    """
    from graph.events import instant

    return {
        "cut": instant(found.cut).isoformat(),
        "learned": found.learned,
        "asked": found.asked,
        "people": found.people,
        "models": {
            name: {
                "direct_retweeters": _estimate(score.people),
                "behind_ours_by": _estimate(score.ahead),
                "behind_ours_by_sharer": _estimate(score.ahead_by_sharer),
                "seeds": list(score.seeds),
            }
            for name, score in found.scores.items()
        },
        "gap": {"unheard": found.gap.unheard, "heard": found.gap.heard, "missed": found.gap.missed},
    }


def _estimate(estimate: "Estimate") -> dict[str, float]:
    return {name: getattr(estimate, name) for name in ("value", "low", "high")}


def shown(found: "Evaluation") -> "Table":
    """A row for each model."""
    from api.cli.printing import figures, interval, table, words
    from graph.events import instant

    rows = [
        (
            name,
            interval(_estimate(score.people), 0),
            *(
                "" if name == "ours" else interval(_estimate(ahead), 0)
                for ahead in (score.ahead, score.ahead_by_sharer)
            ),
            f"{score.people.value / found.people:.1%}",
        )
        for name, score in found.scores.items()
    ]
    gap, named = found.gap, len(found.scores["ours"].seeds)
    return table(
        f"Different people who opened something that one of {named} people shared",
        [words("model"), *map(figures, ("people", "ours ahead by", "drawn by sharer", "of all"))],
        rows,
        f"Learned from {found.learned:,} openings before {instant(found.cut):%Y-%m-%d %H:%M:%S}Z, asked of "
        f"{found.asked:,} after it, by {found.people:,} people.\n"
        f"Of the oracle's people {gap.unheard:,} came only to seeds nobody had opened before the cut, "
        f"whom no model of past openings can name, {gap.heard:,} to others; {gap.missed:,} of these did not "
        "come to ours.",
    )  # fmt: skip
