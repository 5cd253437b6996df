"""Forecasts of cascades' sizes, beside what a figure and a line would say."""

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.command import Everywhere
from api.cli.loading import Format

if TYPE_CHECKING:
    from rich.table import Table

    from graph.estimate import Estimate
    from graph.evaluate.cascades import Cell, Evaluation, Score

UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
PARTS = 144, 24, 4
"""Ages that are not told: these parts of the end; of a day 10 minutes, an hour and six hours."""

SHORT = {
    "current-size": "as now",
    "mean-growth": "× mean",
    "constant-scaling": "× least",
    "log-linear": "log-lin",
}
"""What heads the columns of a table."""


def cascades(
    everywhere: Everywhere,
    *,
    log: Annotated[list[str], typer.Argument(help="Files, or a folder of them.")],
    written: Annotated[Format, typer.Option("--format", help="How the log is written.")] = Format.SHAREGRAPH,
    train_share: Annotated[
        float,
        typer.Option(metavar="X", help="Of the cascades in order of their beginning.", min=0.05, max=0.95),
    ] = 0.6,
    end: Annotated[
        str, typer.Option(metavar="SPAN", help="The age whose size is forecast: 90m, 24h, 60d.")
    ] = "24h",
    age: Annotated[
        list[str] | None,
        typer.Option(metavar="SPAN", help="At which age; may be repeated. Else end/144, end/24 and end/4."),
    ] = None,
    seed: Annotated[int, typer.Option(metavar="N", help="Of the bootstrap.", min=0)] = 0,
) -> None:
    """Sizes of young cascades, forecast and then seen, ours beside five baselines.

    Learned from the first part of a log and asked of the cascades that began later. Every class of present
    size in which a baseline has the smaller median error is named.

    [bold]Example[/bold]

        sharegraph evaluate cascades higgs --format higgs --train-share 0.6
    """
    from graph.evaluate.cascades import evaluate
    from loaders.aside import evaluated

    over = span(end)
    ages = [span(said) for said in age] if age else [over / part for part in PARTS]
    found = evaluate(
        evaluated(log, written.value),
        end=_micros(over), ages=[_micros(asked) for asked in ages], train_share=train_share, seed=seed,
    )  # fmt: skip
    everywhere.tell(told(found), lambda: shown(found))


def span(text: str) -> timedelta:
    """A length of time.

    >>> span("90m"), span("1.5h")
    (datetime.timedelta(seconds=5400), datetime.timedelta(seconds=5400))
    """
    from graph.errors import InvalidInput

    try:
        return timedelta(seconds=float(text[:-1]) * UNITS[text[-1:]])
    except (ValueError, KeyError, OverflowError):
        raise InvalidInput(f"{text!r} is no span; write 90m, 24h or 60d") from None


def spoken(micros: int) -> str:
    """A length of time in its largest unit.

    >>> spoken(90 * 60_000_000), spoken(36_000_000_000 * 6)
    ('1.5 h', '2.5 d')
    """
    seconds = micros / 1e6
    unit = max((unit for unit, size in UNITS.items() if size <= seconds), key=UNITS.__getitem__, default="s")
    return f"{seconds / UNITS[unit]:g} {unit}"


def told(found: "Evaluation") -> dict[str, Any]:
    """What `--json` prints: each model's measures at every age over all sizes, then by class of size."""
    models: dict[str, dict[str, float]] = {}
    for cell in found.cells:
        if cell.people == (1, None):
            for name, score in cell.scores.items():
                measures = {f"{key}@{spoken(cell.age)}": value for key, value in _measures(score).items()}
                models.setdefault(name, {}).update(measures)
    return {
        "trained": found.trained,
        "asked": found.asked,
        "endSeconds": found.end / 1e6,
        "models": models,
        "classes": [_class(cell) for cell in found.cells],
        "behind": list(_behind(found)),
        "behind_in_log": list(_behind_in_log(found)),
        "level": [f"at {spoken(cell.age)}, {_people(cell)} people" for cell in found.cells if cell.is_level],
    }


def _measures(score: "Score") -> dict[str, float]:
    measures = {
        "median_relative_error": score.median_error,
        "mean_relative_error": score.mean_error,
        "mean_log_error": score.log_error,
    }
    intervals = {"coverage": score.coverage, "log_width": score.width, "single": score.single}
    return measures | {name: value for name, value in intervals.items() if value is not None}


def _class(cell: "Cell") -> dict[str, Any]:
    least, most = cell.people
    return {
        "ageSeconds": cell.age / 1e6,
        "peopleFrom": least,
        "peopleTo": most,
        "cascades": cell.cascades,
        "models": {name: _measures(score) for name, score in cell.scores.items()},
        "best_baseline": cell.best,
        "difference": _interval(cell.difference),
        "best_baseline_in_log": cell.best_log,
        "difference_in_log": _interval(cell.difference_log),
    }


def _interval(estimate: "Estimate") -> dict[str, float]:
    return {name: getattr(estimate, name) for name in ("value", "low", "high")}


def _behind(found: "Evaluation") -> Iterator[str]:
    for cell in found.cells:
        if cell.is_behind:
            least = ", ".join(
                f"{name} {score.median_error:.3f}"
                for name, score in cell.scores.items()
                if score.median_error < cell.scores["ours"].median_error
            )
            yield _sentence(cell, cell.scores["ours"].median_error, least, cell.difference)


def _behind_in_log(found: "Evaluation") -> Iterator[str]:
    for cell in found.cells:
        if cell.is_behind_in_log:
            least = f"{cell.best_log} {cell.scores[cell.best_log].log_error:.3f}"
            yield _sentence(cell, cell.scores["ours"].log_error, least, cell.difference_log)


def _sentence(cell: "Cell", ours: float, others: str, by: "Estimate") -> str:
    return (
        f"at {spoken(cell.age)}, {_people(cell)} people: ours {ours:.3f}, {others}; "
        f"behind the best by {by.value:.3f} ({by.low:.3f} to {by.high:.3f})"
    )


def _people(cell: "Cell") -> str:
    least, most = cell.people
    return "all" if (least, most) == (1, None) else f"{least}–{most}" if most else f"{least}+"


def shown(found: "Evaluation") -> str:
    """Two tables with a row for each age and class of size: everybody's median error; then mean log errors,
    and how good our intervals are.
    """
    from api.cli.printing import drawn

    return f"{drawn(_medians(found))}\n{drawn(_intervals(found))}"


def _medians(found: "Evaluation") -> "Table":
    from api.cli.printing import figures, table

    names = list(found.cells[0].scores) if found.cells else []
    columns = [figures("at age"), figures("people"), figures("asked")]
    columns += [figures(SHORT.get(name, name)) for name in names]
    rows = [
        (*_cell(cell), *(f"{score.median_error:.3f}" for score in cell.scores.values()))
        for cell in found.cells
    ]
    level = "; ".join(f"{spoken(cell.age)} {_people(cell)}" for cell in found.cells if cell.is_level)
    behind = "\n".join(_behind(found)) or "nowhere."
    return table(
        f"Size at {spoken(found.end)}: median relative error", columns, rows,
        f"Learned from the first {found.trained:,} cascades, asked of {found.asked:,} later ones that were "
        "followed to the end, by size at the age.\n"
        f"No better than the best baseline, and no worse: {level or 'nowhere'}.\n"
        f"A baseline has the smaller median error:\n{behind}",
    )  # fmt: skip


def _intervals(found: "Evaluation") -> "Table":
    from api.cli.printing import figures, table, words

    titles = "at age", "people", "asked", "ours", "least"
    columns = [*map(figures, titles), words("of"), *map(figures, ("coverage", "width", "one number"))]
    rows = []
    for cell in found.cells:
        ours, least = cell.scores["ours"], cell.scores[cell.best_log].log_error
        logs = f"{ours.log_error:.3f}", f"{least:.3f}", SHORT.get(cell.best_log, cell.best_log)
        rows.append((*_cell(cell), *logs, f"{ours.coverage:.1%}", f"{ours.width:.2f}", f"{ours.single:.0%}"))
    behind = "\n".join(_behind_in_log(found)) or "nowhere."
    return table(
        "Mean |log(told / true)|, ours beside the least of the baselines; our 95 % intervals", columns, rows,
        "coverage: how many held the truth; width: mean log(high / low); one number: how many are one whole "
        "number, so that none could be narrower.\n"
        f"A baseline has the smaller mean log error:\n{behind}",
    )  # fmt: skip


def _cell(cell: "Cell") -> tuple[str, str, str]:
    return spoken(cell.age), _people(cell), f"{cell.cascades:,}"


def _micros(length: timedelta) -> int:
    return length // timedelta(microseconds=1)
