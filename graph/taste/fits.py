"""Fits that are shared: what says the same of the same choices is fitted once, whoever asks.

A blend, the same blend shown no friends, and the baselines beside them have most of their models in common: a
source that takes no tie into account is the same with ties and without, and EASE among the sources is EASE
beside them. What was fitted is kept as long as the `Fits` are.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from graph.taste.als import ALS
from graph.taste.ease import EASE
from graph.taste.friends import Friends
from graph.taste.model import Cut, Fitted, Interactions, Model
from graph.taste.ranking import cut
from graph.taste.roster import LARGE
from graph.taste.walks import Walks

Telling = Callable[[str], None]
"""Told what is done now, for whoever waits."""

_Key = tuple[object, int, int, int]


def quiet(_: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True, eq=False)
class Fits:
    """What was fitted so far, by model and by what is known.

    whole: what everybody is fitted on in the end. A closed form of more than `LARGE` rows, which fills
    gigabytes, is kept only if it was fitted on that; with None none of them is. telling: of each fit.

    >>> import numpy as np
    >>> from graph.taste.model import interactions
    >>> one = np.array([0, 1])
    >>> known = interactions((one, one), (one, one[::-1]), (2, 2))
    >>> fits = Fits()
    >>> fits.of(EASE(content=2.0), known) is fits.of(EASE(name="the same"), known.friendless())
    True
    >>> fits.of(Friends(), known) is fits.of(Friends(), known.friendless())
    False
    """

    whole: Interactions | None = None
    telling: Telling = quiet
    kept: dict[_Key, tuple[Interactions, Fitted]] = field(default_factory=dict)
    cuts: dict[tuple[int, float, int], tuple[Interactions, Cut]] = field(default_factory=dict)

    def of(self, model: Model, known: Interactions) -> Fitted:
        """The model, fitted on what is known: `model.fit(known)`, or what gives the same scores."""
        same = plain(model, known)
        ties = id(known.friends) if tied(same) else 0
        key = same, id(known.chosen), id(known.content), ties
        if key in self.kept:
            return self.kept[key][1]
        self.telling(f"fitting {model.name} to {known.chosen.nnz:,} choices")
        fitted = model.fit(known)
        if self._stays(same, known):
            self.kept[key] = known, fitted
        return fitted

    def cut(self, known: Interactions, *, share: float, seed: int) -> Cut:
        """What `known` says of an earlier time; else `ranking.cut`, the same matrices for the same choices,
        whatever ties come with them.
        """
        if known.inner is not None:
            return known.inner
        key = id(known.chosen), share, seed
        if key not in self.cuts:
            self.cuts[key] = known, cut(known, share=share, seed=seed)
        found = self.cuts[key][1]
        left = replace(found.known, friends=known.friends, content=known.content)
        return Cut(left, found.held)

    def _stays(self, model: Model, known: Interactions) -> bool:
        large = min(known.users, known.items) > LARGE
        final = self.whole is not None and known.chosen is self.whole.chosen
        return final or not (large and isinstance(model, EASE))


@dataclass(frozen=True, slots=True)
class Sharing:
    """A model that looks first whether it was fitted already."""

    model: Model
    fits: Fits

    @property
    def name(self) -> str:
        """The model's."""
        return self.model.name

    def fit(self, known: Interactions) -> Fitted:
        """Fit, or take what is there."""
        return self.fits.of(self.model, known)


def plain(model: Model, known: Interactions) -> Model:
    """The model without a name, and without weights of what is not known here."""
    if not isinstance(model, ALS | EASE):
        return model
    ties = model.ties if known.friends.nnz else 0.0
    return replace(model, ties=ties, content=model.content if known.content is not None else 0.0, name="")


def tied(model: Model) -> bool:
    """Whether ties change what the model says."""
    return model.ties > 0 if isinstance(model, ALS | EASE) else isinstance(model, Friends | Walks)
