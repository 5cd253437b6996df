"""Whom to share with, on the command line."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.asking import First
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
    from graph.errors import UnknownKey

    answer = ask(everywhere, RECIPIENTS, {"user": user, "product": product, "first": first})["user"]
    if answer is None:
        raise UnknownKey(f"user {user!r} is not in the store; check the key, or load newer events")
    found = answer["recipients"]
    everywhere.tell(found, lambda: drawn(f"Whom {user} might share {product} with", found))


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
        str | None, typer.Option(metavar="TIME", help="Who did something since, like 2026-05-01T00:00Z.")
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
    from graph.errors import UnknownKey

    said = {"region": region, "community": community, "activeSince": active_since, "exclude": exclude}
    filter_ = {name: value for name, value in said.items() if value is not None} or None
    answer = ask(everywhere, AUDIENCE, {"product": product, "first": first, "filter": filter_})["product"]
    if answer is None:
        raise UnknownKey(f"product {product!r} is not in the store; check the key, or load newer events")
    found = answer["audience"]
    everywhere.tell(found, lambda: drawn(f"Who is likeliest to want {product}", found))


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
    return table(title, columns, rows, caption)


def _spoken(reasons: list[dict[str, Any]]) -> Iterator[str]:
    for reason in reasons:
        match reason["__typename"]:
            case "TieReason" if reason["ofShares"]:
                says = f"opened {reason['opened']} of {reason['ofShares']} of {reason['tie']['from']['key']}"
            case "TieReason":
                says = f"tied to {reason['tie']['from']['key']}"
            case "CircleReason":
                says = f"{reason['inCommon']} in common, one of {reason['size']}"
            case "InterestReason":
                says = ", ".join(f"opened {one['key']}" for one in reason["because"]) or "nothing alike"
            case _:
                says = f"opened {reason['opens']} in all"
        yield f"{reason['weight']:+.2f} {says}"
