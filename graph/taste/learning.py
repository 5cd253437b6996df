"""What a blend learns: weights and damping that rank best what was held out of the choices.

The objective is NDCG at `DEPTH`, averaged over users who had something held out. It is climbed one coordinate
at a time over a grid of factors (coordinate ascent; Metzler & Croft 2007): first weights for everybody, then
for every activity level from there. A step has to pay: its gain, paired over users, must be `PAYS` standard
errors or more and on each level `PAYS_BY_LEVEL`, so that a source which carries nothing keeps the weight of
zero it began with.

The sources that hear no ties climb a second time, by themselves. How far somebody's weights are those learned
with ties is told by how surely these lead for people of whom as much is known (`graph.taste.heeding`): ties
that help those of whom little is known may harm the others.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph.kernels.ndcg import ndcg
from graph.kernels.top import NOBODY
from graph.taste.blend import TOP, Mixed, Mixture, Recipe, damp, loud
from graph.taste.fits import Fits, Sharing, plain, tied
from graph.taste.heeding import heeded, mixed
from graph.taste.model import Fitted, Interactions, Model, Rows, Sparse
from graph.taste.ranking import best
from graph.taste.roster import sources

DEPTH = 10
CANDIDATES = 100
"""Best items of each source among which weights are learned."""
MOST_USERS = 4_000
"""Of more users a sample is drawn."""
BATCH = 256
ROUNDS = 4
PAYS, PAYS_BY_LEVEL = 0.25, 1.0
FACTORS = (0.0, 0.5, 0.75, 1.33, 2.0)
FIRST = (0.05, 0.15, 0.4, 1.0)
DAMPINGS = (0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4)

Floats = NDArray[np.float32]
Weights = NDArray[np.float64]
"""Of every source, ≥ 0, shape (sources,); or of every level, (levels, sources)."""


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """Candidates of k users: CSR over them.

    features: loud scores, (candidates, sources). popular: popularity of each, ≥ 1. hit: was held out.
    held_out: how many of each user were, (k,). activity: how many choices of each are known, (k,).
    """

    indptr: NDArray[np.int64]
    features: Floats
    popular: Floats
    hit: NDArray[np.bool_]
    held_out: NDArray[np.int64]
    activity: NDArray[np.int64]

    def gains(self, weights: Weights, damping: float) -> NDArray[np.float64]:
        """NDCG of every user with these weights of the sources, (k,)."""
        each = np.tile(weights.astype(np.float32), (len(self.held_out), 1))
        factor: Floats = self.popular ** np.float32(-damping)
        return ndcg(self.indptr, self.features, factor, each, self.hit, self.held_out, DEPTH)

    def taken(self, users: NDArray[np.bool_]) -> "Pool":
        """The pool of some of the users."""
        lengths = np.diff(self.indptr)
        rows = np.repeat(users, lengths)
        return Pool(
            np.concatenate(([0], np.cumsum(lengths[users]))),
            self.features[rows],
            self.popular[rows],
            self.hit[rows],
            self.held_out[users],
            self.activity[users],
        )


def learn(
    fitted: Sequence[Fitted], known: Interactions, held: Sparse, *, deaf: Sequence[bool] = (), seed: int = 0
) -> Recipe:
    """The recipe that ranks `held` best with sources `fitted` on `known`; with nothing held, all count
    alike.

    deaf: of every source, whether it hears no ties; empty where that is not to be asked.
    """
    if not held.nnz:
        return Recipe(((1.0 / len(fitted),) * len(fitted),))
    asked = pool(fitted, known, held, seed)
    every, some = np.arange(len(fitted)), np.flatnonzero(deaf)
    common, damping = climb(asked, best_alone(asked, every), 0.0, PAYS, DAMPINGS, every)
    bounds = tuple(sorted({int(bound) for bound in np.quantile(asked.activity, (1 / 3, 2 / 3))}))
    level = np.searchsorted(np.asarray(bounds), asked.activity, side="right")
    levels = [asked.taken(level == place) for place in range(len(bounds) + 1)]
    weights = by_level(levels, common, damping, every)
    if 0 < len(some) < len(every):
        tieless = climb(asked, best_alone(asked, some), damping, PAYS, (), some)[0]
        alone = by_level(levels, tieless, damping, some)
        weights, bounds = paying(levels, weights, alone, damping, bounds)
    return Recipe(tuple(tuple(float(w) for w in each) for each in weights), bounds, damping)


def by_level(levels: Sequence[Pool], start: Weights, damping: float, among: Rows) -> Weights:
    """Where each level climbs to, (levels, sources)."""
    return np.stack([climb(these, start, damping, PAYS_BY_LEVEL, (), among)[0] for these in levels])


def paying(
    levels: Sequence[Pool], heard: Weights, alone: Weights, damping: float, bounds: tuple[int, ...]
) -> tuple[Weights, tuple[int, ...]]:
    """What was learned with ties as far as it surely pays beside what was learned without, (levels, sources)
    each, and the bounds of the levels that makes.
    """
    lead = [
        these.gains(ours, damping) - these.gains(theirs, damping)
        for these, ours, theirs in zip(levels, heard, alone, strict=True)
    ]
    activity = np.concatenate([these.activity for these in levels])
    return mixed(heard, alone, bounds, heeded(np.concatenate(lead), activity))


def best_alone(asked: Pool, among: Rows) -> Weights:
    """All weight on the source among these that ranks best by itself; of equals on the first."""
    alone: Weights = np.eye(asked.features.shape[1])
    best: Weights = alone[among[np.argmax([asked.gains(alone[each], 0.0).mean() for each in among])]]
    return best


def climb(
    asked: Pool,
    start: Weights,
    damping: float,
    pays: float,
    dampings: tuple[float, ...],
    among: Rows,
) -> tuple[Weights, float]:
    """Weights of the sources `among` all, and damping, from which no single step pays any more, or after
    `ROUNDS` rounds.
    """
    weights, gains = start.copy(), asked.gains(start, damping)
    for _ in range(ROUNDS):
        before = float(gains.mean()) if len(gains) else 0.0
        for source in among:
            for stepped in steps(weights, source):
                tried = asked.gains(stepped, damping)
                if paid(tried - gains, pays):
                    weights, gains = stepped, tried
        for other in dampings:
            tried = asked.gains(weights, other)
            if paid(tried - gains, pays):
                damping, gains = other, tried
        if not len(gains) or gains.mean() <= before:
            break
    return weights / weights.sum(), damping


def steps(weights: Weights, source: int) -> list[Weights]:
    """The weights with one of them changed: to a share of the heaviest if it was zero, else by a factor."""
    now = weights[source]
    values = (
        [factor * weights.max() for factor in FIRST] if now == 0 else [factor * now for factor in FACTORS]
    )
    tried = []
    for value in values:
        stepped = weights.copy()
        stepped[source] = value
        if stepped.any():
            tried.append(stepped)
    return tried


def paid(gain: NDArray[np.float64], errors: float) -> bool:
    """Whether the mean gain is above zero and at least so many standard errors."""
    if len(gain) < 2:
        return False
    mean = float(gain.mean())
    return mean > 0 and mean >= errors * float(gain.std(ddof=1)) / np.sqrt(len(gain))


def pool(fitted: Sequence[Fitted], known: Interactions, held: Sparse, seed: int) -> Pool:
    """The `CANDIDATES` best of every source for users who had something held out."""
    asked = np.flatnonzero(np.diff(held.indptr))
    if len(asked) > MOST_USERS:
        asked = np.sort(np.random.default_rng(seed).choice(asked, MOST_USERS, replace=False))
    popular = damp(known, 1.0)
    lengths, features, items, hits = [], [], [], []
    for start in range(0, len(asked), BATCH):
        users = asked[start : start + BATCH]
        place, item, loud = candidates(fitted, known.chosen, users)
        lengths.append(np.bincount(place, minlength=len(users)))
        features.append(loud)
        items.append(item)
        hits.append(held[users].toarray()[place, item] > 0)
    item = np.concatenate(items)
    return Pool(
        np.concatenate(([0], np.cumsum(np.concatenate(lengths)))).astype(np.int64),
        np.concatenate(features),
        popular[item],
        np.concatenate(hits),
        np.diff(held.indptr)[asked].astype(np.int64),
        np.diff(known.chosen.indptr)[asked].astype(np.int64),
    )


def candidates(fitted: Sequence[Fitted], chosen: Sparse, users: Rows) -> tuple[Rows, Rows, Floats]:
    """What is among the best of any source: place of the user, item, loud scores of every source, by user."""
    scores = [source.scores(users) for source in fitted]
    among = np.zeros(scores[0].shape, dtype=np.bool_)
    volume = []
    for each in scores:
        listed = best(each, chosen, users, CANDIDATES)
        user, rank = np.nonzero(listed != NOBODY)
        spoken = each[user, listed[user, rank]] > 0
        among[user[spoken], listed[user, rank][spoken]] = True
        volume.append(loud(each, listed[:, :TOP]))
    place, item = np.nonzero(among)
    features = [each[place, item] * factor[place] for each, factor in zip(scores, volume, strict=True)]
    return place, item, np.stack(features, axis=1).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Blend:
    """A blend that learns its own weights: on what was chosen last, where `known` says what that was, else on
    a `share` of every user's choices, held out with `seed`, from sources fitted on the rest; then every
    source with weight is fitted on all there is.

    made_of: the sources; None for those of `graph.taste.roster.sources`. fits: shared with others.
    """

    made_of: tuple[Model, ...] | None = None
    share: float = 0.1
    seed: int = 0
    name: str = "blend"
    fits: Fits | None = None

    def fit(self, known: Interactions) -> Mixture:
        """Learn on a cut, then fit on all."""
        chosen = sources(known) if self.made_of is None else self.made_of
        fits = Fits(known) if self.fits is None else self.fits
        inner = fits.cut(known, share=self.share, seed=self.seed)
        fitted = [fits.of(each, inner.known) for each in chosen]
        fits.telling(f"weighing {len(fitted)} models")
        deaf = [not tied(plain(each, known)) for each in chosen]
        recipe = learn(fitted, inner.known, inner.held, deaf=deaf, seed=self.seed)
        return Mixed(tuple(Sharing(each, fits) for each in chosen), recipe).fit(known)
