"""API keys: made, listed, revoked."""

from datetime import UTC, datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.command import Everywhere

if TYPE_CHECKING:
    from rich.table import Table

KeyFile = Annotated[
    Path, typer.Option("--keys", envvar="SHAREGRAPH_KEYS", metavar="FILE", help="Where API keys are kept.")
]


class KeyRole(Enum):
    """What a key may be for; a member is a person, and has a token instead."""

    STOREFRONT = "storefront"
    GROWTH = "growth"
    ANALYST = "analyst"
    INGEST = "ingest"
    PRIVACY = "privacy"
    ADMIN = "admin"


def create(
    everywhere: Everywhere,
    *,
    role: Annotated[KeyRole, typer.Argument(help="What it is for.")],
    label: Annotated[str, typer.Option(help="Who will use it, for the list.")] = "",
    days: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="How long it is good; without, until revoked.")
    ] = None,
    keys: KeyFile = Path("keys.json"),
) -> None:
    """Make an API key for a service, and print it: this is the only time it is seen.

    [bold]Example[/bold]

        sharegraph keys create storefront --label website --days 90 --keys keys.json
    """
    from loaders.keyring import Keyring

    now = datetime.now(UTC)
    expires = None if days is None else now + timedelta(days=days)
    made = Keyring(keys).make(role.value, label, now, expires)
    everywhere.tell({"key": made, "role": role.value}, lambda: made)


def list_(everywhere: Everywhere, *, keys: KeyFile = Path("keys.json")) -> None:
    """List the API keys of a file; their secrets are not in it."""
    from loaders.keyring import Keyring

    now = datetime.now(UTC)
    kept = sorted(Keyring(keys).keys().values(), key=lambda key: key.made)
    rows = [
        {
            "id": key.id,
            "role": key.role,
            "label": key.label,
            "made": key.made,
            "expires": key.expires,
            "revoked": key.revoked,
            "good": key.good(now),
        }
        for key in kept
    ]
    everywhere.tell({"keys": rows}, lambda: _table(rows, keys))


def revoke(
    everywhere: Everywhere,
    *,
    id_: Annotated[str, typer.Argument(metavar="ID", help="As `keys list` shows it.")],
    keys: KeyFile = Path("keys.json"),
) -> None:
    """Revoke an API key: it opens nothing from the next request on."""
    from loaders.keyring import Keyring

    revoked = Keyring(keys).revoke(id_, datetime.now(UTC))
    everywhere.tell({"id": revoked.id, "revoked": revoked.revoked}, lambda: f"{revoked.id} is revoked.")


def _table(rows: list[dict[str, Any]], kept_in: Path) -> "Table | str":
    from api.cli.printing import table, words

    if not rows:
        return f"There are no keys in {kept_in} yet; `sharegraph keys create` makes one."
    titles = ("id", "role", "label", "made", "expires", "revoked")
    shown = [[(row[title] or "–")[:19].replace("T", " ") for title in titles] for row in rows]
    return table("API keys", [words(title) for title in titles], shown)


COMMANDS = (create, list_, revoke)
