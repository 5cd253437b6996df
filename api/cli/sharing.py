"""Whom to share with, on the command line."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.asking import First, moment
from api.cli.command import Everywhere

if TYPE_CHECKING:
    from rich.table import Table

RECIPIENT = """
  nodes {
    rank
    user { key name region }
    opens { value low high confidence }
    reasons {
      __typename
      weight
      ... on TieReason { opened ofShares tie { from { key name } strength transmission { value low high } } }
      ... on CircleReason { inCommon size }
      ... on InterestReason { because { key name } }
      ... on ActivityReason { opens }
    }
  }
"""

RECIPIENTS = f"""
query Recipients($user: String!, $product: String!, $first: Int!) {{
  user(key: $user) {{ key name recipients(product: $product, first: $first) {{ {RECIPIENT} }} }}
  product(key: $product) {{ key name }}
}}
"""

AUDIENCE = f"""
query Audience($product: String!, $first: Int!, $filter: AudienceFilter) {{
  product(key: $product) {{ key name audience(first: $first, filter: $filter) {{ {RECIPIENT} }} }}
}}
"""


def recipients(
    everywhere: Everywhere,
    *,
    user: Annotated[str, typer.Argument(help="Who shares: the shop's own key.")],
    product: Annotated[str, typer.Argument(help="What is shared: the shop's own key.")],
    first: First = 10,
) -> None:
    """Whom to share a product with: friends by how likely they open it, and why.

    The weights of the reasons sum to the log-odds of opening, less those of an average pair.

    [bold]Example[/bold]

        sharegraph recipients u000042 p00007
    """
    from api.cli.inprocess import ask
    from api.cli.printing import called
    from graph.errors import UnknownKey

    told = ask(everywhere, RECIPIENTS, {"user": user, "product": product, "first": first})
    answer, shared = told["user"], told["product"]
    if answer is None:
        raise UnknownKey(f"user {user!r} is not in the store; check the key, or load newer events")
    if shared is None:
        raise UnknownKey(f"product {product!r} is not in the store; check the key, or load newer events")
    found = answer["recipients"]
    title = f"Whom {called(answer)} might share {called(shared)} with"
    everywhere.tell(found, lambda: drawn(title, found))


def audience(
    everywhere: Everywhere,
    *,
    product: Annotated[str, typer.Argument(help="The shop's own key.")],
    first: First = 50,
    region: Annotated[str | None, typer.Option(metavar="WORD", help="People of this region only.")] = None,
    community: Annotated[
        str | None, typer.Option(metavar="ID", help="People of this community only: the id that is printed.")
    ] = None,
    active_since: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="Who did something since: 2026-05-01 or 2026-05-01T08:00Z."),
    ] = None,
    exclude: Annotated[
        list[str] | None, typer.Option(metavar="KEY", help="Not them; may be repeated.")
    ] = None,
) -> None:
    """Who is most likely to want a product, of everybody.

    Each person is asked about as if the one they listen to most shared it with them.

    [bold]Example[/bold]

        sharegraph audience p00007 --first 20 --region Hainan
    """
    from api.cli.inprocess import ask
    from api.cli.printing import called
    from graph.errors import UnknownKey

    said = {
        "region": region,
        "community": community,
        "activeSince": moment("--active-since", active_since),
        "exclude": exclude,
    }
    filter_ = {name: value for name, value in said.items() if value is not None} or None
    asked = {"product": product, "first": first, "filter": filter_}
    answer = ask(everywhere, AUDIENCE, asked, named=[("user", key) for key in exclude or []])["product"]
    if answer is None:
        raise UnknownKey(f"product {product!r} is not in the store; check the key, or load newer events")
    found = answer["audience"]
    everywhere.tell(found, lambda: drawn(f"Who is likeliest to want {called(answer)}", found))


def drawn(title: str, found: dict[str, Any]) -> "Table":
    """A row a recipient: the chance, its interval, and what speaks for and against it."""
    from api.cli.printing import called, figures, table, words

    columns = figures("#"), words("who", 24), figures("opens"), figures("95 %"), words("why")
    rows = [
        (
            f"{node['rank']}",
            called(node["user"]),
            f"{node['opens']['value']:.1%}",
            f"{node['opens']['low']:.1%}–{node['opens']['high']:.1%}",
            "; ".join(_spoken(node["reasons"])),
        )
        for node in found["nodes"]
    ]
    caption = "The weights sum to the log-odds of opening, less those of an average pair."
    if not rows:
        caption = "Nobody to list."
    return table(title, columns, rows, caption)


def _spoken(reasons: list[dict[str, Any]]) -> Iterator[str]:
    from api.cli.printing import called

    for reason in reasons:
        match reason["__typename"]:
            case "TieReason" if reason["ofShares"]:
                of = called(reason["tie"]["from"])
                says = f"opened {reason['opened']} of {_shares(reason['ofShares'])} of {of}"
            case "TieReason":
                says = f"tied to {called(reason['tie']['from'])}"
            case "CircleReason":
                people = {0: "nobody", 1: "1 person"}.get(shared := reason["inCommon"], f"{shared:,} people")
                says = f"{people} in common, one of {reason['size']:,}"
            case "InterestReason" if reason["because"]:
                says = ", ".join(f"opened {called(one)}" for one in reason["because"])
            case "InterestReason":
                # What they opened of other people's shares counts and is not for the sharer's eyes.
                # As printed: what rounds to nothing is neither more nor less.
                weight = round(reason["weight"], 2)
                how = "more than" if weight > 0 else "less than" if weight < 0 else "as much as"
                says = f"takes to its kind {how} the average pair"
            case _:
                says = f"opened {_shares(reason['opens'])} in all"
        yield f"{reason['weight']:+.2f} {says}"


def _shares(number: int) -> str:
    return "1 share" if number == 1 else f"{number} shares"
