"""A question for suggestions, and its answer."""

from dataclasses import dataclass, field

from graph.estimate import Estimate
from graph.scene import Moment
from graph.suggest.filters import Filter
from graph.suggest.reasons import Reason


@dataclass(frozen=True, slots=True)
class Context:
    """Where and why the question is asked. sharer, product: rows, the link that was opened or the page that
    is shown. category: a code of the snapshot's words; only products of it are wanted. exclude: rows of
    products that are on the page already. moment: when and where it is asked.
    """

    sharer: int | None = None
    product: int | None = None
    category: int | None = None
    exclude: frozenset[int] = frozenset()
    moment: Moment = field(default_factory=Moment)


@dataclass(frozen=True, slots=True)
class Ask:
    """Suggestions for a person's row, or for somebody unknown (None). seed: what chance is drawn with; the
    same for all pages of one answer. None: nothing is left to chance.
    """

    person: int | None
    context: Context = field(default_factory=Context)
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A product to show, at place `rank` from 1. score: the sum of its reasons' weights; comparable within
    one answer only. opens: the chance that it is opened when shown, None where the log cannot tell, and for a
    newcomer on a page (graph.suggest.weights.LANDED). propensity: the chance with which it was given this
    place (graph.suggest.exploring.Odds); 1 where nothing was left to chance. by_score: the place that its
    score alone would give it, from 1; None for what chance put there.
    """

    product: int
    rank: int
    score: float
    reasons: tuple[Reason, ...]
    propensity: float = 1.0
    opens: Estimate | None = None
    by_score: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """Suggestions best first, and how many candidates each filter dropped."""

    suggestions: tuple[Suggestion, ...]
    dropped: dict[Filter, int]
