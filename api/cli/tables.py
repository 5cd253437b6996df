"""The tables of answers, made from the same data that `--json` prints."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from shutil import which
from typing import Any

from rich.markup import escape
from rich.table import Table

from api.cli.loads import Loaded
from api.cli.printing import called, figures, interval, money, percent, table, topics, words
from api.cli.showcase import Tour

Answer = Mapping[str, Any]

FURTHER = (
    "suggest u000042",
    "kols --first 20 --objective REVENUE",
    "cascades --order-by DEPTH_DESC",
    "doctor",
)


CONSENTING = {
    True: "Consent default on: who never said is answered personally, and may be named to friends.",
    False: "Consent default off: who never said gets nothing personal and is named to nobody.",
}


def receipt(loaded: Loaded) -> Table:
    """Every row accounted for: read = stored + repeated + rejected; then what the store holds."""
    counts = loaded.counts()
    rows = [(name, counts[name]) for name in ("read", "stored", "repeated", "rejected")]
    rows += [(f"  {reason}", count) for reason, count in loaded.receipt.rejects.items()]
    rows += [("implied shares", counts["implied"]), ("opens marked as noise", counts["noise"])]
    made = table("Receipt", (words(""), figures("rows")), [(name, f"{count:,}") for name, count in rows])
    made.add_section()
    for name in ("events", "users", "products"):
        made.add_row(f"{name} held now", f"{counts[name]:,}")
    said = _refusals(loaded)
    made.caption = f"{said}\n{CONSENTING[loaded.receipt.consenting]}"
    made.min_width = max(map(len, said.split("\n")))
    return made


def _refusals(loaded: Loaded) -> str:
    """What became of what was not taken."""
    listed = f"Refused rows are listed in {loaded.rejects}" if loaded.receipt.rejected else ""
    if loaded.broken:
        return "\n".join(filter(None, (f"Not read to the end: {loaded.broken}", listed)))
    none = "No row was refused." if loaded.receipt.read else "There is no row of a log in what was named."
    return listed or none


def tour(found: Tour) -> Iterator[Table | str]:
    """What a demonstration tells, part by part."""
    yield _shown(found)
    yield ""
    yield candidates(found.kols)
    yield ""
    yield cascades(found.cascades)
    yield ""
    yield communities(found.communities)


def _shown(found: Tour) -> Table:
    columns = words("to whom", 24), figures("#"), words("product", 22), figures("price"), words("why")
    made = table("What to show whom, and why", columns, ())
    for shown in found.shown:
        whom, says = (
            (called(shown.user), shown.role.says) if shown.role else ("a stranger", _opened(found.link))
        )
        for place, node in enumerate(shown.suggestions["nodes"]):
            first = "" if place else f"{whom}\n[dim]{says}[/dim]"
            product = node["product"]
            made.add_row(first, str(node["rank"]), called(product), _price(product), node["explanation"])
        made.add_section()
    return made


def _opened(link: Answer | None) -> str:
    return f"opened {link['sharer']}'s link to {link['product']}" if link else "opened a link"


def further(store: str) -> str:
    """Commands to go on with, as they can be typed where this one was."""
    own = Path(sys.argv[0])
    command = own if own.name == "sharegraph" and not which("sharegraph") else "sharegraph"
    return "\n".join(("", "Go on with:", *(f"  {command} {words} --store {store}" for words in FURTHER)))


def suggestions(found: Answer, user: Answer | None) -> Table:
    """Products in the order to show them, each with its sentence and what carries it."""
    raised = moved_up(found["nodes"])
    rows = [
        (
            node["rank"],
            called(node["product"]),
            _price(node["product"]),
            node["explanation"],
            f"{node['score']:.3f}{MOVED_UP if up else ''}",
            _carried(node["reasons"]),
        )
        for node, up in zip(found["nodes"], raised, strict=True)
    ]
    whom = "somebody unknown" if user is None else called(user)
    if user is not None and whom != user["key"]:
        whom = f"{whom} ({user['key']})"
    columns = (
        figures("#"), words("product", 22), figures("price"), words("why"), figures("score"),
        words("of which", 18),
    )  # fmt: skip
    nothing = "" if rows else "Nothing to suggest."
    why_up = WHY_UP if any(raised) else ""
    said = " ".join(part for part in (nothing, why_up, _kept_back(found["dropped"])) if part)
    return table(f"To show {whom}", columns, rows, said)


MOVED_UP = " ↑"
WHY_UP = (
    "↑ stands above a higher score, so that the list is not all of one kind, from one friend or of what"
    " everybody knows, or so that what hardly anybody is shown is seen."
)


def moved_up(nodes: Sequence[Answer]) -> list[bool]:
    """Which suggestions stand above one whose score would come first; what chance put there is none of them.

    >>> moved_up([{"rankByScore": place} for place in (1, 4, None, 2, 3)])
    [False, True, False, False, False]
    """
    places = [node["rankByScore"] for node in nodes]
    return [
        place is not None and any(later is not None and later < place for later in places[rank:])
        for rank, place in enumerate(places, 1)
    ]


KEPT_BACK = {
    "EXCLUDED": "excluded by the question",
    "OWNED": "bought or owned",
    "DISMISSED": "not wanted",
    "SEEN": "seen",
    "TIRED": "shown often enough",
    "UNAVAILABLE": "not on offer",
    "NOISE": "pushed by machines",
    "STALE": "untouched for half a year",
    "OTHER_CATEGORY": "of another category",
}


def _kept_back(dropped: list[Answer]) -> str:
    """How many products each filter kept out.

    >>> _kept_back([{"by": "SEEN", "products": 1200}, {"by": "STALE", "products": 1}])
    'Kept back: 1,200 seen, 1 untouched for half a year.'
    """
    each = ", ".join(f"{one['products']:,} {KEPT_BACK[one['by']]}" for one in dropped)
    return f"Kept back: {each}." if each else ""


def _price(product: Answer) -> str:
    return money([product["price"]] if product["price"] else [])


def _carried(reasons: list[Answer]) -> str:
    """The heaviest three reasons by kind, and what the others come to: parts that sum to the score.

    >>> weights = {"Relation": 0.2, "Friend": 0.1, "Popularity": 0.3, "Scene": 0.05, "Interest": -0.01}
    >>> _carried([{"__typename": f"{kind}Reason", "weight": weight} for kind, weight in weights.items()])
    'popularity 0.300, relation 0.200, friend 0.100, others 0.040'
    """
    weights: dict[str, float] = {}
    for reason in reasons:
        kind = reason["__typename"].removesuffix("Reason").lower()
        weights[kind] = weights.get(kind, 0.0) + reason["weight"]
    heaviest = sorted(weights.items(), key=lambda item: -abs(item[1]))
    parts = [
        *heaviest[:3],
        *([("others", sum(weight for _, weight in heaviest[3:]))] if heaviest[3:] else []),
    ]
    return ", ".join(f"{kind} {weight:.3f}" for kind, weight in parts)


UNITS = {
    "REACH": "people",
    "NEW_USERS": "new users",
    "PURCHASES": "purchases",
    "OPENERS": "openers in 7 days",
}

TIED = " Where figures are equal, nothing that is known tells these people apart."


def candidates(found: Answer, objective: str = "REACH", *, priced: bool = False) -> Table:
    """People in the order to choose them; what each adds to those above, in the objective's unit. priced:
    told with what each costs.
    """
    unit = UNITS.get(objective, found["currency"] or "")
    rows = [
        (
            node["rank"],
            called(node["user"]),
            interval(node["marginalReach"]),
            *([money([node["cost"]] if node["cost"] else [])] if priced else []),
            interval(node["influence"]["reach"]),
            f"{node['influence']['opensCredited']:,.0f}",
            percent(node["conversionRate"]),
            topics(node["topCategories"]),
        )
        for node in found["nodes"]
    ]
    columns = (
        figures("#"), words("candidate", 18, least=9), figures(f"adds {unit}"),
        *([figures("cost")] if priced else []), figures("one share reaches"), figures("opens"),
        figures("buyers per opener"), words("shares mostly", least=14),
    )  # fmt: skip
    left_out = f" {found['leftOut']:,} amounts in currencies without a rate count for nothing."
    left_out = left_out if found["leftOut"] else ""
    if not rows:
        nobody = "Nobody to choose; --explain USER says why of one."
        return table("KOL candidates", columns, rows, nobody + left_out)
    together = (
        f"Together: {interval(found['reach'])} {unit} (95 % intervals), at least"
        f" {found['certifiedRatio']:.0%} of the best possible."
    )
    if any(node["tiedWith"] for node in found["nodes"]):
        together += TIED
    return table("KOL candidates", columns, rows, together + left_out)


def standing(found: Answer) -> Table:
    """Why somebody is among the candidates, or not."""
    by = {
        "shares of what is shared": "has shared nothing that counts here",
        "listeners": "has nobody who listens",
        "budget": "costs more than is left of the budget",
        "costs": "has no cost, or one without a rate, so is not for hire",
        "maxShareFromOneCommunity": "would give one community too much of the reach",
    }
    ruled_out = [by.get(name, f"the filter's {name}") for name in found["ruledOutBy"]]
    listed = f"place {found['rank']}" if found["rank"] else "not in the list"
    if not found["rank"]:
        beaten = "others add more" if found["marginalReach"]["value"] > 0 else "adds nothing to those listed"
        listed += ": " + (", ".join(ruled_out) or beaten)
    rows = [
        ("reaches alone", interval(found["reachAlone"])),
        ("of which those before reach", f"{found['covered']:.0%}"),
        ("adds", interval(found["marginalReach"])),
        ("just as much add", f"{found['tiedWith']:,} of those listed"),
    ]
    return table(f"{called(found['user'])}: {listed}", (words(""), figures("")), rows)


def cascades(found: Answer) -> Table:
    """Cascades with their shape and what they sold."""
    rows = [
        (
            called(node["product"]) if node["product"] else "–",
            called(node["root"]["user"]),
            f"{node['size']:,}",
            _between(node["forecast"]),
            f"{node['depth']}{'?' if node['inferred'] else ''}",
            _levels(node["levels"]),
            interval(node["reproductionNumber"], 2) if node["reproductionNumber"] else "–",
            f"{node['purchases']:,}",
            money(node["revenue"]),
        )
        for node in found["nodes"]
    ]
    columns = (
        words("product", 20, least=10), words("first sharer", 14, least=8), figures("people"),
        figures("ends at"), figures("depth"), figures("by distance"), figures("reproduction"),
        figures("bought"), figures("revenue"),
    )  # fmt: skip
    guessed = (
        f" A depth with ? rests on inferred parents ({found['inferredFraction']:.0%} of all)."
        if any(n["inferred"] for n in found["nodes"])
        else ""
    )
    return table("Cascades", columns, rows, f"{found['totalCount']:,} in all.{guessed}")


def _between(size: Answer | None) -> str:
    """A size in the end as its interval, or as the one size it can have."""
    if size is None:
        return "–"
    low, high = (f"{size[name]:,.0f}" for name in ("low", "high"))
    return low if low == high else f"{low}–{high}"


def _levels(people: Sequence[int]) -> str:
    return " ".join(f"{count:,}" for count in people[:4]) + (" …" if len(people) > 4 else "")


def communities(found: Answer) -> Table:
    """Circles, their cohesion, what they share, who leads."""
    rows = [
        (
            f"{node['size']:,}",
            f"{node['cohesion']:.0%}",
            topics(node["topCategories"]),
            ", ".join(called(leader) for leader in node["leaders"]),
            node["id"],
        )
        for node in found["nodes"]
    ]
    columns = (
        figures("people"), figures("stays inside"), words("shares mostly"), words("leaders"), figures("id"),
    )  # fmt: skip
    said = f"{found['totalCount']:,} in all, modularity {found['modularity']:.2f}."
    return table("Communities", columns, rows, said)


def examination(found: Sequence[Answer]) -> Table:
    """Findings, each with its verdict and the way out."""
    colour = {"ok": "green", "warn": "yellow", "fail": "bold red"}
    rows = [
        (
            f"[{colour[f['verdict']]}]{f['verdict']}[/]",
            f["check"],
            escape(f["finding"]),
            escape(f["remedy"] or ""),
        )
        for f in found
    ]
    return table("Doctor", (words(""), words("of"), words("finding"), words("what to do")), rows)
