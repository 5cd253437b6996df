"""The questions: whom to show what, who carries it, what travelled, who belongs together."""

from enum import StrEnum
from typing import Annotated, Any

import typer

from api.cli.command import Everywhere

First = Annotated[int, typer.Option(metavar="N", help="How many, best first; at most 100.")]
Currency = Annotated[
    str | None,
    typer.Option(envvar="SHAREGRAPH_CURRENCY", metavar="CODE", help="In which money is told: CNY."),
]
PerUnit = Annotated[
    str | None,
    typer.Option(
        envvar="SHAREGRAPH_RATES", metavar="LIST", help="Of it for one of each other: USD=7.1,EUR=7.8."
    ),
]
Product = Annotated[str | None, typer.Option(metavar="KEY", help="Of this product only.")]


class Objective(StrEnum):
    """What a set of people is chosen for."""

    REACH = "REACH"
    NEW_USERS = "NEW_USERS"
    PURCHASES = "PURCHASES"
    REVENUE = "REVENUE"
    OPENERS = "OPENERS"


class Parents(StrEnum):
    """Which of the shares that somebody opened was passed on."""

    LATEST = "LATEST"
    FIRST = "FIRST"
    LIKELIEST = "LIKELIEST"


class Order(StrEnum):
    """What a list of cascades begins with."""

    SIZE_DESC = "SIZE_DESC"
    DEPTH_DESC = "DEPTH_DESC"
    VIRALITY_DESC = "VIRALITY_DESC"
    STARTED_AT_DESC = "STARTED_AT_DESC"


def suggest(
    everywhere: Everywhere,
    *,
    user: Annotated[str | None, typer.Argument(help="Whom to show something: the shop's own key.")] = None,
    first: First = 10,
    share: Annotated[str | None, typer.Option(metavar="ID", help="The share whose link was opened.")] = None,
    sharer: Annotated[str | None, typer.Option(metavar="KEY", help="Or who shared it,")] = None,
    product: Annotated[str | None, typer.Option(metavar="KEY", help="and which product.")] = None,
    category: Annotated[
        str | None, typer.Option(metavar="WORD", help="The category that is looked at.")
    ] = None,
    exclude: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY", help="A product that is on the page already; may be repeated."),
    ] = None,
    locale: Annotated[
        str, typer.Option(metavar="TAG", help="Language of the sentences: en or zh-Hans.")
    ] = "en",
) -> None:
    """What to show somebody, and why.

    Somebody unknown who opened a link is answered from that share, its sharer and the product.

    [bold]Examples[/bold]

        sharegraph suggest u000042 --first 5

        sharegraph suggest --sharer u000042 --product p00007
    """
    from api.cli import tables
    from api.cli.inprocess import ask
    from api.cli.questions import SUGGEST
    from api.ids import global_id, own
    from graph.errors import InvalidInput, UnknownKey
    from graph.suggest.explain import KNOWN

    context = _said(share=share, sharer=sharer, product=product, category=category, exclude=exclude)
    if locale.replace("_", "-").lower().partition("-")[0] not in KNOWN:
        written = " and ".join(language.value for language in KNOWN.values())
        raise InvalidInput(f"--locale {locale!r:.40}: sentences are written in {written}")
    if user is None and not context:
        raise InvalidInput("say whom: a USER, or for a stranger --share, or --sharer and --product")
    asked = {"user": user, "key": user or "", "known": user is not None, "context": context or None}
    link = {"share": share and global_id("Share", own("Share", share)), "sharer": sharer, "product": product}
    for what, said in link.items():
        asked |= {what: said, f"by{what.capitalize()}": True} if said else {}
    on_the_page = [("product", key) for key in exclude or []]
    answer = ask(everywhere, SUGGEST, asked | {"first": first, "locale": locale}, named=on_the_page)
    for what, key in {"user": user, "share": share, "sharer": sharer, "product": product}.items():
        if key and answer[what] is None:
            raise UnknownKey(f"{what} {key!r} is not in the store; check the key, or load newer events")
    everywhere.tell(
        answer["suggestions"], lambda: tables.suggestions(answer["suggestions"], answer.get("user"))
    )


def kols(
    everywhere: Everywhere,
    *,
    first: First = 10,
    objective: Annotated[Objective, typer.Option(help="What to reach by them.")] = Objective.REACH,
    product: Product = None,
    category: Annotated[str | None, typer.Option(metavar="WORD", help="Of this category only.")] = None,
    region: Annotated[
        str | None, typer.Option(metavar="WORD", help="Who may be chosen: people of this region.")
    ] = None,
    audience_region: Annotated[str | None, typer.Option(metavar="WORD", help="Whom it should reach.")] = None,
    min_audience: Annotated[
        int | None, typer.Option(metavar="N", help="With at least so many listeners.")
    ] = None,
    max_audience: Annotated[
        int | None, typer.Option(metavar="N", help="With at most so many listeners.")
    ] = None,
    already_chosen: Annotated[
        list[str] | None, typer.Option(metavar="KEY", help="Hired already; may be repeated.")
    ] = None,
    exclude: Annotated[
        list[str] | None, typer.Option(metavar="KEY", help="Not them; may be repeated.")
    ] = None,
    community_share: Annotated[
        float | None, typer.Option(metavar="X", help="At most this part of the reach from one community.")
    ] = None,
    budget: Annotated[
        str | None, typer.Option(metavar="MONEY", help="What all may cost together: 5000CNY.")
    ] = None,
    cost: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY=MONEY", help="What one costs, as u000042=120CNY; may be repeated."),
    ] = None,
    currency: Currency = None,
    rates: PerUnit = None,
    explain: Annotated[
        str | None, typer.Option(metavar="USER", help="Why this person is not among them, or is.")
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(
            metavar="N", min=0, max=2**31 - 1, help="Of the simulation; the same seed, the same answer."
        ),
    ] = None,
) -> None:
    """Who would carry a product furthest: a set, each adding to those above.

    [bold]Examples[/bold]

        sharegraph kols --first 20 --objective NEW_USERS --category tents

        sharegraph kols --budget 5000CNY --explain u000042
    """
    from api.cli import tables
    from api.cli.inprocess import ask
    from api.cli.questions import KOLS, STANDING
    from graph.campaign.rates import Rates
    from graph.errors import UnknownKey

    costs = [_priced(text) for text in cost or []]
    filter_ = _said(
        product=product, category=category, region=region, audienceRegion=audience_region,
        minAudience=min_audience, maxAudience=max_audience, alreadyChosen=already_chosen, exclude=exclude,
        maxShareFromOneCommunity=community_share, costs=costs,
    )  # fmt: skip
    asked = {
        "filter": filter_ or None, "objective": objective.value, "seed": seed,
        "budget": None if budget is None else _money(budget, "--budget"),
    }  # fmt: skip
    worth = Rates.parse(currency, rates)
    named = [("user", key) for key in (*(already_chosen or []), *(exclude or []))]
    named += [("user", priced["user"]) for priced in costs]
    if explain is not None:
        why = ask(everywhere, STANDING, asked | {"user": explain}, worth, named)["kolStanding"]
        if why is None:
            raise UnknownKey(f"user {explain!r} is not in the store; check the key, or load newer events")
        everywhere.tell(why, lambda: tables.standing(why))
        return
    found = ask(everywhere, KOLS, asked | {"first": first}, worth, named)["kolCandidates"]
    everywhere.tell(found, lambda: tables.candidates(found, objective.value, priced=budget is not None))


def cascades(
    everywhere: Everywhere,
    *,
    first: First = 10,
    product: Product = None,
    user: Annotated[str | None, typer.Option(metavar="KEY", help="Begun by this person.")] = None,
    campaign: Annotated[str | None, typer.Option(metavar="WORD", help="Of this campaign only.")] = None,
    min_size: Annotated[int | None, typer.Option(metavar="N", help="Of at least so many people.")] = None,
    started_after: Annotated[
        str | None, typer.Option(metavar="TIME", help="As 2026-05-01 or 2026-05-01T08:00Z.")
    ] = None,
    started_before: Annotated[str | None, typer.Option(metavar="TIME", help="The same.")] = None,
    include_noise: Annotated[
        bool, typer.Option("--include-noise", metavar="", help="Bursts no person can make too.")
    ] = False,
    parents: Annotated[
        Parents, typer.Option(help="What was passed on where the log does not say: of the shares opened.")
    ] = Parents.LATEST,
    order_by: Annotated[Order, typer.Option(help="What comes first.")] = Order.SIZE_DESC,
) -> None:
    """What travelled, from whom, how far.

    [bold]Example[/bold]

        sharegraph cascades --order-by DEPTH_DESC --min-size 10
    """
    from api.cli import tables
    from api.cli.inprocess import ask
    from api.cli.questions import CASCADES

    filter_ = _said(
        product=product, user=user, campaign=campaign, minSize=min_size, includeNoise=include_noise or None,
        startedAfter=moment("--started-after", started_after),
        startedBefore=moment("--started-before", started_before),
        parents=None if parents is Parents.LATEST else parents.value,
    )  # fmt: skip
    asked = {"first": first, "filter": filter_ or None, "orderBy": order_by.value}
    about = [(kind, key) for kind, key in (("user", user), ("product", product)) if key is not None]
    found = ask(everywhere, CASCADES, asked, about=about)["cascades"]
    everywhere.tell(found, lambda: tables.cascades(found))


def communities(everywhere: Everywhere, *, first: First = 10) -> None:
    """Who belongs together: circles whose shares stay inside, largest first."""
    from api.cli import tables
    from api.cli.inprocess import ask
    from api.cli.questions import COMMUNITIES

    found = ask(everywhere, COMMUNITIES, {"first": first})["communities"]
    everywhere.tell(found, lambda: tables.communities(found))


def moment(flag: str, text: str | None) -> str | None:
    """A time as the API takes it: in UTC where no offset is said, the beginning of a day that says no more.

    >>> moment("--since", "2026-05-01"), moment("--since", "2026-05-01T08:00+08:00")
    ('2026-05-01T00:00:00+00:00', '2026-05-01T08:00:00+08:00')
    """
    from datetime import UTC, datetime

    from graph.errors import InvalidInput

    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidInput(f"{flag} {text!r} is no time; write 2026-05-01 or 2026-05-01T08:00Z") from None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).isoformat()


def _priced(text: str) -> dict[str, str]:
    user, _, money = text.rpartition("=")
    return {"user": user, **_money(money, "--cost")}


def _money(text: str, flag: str) -> dict[str, str]:
    """An amount and its currency, written with a blank between them or without."""
    from graph.errors import InvalidInput

    amount, currency = text[:-3].strip(), text[-3:].upper()
    if not currency.isalpha() or not amount.replace(".", "", 1).isdecimal():
        raise InvalidInput(f"{flag} {text!r}: write an amount and its currency, like 120CNY")
    return {"amount": amount, "currency": currency}


def _said(**fields: Any) -> dict[str, Any]:
    """The fields that were given."""
    return {name: value for name, value in fields.items() if value not in (None, [])}
