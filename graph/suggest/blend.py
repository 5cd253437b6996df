"""The sum that ranks: every vote of every source, weighed and added up, and the best with their reasons."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from graph.estimate import Estimate
from graph.kernels.votes import total_by_column
from graph.log import NONE
from graph.stop import Stop, never
from graph.suggest.answers import Answer, Ask, Suggestion
from graph.suggest.chances import BESIDE
from graph.suggest.doubts import Taken, taken
from graph.suggest.exploring import Chance
from graph.suggest.filters import Filter
from graph.suggest.order import POOL, Front
from graph.suggest.question import Question
from graph.suggest.reasons import ExplorationReason, InterestReason, Reason, heaviest_first
from graph.suggest.rules import allowed
from graph.suggest.shelf import Shelf
from graph.suggest.sources import SOURCES
from graph.suggest.votes import Votes
from graph.suggest.weights import LANDED
from graph.timeline import Rows


def suggest(shelf: Shelf, asks: Sequence[Ask], *, limit: int, stop: Stop = never) -> list[Answer]:
    """At most `limit` suggestions for each ask, in the order to show (graph.suggest.order), ties of score by
    product row; nothing but memory is read.

    The first n of a larger limit are the answer for limit n. A person who allows no personal answer gets what
    is popular with everybody and what belongs to the page. stop: asked before each; what it raises ends the
    batch.
    """
    answers = []
    for ask in asks:
        stop()
        answers.append(_answer(shelf, ask, limit))
    return answers


@dataclass(frozen=True, slots=True, eq=False)
class Weighed:
    """The votes of one source, and what each entry adds to a score."""

    votes: Votes
    weight: NDArray[np.float64]


def weighed(shelf: Shelf, question: Question) -> list[Weighed]:
    """What every source that counts at the question's level has to say."""
    found = []
    for source in SOURCES:
        weight = shelf.blend.weight(source.name, source.weight, question.level)
        if weight > 0:
            votes = source.votes(shelf, question)
            found.append(Weighed(votes, votes.vote * weight))
    return found


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """Everything that may be shown and for which some source speaks, in no order. product, score: (k,).
    doubts: what they took from the scores. dropped: by which filter, how many.
    """

    question: Question
    spoken: list[Weighed]
    product: Rows
    score: NDArray[np.float64]
    doubts: list[Taken]
    dropped: dict[Filter, int]

    @classmethod
    def of(cls, shelf: Shelf, ask: Ask) -> "Tally":
        """What the sources say to an ask, less what the doubts take."""
        question = Question.of(shelf, ask)
        spoken = weighed(shelf, question)
        product, score = _totals(spoken, shelf.products)
        keep, dropped = allowed(shelf, ask, product)
        product, score = product[keep], score[keep]
        doubts = taken(shelf, question, product, score)
        for doubt in doubts:
            score = score - doubt.amount
        return cls(question, spoken, product, score, doubts, dropped)

    def best_first(self) -> NDArray[np.intp]:
        """Positions by score, ties to the smaller product."""
        return np.lexsort((self.product, -self.score))


def _answer(shelf: Shelf, ask: Ask, limit: int) -> Answer:
    tally = Tally.of(shelf, ask)
    level = tally.question.level
    best = tally.best_first()
    first = _front(shelf, tally, best[:POOL]).ordered(shelf.order, shelf.grants)
    by_score = np.append(first, np.arange(POOL, len(best)))[:limit]
    places = best[by_score]
    chance = Chance.of(shelf, ask, tally.product, limit)
    opens = _opens(shelf, level, tally.score[best[:BESIDE]])
    reasons = _reasons(shelf, tally, places)
    shown = zip(tally.product[places].tolist(), reasons, (by_score + 1).tolist(), strict=True)
    found: list[Suggestion] = []
    for place, (product, why, ranked) in enumerate(shown, start=1):
        found.extend(_given(shelf, opens, chance, len(found) + 1))
        rank = len(found) + 1
        own = chance.own(rank, rank - place)
        found.append(_suggestion(opens, product, rank, why, own, ranked))
    return Answer(tuple(found[:limit]), tally.dropped)


Opens = Callable[[float], Estimate | None]
"""The chance that something of a score is opened."""


def _opens(shelf: Shelf, level: int, best: NDArray[np.float64]) -> Opens:
    """To somebody of a level, beside what scores best."""
    # At LANDED scores are made by other weights than those of any showing that the chances were learned from.
    if shelf.chances is None or level == LANDED:
        return lambda _: None
    return partial(shelf.chances.of, level=level, beside=shelf.chances.together(best, level))


def _suggestion(
    opens: Opens,
    product: int,
    rank: int,
    reasons: tuple[Reason, ...],
    propensity: float,
    by_score: int | None = None,
) -> Suggestion:
    score = float(sum(reason.weight for reason in reasons))
    return Suggestion(product, rank, score, reasons, propensity, opens(score), by_score)


def _given(shelf: Shelf, opens: Opens, chance: Chance, rank: int) -> Iterator[Suggestion]:
    """What chance puts from this place on, until a place is left for the best."""
    while rank in chance.given:
        one = chance.given[rank]
        reason = ExplorationReason(0.0, shelf.order.exploration)
        yield _suggestion(opens, one.product, rank, (reason,), one.propensity)
        rank += 1


def _voices(tally: Tally, places: NDArray[np.intp], products: int) -> Rows:
    """The friend who says most for each of some candidates, −1 for none."""
    place = np.full(products, NONE)
    place[tally.product[places]] = np.arange(len(places))
    loudest, voice = np.zeros(len(places)), np.full(len(places), NONE, np.int32)
    for part in tally.spoken:
        if part.votes.voice is None:
            continue
        entries = np.flatnonzero(place[part.votes.product] != NONE)
        entries = entries[np.argsort(part.weight[entries], kind="stable")]
        where, weight = place[part.votes.product[entries]], part.weight[entries]
        louder = weight > loudest[where]
        voice[where[louder]] = part.votes.voice[entries[louder]]
        np.maximum.at(loudest, where, weight)
    return voice


def front(shelf: Shelf, ask: Ask) -> Front:
    """The best candidates of an answer, before they are put in order."""
    tally = Tally.of(shelf, ask)
    return _front(shelf, tally, tally.best_first()[:POOL])


def _front(shelf: Shelf, tally: Tally, places: NDArray[np.intp]) -> Front:
    voice = _voices(tally, places, shelf.products)
    return Front.of(shelf, tally.question, tally.product[places], tally.score[places], voice)


def scores(shelf: Shelf, ask: Ask) -> tuple[Rows, NDArray[np.float64]]:
    """Everything that may be shown and for which some source speaks, in no order, and its score."""
    tally = Tally.of(shelf, ask)
    return tally.product, tally.score


def _totals(spoken: list[Weighed], products: int) -> tuple[Rows, NDArray[np.float64]]:
    product = np.concatenate([np.empty(0, np.int32), *(part.votes.product for part in spoken)])
    return total_by_column(
        product, np.concatenate([np.empty(0), *(part.weight for part in spoken)]), products
    )


def _reasons(shelf: Shelf, tally: Tally, best: NDArray[np.intp]) -> list[tuple[Reason, ...]]:
    """The reasons of some candidates, by their places in the tally."""
    place = np.zeros(shelf.products, np.int32)
    place[tally.product[best]] = np.arange(1, len(best) + 1)
    found = [[reason for doubt in tally.doubts for reason in doubt.reasons(one)] for one in best.tolist()]
    for part in tally.spoken:
        which = place[part.votes.product]
        entries = np.flatnonzero(which)
        entries = entries[np.argsort(which[entries], kind="stable")]
        cuts = np.flatnonzero(np.diff(which[entries])) + 1
        for group in np.split(entries, cuts) if len(entries) else []:
            found[which[group[0]] - 1].extend(part.votes.reasons(group, part.weight[group]))
    products = tally.product[best].tolist()
    return [
        tuple(_of_few(shelf, reason, product) for reason in heaviest_first(reasons))
        for product, reasons in zip(products, found, strict=True)
    ]


def _of_few(shelf: Shelf, reason: Reason, product: int) -> Reason:
    """The same reason; of one that tells of people, whether these are two."""
    if not (isinstance(reason, InterestReason) and reason.because):
        return reason
    return replace(reason, few=True) if shelf.takers.few(reason.because[:2], product) else reason
