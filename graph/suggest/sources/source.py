"""The one signature of all sources."""

from collections.abc import Callable
from dataclasses import dataclass

from graph.suggest.question import Question
from graph.suggest.shelf import Shelf
from graph.suggest.votes import Votes


@dataclass(frozen=True, slots=True)
class Source:
    """One thing that speaks for products. weight: what a vote is worth where no log has told better."""

    name: str
    weight: float
    votes: Callable[[Shelf, Question], Votes]
