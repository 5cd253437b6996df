"""Cascades: everybody a product reached from one first share, as trees of people.

One tree per root share. Its sharer is the root; whoever opens a share of the tree is a child of that share's
sharer, of the first opened in this tree where there were several, and may share on. Passing on a share counts
as opening it, at the time of the passing on. A person is in a tree once and may be in several trees.

First means least by (time, depth of the share in its chain, row of the share). Such trees have no loop, equal
times or not: let p come in by an act (t, d, s), and let u, not the root, be the sharer of s. Go up from s as
long as shares are u's own, to u's topmost share s' of depth d' ≤ d; it was passed on from a share q of
somebody else, of depth d' − 1 < d, when s' was made, no later than s and so no later than t. That passing on
is an act of u's in the tree, so u came in by something no later than (t, d' − 1, q) < (t, d, s): along
parents these triples fall strictly, until the root.
"""

from graph.cascades.forest import (
    EVERY_CASCADE,
    CascadeFilter,
    CascadeOrder,
    Cascades,
    Participants,
    Takings,
)
from graph.cascades.grown import cascades, structural_virality

__all__ = [
    "EVERY_CASCADE",
    "CascadeFilter",
    "CascadeOrder",
    "Cascades",
    "Participants",
    "Takings",
    "cascades",
    "structural_virality",
]
