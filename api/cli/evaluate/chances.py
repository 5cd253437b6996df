"""Whether suggestions are opened as often as they say."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.command import Everywhere
from api.cli.loading import Format

if TYPE_CHECKING:
    from rich.table import Table

    from graph.estimate import Estimate
    from graph.evaluate.calibration import Calibration
    from graph.evaluate.chances import AtLevel, Evaluation


def chances(
    everywhere: Everywhere,
    *,
    log: Annotated[list[str], typer.Argument(help="Files, or a folder of them.")],
    written: Annotated[Format, typer.Option("--format", help="How the log is written.")] = Format.SHAREGRAPH,
    train_share: Annotated[
        float, typer.Option(metavar="X", help="Of what was chosen, in order of time.", min=0.05, max=0.95)
    ] = 0.8,
    sittings: Annotated[int, typer.Option(metavar="N", help="Asked about, at most.", min=1)] = 5_000,
    seed: Annotated[int, typer.Option(metavar="N", help="Of the bootstrap.", min=0)] = 0,
) -> None:
    """Whether a suggestion is opened as often as it says.

    All is learned from the first part of the log. A showing after it is an exposure that the log tells, and
    was opened if its person looked at the product within an hour; in a log that tells none it is one of the
    twenty best for somebody who came back, and was opened if they turned to it by themselves. Each is asked
    about as of its own moment.

    [bold]Example[/bold]

        sharegraph evaluate chances taobao-share --format taobao-share
    """
    from graph.evaluate.chances import evaluate
    from loaders.aside import evaluated

    found = evaluate(evaluated(log, written.value), train_share=train_share, most=sittings, seed=seed)
    everywhere.tell(told(found), lambda: shown(found))


def told(found: "Evaluation") -> dict[str, Any]:
    """What `--json` prints."""
    return {
        "people": found.people,
        "exposed": found.exposed,
        "models": {"ours": _measures(found.ours), "one for all": _measures(found.same)},
        "curve": [
            {
                "foretold": bin_.foretold,
                "said": _plain(said),
                "happened": _plain(bin_.happened),
                "trials": bin_.trials,
            }
            for bin_, said in zip(found.ours.curve, found.said, strict=True)
        ],
        "levels": {products: _held(one) for products, one in found.levels.items()},
        "all": _held(found.every),
    }


def _held(one: "AtLevel") -> dict[str, Any]:
    return {
        "foretold": one.said.value * one.showings,
        "opened": one.opened,
        "said": _plain(one.said),
        "happened": _plain(one.happened),
        "trials": one.showings,
    }


def _measures(found: "Calibration") -> dict[str, Any]:
    return {
        "trials": found.trials,
        "ece": _plain(found.ece),
        "log_likelihood": _plain(found.log_likelihood),
        "brier": _plain(found.brier),
    }


def _plain(quantity: "Estimate") -> dict[str, float]:
    return {name: getattr(quantity, name) for name in ("value", "low", "high")}


def shown(found: "Evaluation") -> str:
    """The curve, the same by activity level, and how good its chances are beside one for all."""
    from api.cli.printing import drawn, figures, table

    columns = map(figures, ("foretold", "95 %", "opened", "95 %", "showings"))
    rows = [
        (
            f"{bin_.foretold:.4f}",
            _between(said),
            f"{bin_.happened.value:.4f}",
            _between(bin_.happened),
            f"{bin_.trials:,}",
        )
        for bin_, said in zip(found.ours.curve, found.said, strict=True)
    ]
    told = "exposures that the log tells" if found.exposed else "what people then turned to by themselves"
    caption = (
        f"{found.ours.trials:,} showings to {found.people:,} people: {told}. Foretold: the mean chance that "
        "was told, and the means of its interval's ends."
    )
    curve = table("How often suggestions were opened that were said to", tuple(columns), rows, caption)
    return "\n".join(map(drawn, (curve, _levels(found), _scores(found))))


def _levels(found: "Evaluation") -> "Table":
    """What was told to newcomers and to old hands, and what came."""
    from api.cli.printing import figures, table

    rows = [
        (
            products,
            f"{one.said.value:.4f}",
            _between(one.said),
            f"{one.happened.value:.4f}",
            f"{one.said.value * one.showings:,.1f}",
            f"{one.opened:,}",
            f"{one.happened.low * one.showings:,.0f} to {one.happened.high * one.showings:,.0f}",
            f"{one.showings:,}",
        )
        for products, one in (*found.levels.items(), ("all", found.every))
    ]
    heads = ("products", "foretold", "95 %", "opened", "expected", "came", "95 %", "showings")
    caption = (
        "Expected: how many were to be opened by what was foretold; came: how many were, and how many might "
        "have been, by how people differ."
    )
    return table("By how many products of their own somebody had", [*map(figures, heads)], rows, caption)


def _scores(found: "Evaluation") -> "Table":
    """The error of the chances told, and of one for all."""
    from api.cli.printing import figures, table, words

    rows = [
        (name, *(part for one in (found.ours, found.same) for part in _figure(getattr(one, field))))
        for name, field in (
            ("calibration error", "ece"),
            ("Brier score", "brier"),
            ("log-likelihood", "log_likelihood"),
        )
    ]
    caption = "One for all: the share that was opened before. Less error, less Brier, more log-likelihood."
    columns = words("", 17), *map(figures, ("ours", "95 %", "one for all", "95 %"))
    return table("How good these chances are", columns, rows, caption)


def _figure(quantity: "Estimate") -> tuple[str, str]:
    return f"{quantity.value:.5f}", _between(quantity, 5)


def _between(quantity: "Estimate", digits: int = 4) -> str:
    return f"{quantity.low:.{digits}f} to {quantity.high:.{digits}f}"
