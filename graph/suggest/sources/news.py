"""What friends did within the day: word that is passed on now, or never.

It says what `friends` says, and counts for as much until the log tells otherwise; but a share is opened
within hours, and what was passed over then is no better for the friendship.
"""

from graph.suggest.question import Question
from graph.suggest.shelf import Shelf
from graph.suggest.sources.friends import heard
from graph.suggest.votes import Votes


def votes(shelf: Shelf, question: Question) -> Votes:
    """What friends shared, bought, rated and opened within the last day."""
    return heard(shelf, question, fresh=True)
