"""Complements and substitutes of generated shops, found again."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.command import Everywhere

if TYPE_CHECKING:
    from rich.table import Table

    from graph.estimate import Estimate
    from graph.evaluate.relations import Score, Shop
    from graph.generate import ShopModel
    from graph.relations import Relation

    Scores = dict[float, dict[Relation, dict[str, Score]]]


WANDERING = 0.2
"""Of the looks after a visit's first, at each level of noise, where shops are mixed."""


def relations(
    everywhere: Everywhere,
    *,
    users: Annotated[int, typer.Option(metavar="N", help="Of each generated shop.", min=20)] = 2_000,
    events: Annotated[int, typer.Option(metavar="N", help="Of each generated shop.", min=500)] = 40_000,
    products: Annotated[
        int | None, typer.Option(metavar="N", help="Of each shop; else one for 200 events.", min=1)
    ] = None,
    mixed: Annotated[
        bool, typer.Option("--mixed", metavar="", help="Substitutes of any price, and visits that wander.")
    ] = False,
    noise: Annotated[
        list[float] | None, typer.Option(metavar="X", help="Level of noise; may be repeated. 0, 1 and 2.")
    ] = None,
    shops: Annotated[int, typer.Option(metavar="N", help="Generated at each level.", min=1)] = 5,
    seed: Annotated[
        int, typer.Option(metavar="N", help="Of the first shop; the next have the next.", min=0)
    ] = 7,
) -> None:
    """What goes with what, and what stands for what, held against what is known to be true.

    Shops are generated and read as anybody's would be. Of the first five relatives of each product: how many
    are true, beside counting what is bought or looked at together, what the catalogue alone says of
    substitutes, and an oracle that knows the law that the shops were drawn from.

    By default a category is hardly more than one shelf, so that its products are the substitutes. More
    products make several of it; mixed, no price tells them apart, and at each level of noise a fifth of a
    visit's further looks is at what is popular anywhere.

    [bold]Examples[/bold]

        sharegraph evaluate relations --noise 1 --shops 3

        sharegraph evaluate relations --products 600 --mixed
    """
    from graph.evaluate.relations import evaluate
    from graph.generate import ShopModel

    found = {}
    wandering = WANDERING if mixed else 0.0
    shop = ShopModel(
        users=users, events=events, products=products, shelves_by_price=not mixed, wandering=wandering
    )
    for level in noise or [0.0, 1.0, 2.0]:
        models = (replace(shop, noise=level, seed=seed + n) for n in range(shops))
        found[level] = evaluate(map(_read, models), seed=seed)
    everywhere.tell(told(found), lambda: shown(found))


def _read(model: "ShopModel") -> "Shop":
    """A shop generated, written, and loaded."""
    from pathlib import Path
    from tempfile import TemporaryDirectory

    from graph.generate import generate
    from graph.snapshot import Snapshot
    from loaders.aside import log_of
    from loaders.writing import write

    shop = generate(model)
    with TemporaryDirectory(prefix="sharegraph-") as folder:
        write(shop, Path(folder), "csv")
        return model, shop.truth, Snapshot.of(log_of([folder], "sharegraph"))


def told(found: "Scores") -> dict[str, Any]:
    """What `--json` prints."""
    levels = {
        f"noise {level:g}": {
            kind.value.lower(): {name: _plain(score) for name, score in scores.items()}
            for kind, scores in kinds.items()
        }
        for level, kinds in found.items()
    }
    return {"models": levels}


def _plain(score: "Score") -> dict[str, Any]:
    return {
        "precision@5": _estimate(score.precision),
        "answered": _estimate(score.answered),
        "shown": score.shown,
    }


def _estimate(quantity: "Estimate") -> dict[str, float]:
    return {name: getattr(quantity, name) for name in ("value", "low", "high")}


def shown(found: "Scores") -> "Table":
    """Every model by kind and level of noise."""
    from api.cli.printing import figures, table, words

    columns = (
        words("kind"), figures("noise"), words("model"), figures("precision@5 (95 %)"),
        figures("of all shown (95 %)"), figures("products"),
    )  # fmt: skip
    caption = (
        "precision@5: of products that have such relatives in the truth, true ones among the first five, over"
        " five. Of all shown: the true ones among all that is shown of any product, also of those that have "
        "none; products: of how many anything is shown. together: most people. catalogue: of the category, "
        "nearest in price. oracle: knows the law."
    )
    return table("Relatives of products found again", columns, list(_rows(found)), caption)


def _rows(found: "Scores") -> Iterator[tuple[str, ...]]:
    from api.cli.printing import interval

    for level, kinds in found.items():
        for kind, scores in kinds.items():
            for name, score in scores.items():
                both = (interval(_estimate(one), 3) for one in (score.precision, score.answered))
                yield kind.value.lower(), f"{level:g}", name, *both, f"{score.shown:,}"
