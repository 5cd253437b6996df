"""Taste and ties as matrices: what people chose, whom they listen to, and what follows from both.

X (users × items) holds what people chose, F (users × users) whom they listen to. Every model here scores all
items for a user, and every score is a sum over what somebody did (`model.Parts`): an own choice that goes
with the item, a friend who chose it, a person alike who did, the number of all who did.
"""

from graph.taste.model import Fitted, Interactions, Kind, Model, Parts, interactions
from graph.taste.popularity import Popularity

__all__ = ["Fitted", "Interactions", "Kind", "Model", "Parts", "Popularity", "interactions"]
