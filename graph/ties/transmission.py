"""Transmission of every tie: the chance that what its source shares is opened by its target."""

from dataclasses import dataclass, replace

import numpy as np

from graph.snapshot import Snapshot
from graph.ties.commons import distinct
from graph.ties.estimators import COUNTED, MET, WHOLE, Belief, Choice, Circles, Question, choice
from graph.ties.sights import Longs, Sights
from graph.ties.table import Ties
from graph.ties.trials import located
from graph.timeline import Rows


@dataclass(frozen=True, slots=True, eq=False)
class Transmission:
    """What was learned. choice: which estimator, and how all fared. belief: of every pair that met (`pairs`,
    rising source · n + target), tie or not, and of every tie.
    """

    choice: Choice
    belief: Belief

    @property
    def pairs(self) -> Longs:
        """(m,), rising."""
        return self.belief.question.pairs

    def of(self, ties: Ties) -> Ties:
        """Ties with these posteriors."""
        n = self.belief.question.sights.people
        place, _ = located(self.pairs, ties.source.astype(np.int64) * n + ties.target)
        seen = self.belief.per_share()[ties.source] if len(ties) else np.ones(0)
        return replace(
            ties,
            alpha=self.belief.alpha[place],
            beta=self.belief.beta[place],
            seen=seen,
            prior=self.belief.usual,
            learned_by=self.choice.name,
        )


def transmission(
    snapshot: Snapshot, source: Rows, target: Rows, circles: Circles, *, until: int | None = None
) -> Transmission:
    """Learn the transmission of some ties from a snapshot by the estimator that it prefers.

    source, target: (m,), sorted by (source, target). circles: the communities as of a time: the choice is
    made on an inner cut, and may not know how people came together after it. until: what comes at or after
    this time (µs) is not known.
    """
    known = Sights.of(snapshot, until)
    pairs = distinct(known.met, source.astype(np.int64) * known.people + target)
    chosen = choice(snapshot, circles, known)
    asked = Question(snapshot, known, pairs, circles)
    return Transmission(chosen, {**COUNTED, **MET, **WHOLE}[chosen.name](asked))
