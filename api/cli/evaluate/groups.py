"""Which item a group that works is about, given who starts it."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.command import Everywhere

if TYPE_CHECKING:
    from graph.evaluate.suggestions.compare import Evaluation


def groups(
    everywhere: Everywhere,
    *,
    source: Annotated[
        str, typer.Argument(help="groups.tsv, or a folder with it: part, initiator, item, participants.")
    ],
    most: Annotated[
        int | None,
        typer.Option(metavar="N", help="Ask about so many groups, drawn by chance; else all.", min=1),
    ] = None,
    seed: Annotated[int, typer.Option(metavar="N", help="Of what is drawn.", min=0)] = 0,
) -> None:
    """Group buying: given who starts a group, which item it is about, of groups that then worked.

    Learned from the part `tune`, asked of the part `test`; all items of groups that worked before are ranked
    but those the starter had a group for. Ours stands beside popularity, what the starter joined, what people
    in their groups chose, item-kNN, user-kNN, ALS and EASE; differences are paired over starters.

    [bold]Example[/bold]

        sharegraph evaluate groups beibei
    """
    found = evaluated(source, most=most, seed=seed)
    everywhere.tell(told(found), lambda: shown(found))


def evaluated(source: str, *, most: int | None = None, seed: int = 0) -> "Evaluation":
    """Every model on one file."""
    from api.cli.evaluate.suggestions import watched
    from graph.evaluate.groups import OURS, contenders
    from graph.evaluate.suggestions.compare import compare
    from loaders.groups import read_groups

    log = read_groups(source)
    held = log.held(most=most, seed=seed)
    return compare(held, contenders(log, held), watched, ours=OURS, seed=seed)


def told(found: "Evaluation") -> dict[str, Any]:
    """What `--json` prints."""
    from api.cli.evaluate.suggestions import told as of_models

    every = of_models(found)
    every["ours_ahead_of"] = every.pop("blend_ahead_of")
    return {name: value for name, value in every.items() if name != "friends_add"}


def shown(found: "Evaluation") -> str:
    """Accuracy, breadth and cost of every model, and the lead of ours."""
    from api.cli.evaluate.suggestions import accuracy, breadth, leads
    from api.cli.printing import drawn

    tables = accuracy(found), breadth(found), leads("The lead of starts, paired", "over", found.ahead)
    return "\n".join(map(drawn, tables))
