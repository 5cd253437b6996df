"""How much of the shop is shown, and what that costs in accuracy."""

from typing import TYPE_CHECKING, Any

from api.cli.command import Everywhere, complain
from api.cli.evaluate.heldout import (
    Picture,
    Seed,
    Source,
    Split,
    TrainShare,
    Tune,
    Validation,
    Written,
    part_of,
    tuned,
)
from api.cli.evaluate.suggestions import unasked
from api.cli.loading import Format

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.table import Table

    from graph.estimate import Estimate
    from graph.evaluate.suggestions.diversity import Diversity, Lead, Point
    from graph.evaluate.suggestions.held import Held
    from graph.evaluate.suggestions.logs import Cut
    from graph.evaluate.suggestions.sure import Difference


def diversity(
    everywhere: Everywhere,
    *,
    source: Source,
    written: Written = Format.SHAREGRAPH,
    split: Split = None,
    train_share: TrainShare = 0.8,
    validation: Validation = False,
    tune: Tune = False,
    picture: Picture = None,
    seed: Seed = 0,
) -> None:
    """How many items are shown to three people or more, by what that costs in NDCG@10.

    The order that is served, knob by knob and as it is by default, beside two controls: scores divided by
    popularity, and random items in the last places. Of a folder it orders the blend's scores; of a log it is
    what is served.

    [bold]Example[/bold]

        sharegraph evaluate diversity lastfm --split 8:1:1 --picture diversity.svg
    """
    from graph.evaluate.suggestions.logs import Cut

    part = part_of(source, written, split, train_share, seed, validation=validation)
    complain(unasked((part.held if isinstance(part, Cut) else part).unasked))
    found = curved(part, tune=tune, seed=seed)
    if picture is not None:
        picture.write_text(drawn(found))
    everywhere.tell(told(found), lambda: shown(found))


def curved(part: "Held | Cut", *, tune: bool = False, seed: int = 0) -> "Diversity":
    """The curves of what is served, or of the blend of a folder, on one part held out."""
    from graph.errors import InvalidInput
    from graph.evaluate.suggestions.crowds import Modelled, Served
    from graph.evaluate.suggestions.diversity import diversity as curves_of
    from graph.evaluate.suggestions.logs import Cut
    from graph.taste import Blend

    if isinstance(part, Cut) and tune:
        raise InvalidInput("--tune is for a folder with train.tsv; of a log it is what is served")
    if isinstance(part, Cut):
        return curves_of(Served.of(part), seed=seed)
    model = tuned(part) if tune else Blend()
    return curves_of(Modelled.of(model.fit(part.known), part), seed=seed)


def told(found: "Diversity") -> dict[str, Any]:
    """What `--json` prints: each curve, and what the default is ahead of the controls."""
    return {
        "items": found.items,
        "models": {"best-first": _measures(found.plain), "served": _measures(found.served)},
        "curves": {way: list(_measured(found, way)) for way in found.curves},
        "ndcg@10_given_up": _difference(found.cost),
        "ahead_of": {
            control: {
                "items_at_equal_ndcg": _estimate(one.items),
                "ndcg@10_at_equal_coverage": None if one.ndcg is None else _difference(one.ndcg),
            }
            for control, one in found.leads.items()
        },
    }  # fmt: skip


def _measures(point: "Point") -> dict[str, float]:
    return {
        "knob": point.knob,
        "ndcg@10": point.ndcg,
        "recall@10": point.recall,
        "coverage@10": point.coverage,
        "coverage3@10": point.several,
        "kinds@10": point.kinds,
    }


def _measured(found: "Diversity", way: str) -> "Iterator[dict[str, Any]]":
    """Each point of a curve; but for best first, with what it adds to the NDCG@10 of that."""
    plain, *points = found.curves[way]
    yield _measures(plain)
    for point, change in zip(points, found.changes[way], strict=True):
        yield {**_measures(point), "ndcg@10_change": _estimate(change)}


def _difference(found: "Difference") -> dict[str, float]:
    return {**_estimate(found.by), "p": found.p}


def _estimate(found: "Estimate") -> dict[str, float]:
    return {"value": found.value, "low": found.low, "high": found.high}


def drawn(found: "Diversity") -> str:
    """Accuracy over coverage, the default ringed."""
    from api.cli.evaluate.pictures import curves

    return curves(
        "What it costs to show more of the shop",
        ("items shown to three people or more, of all (%)", "NDCG@10"),
        {way: [(100 * one.several, one.ndcg) for one in curve] for way, curve in found.curves.items()},
        mark=[(100 * found.served.several, found.served.ndcg)],
    )


def shown(found: "Diversity") -> str:
    """A row for each way and knob, and what the default is ahead of the controls."""
    from api.cli.printing import drawn as printed

    return "\n".join(map(printed, (ways(found), leads(found))))


def ways(found: "Diversity") -> "Table":
    """A row for each way and knob."""
    from api.cli.printing import figures, table, words

    heads = "knob", "N@10", "change", "95 %", "R@10", "kinds", "shown", "to 3 +", "items"
    rows: list[tuple[str, ...]] = [
        ("best first", *_row(found.plain, None, found)),
        ("by default", *_row(found.served, found.cost.by, found)),
    ]
    for way, curve in found.curves.items():
        points = zip(curve[1:], found.changes[way], strict=True)
        rows += [(way, *_row(point, change, found)) for point, change in points]
    return table(
        "How much is shown, and what it costs", [words("way", 16), *map(figures, heads)], rows,
        f"Of {found.items:,} items, in the first ten of everybody asked. change: of N@10 from best first, "
        "with its interval over users; kinds: in a list, on average; to 3 +: to three people or more; items: "
        "how many these are. By default: all four knobs as they are served.",
    )  # fmt: skip


def _row(point: "Point", change: "Estimate | None", found: "Diversity") -> tuple[str, ...]:
    return (
        f"{point.knob:g}" if point.knob else "",
        f"{point.ndcg:.4f}",
        *_change(change, found.plain.ndcg),
        f"{point.recall:.4f}",
        f"{point.kinds:.2f}",
        f"{point.coverage:.1%}",
        f"{point.several:.1%}",
        f"{point.several * found.items:,.0f}",
    )


def _change(change: "Estimate | None", of: float) -> tuple[str, str]:
    """A change and its interval, in parts of what it is a change of."""
    if change is None or not of:
        return "", ""
    value, low, high = (f"{one / of:+.1%}" for one in (change.value, change.low, change.high))
    return value, f"{low} to {high}"


def leads(found: "Diversity") -> "Table":
    """A row for best first and for each control."""
    from api.cli.printing import figures, table, words

    more = (found.served.several - found.plain.several) * found.items
    rows: list[tuple[str, ...]] = [("best first", f"{more:+,.0f}", "", *_accuracy(found.cost))]
    rows += [(control, *_lead(one)) for control, one in found.leads.items()]
    heads = "items", "95 %", "N@10", "95 %", "p"
    return table(
        "What the default is ahead of", [words("over", 16), *map(figures, heads)], rows,
        "items: shown to three people or more, beyond what the control shows anywhere on its curve at no "
        "less NDCG@10, or where it is most accurate. N@10: beyond a control that shows as many; – where it "
        "never does. Best first: as it is. Intervals over users; p: of a difference as large by chance.",
    )  # fmt: skip


def _lead(one: "Lead") -> tuple[str, ...]:
    items = f"{one.items.value:+,.0f}", f"{one.items.low:+,.0f} to {one.items.high:+,.0f}"
    return *items, *(("–", "", "") if one.ndcg is None else _accuracy(one.ndcg))


def _accuracy(one: "Difference") -> tuple[str, str, str]:
    return f"{one.by.value:+.4f}", f"{one.by.low:+.4f} to {one.by.high:+.4f}", f"{one.p:.4f}"
