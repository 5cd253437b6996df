"""Whether suggestions are opened as often as they say."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.command import Everywhere
from api.cli.loading import Format

if TYPE_CHECKING:
    from graph.estimate import Estimate
    from graph.evaluate.calibration import Calibration
    from graph.evaluate.chances import Evaluation


def chances(
    everywhere: Everywhere,
    *,
    log: Annotated[list[str], typer.Argument(help="Files, or a folder of them.")],
    written: Annotated[Format, typer.Option("--format", help="How the log is written.")] = Format.SHAREGRAPH,
    train_share: Annotated[
        float, typer.Option(metavar="X", help="Of what was chosen, in order of time.", min=0.05, max=0.95)
    ] = 0.8,
    people: Annotated[int, typer.Option(metavar="N", help="Shown something, at most.", min=1)] = 5_000,
    seed: Annotated[int, typer.Option(metavar="N", help="Of the bootstrap.", min=0)] = 0,
) -> None:
    """Whether a suggestion is opened as often as it says.

    All is learned from the first part of the log. A showing after it is an exposure that the log tells, and
    was opened if its person looked at the product within an hour; in a log that tells none it is one of the
    twenty best for somebody who came back, and was opened if they chose it by themselves.

    [bold]Example[/bold]

        sharegraph evaluate chances taobao-share --format taobao-share
    """
    from graph.evaluate.chances import evaluate
    from loaders.aside import evaluated

    found = evaluate(evaluated(log, written.value), train_share=train_share, most=people, seed=seed)
    everywhere.tell(told(found), lambda: shown(found))


def told(found: "Evaluation") -> dict[str, Any]:
    """What `--json` prints."""
    return {
        "people": found.people,
        "exposed": found.exposed,
        "models": {"ours": _measures(found.ours), "one for all": _measures(found.same)},
        "curve": [
            {"foretold": bin_.foretold, "happened": _plain(bin_.happened), "trials": bin_.trials}
            for bin_ in found.ours.curve
        ],
    }


def _measures(found: "Calibration") -> dict[str, Any]:
    return {
        "trials": found.trials,
        "ece": _plain(found.ece),
        "log_likelihood": _plain(found.log_likelihood),
    }


def _plain(quantity: "Estimate") -> dict[str, float]:
    return {name: getattr(quantity, name) for name in ("value", "low", "high")}


def shown(found: "Evaluation") -> str:
    """The curve, its error, and what one chance for all would have said."""
    from api.cli.printing import drawn, figures, table

    columns = figures("foretold"), figures("opened"), figures("95 %"), figures("showings")
    rows = [
        (f"{bin_.foretold:.4f}", f"{bin_.happened.value:.4f}", _between(bin_.happened), f"{bin_.trials:,}")
        for bin_ in found.ours.curve
    ]
    ours, same = found.ours, found.same
    told = "exposures that the log tells" if found.exposed else "what people then chose by themselves"
    caption = (
        f"{ours.trials:,} showings to {found.people:,} people: {told}.\n"
        f"Expected calibration error {ours.ece.value:.4f} ({_between(ours.ece)}); one chance for all: "
        f"{same.ece.value:.4f} ({_between(same.ece)}).\n"
        f"Log-likelihood {ours.log_likelihood.value:.5f} a showing; one chance for all: "
        f"{same.log_likelihood.value:.5f}."
    )
    return drawn(table("How often suggestions were opened that were said to", columns, rows, caption))


def _between(quantity: "Estimate") -> str:
    return f"{quantity.low:.4f} to {quantity.high:.4f}"
