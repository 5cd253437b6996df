"""Taste and ties as matrices: what people chose, whom they listen to, and what follows from both.

X (users × items) holds what people chose, F (users × users) whom they listen to. Every model here scores all
items for a user, and every score is a sum over what somebody did (`model.Parts`): an own choice that goes
with the item, a friend who chose it, a person alike who did, the number of all who did.
"""

from graph.taste.als import ALS
from graph.taste.blend import Mixed
from graph.taste.ease import EASE, social_ease
from graph.taste.friends import Friends
from graph.taste.learning import Blend
from graph.taste.model import Fitted, Interactions, Kind, Model, Parts, interactions
from graph.taste.neighbours import ItemKNN, UserKNN
from graph.taste.popularity import Popularity
from graph.taste.roster import Roster, baselines
from graph.taste.tuning import tune
from graph.taste.walks import Walks

__all__ = [
    "ALS",
    "EASE",
    "Blend",
    "Fitted",
    "Friends",
    "Interactions",
    "ItemKNN",
    "Kind",
    "Mixed",
    "Model",
    "Parts",
    "Popularity",
    "Roster",
    "UserKNN",
    "Walks",
    "baselines",
    "interactions",
    "social_ease",
    "tune",
]
