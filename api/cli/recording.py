"""What a command puts on record that asks no GraphQL document: those that do are recorded as the API is."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from api.cli.command import Everywhere

if TYPE_CHECKING:
    from graph.store import Store


def on_record(everywhere: Everywhere, what: str, about: Sequence[str] = (), *, durable: bool = False) -> None:
    """Put on record that whoever runs this has this done, before it is; nothing where no record is kept.
    OSError where it cannot be written. about: ids.
    """
    if everywhere.audit is None:
        return
    from datetime import UTC, datetime

    from api.audit import here
    from api.auth.caller import HERE
    from loaders.audit import Asking, AuditLog

    now = datetime.now(UTC).isoformat()
    row = Asking(now, here(), HERE.role.value, HERE.purpose, [what], about)
    AuditLog(everywhere.audit).append(row, durable=durable)


def ids_of(everywhere: Everywhere, store: "Store", key: str, *, made: bool) -> list[str]:
    """By which the log speaks of whoever has this key; `unknown` where it never did. made: have it give them
    one then.
    """
    if everywhere.audit is None:
        return []
    from api.audit import UNKNOWN
    from loaders.aliases import Aliases

    aliases = Aliases.of_log(everywhere.audit)
    keys = sorted(store.same_person([key]).get(key, frozenset({key})))
    found = [id_ for id_ in aliases.known(keys) if id_ is not None]
    return found or (aliases.of([key]) if made else [UNKNOWN])
