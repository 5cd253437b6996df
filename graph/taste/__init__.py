"""Taste and ties as matrices: what people chose, whom they listen to, and what follows from both.

X (users × items) holds what people chose, F (users × users) whom they listen to, C (items × features) what
items are. Every model here scores all items for a user, and every score is a sum over what somebody did
(`model.Parts`): an own choice that goes with the item, a friend who chose it, a person alike who did, the
number of all who did.

    Popularity, ItemKNN, UserKNN, Friends, Walks   count (Walks: personalised PageRank)
    EASE, ALS                                      solve: which choices go with which, in closed form and in a
                                                   few dimensions; ties and tags in the same matrix
                                                   (`joint`): a friend is one more column, a tag one more row
    Blend                                          adds them up with weights ≥ 0 by activity level, learned on
                                                   choices held out; what carries nothing gets no weight
    tune                                           also chooses the settings of its sources, on validation

Tags are rows of the matrix and no source beside it: which choices go together is solved for once, from both.
What they add to the blend, `sharegraph evaluate suggestions` tells (`blend-without-content`;
bench/results/suggestions.txt); what they would add as a source of their own, no command does.
"""

from graph.taste.als import ALS
from graph.taste.blend import Mixed
from graph.taste.ease import EASE, social_ease
from graph.taste.fits import Fits, Sharing, Telling, quiet
from graph.taste.friends import Friends
from graph.taste.learning import Blend
from graph.taste.model import Cut, Fitted, Interactions, Kind, Model, Parts, interactions
from graph.taste.neighbours import ItemKNN, UserKNN
from graph.taste.popularity import Popularity
from graph.taste.roster import Roster, baselines
from graph.taste.tuning import in_words, tune
from graph.taste.walks import Walks

__all__ = [
    "ALS",
    "EASE",
    "Blend",
    "Cut",
    "Fits",
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
    "Sharing",
    "Telling",
    "UserKNN",
    "Walks",
    "baselines",
    "in_words",
    "interactions",
    "quiet",
    "social_ease",
    "tune",
]
