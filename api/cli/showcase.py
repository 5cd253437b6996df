"""The demonstration: a shop made up and loaded into a folder of its own, and the questions that show it."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from api.cli.cast import Link, Role, cast, link
from api.cli.inprocess import answers, quiet
from api.cli.loads import Loaded, loaded, made_up
from api.cli.questions import CASCADES, COMMUNITIES, KOLS, SUGGEST
from graph.snapshot import Snapshot
from loaders.snapshots import default_folder, snapshot_of
from loaders.sources import Reading
from loaders.stores import open_store

USERS, EVENTS, SEED = 2_000, 40_000, 7
EACH = 2
"""Suggestions for each of the cast."""

Data = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Shown:
    """What is shown to one of the cast, or to the stranger (role None) who opened `link`."""

    role: Role | None
    user: Data | None
    suggestions: Data


@dataclass(frozen=True, slots=True)
class Tour:
    """Everything a demonstration tells."""

    shown: Sequence[Shown]
    link: Data | None
    kols: Data
    cascades: Data
    communities: Data

    def as_data(self) -> dict[str, Any]:
        """What `--json` prints; the names are the API's."""
        return {
            "suggestions": [
                {"user": shown.user, "role": shown.role and shown.role.says, **shown.suggestions}
                for shown in self.shown
            ],
            "link": self.link,
            "kolCandidates": self.kols,
            "cascades": self.cascades,
            "communities": self.communities,
        }


def prepared(folder: Path) -> Loaded:
    """The shop of a folder, made and loaded where it is not there yet; loading again changes nothing."""
    shop = folder / "shop"
    if not shop.exists():
        unfinished = folder / "shop.unfinished"
        made_up(unfinished, users=USERS, events=EVENTS, seed=SEED, noise=1.0, shape="csv")
        unfinished.rename(shop)
    return loaded(url(folder), [str(shop)], "sharegraph", Reading(), consenting=True)


def url(folder: Path) -> str:
    """The store of a demonstration's folder."""
    return f"sqlite:///{folder / 'shop.db'}"


def tour(store_url: str, *, debug: bool = False) -> Tour:
    """Ask everything that is shown, of one analysis."""
    quiet(debug=debug)
    with closing(open_store(store_url, create=False)) as store:
        snapshot = snapshot_of(store, default_folder(store.url))
        roles, opened = cast(snapshot), link(snapshot)
        asked = [(SUGGEST, _for(role.key)) for role in roles]
        if opened:
            asked.append((SUGGEST, _for(None) | {"context": {"share": opened.share}}))
        asked += [
            (KOLS, {"first": 5, "objective": "REACH"}),
            (CASCADES, {"first": 5, "orderBy": "SIZE_DESC"}),
            (COMMUNITIES, {"first": 5}),
        ]
        told = answers(store, asked)
    shown = [
        Shown(role, answer.get("user"), answer["suggestions"])
        for role, answer in zip([*roles, *([None] if opened else [])], told[:-3], strict=True)
    ]
    kols, cascades, communities = told[-3:]
    return Tour(
        shown,
        _link(snapshot, opened) if opened else None,
        kols["kolCandidates"],
        cascades["cascades"],
        communities["communities"],
    )


def _for(user: str | None) -> dict[str, Any]:
    return {"user": user, "key": user or "", "known": user is not None, "first": EACH, "locale": "en"}


def _link(snapshot: Snapshot, opened: Link) -> dict[str, str]:
    people, products = snapshot.people, snapshot.products
    return {
        "share": opened.share,
        "sharer": people.names[opened.sharer] or people.keys[opened.sharer],
        "product": products.names[opened.product] or products.keys[opened.product],
    }
