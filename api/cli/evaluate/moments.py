"""What is served, judged at the moment of each later choice."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.command import Everywhere
from api.cli.evaluate.heldout import Picture, TrainShare
from api.cli.evaluate.stages import stages
from api.cli.loading import Format

if TYPE_CHECKING:
    from rich.table import Table

    from graph.estimate import Estimate
    from graph.evaluate.moments import Evaluation
    from graph.evaluate.suggestions.sure import Difference


def moments(
    everywhere: Everywhere,
    *,
    log: Annotated[list[str], typer.Argument(help="Files, or a folder of them.")],
    written: Annotated[Format, typer.Option("--format", help="How the log is written.")] = Format.SHAREGRAPH,
    train_share: TrainShare = 0.8,
    choices: Annotated[int, typer.Option(metavar="N", help="Asked about, at most.", min=1)] = 2_000,
    picture: Picture = None,
    seed: Annotated[int, typer.Option(metavar="N", help="Of whom chance takes, and of draws.", min=0)] = 0,
) -> None:
    """What is served, judged at the moment of each later choice.

    All is fitted and learned on the first part of the log. Up to three later choices of everybody, opening
    somebody's share or buying, are asked about as of right before them, from the fit and all that happened
    since, as a server would answer: what is served, the same without friends, the weights as they start, each
    source alone, and popularity. Intervals and paired tests are over people.

    [bold]Example[/bold]

        sharegraph evaluate moments taobao-share --format taobao-share
    """
    from graph.evaluate.moments import evaluate
    from loaders.aside import evaluated

    held = evaluated(log, written.value)
    with stages(silent=everywhere.json) as telling:
        found = evaluate(held, train_share=train_share, most=choices, seed=seed, telling=telling)
    if picture is not None:
        picture.write_text(drawn(found))
    everywhere.tell(told(found), lambda: shown(found))


def told(found: "Evaluation") -> dict[str, Any]:
    """What `--json` prints."""
    return {
        "people": dict(found.people),
        "choices": found.choices,
        "products": found.products,
        "untold": found.untold,
        "barred": dict(found.barred),
        "models": {name: _estimates(score.figures) for name, score in found.models.items()},
        "levels": {
            name: {level: _estimates(figures) for level, figures in score.by_level.items()}
            for name, score in found.models.items()
        },
        "silent": list(found.silent),
        "served_ahead_of": _differences(found.ahead),
        "friends_add": _differences(found.friends),
        "weights": {name: list(by_level) for name, by_level in found.blend.weights.items()},
    }


def _estimates(figures: "Mapping[str, Estimate]") -> dict[str, dict[str, float]]:
    return {name: _plain(estimate) for name, estimate in figures.items()}


def _plain(estimate: "Estimate") -> dict[str, float]:
    return {name: getattr(estimate, name) for name in ("value", "low", "high")}


def _differences(found: "Mapping[str, Mapping[str, Difference]]") -> dict[str, Any]:
    return {
        name: {measure: {**_plain(one.by), "p": one.p} for measure, one in differences.items()}
        for name, differences in found.items()
    }


def drawn(found: "Evaluation") -> str:
    """NDCG@10 of every model, best first."""
    from api.cli.evaluate.pictures import Dot, dots

    figures = sorted(_ndcg(found), key=lambda named: -named[1].value)
    rows = [Dot(name, figure.value, figure.low, figure.high) for name, figure in figures]
    return dots("What people chose, as of right before", "NDCG@10 with 95 % intervals over people", rows)


def _ndcg(found: "Evaluation") -> "Iterator[tuple[str, Estimate]]":
    yield from ((name, score.figures["ndcg@10"]) for name, score in found.models.items())


def shown(found: "Evaluation") -> str:
    """Accuracy and levels of every model, the lead of what is served, what friends add, and the weights."""
    from api.cli.printing import drawn as printed

    friends = {f"{level} ({found.people[level]:,})": lead for level, lead in found.friends.items()}
    tables = [
        accuracy(found),
        by_activity(found),
        _leads("The lead of what is served, paired", "over", found.ahead),
        _leads("What friends add to what is served, paired", "to whom", friends),
        weights(found),
    ]
    return "\n".join(map(printed, tables))


def accuracy(found: "Evaluation") -> "Table":
    """A row for each model, in all measures; intervals of NDCG@10."""
    from api.cli.printing import figures, table, words

    recalls, rest = [f"recall@{k}" for k in (5, 10, 20, 50)], ["ndcg@5", "ndcg@20", "ndcg@50", "mrr"]
    heads = "N@10", "95 %", "R@5", "R@10", "R@20", "R@50", "N@5", "N@20", "N@50", "MRR"
    rows = [
        (
            name,
            f"{score.figures['ndcg@10'].value:.4f}",
            f"{score.figures['ndcg@10'].low:.3f}–{score.figures['ndcg@10'].high:.3f}",
            *(f"{score.figures[measure].value:.3f}" for measure in recalls),
            *(f"{score.figures[measure].value:.4f}" for measure in rest),
        )
        for name, score in found.models.items()
    ]
    columns = [words("model", least=16), *map(figures, heads)]
    return table("What people chose, as of right before", columns, rows, _counted(found))


def _counted(found: "Evaluation") -> str:
    """What was asked about, and what was not."""
    barred = ", ".join(f"{products:,} {rule}" for rule, products in found.barred.items()) or "none"
    silent = f" Nothing to say here: {', '.join(found.silent)}." if found.silent else ""
    return (
        f"{found.products:,} products in {found.choices:,} choices of {found.people['all']:,} people; of "
        f"{found.untold:,} no source could tell. Not asked about, since no answer may show it (unavailable: "
        f"nobody had touched it yet): {barred}.{silent}"
    )


def by_activity(found: "Evaluation") -> "Table":
    """A row for each model, NDCG@10 by how many products somebody had."""
    from api.cli.printing import figures, table, words

    levels = [level for level in found.people if level != "all"]
    rows = [
        (name, *(f"{score.by_level[level]['ndcg@10'].value:.4f}" for level in levels))
        for name, score in found.models.items()
    ]
    heads = [figures(f"{level} ({found.people[level]:,})") for level in levels]
    return table(
        "NDCG@10 by how many products of their own somebody had", [words("model", least=16), *heads], rows
    )


def _leads(title: str, head: str, found: "Mapping[str, Mapping[str, Difference]]") -> "Table":
    """A row for each paired difference."""
    from api.cli.printing import figures, table, words

    heads = "N@10", "95 %", "p", "R@10", "p", "R@50", "p"
    rows = []
    for name, differences in found.items():
        ndcg, *recalls = (differences[measure] for measure in ("ndcg@10", "recall@10", "recall@50"))
        between = f"{ndcg.by.low:+.4f} to {ndcg.by.high:+.4f}"
        others = (part for one in recalls for part in (f"{one.by.value:+.4f}", f"{one.p:.4f}"))
        rows.append((name, f"{ndcg.by.value:+.4f}", between, f"{ndcg.p:.4f}", *others))
    columns = [words(head, least=16), *map(figures, heads)]
    return table(title, columns, rows, "p: of a lead as large by chance, of the sign-flip test.")


def weights(found: "Evaluation") -> "Table | str":
    """What was learned, by source and level."""
    from api.cli.printing import figures, table, words
    from graph.suggest import SOURCES
    from graph.suggest.weights import LEVELS

    if not found.blend.weights:
        return "No weights were learned: every source counts as it starts."
    heads = ["starts at", *(f"from {first}" for first in (0, *LEVELS))]
    rows = [
        (source.name, f"{source.weight:.3f}", *(f"{one:.4f}" for one in found.blend.weights[source.name]))
        for source in SOURCES
        if source.name in found.blend.weights
    ]
    caption = "By how many products of their own somebody has."
    return table("What a vote counts", [words("source"), *map(figures, heads)], rows, caption)
