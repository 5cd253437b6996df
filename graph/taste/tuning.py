"""A blend whose sources have settings of their own, chosen on a validation part and on nothing else.

Each kind of source starts from the settings of `graph.taste.roster` and changes one of them at a time; a
change stays if it ranks the validation part better than the best so far of its kind (NDCG at ten, popularity
divided out as far as that helps). What the search passed on its way up is kept too, the best `KEPT` of a
kind, since models that err differently add up; weights and damping are then learned on the same validation
part.

The budget is in seconds by a clock that is given, and holds what comes after: whatever is kept will be fitted
once more, on all that is known. So all starts are fitted first, whatever they take, since a blend needs them
and nobody else knows how long that is. The rest of the budget is shared out over the kinds. A trial is begun
only if one as long as the longest yet of its kind, and one more such fit in the end, would be over in time;
and no more is kept than there is time to fit again.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np

from graph.taste.als import ALS
from graph.taste.blend import Mixed
from graph.taste.ease import EASE
from graph.taste.fits import Telling, plain, quiet, tied
from graph.taste.learning import DAMPINGS, learn, pool
from graph.taste.model import Fitted, Interactions, Model, Sparse
from graph.taste.roster import LARGE, sources

KEPT = 3
"""How many settings from one start go into the blend at most; one of EASE where it fills gigabytes."""

SEARCHED = 0.85
"""The share of the budget for the search and for fitting again what it kept; the rest is for the weights."""

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
    """A model with its settings, what was learned with them, how well that ranks the validation part, and how
    long it took to know.
    """

    model: Searched
    fitted: Fitted
    ndcg: float
    seconds: float


@dataclass(frozen=True, slots=True, eq=False)
class Search:
    """known: to learn from. held: to be ranked. telling: of each trial."""

    known: Interactions
    held: Sparse
    clock: Callable[[], float]
    telling: Telling

    def tried(self, model: Searched) -> Tried:
        """Fit and measure."""
        began = self.clock()
        self.telling(f"trying {model.name} with {_settings(model, self.known)}")
        fitted = model.fit(self.known)
        asked = pool([fitted], self.known, self.held, 0)
        one = np.ones(1)
        ndcg = max(float(asked.gains(one, each).mean()) for each in DAMPINGS)
        return Tried(model, fitted, ndcg, self.clock() - began)

    def climbed(self, best: list[Tried], until: float, most: int) -> list[Tried]:
        """The best of what was tried from a start up, best first: at most so many, and behind the first only
        what there is time to fit again by `until`.

        best: the start, handed over: where it fills gigabytes, nobody else should hold it.
        """
        longest = best[0].seconds
        for change in _changes(best[0].model):
            top = best[0].model
            other = replace(top, **change)
            same = plain(other, self.known) == plain(top, self.known)
            if same or self.clock() + 2 * longest > until:
                continue
            best.append(self.tried(other))
            longest = max(longest, best[-1].seconds)
            best = sorted(best, key=lambda one: -one.ndcg)[:most]
        while len(best) > 1 and self.clock() + _again(best) > until:
            best.pop()
        return best


def _again(found: Iterable[Tried]) -> float:
    """Seconds that it takes to fit these once more."""
    return sum(one.seconds for one in found)


def _changes(start: Searched) -> Iterator[dict[str, Any]]:
    """A setting and what it may be changed to, one after the other."""
    for setting, factors in _grid(start):
        for factor in factors:
            yield {setting: getattr(start, setting) * factor}


def _grid(model: Searched) -> Grid:
    return ALS_GRID if isinstance(model, ALS) else EASE_GRID


def _settings(model: Searched, known: Interactions) -> str:
    """Those that count: the weight of content or ties that are not known here is 0."""
    counts = plain(model, known)
    return ", ".join(f"{setting} {getattr(counts, setting):g}" for setting, _ in _grid(model))


def tune(
    known: Interactions,
    validation: Sparse,
    *,
    seconds: float,
    clock: Callable[[], float],
    telling: Telling = quiet,
) -> Mixed:
    """The blend that ranks `validation` best, its settings and weights fixed; fit it on whatever is known.

    validation: (n, m), what users chose and `known` does not hold. seconds: by `clock`, which counts up, the
    fit that follows included. telling: of each stage.
    """
    until = clock() + SEARCHED * seconds
    start, search = sources(known), Search(known, validation, clock, telling)
    large = min(known.users, known.items) > LARGE
    begun = [search.tried(model) for model in start if isinstance(model, ALS | EASE)]
    found: list[Tried] = []
    while begun:
        left = until - clock() - _again(found) - _again(begun)
        room = left / len(begun) + begun[0].seconds
        most = 1 if large and isinstance(begun[0].model, EASE) else KEPT
        found.extend(search.climbed([begun.pop(0)], clock() + room, most))
    rest = [(model, model.fit(known)) for model in start if not isinstance(model, ALS | EASE)]
    models = (*(one.model for one in found), *(model for model, _ in rest))
    telling(f"weighing {len(models)} models")
    fitted = [*(one.fitted for one in found), *(each for _, each in rest)]
    deaf = [not tied(plain(model, known)) for model in models]
    recipe = learn(fitted, known, validation, deaf=deaf)
    return Mixed(models, recipe)


def in_words(model: Mixed, known: Interactions) -> str:
    """What was chosen for what is known: every source that has weight, with its settings, and its mean weight
    over users. What is not known has no weight in a source, whatever its settings say.

    >>> from graph.taste.blend import Recipe
    >>> from graph.taste.model import interactions
    >>> from graph.taste.popularity import Popularity
    >>> nobody, choices = np.array([], int), (np.array([0]), np.array([0]))
    >>> known = interactions(choices, (nobody, nobody), (2, 1))
    >>> recipe = Recipe(((0.5, 0.5, 0.0), (1.0, 0.0, 0.0)), (1,), damping=0.1)
    >>> in_words(Mixed((EASE(50.0, content=2.0), Popularity(), ALS()), recipe), known)
    'ease (lam 50, content 0, ties 0) × 0.75, popularity × 0.25; damping 0.1'
    """
    weights = np.asarray(model.recipe.weights)[model.recipe.levels(known.chosen)].mean(axis=0).tolist()
    said = [
        f"{_named(one, known)} × {weight:.4g}"
        for one, weight in zip(model.sources, weights, strict=True)
        if weight
    ]
    return f"{', '.join(said)}; damping {model.recipe.damping:g}"


def _named(model: Model, known: Interactions) -> str:
    return f"{model.name} ({_settings(model, known)})" if isinstance(model, ALS | EASE) else model.name
