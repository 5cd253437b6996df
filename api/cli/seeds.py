"""Seed people and spread on a bare edge list, without a store."""

import gc
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.command import Everywhere

if TYPE_CHECKING:
    from rich.table import Table

    from graph.spread.forward import Network, Spread
    from graph.spread.seeds import Goal, Progress, Ranking, Rung
    from graph.stop import Stop
    from loaders.edges import Edges

MEMBER_BYTES = 16
"""What a member takes up in both pools together: itself twice, where its set begins, where it is looked
up.
"""

EdgesFile = Annotated[
    str,
    typer.Argument(
        metavar="EDGES",
        help="Lines 'u v' or 'u v p': u reaches v; tab, blank or comma; gzip or not. "
        "Or .npz with arrays src, dst[, p].",
    ),
]
ModelName = Annotated[
    str | None,
    typer.Option(
        metavar="MODEL",
        help="weighted-cascade (1 / ties into the listener), given (p of the file), uniform:P or "
        "linear-threshold; without it given where there is a p, else weighted-cascade.",
    ),
]
Seed = Annotated[
    int,
    typer.Option(metavar="N", min=0, max=2**63 - 1, help="Of what is drawn: the same seed, the same answer."),
]


def seeds(
    everywhere: Everywhere,
    edges: EdgesFile,
    *,
    k: Annotated[int, typer.Option("--k", min=1, metavar="N", help="How many people.")] = 50,
    ratio: Annotated[
        float, typer.Option(min=0, max=1, metavar="X", help="Of the best there is, to be certified.")
    ] = 0.7,
    model: ModelName = None,
    seed: Seed = 1,
    within: Annotated[
        float, typer.Option(min=0, metavar="SECONDS", help="Stop by then, with the ratio that holds.")
    ] = float("inf"),
    memory: Annotated[int, typer.Option(min=1, metavar="MB", help="Draw no more than fits in here.")] = 1000,
) -> None:
    """The k people who reach most together, with a certificate.

    Prints them best first, what they reach, and the ratio to the best k people that holds for certain, but
    for a chance of one in as many as there are people.

    [bold]Examples[/bold]

        sharegraph seeds follows.txt.gz --k 50 --ratio 0.7

        sharegraph seeds ties.csv --model uniform:0.01 --within 60 --json
    """
    from api.cli.measuring import growth
    from graph.errors import InvalidInput
    from graph.spread.seeds import Goal, quiet

    told, network = _network(edges, model)
    if k > len(network):
        raise InvalidInput(f"--k {k:,}: there are only {len(network):,} people in {edges}")
    goal, room = Goal(ratio, (k,)), min(memory * 1_000_000 // MEMBER_BYTES, 2**31 - 2)
    _ranked(_tiny(network), 1, goal, seed, room, _by(within), quiet)
    gc.collect()
    with growth() as peak:
        began = time.perf_counter()
        ranking = _ranked(network, k, goal, seed, room, _by(within), _show)
        seconds = time.perf_counter() - began
        answer = {
            "seeds": [told.ids[row] for row in ranking.people.tolist()],
            "reach": asdict(ranking.reached[-1]),
            "certifiedRatio": ranking.certified[-1],
            "seconds": seconds,
            "peakBytes": peak(),
        }
    everywhere.tell(answer, partial(_seeds_table, answer, ranking))


def spread(
    everywhere: Everywhere,
    edges: EdgesFile,
    *,
    seeds: Annotated[str, typer.Option(metavar="A,B,…", help="Who shares, parted by commas.")],
    model: ModelName = None,
    error: Annotated[
        float,
        typer.Option(
            min=1e-6, max=1, metavar="X", help="Standard error to simulate for, as a part of the reach."
        ),
    ] = 0.01,
    seed: Seed = 1,
    within: Annotated[
        float, typer.Option(min=0, metavar="SECONDS", help="Stop by then, with the error that was come to.")
    ] = float("inf"),
) -> None:
    """What shares of these people reach, themselves included, by simulation.

    [bold]Example[/bold]

        sharegraph spread follows.txt.gz --seeds 12,7003,41 --error 0.003
    """
    import numpy as np

    from api.cli.measuring import growth
    from graph.errors import InvalidInput

    told, network = _network(edges, model)
    names = list(dict.fromkeys(name.strip() for name in seeds.split(",") if name.strip()))
    if not names:
        raise InvalidInput("--seeds names nobody; give ids of the edge list, parted by commas")
    rows = told.rows(names)
    _simulated(_tiny(network), np.array([0], np.int32), 1.0, seed, within)
    gc.collect()
    with growth() as peak:
        began = time.perf_counter()
        found = _simulated(network, rows, error, seed, within)
        seconds = time.perf_counter() - began
        answer = {
            "seeds": [told.ids[row] for row in rows.tolist()],
            "reach": asdict(found.reached[0]),
            "standardError": found.errors[0],
            "runs": found.runs,
            "seconds": seconds,
            "peakBytes": peak(),
        }
    everywhere.tell(answer, partial(_sentence, answer))


def _network(file: str, model: str | None) -> "tuple[Edges, Network]":
    from graph.spread.edges import Chance, Model, network_of
    from loaders.edges import read_edges

    chance = None if model is None else Chance.read(model)
    told = read_edges(file)
    if chance is None:
        chance = Chance(Model.WEIGHTED_CASCADE if told.probability is None else Model.GIVEN)
    return told, network_of(told.source, told.target, told.probability, len(told.ids), chance)


def _tiny(network: "Network") -> "Network":
    """Two people of the same model, on whom everything is compiled before the clock starts."""
    import numpy as np

    from graph.spread.forward import Network

    one, other = np.array([0], np.int32), np.array([1], np.int32)
    thresholds = len(network.out.begins) > 0
    return Network.between(one, other, np.array([0.5]), np.ones(2), thresholds=thresholds)


def _ranked(
    network: "Network", k: int, goal: "Goal", seed: int, room: int, stop: "Stop", progress: "Progress"
) -> "Ranking":
    import numpy as np

    from graph.spread.sampling import Sample
    from graph.spread.seeds import seed_people

    return seed_people(
        Sample.empty(network, np.ones(len(network)), seed=seed, room=room),
        candidates=np.arange(len(network), dtype=np.int32),
        most=k,
        kept=np.empty(0, np.int32),
        goal=goal,
        fill=True,
        stop=stop,
        progress=progress,
    )


def _simulated(network: "Network", rows: Any, error: float, seed: int, within: float) -> "Spread":
    import numpy as np

    from graph.spread.forward import Enough, spread

    people = len(network)
    return spread(
        network,
        rows,
        weights=np.ones(people),
        group=np.zeros(people, np.int32),
        seed=seed,
        enough=Enough(error, runs=1 << 24, visits=1 << 40),
        stop=_by(within),
    )


def _by(seconds: float) -> "Stop":
    end = time.monotonic() + seconds
    return lambda: time.monotonic() >= end


def _show(rung: "Rung") -> None:
    """How far it is, to whoever sits before the terminal."""
    if sys.stderr.isatty():
        sys.stderr.write(f"{rung.sets:,} sets twice, {rung.members:,} members each: {rung.ratio:.3f}\n")


def _seeds_table(answer: Mapping[str, Any], ranking: "Ranking") -> "Table":
    from api.cli.printing import figures, interval, table, words

    rows = [
        (rank, seed, interval(asdict(adds)), f"{error:,.1f}", interval(asdict(reached)))
        for rank, (seed, adds, error, reached) in enumerate(
            zip(answer["seeds"], ranking.adds, ranking.errors, ranking.reached[1:], strict=True), 1
        )
    ]
    columns = [
        figures("#"), words("Who"), figures("Adds"), figures("Standard error"), figures("Reach so far"),
    ]  # fmt: skip
    certified = f"{answer['certifiedRatio']:.3f} of the best is certified: {ranking.ended.value}."
    return table("Seed people", columns, rows, f"{certified} {_cost(answer)}")


def _sentence(answer: Mapping[str, Any]) -> str:
    from api.cli.printing import interval

    return (
        f"Reach: {interval(answer['reach'])}, "
        f"standard error {answer['standardError']:,.2f} after {answer['runs']:,} runs. {_cost(answer)}"
    )


def _cost(answer: Mapping[str, Any]) -> str:
    return f"{answer['seconds']:.2f} s, {answer['peakBytes'] / 1e6:,.0f} MB beyond the graph."
