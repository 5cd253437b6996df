"""What would go if somebody switched a consent off: the next answer, before it is asked for."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import strawberry

from api.context import Context
from api.rights.sight import Sight
from api.types.described import output
from api.types.products import Product
from api.types.reasons import Reason, reason_of
from api.types.suggestions import Suggestion, SuggestionContext, told_by
from graph import suggest
from graph.consent import Purpose, supposing
from graph.errors import StaleCursor
from graph.events import micros
from graph.stop import Stop
from graph.suggest.explain import Language


@output
class ConsentLoss:
    """A reason that would go, and what it speaks for today."""

    product: Product = strawberry.field(description="The product that it is a reason for.")
    reason: Reason = strawberry.field(description="The reason.")


@output
class ConsentPreview:
    """What somebody would be shown if they allowed this from now on. Nothing is changed by asking."""

    suggestions: list[Suggestion] = strawberry.field(
        description="The next answer, as it would be; in the order to show."
    )
    gone: list[Reason] = strawberry.field(
        description="Reasons in today's answer that would not be there, in the order of today's suggestions."
    )
    losses: list[ConsentLoss] = strawberry.field(
        description="The same reasons, each with the product that it is a reason for."
    )

    @classmethod
    async def of(
        cls,
        request: Context,
        person: int,
        words: dict[Purpose, bool],
        asked: tuple[SuggestionContext | None, int, Language],
    ) -> "ConsentPreview":
        """Of a person, under these words. StaleCursor where the shop has gone on since this was asked."""
        now, (context, limit, spoken) = request.analysis, asked
        key = now.snapshot.people.keys[person]
        at = micros(request.now)
        suppose = partial(request.answers.supposing, now, lambda log: supposing(log, key, words, at))
        then = await request.answered(suppose)
        if then is None:
            raise StaleCursor("the shop has gone on since this was asked; ask again")
        today, tomorrow = await asyncio.gather(
            *(
                request.answered(
                    partial(_told, replace(request.sight, analysis=each), person, context, limit)
                )
                for each in (now, then)
            )
        )
        left = {(one.product, replace(reason, weight=0.0)) for one in tomorrow for reason in one.reasons}
        lost = [
            ConsentLoss(product=Product(row=one.product), reason=reason_of(reason))
            for one in today
            for reason in one.reasons
            if (one.product, replace(reason, weight=0.0)) not in left
            and not isinstance(reason, suggest.RemainderReason)
        ]
        return cls(
            suggestions=[Suggestion.from_domain(one, spoken) for one in tomorrow],
            gone=[loss.reason for loss in lost],
            losses=lost,
        )


def _told(
    sight: Sight, person: int, context: SuggestionContext | None, limit: int, _: Stop
) -> Sequence[suggest.Suggestion]:
    return told_by(sight, person, context, limit)
