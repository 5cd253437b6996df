"""Looking after a store, and what this program is."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.command import Everywhere
from api.cli.recording import ids_of, on_record


def backup(
    everywhere: Everywhere,
    *,
    out: Annotated[
        Path, typer.Argument(metavar="FILE", help="Where the copy goes; it must not be there yet.")
    ],
) -> None:
    """Copy the embedded store into another file, while it is being served and written to.

    The copy is a store of its own: every event acknowledged before the copy began is in it.

    [bold]Example[/bold]

        sharegraph backup shop-monday.db --store sqlite:///shop.db
    """
    from contextlib import closing

    from graph.errors import InvalidInput
    from loaders.stores import open_store
    from loaders.stores.embedded import EmbeddedStore

    with closing(open_store(everywhere.store, create=False)) as store:
        if not isinstance(store, EmbeddedStore):
            raise InvalidInput(
                "a Neo4j is copied by its own tools, see docs/cli.md: neo4j-admin database dump"
            )
        on_record(everywhere, "Command.backup")
        store.backup(out)
        made = {"store": store.url, "copy": f"sqlite:///{out}", "bytes": out.stat().st_size}
    everywhere.tell(made, lambda: f"{made['store']} is copied to {made['copy']}.")


def forget(
    everywhere: Everywhere,
    *,
    user: Annotated[str, typer.Argument(help="Whom: a user's key or a visitor's id.")],
    yes: Annotated[bool, typer.Option("--yes", metavar="", help="Do not ask.")] = False,
) -> None:
    """Remove a person for good: from the store, from its snapshot, from every answer.

    Cascades keep their shape around a blank. What is forgotten does not come back with the next load.
    """
    from contextlib import closing

    from graph.errors import UnknownKey
    from loaders.aliases import Aliases
    from loaders.erasure import erase
    from loaders.stores import open_store

    with closing(open_store(everywhere.store, create=False)) as store:
        if not yes:
            typer.confirm(f"Remove {user} from {store.url} for good?", abort=True, err=True)
        log = everywhere.audit
        on_record(
            everywhere, "Mutation.forgetUser", ids_of(everywhere, store, user, made=False), durable=True
        )
        if not erase(store, user, None if log is None else Aliases.of_log(log)):
            raise UnknownKey(f"nobody is known as {user!r} in {store.url}")
    everywhere.tell({"forgotten": True}, lambda: f"{user} is forgotten.")


def export(
    everywhere: Everywhere,
    *,
    user: Annotated[str, typer.Argument(help="Whose: a user's key or a visitor's id.")],
) -> None:
    """Print all that is held about a person, each thing with where it came from, as JSON.

    [bold]Example[/bold]

        sharegraph export u000042 > u000042.json
    """
    from contextlib import closing

    from api.cli.printing import as_json
    from graph.errors import UnknownKey
    from loaders.exported import exported
    from loaders.stores import open_store

    with closing(open_store(everywhere.store, create=False)) as store:
        held = exported(store, user, audit=everywhere.audit)
        about = ids_of(everywhere, store, user, made=held is not None)
        on_record(everywhere, "Query.exportUser", about, durable=True)
        if held is None:
            raise UnknownKey(f"nobody is known as {user!r} in {store.url}")
    everywhere.tell(held, lambda: as_json(held).rstrip())


def compact(
    everywhere: Everywhere,
    *,
    rejects: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The list of refused rows, where `load` was given another place."),
    ] = None,
    into: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Of a Neo4j: an empty database that takes what is left."),
    ] = None,
) -> None:
    """Write the store's files anew without what was deleted; after `forget`, nothing of a person is in them.

    The snapshot and the lists of refused rows are removed: the next question builds the one, the next load
    the other. Files of a Neo4j are its own: what is left in it is copied into another, which then takes its
    place. docs/privacy.md says what this reaches, and what is left to whoever runs the machine.

    [bold]Examples[/bold]

        sharegraph compact --store sqlite:///shop.db

        sharegraph compact --store neo4j://localhost:7687 --into neo4j://localhost:7688
    """
    from contextlib import closing

    from loaders.erasure import compact
    from loaders.stores import open_store

    with closing(open_store(everywhere.store, create=False)) as store:
        on_record(everywhere, "Command.compact")
        became = compact(store, rejects, into)
        url, removed = store.url, [str(path) for path in became.removed]
    if became.rewritten:
        shown = f"{url} is written anew."
    elif became.copied:
        shown = f"{became.copied:,} nodes and relations are in the new database; remove the files of {url}."
    else:
        shown = f"What lay beside {url} is removed; its own files are Neo4j's: --into takes what is left."
    told = {"store": url, "removed": removed, "rewritten": became.rewritten, "copied": became.copied}
    everywhere.tell(told, lambda: shown)


def export_schema(everywhere: Everywhere) -> None:
    """Print the GraphQL schema, with a description of every type, field and argument."""
    from api.schema import printed

    everywhere.tell({"schema": printed()}, printed)


def export_roles(everywhere: Everywhere) -> None:
    """Print which role may ask for which field, as a page."""
    from api.rights.page import printed

    everywhere.tell({"roles": printed()}, printed)


def version(everywhere: Everywhere) -> None:
    """Print the version of this program."""
    everywhere.tell({"version": _installed()}, lambda: f"sharegraph {_installed()}")


def _installed() -> str:
    from importlib.metadata import version as installed

    return installed("sharegraph")


def _version_asked(asked: bool) -> None:
    if asked:
        Everywhere("").say(f"sharegraph {_installed()}")
        raise typer.Exit


def before_any_command(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            metavar="",
            callback=_version_asked,
            is_eager=True,
            help="Print the version of this program.",
        ),
    ] = False,
) -> None:
    """Options that stand before any command: each is answered by itself, as it is read."""
