"""What a newcomer sees first."""

from pathlib import Path
from typing import Annotated

import typer

from api.cli.command import Everywhere
from api.cli.ports import PORTS, free_port

FOLDER = Path(".demo")
HOST = "127.0.0.1"


def demo(
    everywhere: Everywhere,
    *,
    serving: Annotated[
        bool, typer.Option("--serve/--no-serve", metavar="", help="Serve the API afterwards.")
    ] = True,
    port: Annotated[
        int,
        typer.Option(
            metavar="N", min=1, max=PORTS, help="Where it listens; another one where that is taken."
        ),
    ] = 8000,
) -> None:
    """Make up a shop, load it, print who should see what and why, and serve it.

    Everything stays in the folder .demo, whatever --store says; a second run finds it there. Delete the
    folder to begin anew.
    """
    from api.cli import showcase, tables
    from api.serve import run
    from api.settings import Settings

    FOLDER.mkdir(exist_ok=True)
    everywhere.say("A shop is made up and loaded into an embedded store.\n\n")
    became = showcase.prepared(FOLDER)
    store = showcase.url(FOLDER)
    everywhere.say(tables.receipt(became))
    everywhere.say(f"\nIt is in {store} now. What follows takes longer the first time.\n\n")
    found = showcase.tour(store, debug=everywhere.debug)
    for part in tables.tour(found):
        everywhere.say(part)
    if everywhere.json:
        everywhere.tell({"receipt": became.counts(), **found.as_data()}, str)
    everywhere.say(tables.further(store))
    if serving:
        port = free_port(HOST, port) or free_port(HOST, 0) or port
        everywhere.say(
            f"\nThe API and GraphiQL are at http://{HOST}:{port}/graphql until Ctrl-C. A line below says"
            " `ready` once no first question has to wait.\n"
        )
        run(Settings(store=store, port=port, dev=True))
