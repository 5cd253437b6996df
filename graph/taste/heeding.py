"""How far to heed ties, by how much is known of somebody: as far as they are surely of use.

A *lead* is what a user's ranking gains where ties are heard, its NDCG with them less that without. What
somebody chose themselves says the more the more of it there is, and what friends say adds the less to it. So
the lead is fitted as a line in one over the choices known,

    lead(a) = α + β/a

by least squares over the users of a validation part; its error comes from the residuals as they are, wider
where little is known (White 1980). Weights are then mixed from those learned with ties and those learned
without,

    w(a) = part(a)·heard + (1 − part(a))·alone,    part = lead²/(lead² + error²) where lead > 0, else 0

the factor that draws an estimate towards nothing as far as it cannot be told apart from that (Thompson 1968).
Ties that surely lead are heard in full and ties that lag not at all. Between them a part of their weight is
most of what they bring, and less of what they cost should they bring nothing.

A line tells of those whose number is too small to be asked by themselves: an activity level of a third of the
users holds people with fifteen choices and with two hundred, and what pays for the many need not for these.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

PARTS = 4
"""Parts are told to the nearest quarter: levels stay few."""

LEAST = 3
"""Users whose leads leave a residual beside a line."""

SINGULAR = 1e-6
"""Of the larger singular value of the line: where all know alike, there is a mean and no slope."""


def heeded(lead: Floats, known: NDArray[np.int64]) -> Floats:
    """The part of their weight that ties get for users with 0, 1, … choices up to the most there are, in
    quarters of 1.

    lead: of each user, (k,). known: their choices, (k,), k ≥ 1. Who has fewer choices than anybody asked is
    one of those with the fewest; the line goes no further. Of fewer than three users nothing is sure.

    >>> lead, known = np.array([0.4, 0.2, 0.1, 0.3, -0.1, 0.1, 0.0, -0.1]), np.array([2, 2, 3, 2, 9, 9, 9, 8])
    >>> heeded(lead, known).tolist()
    [1.0, 1.0, 1.0, 1.0, 0.75, 0.5, 0.0, 0.0, 0.0, 0.0]
    >>> heeded(lead - 0.5, known).any().tolist()
    False
    """
    counts = np.maximum(np.arange(int(known.max()) + 1), known.min())
    if len(lead) < LEAST:
        return np.zeros(len(counts))
    asked = _line(known)
    solved = np.linalg.pinv(asked, rcond=SINGULAR)
    slope = solved @ lead
    left = (lead - asked @ slope) * np.sqrt(len(lead) / (len(lead) - 2))
    told = _line(counts)
    squared = np.square(told @ (solved * left)).sum(axis=1)
    ahead = np.maximum(told @ slope, 0.0) ** 2
    part: Floats = np.divide(ahead, ahead + squared, out=np.zeros(len(counts)), where=ahead > 0)
    return np.round(PARTS * part) / PARTS


def mixed(
    heard: Floats, alone: Floats, bounds: tuple[int, ...], part: Floats
) -> tuple[Floats, tuple[int, ...]]:
    """Weights learned with ties and without, (levels, sources) each, mixed by the part for 0, 1, … choices;
    with the bounds of the levels that follow: those given, and others where the part changes.

    >>> heard, alone = np.array([[0.5, 0.5]]), np.array([[1.0, 0.0]])
    >>> weights, bounds = mixed(heard, alone, (), np.array([1.0, 1.0, 0.5, 0.0, 0.0]))
    >>> weights.tolist(), bounds
    ([[0.5, 0.5], [0.75, 0.25], [1.0, 0.0]], (2, 3))
    """
    level = np.searchsorted(np.asarray(bounds), np.arange(len(part)), side="right")
    rows = part[:, None] * heard[level] + (1 - part)[:, None] * alone[level]
    turns = np.flatnonzero((rows[1:] != rows[:-1]).any(axis=1)) + 1
    return rows[np.concatenate(([0], turns))], tuple(turns.tolist())


def _line(known: NDArray[np.int64]) -> Floats:
    """1 and 1/known of each, (k, 2); nothing known counts as one choice."""
    return np.stack((np.ones(len(known)), 1.0 / np.maximum(known, 1)), axis=1)
