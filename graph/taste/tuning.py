"""A blend whose sources have settings of their own, chosen on a validation part and on nothing else.

Each kind of source starts from the settings of `graph.taste.roster` and changes one of them at a time; a
change stays if it ranks the validation part better than the best so far of its kind (NDCG at ten, popularity
divided out as far as that helps). What the search passed on its way up is kept too, the best `KEPT` of a
kind, since models that err differently add up; weights and damping are then learned on the same validation
part.

The budget is in seconds by a clock that is given. A fit is begun only if one as long as the longest yet of
its kind would end in time; what is left out of the search is at worst what the unattended blend uses.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from graph.taste.als import ALS
from graph.taste.blend import Mixed
from graph.taste.ease import EASE
from graph.taste.fits import Telling, plain, quiet, tied
from graph.taste.learning import DAMPINGS, learn, pool
from graph.taste.model import Fitted, Interactions, Model, Sparse
from graph.taste.roster import LARGE, sources

KEPT = 3
"""How many settings of one kind go into the blend; one of EASE where it fills gigabytes."""

SEARCHED = 0.85
"""The share of the budget the search may take; the rest is for the weights."""

Searched: TypeAlias = ALS | EASE
Grid: TypeAlias = tuple[tuple[str, tuple[float, ...]], ...]

ALS_GRID: Grid = (
    ("unseen", (0.5, 0.7, 1.5, 2.0)),
    ("penalty", (0.7, 1.4, 0.5, 2.0)),
    ("content", (0.0, 2.0)),
    ("ties", (0.0, 2.0)),
)
"""Factors by which a setting of ALS is changed."""

EASE_GRID: Grid = (
    ("lam", (0.5, 2.0, 4.0)),
    ("content", (0.0, 0.5, 2.0)),
    ("ties", (0.0, 0.5, 2.0)),
)
"""The same for EASE."""


@dataclass(frozen=True, slots=True, eq=False)
class Tried:
    """A model with its settings, what was learned with them, and how well that ranks the validation part."""

    model: Searched
    fitted: Fitted
    ndcg: float


@dataclass(frozen=True, slots=True, eq=False)
class Search:
    """known: to learn from. held: to be ranked. until: the clock's time to be done by. telling: of each
    trial.
    """

    known: Interactions
    held: Sparse
    clock: Callable[[], float]
    until: float
    telling: Telling

    def tried(self, model: Searched) -> Tried:
        """Fit and measure."""
        self.telling(f"trying {model.name} with {_settings(model)}")
        fitted = model.fit(self.known)
        asked = pool([fitted], self.known, self.held, 0)
        one = np.ones(1)
        return Tried(model, fitted, max(float(asked.gains(one, each).mean()) for each in DAMPINGS))

    def climbed(self, start: Searched, kept: int) -> list[Tried]:
        """The best `kept` of what was tried from here on up, best first."""
        began = self.clock()
        best = [self.tried(start)]
        longest = self.clock() - began
        grid = ALS_GRID if isinstance(start, ALS) else EASE_GRID
        for setting, factors in grid:
            for factor in factors:
                top = best[0].model
                began = self.clock()
                value = getattr(start, setting) * factor
                if value == getattr(top, setting) or began + longest > self.until:
                    continue
                best.append(self.tried(replace(top, **{setting: value})))
                best = sorted(best, key=lambda one: -one.ndcg)[:kept]
                longest = max(longest, self.clock() - began)
        return best


def _settings(model: Searched) -> str:
    grid = ALS_GRID if isinstance(model, ALS) else EASE_GRID
    return ", ".join(f"{setting} {getattr(model, setting):g}" for setting, _ in grid)


def tune(
    known: Interactions,
    validation: Sparse,
    *,
    seconds: float,
    clock: Callable[[], float],
    telling: Telling = quiet,
) -> Model:
    """The blend that ranks `validation` best, its settings and weights fixed; fit it on whatever is known.

    validation: (n, m), what users chose and `known` does not hold. seconds: by `clock`, which counts up; the
    unattended sources are fitted whatever they take. telling: of each stage.
    """
    began = clock()
    start = sources(known)
    large = min(known.users, known.items) > LARGE
    searched = [model for model in start if isinstance(model, ALS | EASE)]
    found: list[Tried] = []
    for place, model in enumerate(searched):
        left = began + SEARCHED * seconds - clock()
        search = Search(known, validation, clock, clock() + left / (len(searched) - place), telling)
        found.extend(search.climbed(model, 1 if large and isinstance(model, EASE) else KEPT))
    rest = [(model, model.fit(known)) for model in start if not isinstance(model, ALS | EASE)]
    models = (*(one.model for one in found), *(model for model, _ in rest))
    telling(f"weighing {len(models)} models")
    fitted = [*(one.fitted for one in found), *(each for _, each in rest)]
    deaf = [not tied(plain(model, known)) for model in models]
    recipe = learn(fitted, known, validation, deaf=deaf)
    return Mixed(models, recipe)
