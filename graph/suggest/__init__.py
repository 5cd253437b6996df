"""What to show somebody, and why.

A tie A→B means that what A shares reaches B. Product p is suggested to B with score

    Σ_A strength(A→B) · word(A, p)             friends: what A's acts on p say to those who listen to A
  + Σ_i taste(B, i) · closeness(i, p)          interest: people who took to i took to p too
  + Σ_i taste(B, i) · relation(i, p)           p goes with an i of B's, or could stand for it
  + popularity(p)                              in B's community: the last resort
  + popularity(p) · (lift(scene, p) − 1)       what is wanted here and now, beyond what is wanted always

each source times its weight in the `Blend`. Every term is a reason; a score is the sum of its reasons'
weights and an explanation is that sum read aloud, not a second model. A stranger who opened A's link for q is
answered by the same sum, as somebody who listens to A and has taken an interest in q. What must not be shown
is dropped by filters that count what they drop.
"""

from graph.relations import Related, Relation
from graph.suggest.answers import Answer, Ask, Context, Suggestion
from graph.suggest.blend import suggest
from graph.suggest.explain import explain
from graph.suggest.filters import Filter
from graph.suggest.knobs import BEST_FIRST, ORDER, Order
from graph.suggest.reasons import (
    Alike,
    ExplorationReason,
    FeedbackReason,
    FriendReason,
    InterestReason,
    LikenessReason,
    PeersReason,
    PopularityReason,
    PriceReason,
    Reason,
    RelationReason,
    RemainderReason,
    SceneReason,
)
from graph.suggest.shelf import Shelf
from graph.suggest.shown import CAP, Cap
from graph.suggest.sources import SOURCES, Source
from graph.suggest.weights import Blend

__all__ = [
    "BEST_FIRST",
    "CAP",
    "ORDER",
    "SOURCES",
    "Alike",
    "Answer",
    "Ask",
    "Blend",
    "Cap",
    "Context",
    "ExplorationReason",
    "FeedbackReason",
    "Filter",
    "FriendReason",
    "InterestReason",
    "LikenessReason",
    "Order",
    "PeersReason",
    "PopularityReason",
    "PriceReason",
    "Reason",
    "Related",
    "Relation",
    "RelationReason",
    "RemainderReason",
    "SceneReason",
    "Shelf",
    "Source",
    "Suggestion",
    "explain",
    "suggest",
]
