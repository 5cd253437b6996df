"""Everything compiled before it is needed."""

from api.cli.command import Everywhere


def warm(everywhere: Everywhere) -> None:
    """Compile everything a server runs, once for this machine, so that its first start need not.

    A shop is made up in a folder that goes again, served without a port, and told something. What was
    compiled stays in the folder NUMBA_CACHE_DIR, else beside the program; --store is left alone. For an
    image, run it where that is built, on a machine like those it will run on.
    """
    import asyncio
    import os
    from contextlib import closing
    from pathlib import Path
    from tempfile import TemporaryDirectory
    from time import perf_counter

    from api.cli import showcase
    from api.cli.inprocess import quiet, warmed
    from loaders.stores import open_store

    quiet(debug=everywhere.debug)
    everywhere.say("A shop is made up, and everything compiled for it: a minute or two, the first time.\n")
    began = perf_counter()
    # Its snapshot lies beside it and goes with it.
    os.environ.pop("SHAREGRAPH_SNAPSHOTS", None)
    with TemporaryDirectory(prefix="sharegraph-") as folder:
        showcase.prepared(Path(folder))
        with closing(open_store(showcase.url(Path(folder)), create=False)) as store:
            asyncio.run(warmed(store))
    seconds = perf_counter() - began
    everywhere.tell({"seconds": round(seconds, 1)}, lambda: f"Done in {seconds:.0f} s.\n")
