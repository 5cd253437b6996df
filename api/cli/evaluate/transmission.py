"""The chance that a share is opened: found again where it is known, calibrated where it is not."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.command import Everywhere
from api.cli.loading import Format

if TYPE_CHECKING:
    from rich.table import Table

    from graph.estimate import Estimate
    from graph.evaluate.calibration import Calibration
    from graph.evaluate.recovery import Recovery, Scenario
    from graph.evaluate.transmission import Reality
    from graph.generate import ShopModel

RECOVERED = "as drawn"


def transmission(
    everywhere: Everywhere,
    *,
    log: Annotated[list[str] | None, typer.Argument(help="Files, or a folder of them.")] = None,
    written: Annotated[Format, typer.Option("--format", help="How the log is written.")] = Format.SHAREGRAPH,
    train_share: Annotated[
        float, typer.Option(metavar="X", help="Of the shares in order of time.", min=0.05, max=0.95)
    ] = 0.8,
    users: Annotated[int, typer.Option(metavar="N", help="Of a generated shop.", min=20)] = 2_000,
    events: Annotated[int, typer.Option(metavar="N", help="Of a generated shop.", min=500)] = 40_000,
    noise: Annotated[float, typer.Option(metavar="X", help="Of a generated shop.", min=0, max=9)] = 1.0,
    seed: Annotated[int, typer.Option(metavar="N", help="Of the shop and the bootstrap.", min=0)] = 7,
) -> None:
    """Transmission held against what is known to be true, or against what came later.

    Without LOG, a shop is generated and the chances that it was made with are looked for; with one, the
    chances of later opens are foretold from the first part of it, ours beside six others.

    [bold]Example[/bold]

        sharegraph evaluate transmission taobao-share --format taobao-share
    """
    if log:
        from graph.evaluate.transmission import reality
        from loaders.aside import evaluated

        found = reality(evaluated(log, written.value), train_share=train_share, seed=seed)
        everywhere.tell(_calibrated(found), lambda: _calibration(found))
        return
    from graph.generate import ShopModel

    again = _recoveries(ShopModel(users=users, events=events, noise=noise, seed=seed))
    everywhere.tell(_recovered(again), lambda: _recovery(again))


def _recoveries(model: "ShopModel") -> dict[str, "Recovery"]:
    """By scenario, the shop as it is drawn first; there the oracles are asked too."""
    from graph.evaluate.recovery import ORACLES, SCENARIOS

    drawn = {RECOVERED: found_again(model, oracles=len(ORACLES))}
    return drawn | {scenario.name: found_again(model, scenario) for scenario in SCENARIOS}


def found_again(model: "ShopModel", scenario: "Scenario | None" = None, *, oracles: int = 0) -> "Recovery":
    """A shop generated, written, loaded as anybody's would be, and its transmission looked for."""
    from pathlib import Path
    from tempfile import TemporaryDirectory

    from graph.evaluate.recovery import recovery
    from graph.generate import generate
    from graph.snapshot import Snapshot
    from loaders.aside import log_of
    from loaders.writing import write

    shop = generate(scenario.of(model) if scenario else model)
    with TemporaryDirectory(prefix="sharegraph-") as folder:
        write(shop, Path(folder), "csv")
        log = log_of([folder], "sharegraph")
    told = scenario.thinned(log, seed=model.seed) if scenario else log
    return recovery(shop.model, shop.truth, Snapshot.of(told), oracles=oracles, seed=model.seed)


def _recovered(found: dict[str, "Recovery"]) -> dict[str, Any]:
    """What `--json` prints of recovery."""
    drawn = found[RECOVERED]
    models: dict[str, Any] = {
        name: {"rank_correlation": _estimate(value)} for name, value in drawn.correlation.items()
    }
    models["ours"] |= _found(drawn)
    outside = {name: _found(one) for name, one in found.items() if name != RECOVERED}
    return {"models": models, "scenarios": outside}


def _found(one: "Recovery") -> dict[str, Any]:
    return {
        "ties": one.ties,
        "coverage": _estimate(one.coverage),
        "rank_correlation": _estimate(one.correlation["ours"]),
        "bias": one.bias,
        "learned_by": one.learned_by,
    }


def _recovery(found: dict[str, "Recovery"]) -> "Table":
    from api.cli.printing import figures, interval, percent, table, words

    rows = []
    for name, one in found.items():
        for whose, correlation in one.correlation.items():
            ours = whose == "ours"
            rows.append(
                (
                    f"{name}, ours" if ours else f"{name}, an oracle that {whose}",
                    f"{one.ties:,}",
                    percent(_estimate(one.coverage)) if ours else "",
                    interval(_estimate(correlation), 3),
                    f"{one.bias:+.3f}" if ours else "",
                )
            )
    columns = [
        words("shop"),
        figures("ties"),
        figures("held by 95 %"),
        figures("rank corr."),
        figures("bias"),
    ]
    return table(
        "Transmission found again in generated shops", columns, rows,
        f"Learned by: {found[RECOVERED].learned_by}. Asked: true ties with an open or a follow of their own. "
        "Required as drawn: 93 to 97 % held, rank correlation within .02 of the oracle that knows the law.",
    )  # fmt: skip


def _calibrated(found: "Reality") -> dict[str, Any]:
    """What `--json` prints of a real log."""
    from graph.ties.heldout import TRIAL

    return {
        "trial": TRIAL,
        "trials": found.trials,
        "happened": found.happened,
        "learned_by": found.choice.name,
        "choice": dict(found.choice.scores),
        "models": {name: _measures(model) for name, model in found.models.items()},
    }


def _measures(model: "Calibration") -> dict[str, Any]:
    curve = [
        {"foretold": step.foretold, "happened": _estimate(step.happened), "trials": step.trials}
        for step in model.curve
    ]
    return {"ece": _estimate(model.ece), "log_likelihood": _estimate(model.log_likelihood), "curve": curve}


def _calibration(found: "Reality") -> "Table":
    from api.cli.printing import figures, interval, table, words
    from graph.ties.heldout import TRIAL

    rows = [
        (
            name,
            interval(_estimate(model.ece), 4),
            interval(_estimate(model.log_likelihood), 4),
            " ".join(f"{step.foretold:.2f}:{step.happened.value:.2f}" for step in model.curve),
        )
        for name, model in found.models.items()
    ]
    columns = [
        words("model"),
        figures("ECE"),
        figures("log-likelihood"),
        words("curve, foretold:happened", 34),
    ]
    return table(
        "Chances of later opens", columns, rows,
        f"A trial: {TRIAL}. {found.trials:,} trials, {found.happened:,} opened. Ours, by the choice of the "
        f"part before the cut: {found.choice.name}. Bins of equal count; log-likelihood in nats a trial; "
        "intervals by the bootstrap over shares.",
    )  # fmt: skip


def _estimate(one: "Estimate") -> dict[str, float]:
    return {"value": one.value, "low": one.low, "high": one.high}
