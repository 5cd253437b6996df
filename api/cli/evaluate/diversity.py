"""How much of the shop is shown, and what that costs in accuracy."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.command import Everywhere
from api.cli.evaluate.suggestions import held_of, tuned
from api.cli.loading import Format

if TYPE_CHECKING:
    from rich.table import Table

    from graph.evaluate.suggestions.diversity import Diversity, Point
    from graph.evaluate.suggestions.held import Held


def diversity(
    everywhere: Everywhere,
    *,
    source: Annotated[
        list[str],
        typer.Argument(help="A folder with train.tsv, test.tsv (or val.tsv) and social.tsv; or a log."),
    ],
    written: Annotated[Format, typer.Option("--format", help="How a log is written.")] = Format.SHAREGRAPH,
    split: Annotated[
        str | None,
        typer.Option(
            metavar="8:1:1", help="Deal a folder's parts out anew by user: known, validation, asked."
        ),
    ] = None,
    train_share: Annotated[
        float,
        typer.Option(metavar="X", help="Of a log's choices in order of time.", min=0.05, max=0.95),
    ] = 0.8,
    tune: Annotated[
        bool,
        typer.Option("--tune", metavar="", help="Choose the blend's settings on the validation part first."),
    ] = False,
    picture: Annotated[Path | None, typer.Option(metavar="FILE", help="Draw the curves, as SVG.")] = None,
    seed: Annotated[int, typer.Option(metavar="N", help="Of the split and of what is random.", min=0)] = 0,
) -> None:
    """How many items are shown to three people or more, by what that costs in NDCG@10.

    The blend's lists made broader in five ways, each with a knob: grants (what is served), maximal marginal
    relevance, calibration, and two controls, scores divided by popularity and random items in the last
    places.

    [bold]Example[/bold]

        sharegraph evaluate diversity lastfm --split 8:1:1 --picture diversity.svg
    """
    held, _ = held_of(source, written, split, train_share, seed)
    found = curved(held, tune=tune, seed=seed)
    if picture is not None:
        picture.write_text(drawn(found))
    everywhere.tell(told(found), lambda: shown(found))


def curved(held: "Held", *, tune: bool = False, seed: int = 0) -> "Diversity":
    """The curves of the blend on one part held out."""
    from graph.evaluate.suggestions.diversity import diversity as curves_of
    from graph.taste import Blend

    model = tuned(held) if tune else Blend()
    return curves_of(model.fit(held.known), held, seed=seed)


def told(found: "Diversity") -> dict[str, Any]:
    """What `--json` prints: each curve, and what the controls reach at the default's NDCG."""
    return {
        "items": found.items,
        "models": {
            "blend": _measures(found.plain),
            "default": _measures(found.default),
        },
        "curves": {way: [_measures(point) for point in curve] for way, curve in found.curves.items()},
        "coverage3_at_equal_ndcg": {way: found.equal(way) for way in found.curves},
    }


def _measures(point: "Point") -> dict[str, float]:
    return {
        "knob": point.knob,
        "ndcg@10": point.ndcg,
        "recall@10": point.recall,
        "coverage@10": point.coverage,
        "coverage3@10": point.several,
    }


def drawn(found: "Diversity") -> str:
    """Accuracy over coverage, the default ringed."""
    from api.cli.evaluate.pictures import curves

    return curves(
        "What it costs to show more of the shop",
        ("items shown to three people or more, of all (%)", "NDCG@10"),
        {way: [(100 * one.several, one.ndcg) for one in curve] for way, curve in found.curves.items()},
        mark=[(100 * found.default.several, found.default.ndcg)],
    )


def shown(found: "Diversity") -> "Table":
    """A row for each way and knob."""
    from api.cli.printing import figures, table, words

    heads = "knob", "N@10", "change", "R@10", "shown", "to 3 +", "items"
    rows = [("the blend", *_row(found.plain, found))]
    for way, curve in found.curves.items():
        rows += [(way, *_row(point, found)) for point in curve[1:]]
    equal = ", ".join(f"{way} {found.equal(way) * found.items:,.0f}" for way in found.curves)
    default = found.default
    return table(
        "How much is shown, and what it costs", [words("way", 16), *map(figures, heads)], rows,
        f"Of {found.items:,} items, in the first ten of everybody asked. to 3 +: to three people or more; "
        f"items: how many these are. The default, grants at {default.knob:g}, shows "
        f"{default.several * found.items:,.0f} at NDCG@10 {default.ndcg:.4f}; at no less, of all points and "
        f"straight lines between them (0: nowhere as accurate): {equal}.",
    )  # fmt: skip


def _row(point: "Point", found: "Diversity") -> tuple[str, ...]:
    return (
        f"{point.knob:g}" if point.knob else "",
        f"{point.ndcg:.4f}",
        f"{point.ndcg / found.plain.ndcg - 1:+.1%}",
        f"{point.recall:.4f}",
        f"{point.coverage:.1%}",
        f"{point.several:.1%}",
        f"{point.several * found.items:,.0f}",
    )
