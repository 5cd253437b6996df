"""Who reaches whom, how strongly, and how likely.

A tie A→B means that what A shares reaches B. It exists where B opened, passed on or bought through a share of
A's, where B follows A, or where the reverse holds (people who share with each other answer each other). Two
numbers stand on it:

strength in [0, 1) is decayed evidence, 1 − exp(−e / 2) for e = Σ weight · 2^(−age / half-life): one fresh
open gives 0.39, five give 0.92. transmission is the chance that B opens what A shares, once B has
seen it: a Beta posterior, `seen` the chance that B does. What counts as a trial and a miss is told in
graph.ties.sights, the model and how it pools ties in graph.ties.pooled, what else there is in
graph.ties.credit; which of them is used, the log itself decides (graph.ties.estimators).
"""

from graph.ties.evidence import ANSWERED, HALF_LIFE
from graph.ties.fit import strengths, ties, with_transmission
from graph.ties.live import LiveTies, live_ties
from graph.ties.table import SATURATION, Tie, Ties

__all__ = [
    "ANSWERED",
    "HALF_LIFE",
    "SATURATION",
    "LiveTies",
    "Tie",
    "Ties",
    "live_ties",
    "strengths",
    "ties",
    "with_transmission",
]
