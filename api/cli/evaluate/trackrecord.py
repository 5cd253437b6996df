"""The track record in fast motion, on a log that is over."""

import sys
from typing import Annotated

import typer

from api.cli.command import Everywhere
from api.cli.loading import Format


def track_record(
    everywhere: Everywhere,
    *,
    log: Annotated[list[str], typer.Argument(help="Files, or a folder of them.")],
    written: Annotated[Format, typer.Option("--format", help="How the log is written.")] = Format.SHAREGRAPH,
    steps: Annotated[int, typer.Option(metavar="N", help="How many times questions are asked.", min=1)] = 12,
    horizon: Annotated[
        str, typer.Option(metavar="SPAN", help="In which people are given to share: 24h, 7d.")
    ] = "7d",
    people: Annotated[
        int, typer.Option(metavar="N", help="Single people asked about at each step.", min=0)
    ] = 100,
    young: Annotated[
        int, typer.Option("--cascades", metavar="N", help="Young cascades asked about at each step.", min=0)
    ] = 400,
    seed: Annotated[int, typer.Option(metavar="N", help="Of who is drawn, and of simulations.", min=0)] = 0,
) -> None:
    """Tell a log again in steps: ask, keep what is forecast, go on, score what fell due.

    [bold]Example[/bold]

        sharegraph evaluate track-record higgs --format higgs --horizon 24h
    """
    from api.cli.evaluate.cascades import span
    from api.cli.trackrecord import shown, told
    from graph.evaluate.trackrecord import Questions, replay
    from loaders.aside import evaluated

    asking = Questions(round(span(horizon).total_seconds() * 1e6), people, young)
    found = told(replay(evaluated(log, written.value), asking, steps=steps, seed=seed, on_step=_step))
    everywhere.tell(found, lambda: shown(found))


def _step(step: int, promises: int) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\rstep {step}: {promises:,} promises")
        sys.stderr.flush()
