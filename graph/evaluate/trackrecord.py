"""A track record in fast motion: a log told again in steps, with questions asked on the way.

At each step the log is fitted as it stood, what fell due is scored, and three kinds of forecast are given
out, by the functions that serve them, and sealed before the log goes on: the spread of single people, drawn
in proportion to how often their shares were opened lately; what the first 1, 2, 5, 10, 20 and 50 of two KOL
lists bring together, of that by reach and of that by openers, which counts those of the horizon here; and the
sizes in the end of young cascades, drawn by chance. What is asked is chosen without a look ahead; so is who
shares afterwards.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from graph.analysis import Analysis
from graph.campaign.audience import NO_FILTER, eligible
from graph.campaign.forecast import forecast, reached
from graph.campaign.listing import listing
from graph.campaign.openers import NOBODY, Openers
from graph.campaign.worth import Objective
from graph.cascades.growth import Arrivals
from graph.errors import InvalidInput
from graph.evaluate.cut import until
from graph.log import Log
from graph.promises.made import of_cascade, of_kols, of_spread
from graph.promises.promise import NONCE_BYTES, Kept, Promise, linked
from graph.promises.scored import Afterwards, outcomes
from graph.snapshot import Snapshot
from graph.snapshot.meaning import newest

PREFIXES = (1, 2, 5, 10, 20, 50)
"""Of the KOL list, asked one by one."""

EARLIEST = 0.05
"""The part of all events that has to have happened before the first question."""


@dataclass(frozen=True, slots=True)
class Questions:
    """What is asked at each step: at most so many single people and cascades. horizon: µs in which people who
    are asked to share are given to do so; those drawn were opened, or began, as lately.
    """

    horizon: int
    people: int = 100
    cascades: int = 400


def replay(
    log: Log,
    asking: Questions,
    *,
    steps: int,
    seed: int = 0,
    on_step: Callable[[int, int], None] = lambda _step, _promises: None,
) -> list[Kept]:
    """The chain of everything that was promised, settled as far as it fell due within the log.

    steps: how many times questions are asked, at equal distances between the first twentieth of the events
    and a horizon before the last. seed: of who is drawn and of every simulation. on_step: told the number of
    each step and of the promises until then. InvalidInput where the log is shorter than that.
    """
    columns, chain = log.events, list[Kept]()
    chance = np.random.default_rng(seed)
    for step, at in enumerate(_steps(log, asking.horizon, steps)):
        analysis = Analysis.of(Snapshot.of(until(log, at)), seed=seed)
        chain = _settled(chain, analysis)
        promises = [*_spreads(analysis, asking, chance), *_kols(analysis, asking)]
        promises += _cascades(analysis, asking, chance)
        nonces = [chance.bytes(NONCE_BYTES) for _ in promises]
        chain += linked(promises, nonces, chain[-1] if chain else None)
        on_step(step + 1, len(chain))
    return _settled(chain, Analysis.of(Snapshot.of(log), seed=seed)) if len(columns) else chain


def _steps(log: Log, horizon: int, steps: int) -> list[int]:
    at = np.sort(log.events.at)
    first = int(at[int(EARLIEST * len(at))]) if len(at) else 0
    last = newest(log.events.kind, log.events.at) - horizon
    if last <= first:
        raise InvalidInput("the log is too short for this horizon; take a shorter one")
    times: list[int] = np.linspace(first, last, steps).astype(np.int64).tolist()
    return times


def _settled(chain: list[Kept], analysis: Analysis) -> list[Kept]:
    log = Afterwards.of(analysis.snapshot, analysis.openings, analysis.purchases, analysis.cascades)
    came = outcomes(chain, log)
    return [replace(kept, outcome=came.get(kept.place, kept.outcome)) for kept in chain]


def _spreads(analysis: Analysis, asking: Questions, chance: np.random.Generator) -> Iterator[Promise]:
    opened = analysis.openings
    lately = opened.sharer[opened.at > analysis.snapshot.as_of - asking.horizon]
    people, often = np.unique(lately[lately >= analysis.snapshot.people.blanks], return_counts=True)
    past = analysis.market.looking_back(timedelta(microseconds=asking.horizon))
    for person in _drawn(people, asking.people, chance, often / often.sum()):
        told = forecast(analysis.market, [person], past=past)
        yield from of_spread(analysis.market, told, NO_FILTER, None, asking.horizon)


def _kols(analysis: Analysis, asking: Questions) -> Iterator[Promise]:
    market, ahead = analysis.market, timedelta(microseconds=asking.horizon)
    openers, past = Openers.of(market, ahead=ahead), market.looking_back(ahead)
    lists = {
        Objective.REACH: listing(market).ranking,
        Objective.OPENERS: openers.ranked(eligible(market, NO_FILTER), NOBODY, PREFIXES[-1], None),
    }
    for objective, ranked in lists.items():
        for first in PREFIXES:
            if first <= len(ranked.people):
                people = ranked.people[:first].tolist()
                if objective is Objective.OPENERS:
                    told = ranked.reached[first]
                else:
                    told = reached(market, people, objective, past=past)
                yield of_kols(market, people, told, (objective, NO_FILTER, None), "", asking.horizon)


def _cascades(analysis: Analysis, asking: Questions, chance: np.random.Generator) -> Iterator[Promise]:
    grown, growth = analysis.cascades, analysis.growth
    if growth is None:
        return
    young = np.flatnonzero(grown.started_at > grown.as_of - asking.horizon)
    rows = np.array(_drawn(young, asking.cascades, chance), np.intp)
    sizes = growth.sizes(Arrivals.of(grown), rows, np.full(len(rows), grown.as_of))
    for place, row in enumerate(rows.tolist()):
        told = sizes.of(place)
        if told is not None:
            yield of_cascade(analysis.snapshot, grown, row, told, growth)


def _drawn(
    rows: NDArray[np.integer],
    most: int,
    chance: np.random.Generator,
    weight: NDArray[np.floating] | None = None,
) -> list[int]:
    """Some of the rows, none twice, each alike or in proportion to its weight."""
    count = min(most, len(rows))
    drawn: list[int] = np.sort(chance.choice(rows, count, replace=False, p=weight)).tolist()
    return drawn
