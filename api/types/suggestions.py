"""What to show somebody, and why."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from zlib import crc32

import strawberry

from api.context import Context, Info
from api.ids import own
from api.limits import PAGE, SUGGESTED, at_most
from api.rights.sight import Sight
from api.sentences import sayings
from api.types.described import field, input_type, output
from api.types.dropped import Dropped, dropped_of
from api.types.node import Connection
from api.types.products import Product
from api.types.reasons import Reason, reason_of
from api.types.values import Estimate
from graph import suggest
from graph.analysis import Analysis
from graph.answers import Given, placed
from graph.events import ContentId, content_id, micros
from graph.scene import Moment
from graph.snapshot import Snapshot
from graph.suggest.explain import Language, Names, explain


@input_type
class SuggestionContext:
    """Where the suggestions are to be shown, and what led there. What is unknown to us is passed over."""

    at: datetime | None = strawberry.field(
        default=None,
        description="When it is shown: what is wanted at that hour, on that day and near that festival comes"
        " in, and what friends did has as much of its news left as then. Null is no time in particular; then"
        " news is as old as it was at the newest event.",
    )
    region: str | None = strawberry.field(
        default=None,
        description="Where it is shown, in the words of the log. Passed over for people who do not allow"
        " their location to be used.",
    )
    scene: str | None = strawberry.field(
        default=None,
        description="A scene by its word, where it is none of the moment: `spring-festival`, `evening`,"
        " `saturday`, `may`, or a region or surface of the log.",
    )
    share: str | None = strawberry.field(
        default=None,
        description="The share whose link was opened, by the SHARE event's id or the Share's `id` of"
        " this API: its sharer and its product count, unless they are given too. A member may name their own"
        " shares and those of friends.",
    )
    sharer: str | None = strawberry.field(
        default=None,
        description="Whose link was opened, where the link carries no share. A member may name themselves and"
        " friends who allow to be named; everybody else is passed over like somebody unknown.",
    )
    product: str | None = strawberry.field(
        default=None,
        description="The product that the link leads to or the page shows. It is not suggested itself.",
    )
    category: str | None = strawberry.field(default=None, description="Suggest only from this category.")
    surface: str | None = strawberry.field(
        default=None, description="Where it is shown: home, product page, landing page, cart."
    )
    exclude: list[str] | None = strawberry.field(
        default=None, description="Products already on the page; they are not suggested."
    )

    def to_domain(self, sight: Sight) -> suggest.Context:
        """The same in rows of a snapshot, as far as whoever asks may know of it."""
        snapshot = sight.analysis.snapshot
        shared = _link(sight, self.share)
        sharer = None if self.sharer is None else sight.sharer(self.sharer)
        product = None if self.product is None else snapshot.products.keys.row(self.product)
        excluded = map(snapshot.products.keys.row, at_most(self.exclude or [], PAGE, "context.exclude"))
        return suggest.Context(
            sharer=shared[0] if sharer is None else sharer,
            product=shared[1] if product is None else product,
            category=None if self.category is None else _category(snapshot, self.category),
            exclude=frozenset(row for row in excluded if row is not None),
            moment=Moment(
                at=None if self.at is None else micros(self.at),
                region=self.region,
                surface=self.surface,
                named=self.scene,
            ),
        )


def _category(snapshot: Snapshot, category: str) -> int:
    """The code of a category; one that no product has, where nobody ever said it."""
    code = snapshot.words.row(category)
    return len(snapshot.words) if code is None else code


def _link(sight: Sight, share: str | None) -> tuple[int | None, int | None]:
    """Whose share of what this is, as rows; Nones for one that is unknown or not for whoever asks, or whose
    sharer was forgotten.
    """
    snapshot = sight.analysis.snapshot
    row = None if share is None else snapshot.shares.row(own("Share", share))
    visible = share is not None and sight.share(row)
    if row is None or not visible:
        return None, None
    sharer, product = int(snapshot.shares.person[row]), int(snapshot.shares.product[row])
    return None if sharer < snapshot.people.blanks else sharer, product


@output
class Suggestion:
    """A product to show."""

    suggestion: strawberry.Private[suggest.Suggestion]
    spoken: strawberry.Private[Language]
    product: Product = strawberry.field(description="What to show.")
    rank: int = strawberry.field(
        description="The order to show, from 1. Diversity and exploration may put a lower score before"
        " a higher one."
    )
    score: float = strawberry.field(
        description="Comparable within one answer only. It is the sum of its reasons' weights, which"
        " may be negative."
    )
    rank_by_score: int | None = strawberry.field(
        description="The place that its score alone would give it, from 1. More than `rank`: it was moved up,"
        " so that the list is not all of one kind, from one friend or of what everybody knows, or so that"
        " what hardly anybody is shown is seen. Less: others were. Null: chance put it there, as its"
        " ExplorationReason says."
    )
    opens: Estimate | None = strawberry.field(
        description="Chance that it is opened when shown, learned from what the shop showed before; where the"
        " log tells nothing shown, from what people chose by themselves, which is less. Null where the log is"
        " too small to tell, and for a newcomer on a product's page: it tells of nobody like them."
    )

    @classmethod
    def from_domain(cls, suggestion: suggest.Suggestion, spoken: Language) -> "Suggestion":
        """As the API shows it."""
        return cls(
            suggestion=suggestion,
            spoken=spoken,
            product=Product(row=suggestion.product),
            rank=suggestion.rank,
            score=suggestion.score,
            rank_by_score=suggestion.by_score,
            opens=None if suggestion.opens is None else Estimate.from_domain(suggestion.opens),
        )

    @field
    def explanation(self, info: Info) -> str:
        """One plain sentence for the end user, naming friends only where those friends allow it."""
        snapshot = info.context.analysis.snapshot
        names = Names(snapshot.people.names, snapshot.products.names)
        return explain(self.suggestion, names, sayings(self.spoken))

    @field
    def reasons(self) -> list[Reason]:
        """Heaviest first; at most ten, the last may be a RemainderReason so that the sum holds."""
        return [reason_of(reason) for reason in self.suggestion.reasons]


@output
class SuggestionConnection(Connection[Suggestion]):
    """A page of an answer's suggestions, in the order to show; an answer ends at the hundredth."""

    answer_id: strawberry.ID = strawberry.field(
        description="Give it back with EXPOSURE, OPEN and PURCHASE events, so that this answer can be"
        " measured. "
        "All pages of one answer have the same."
    )
    dropped: list[Dropped] = strawberry.field(
        description="What is not in the answer though something spoke for it, by filter: why a list is"
        " shorter than expected. The same for all pages. Members are told only what the shop keeps back from"
        " everybody: `UNAVAILABLE`, `NOISE`, `STALE`."
    )


async def suggested(
    info: Info,
    person: int | None,
    context: SuggestionContext | None,
    page: tuple[int | None, str | None],
    locale: str | None,
) -> SuggestionConnection:
    """The page of suggestions for somebody, who may be unknown (None)."""
    request = info.context
    surface = None if context is None else context.surface
    ask = suggest.Ask(person, (context or SuggestionContext()).to_domain(request.sight))
    asked, made_of, drawing = _drawing(request.analysis, ask, surface)
    window = request.window(*page, "suggestions", asked)
    answer = await request.suggestions.load((drawing, min(window.stop + 1, SUGGESTED)))
    request.count_dropped(answer.dropped)
    answer_id = request.veil.answer(made_of)
    spoken, page_of = request.language(locale), window.cut(answer.suggestions)
    request.answerlog.give([_given(request, answer_id, ask, surface, page_of.items)])
    return SuggestionConnection(
        page=page_of.map(lambda one: Suggestion.from_domain(one, spoken)),
        answer_id=strawberry.ID(answer_id),
        dropped=dropped_of(answer, request.sight),
    )


def _drawing(
    analysis: Analysis, ask: suggest.Ask, surface: str | None
) -> tuple[tuple[object, ...], ContentId, suggest.Ask]:
    """What was asked, the answer's id before it has a name, and the ask with the chance that goes with it.
    Whatever came to the log since gives another id: an answer after a word of the person's is not the one
    before it.
    """
    asked = _in_keys(analysis.snapshot, ask, surface)
    answer_id = content_id("answer", analysis.snapshot.as_of, analysis.held, asked)
    return asked, answer_id, replace(ask, seed=crc32(answer_id.encode()))


def told_by(
    sight: Sight, person: int, context: SuggestionContext | None, limit: int
) -> Sequence[suggest.Suggestion]:
    """What the analysis that somebody looks at suggests to a person; the same as `suggested` would say if it
    were the present one.
    """
    analysis, surface = sight.analysis, None if context is None else context.surface
    ask = suggest.Ask(person, (context or SuggestionContext()).to_domain(sight))
    _, _, drawing = _drawing(analysis, ask, surface)
    return suggest.suggest(analysis.shelf, [drawing], limit=limit)[0].suggestions


def _given(
    request: Context, id: str, ask: suggest.Ask, surface: str | None, page: Sequence[suggest.Suggestion]
) -> Given:
    """A page of an answer as it is kept; who allows no personal answer is nobody in it."""
    snapshot, person = request.analysis.snapshot, ask.person
    known = person is not None and bool(request.analysis.shelf.personal[person])
    key = snapshot.people.keys[person] if known and person is not None else None
    products = snapshot.products.keys
    places = tuple(placed(one, products[one.product]) for one in page)
    return Given(id, request.analysis.version, key, surface, micros(request.now), places)


def _in_keys(snapshot: Snapshot, ask: suggest.Ask, surface: str | None) -> tuple[object, ...]:
    """What was asked, in words that are the same in every store that holds the same log."""
    people, products, context = snapshot.people.keys, snapshot.products.keys, ask.context
    return (
        None if ask.person is None else people[ask.person],
        None if context.sharer is None else people[context.sharer],
        None if context.product is None else products[context.product],
        context.category and snapshot.words[context.category : context.category + 1],
        sorted(products[row] for row in context.exclude),
        surface,
        context.moment.at,
        context.moment.region,
        context.moment.named,
    )
