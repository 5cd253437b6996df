"""Who reaches whom, how strongly, and how likely.

A tie A→B means that what A shares reaches B. It exists where B opened, passed on or bought through a share of
A's, where B follows A, or where the reverse holds (people who share with each other answer each other). Two
numbers stand on it:

strength in [0, 1) is decayed evidence, 1 − exp(−e / 2) for e = Σ weight · 2^(−age / half-life): one fresh
open gives 0.39, five give 0.92. transmission is the chance that a share by A makes B open it, a Beta
posterior. Its trials are A's shares after B's first open of one (before that nobody knows whether B could see
them), its successes those that B opened. Where B opened none, all of A's shares are trials. Ties with
evidence of their own share one prior, fitted by moments; those that only answer another begin lower, by how
seldom ties are answered.
"""

from graph.ties.evidence import ANSWERED, HALF_LIFE
from graph.ties.fit import ties
from graph.ties.live import LiveTies, live_ties
from graph.ties.table import SATURATION, Tie, Ties

__all__ = ["ANSWERED", "HALF_LIFE", "SATURATION", "LiveTies", "Tie", "Ties", "live_ties", "ties"]
