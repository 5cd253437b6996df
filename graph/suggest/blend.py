"""The sum that ranks: votes of every source for every product, and the best of them with their reasons."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from graph.events import Verdict
from graph.kernels.votes import gather, total_by_column
from graph.log import NONE
from graph.suggest.answers import Answer, Ask, Context, Suggestion
from graph.suggest.circle import LINK, circle
from graph.suggest.circle import taste as taste_of
from graph.suggest.filters import Own, kept
from graph.suggest.popular import EVERYBODY, LISTED
from graph.suggest.reasons import (
    FriendReason,
    InterestReason,
    PopularityReason,
    Reason,
    RelationReason,
    heaviest_first,
)
from graph.suggest.relations import Relations
from graph.suggest.shelf import Shelf
from graph.suggest.votes import Votes
from graph.timeline import Rows

FRIENDS, ACTS_EACH, OWN = 150, 100, 100
"""Strongest friends listened to, newest acts of each, and newest products of one's own: what bounds the work
of one answer."""

PAGE = 1.0
"""The taste for the product on the page."""


def suggest(shelf: Shelf, asks: Sequence[Ask], *, limit: int) -> list[Answer]:
    """At most `limit` suggestions for each ask, best first, ties of score by product row; nothing but memory
    is read.

    The first n of a larger limit are the answer for limit n. A person who allows no personal answer gets what
    is popular with everybody and what belongs to the page.
    """
    return [_answer(shelf, ask, limit) for ask in asks]


def _answer(shelf: Shelf, ask: Ask, limit: int) -> Answer:
    votes = list(_sources(shelf, ask))
    product = np.concatenate([source.product for source in votes])
    candidates, score = total_by_column(
        product, np.concatenate([source.vote for source in votes]), shelf.products
    )
    context = ask.context
    excluded = context.exclude | ({context.product} if context.product is not None else frozenset())
    category = None if context.category is None else (shelf.categories, context.category)
    keep, dropped = kept(candidates, _own(shelf, ask.person), excluded, shelf.stands, category)
    candidates, score = candidates[keep], score[keep]
    best = candidates[np.lexsort((candidates, -score))[:limit]]
    reasons = _reasons(votes, best, shelf.products)
    return Answer(
        tuple(
            Suggestion(int(row), rank, float(sum(reason.weight for reason in why)), why)
            for rank, (row, why) in enumerate(zip(best, reasons, strict=True), start=1)
        ),
        dropped,
    )


def _own(shelf: Shelf, person: int | None) -> Own:
    if person is None:
        return Own(np.empty(0, np.int32), np.empty(0, np.int32), {})
    acts = shelf.engaged.of(person)
    return Own(acts.product[acts.bought], acts.product[~acts.bought], shelf.verdicts.of(person))


def _sources(shelf: Shelf, ask: Ask) -> list[Votes]:
    person = ask.person
    personal = person is None or bool(shelf.personal[person])
    page = ask.context.product
    mine, taste, bought = _tastes(shelf, person if personal else None, ask.context)
    sharer = ask.context.sharer if personal else None
    community = EVERYBODY
    if personal and person is not None:
        community = int(shelf.labels[person])
    elif sharer is not None:
        community = int(shelf.labels[sharer])
    return [
        _friends(shelf, person if personal else None, sharer),
        *_company(shelf, person, sharer),
        _interest(shelf, mine, taste),
        _related(shelf, shelf.complements, mine[bought], taste[bought], page),
        _related(shelf, shelf.substitutes, mine[~bought], taste[~bought], page),
        _related(shelf, shelf.complements, *_page(ask.context), page),
        _popular(shelf, community),
        *(_of_category(shelf, category) for category in _categories(shelf, ask.context)),
    ]


def _company(shelf: Shelf, person: int | None, sharer: int | None) -> list[Votes]:
    """What a sharer who may be named tells of somebody without friends and without a history."""
    known = person is not None and (len(shelf.ties.friends(person)) or len(shelf.engaged.of(person).product))
    if known or sharer is None or not shelf.named[sharer]:
        return []
    return [circle(shelf, sharer), taste_of(shelf, sharer)]


def _page(context: Context) -> tuple[Rows, NDArray[np.float64]]:
    """The product on the page, where it is not somebody's own: what goes with it is wanted as well as what
    could stand for it.
    """
    rows = [] if context.product is None else [context.product]
    return np.array(rows, np.int32), np.full(len(rows), PAGE)


def _tastes(
    shelf: Shelf, person: int | None, context: Context
) -> tuple[Rows, NDArray[np.float64], NDArray[np.bool_]]:
    """Products of one's own with the taste each shows and whether it was bought; the product on the page
    counts as one looked at.
    """
    taste: dict[int, float] = {}
    bought: set[int] = set()
    if person is not None:
        acts = shelf.engaged.of(person)
        taste = dict(zip(acts.product[:OWN].tolist(), acts.taste[:OWN].tolist(), strict=True))
        bought = set(acts.product[:OWN][acts.bought[:OWN]].tolist())
        for said, verdict in shelf.verdicts.of(person).items():
            if verdict is Verdict.NOT_INTERESTED:
                taste.pop(said, None)
            else:
                taste[said] = 1.0
            if verdict is Verdict.ALREADY_OWNED:
                bought.add(said)
    if context.product is not None:
        taste[context.product] = max(PAGE, taste.get(context.product, 0.0))
        bought.discard(context.product)
    rows = np.fromiter(taste, np.int32, len(taste))
    return (
        rows,
        np.fromiter(taste.values(), np.float64, len(taste)),
        np.array([row in bought for row in taste], np.bool_),
    )


def _friends(shelf: Shelf, person: int | None, sharer: int | None) -> Votes:
    ties, engaged = shelf.ties, shelf.engaged
    friend, strength = (
        ties.into(person, FRIENDS) if person is not None else (np.empty(0, np.int32), np.empty(0))
    )
    if sharer is not None and sharer != person:
        known = friend == sharer
        friend = np.append(friend[~known], np.int32(sharer))
        strength = np.append(strength[~known], max(LINK, float(strength[known].max(initial=0.0))))
    product, vote, asked, place = engaged.said(friend, strength * shelf.blend.friends, ACTS_EACH)

    def reason(entry: np.intp) -> Reason:
        action, at, share = engaged.act(int(place[entry]))
        who = int(friend[asked[entry]])
        return FriendReason(float(vote[entry]), who, bool(shelf.named[who]), action, at, share)

    def reasons(entries: NDArray[np.intp]) -> list[Reason]:
        return [reason(entry) for entry in entries]

    return Votes(product, vote, reasons)


def _interest(shelf: Shelf, mine: Rows, taste: NDArray[np.float64]) -> Votes:
    near = shelf.neighbours
    starts, ends = near.indptr[mine], near.indptr[mine + 1]
    product, vote, asked, _ = gather(starts, ends, taste * shelf.blend.interest, near.product, near.closeness)

    def reasons(entries: NDArray[np.intp]) -> list[Reason]:
        heaviest = entries[np.lexsort((asked[entries], -vote[entries]))]
        return [InterestReason(float(vote[entries].sum()), tuple(int(mine[asked[i]]) for i in heaviest[:3]))]

    return Votes(product, vote, reasons)


def _related(
    shelf: Shelf, relations: Relations, mine: Rows, taste: NDArray[np.float64], page: int | None
) -> Votes:
    starts, ends = relations.indptr[mine], relations.indptr[mine + 1]
    weight = taste * shelf.blend.relations
    product, vote, asked, _ = gather(starts, ends, weight, relations.product, relations.score)

    def reasons(entries: NDArray[np.intp]) -> list[Reason]:
        related = ((float(vote[i]), int(mine[asked[i]])) for i in entries)
        return [RelationReason(weight, relations.relation, to, to != page) for weight, to in related]

    return Votes(product, vote, reasons)


def _popular(shelf: Shelf, community: int) -> Votes:
    product, popularity = shelf.popular.list_of(community)
    label = community if shelf.popular.has_list(community) else None
    return _listed(product, popularity * shelf.blend.popularity, label)


def _categories(shelf: Shelf, context: Context) -> set[int]:
    """The categories the page is about: the one asked for, and that of the product shown."""
    shown = [] if context.product is None else [int(shelf.categories[context.product])]
    asked = [] if context.category is None else [context.category]
    return {code for code in shown + asked if code != NONE}


def _of_category(shelf: Shelf, category: int) -> Votes:
    inside = np.flatnonzero(shelf.categories == category)
    popularity = shelf.popular.overall[inside]
    best = np.lexsort((inside, -popularity))[:LISTED]
    best = best[popularity[best] > 0]
    largest = popularity[best[:1]]
    vote = popularity[best] / (largest if len(largest) else 1.0) * shelf.blend.category
    return _listed(inside[best].astype(np.int32), vote, None)


def _listed(product: Rows, vote: NDArray[np.float64], community: int | None) -> Votes:
    def reasons(entries: NDArray[np.intp]) -> list[Reason]:
        return [PopularityReason(float(vote[i]), community) for i in entries]

    return Votes(product, vote, reasons)


def _reasons(votes: list[Votes], best: Rows, products: int) -> list[tuple[Reason, ...]]:
    place = np.zeros(products, np.int32)
    place[best] = np.arange(1, len(best) + 1)
    found: list[list[Reason]] = [[] for _ in best]
    for source in votes:
        which = place[source.product]
        entries = np.flatnonzero(which)
        entries = entries[np.argsort(which[entries], kind="stable")]
        cuts = np.flatnonzero(np.diff(which[entries])) + 1
        for group in np.split(entries, cuts) if len(entries) else []:
            found[which[group[0]] - 1].extend(source.reasons(group))
    return [heaviest_first(reasons) for reasons in found]
