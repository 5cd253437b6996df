"""Answers as they were given out, kept so that what came of them can be told exactly.

An answer to a question for suggestions has an id, which its client gives back with what was exposed, opened
and bought. What is kept of it says the rest: whom it was for, of which version it was computed, where it was
to be shown, and which product stood in which place, with what chance it got there and what weighed most for
it. A click-through rate then has a denominator, and a change of policy can be judged from what was shown
before (graph.evaluate.answers).

An id names a question of a version: asked again, or page by page, it is one answer. It is a record of what
somebody was shown, so it goes with them: of an answer to somebody forgotten the figures alone stay, under a
new id, without the products. Whoever allows no personal answer is nobody in here from the start.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from secrets import token_hex

from graph.suggest.answers import Suggestion
from graph.suggest.reasons import Reason

EXPLORED = "exploration"
"""The source of a place that was given to chance."""

FORGOTTEN = ""
"""What stands for a forgotten person's key, and for every product they were shown."""


@dataclass(frozen=True, slots=True)
class Place:
    """One product of an answer. rank: from 1. propensity: the chance, in (0, 1], with which the product got
    this place; 1 where nothing was left to chance. source: what weighs most of its reasons, in one word.
    """

    rank: int
    product: str
    propensity: float = 1.0
    source: str = ""


@dataclass(frozen=True, slots=True)
class Given:
    """One answer, or some pages of it. version: of what it was computed from. person: the key of a user or
    visitor; None for a stranger. surface: where it was to be shown, as the question said. at: µs, when it was
    given first. places: in the order to show.
    """

    id: str
    version: str
    person: str | None
    surface: str | None
    at: int
    places: tuple[Place, ...]

    def without_person(self) -> "Given":
        """Its figures alone.

        >>> given = Given("~a1", "v", "ana", "home", 0, (Place(1, "tea", 0.5, "friend"),))
        >>> left = given.without_person()
        >>> left.person, left.places, left.id == given.id
        ('', (Place(rank=1, product='', propensity=0.5, source='friend'),), False)
        """
        places = tuple(replace(place, product=FORGOTTEN) for place in self.places)
        return replace(self, id=unnamed(), person=FORGOTTEN, places=places)


def placed(suggestion: Suggestion, product: str) -> Place:
    """A suggestion of the product with this key, as it is kept."""
    heaviest = next((kind_of(reason) for reason in suggestion.reasons if reason.weight >= 0), "")
    return Place(suggestion.rank, product, suggestion.propensity, heaviest)


def kind_of(reason: Reason) -> str:
    """What sort of reason it is, in one word: `friend` for a FriendReason."""
    return type(reason).__name__.removesuffix("Reason").lower()


def unnamed() -> str:
    """An id for an answer whose own has to go: that is a hash of the question, and whoever guesses who asked
    could try it.
    """
    return "~" + token_hex(10)


def together(pages: Iterable[Given]) -> list[Given]:
    """Pages of the same answers as one each, in the order first given; a place is what was said of it first.

    >>> pages = [Given("~a", "v", None, None, at, (Place(1 + at, "tea"),)) for at in (0, 1, 0)]
    >>> [[place.rank for place in answer.places] for answer in together(pages)]
    [[1, 2]]
    """
    found: dict[str, Given] = {}
    for page in pages:
        known = found.setdefault(page.id, page)
        if known is not page:
            by_rank = {place.rank: place for place in (*page.places, *known.places)}
            places = tuple(by_rank[rank] for rank in sorted(by_rank))
            found[page.id] = replace(known, at=min(known.at, page.at), places=places)
    return list(found.values())
