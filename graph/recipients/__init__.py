"""Whom to share with: who would open this product, if this person shared it with them.

The model is one sentence. Each pair (sharer u, friend v) has an intensity, a sum of decayed counts with
learned weights: what v opened of u's and u of v's, follows, paths over people between them, and a base for
what is not known. What v cares for (category, brand, this very product) and how much v shares multiply it.
The chance that v opens the share is a logistic function of the logarithm of that product, calibrated on all
shares after the past that was counted, whether anybody opened them or not.

So log-odds are a sum of four terms, activity, circle, tie and interest, each the factor by which knowing it
changes what those before it say. A recipient's reasons are these terms, less the average pair's; they sum to
the log-odds of opening, less those of an average pair.
"""

from graph.recipients.acts import History
from graph.recipients.audience import EVERYBODY, AudienceFilter, audience, listable
from graph.recipients.fit import fitted
from graph.recipients.lively import lively
from graph.recipients.model import Model, Openers, log_intensity, pairs
from graph.recipients.rank import Asking, recipients
from graph.recipients.reasons import (
    ActivityReason,
    CircleReason,
    InterestReason,
    Reason,
    Recipient,
    TieReason,
)
from graph.recipients.shared import Shared, Trials, trials

__all__ = [
    "EVERYBODY",
    "ActivityReason",
    "Asking",
    "AudienceFilter",
    "CircleReason",
    "History",
    "InterestReason",
    "Model",
    "Openers",
    "Reason",
    "Recipient",
    "Shared",
    "TieReason",
    "Trials",
    "audience",
    "fitted",
    "listable",
    "lively",
    "log_intensity",
    "pairs",
    "recipients",
    "trials",
]
