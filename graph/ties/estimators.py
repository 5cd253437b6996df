"""Every way to estimate transmission, behind one interface, and the one that a log's own later part prefers.

An estimator takes what is known of a log before a time and gives a `Belief`: for each pair a Beta posterior,
and for each trial to come its chance. They are held against each other on an inner cut: fitted to what lies
before it, scored by the log-likelihood of the trials after it. The best is fitted to the whole, and the
choice is told with everybody's score.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from graph.once import once
from graph.snapshot import Snapshot
from graph.ties.credit import Acts
from graph.ties.heldout import HeldOut, held_out
from graph.ties.pooled import Spread, pooled
from graph.ties.sights import CHANNELS, Floats, Longs, Sights
from graph.ties.taste import Taste
from graph.ties.trials import Reading, trials
from graph.timeline import Rows

INNER = 0.8
"""Part of the shares, in order of time, before the inner cut."""

ASKED = 50_000
"""Pairs that the choice is made on; of more, those of evenly many senders."""

CERTAIN = 1e-6


Circles = Callable[[int], Rows]
"""The communities of people by what was known before a time (µs), (people,); −1 for none."""


def alike(snapshot: Snapshot) -> Circles:
    """Everybody in one community, at all times."""
    return lambda _: np.zeros(len(snapshot.people), np.int32)


@dataclass(frozen=True, eq=False)
class Question:
    """What is known of a log before a time, and the pairs that are asked about.

    pairs: (m,), source · n + target, rising.
    """

    snapshot: Snapshot
    sights: Sights
    pairs: Longs
    circles: Circles

    @once
    def labels(self) -> Rows:
        """The communities as of the same time, (people,)."""
        return self.circles(self.sights.until)

    @once
    def acts(self) -> Acts:
        """Who may have brought about what."""
        return Acts.of(self.snapshot, self.sights, self.pairs)


@dataclass(frozen=True, slots=True, eq=False)
class Belief:
    """What an estimator believes. alpha, beta: (m,), of a pair's chance once a share was seen. seen:
    (CHANNELS,), the chance that one is of which nobody says whom it reached. taste, spread, usual: where the
    estimator has them. usual: (2, 2), the Beta of a tie nothing is known of, and of one that only answers.
    """

    question: Question
    alpha: Floats
    beta: Floats
    seen: Floats
    usual: Floats
    taste: Taste | None = None
    spread: Spread | None = None

    @property
    def mean(self) -> Floats:
        """(m,)."""
        return self.alpha / (self.alpha + self.beta)

    def chances(self, trials: HeldOut) -> Floats:
        """The chance of each of these trials, (k,); what was not told to be seen is less likely."""
        asked, chance = self.question, self.mean[trials.pair]
        if self.taste is not None:
            listener = (asked.pairs[trials.pair] % asked.sights.people).astype(np.int32)
            chance = chance * self.taste.of(listener, trials.share)
        unseen = self.seen[asked.sights.channel[trials.share]]
        return np.asarray(np.minimum(chance * np.where(trials.told, 1.0, unseen), 1.0))

    def per_share(self) -> Floats:
        """The chance that one of a person's shares is seen by a listener, by the channels they use;
        (people,).
        """
        sights, shares = self.question.sights, self.question.snapshot.shares
        sharer = shares.person[sights.by_sharer]
        made = np.bincount(sharer, minlength=sights.people)
        seen = np.bincount(sharer, self.seen[sights.channel[sights.by_sharer]], sights.people)
        usual = float(seen.sum() / max(made.sum(), 1)) if made.any() else 1.0
        return (seen + usual) / (made + 1)


Estimator = Callable[[Question], Belief]


def counted(question: Question, rule: str) -> Belief:
    """Transmission by counting acts among earlier sharers, see graph.ties.credit."""
    acts = question.acts
    given: Floats = getattr(acts, rule)()
    alpha, beta = acts.believed(given)
    usual = np.tile(acts.prior(given), (2, 1))
    return Belief(question, alpha, beta, np.ones(CHANNELS), usual)


def learned(question: Question, reading: Reading) -> Belief:
    """Transmission pooled from tie to everybody, see graph.ties.pooled."""
    snapshot, sights, affinity = question.snapshot, question.sights, reading.affinity
    taste = Taste.none(snapshot)
    if affinity and len(np.unique(snapshot.products.category)) > 1:
        taste = Taste.learned(snapshot, question.labels, affinity, sights.until)
    found = pooled(trials(snapshot, sights, question.pairs, taste, reading), tells=sights.tell)
    return Belief(question, found.alpha, found.beta, found.seen, found.usual, taste, found.spread)


COUNTED: Mapping[str, Estimator] = {
    "bernoulli": partial(counted, rule="bernoulli"),
    "partial": partial(counted, rule="partial"),
    "em": partial(counted, rule="em"),
}
"""Goyal, Bonchi & Lakshmanan 2010 and 2011; Saito, Nakano & Kimura 2008."""

MET: Mapping[str, Estimator] = {
    "pooled": partial(learned, reading=Reading(since_met=True)),
    "pooled, fading": partial(learned, reading=Reading(since_met=True, half_life=1 / 4)),
    "pooled, fading fast": partial(learned, reading=Reading(since_met=True, half_life=1 / 16)),
    "pooled, by taste": partial(learned, reading=Reading(since_met=True, affinity=0.3)),
}
"""Ours, on the trials since two people met, with and without time decay and taste."""

WHOLE: Mapping[str, Estimator] = {
    "pooled, whole": partial(learned, reading=Reading(since_met=False)),
    "pooled, whole, by taste": partial(learned, reading=Reading(since_met=False, affinity=0.3)),
}
"""Ours, on all trials of a log; only where it says of some shares whom they reached."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The estimator that a log's own later part prefers. scores: nats a trial by name; trials: how many."""

    name: str
    scores: Mapping[str, float]
    trials: int


def choice(snapshot: Snapshot, circles: Circles, known: Sights) -> Choice:
    """The estimator likeliest on the trials after an inner cut; the plainest of ours where there are none.

    known: what is known, at whose end the inner trials end too. Nothing after the inner cut is in what is
    fitted before it, the communities included.
    """
    among = {**COUNTED, **MET, **(WHOLE if known.tell else {})}
    times = np.sort(snapshot.shares.at[known.by_sharer])
    if not len(times):
        return Choice("pooled", {}, 0)
    cut = int(times[int(INNER * len(times))])
    before = Sights.of(snapshot, cut)
    source = before.met // max(known.people, 1)
    pairs = before.met[source % max(1, -(-len(source) // ASKED)) == 0]
    asked = Question(snapshot, before, pairs, circles)
    later = held_out(snapshot, known, cut, pairs)
    if not later.happened.any():
        return Choice("pooled", {}, len(later))
    scores = {name: likelihood(believe(asked).chances(later), later) for name, believe in among.items()}
    return Choice(max(scores, key=scores.__getitem__), scores, len(later))


def likelihood(chance: Floats, trials: HeldOut) -> float:
    """The mean logarithm of the chance given to what came, nats a trial."""
    chance = np.clip(chance, CERTAIN, 1 - CERTAIN)
    return float(np.where(trials.happened, np.log(chance), np.log1p(-chance)).mean())
