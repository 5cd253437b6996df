"""Everything that can be said."""

from typing import Annotated

import strawberry

from api.context import Info
from api.types.consent import SetConsentInput
from api.types.described import mutation, output
from api.types.erasure import ForgetUserInput, ForgetUserPayload
from api.types.inputs import GiveFeedbackInput, RecordEventsInput, UpsertProductsInput, UpsertUsersInput
from api.types.payloads import GiveFeedbackPayload, RecordEventsPayload, SetConsentPayload, UpsertPayload

Input = strawberry.argument(description="What is said.")


@output
class Mutation:
    """Everything that can be said. What is acknowledged is durable and counts in the very next answer."""

    @mutation
    async def record_events(
        self, info: Info, input: Annotated[RecordEventsInput, Input]
    ) -> RecordEventsPayload | None:
        """Idempotent by event id: the same id with the same content is a repeat, with other content it is
        rejected as a conflict. Each event is taken or not on its own: the payload lists those not taken, with
        why.
        """
        return await RecordEventsPayload.of(info, input)

    @mutation
    async def upsert_users(
        self, info: Info, input: Annotated[UpsertUsersInput, Input]
    ) -> UpsertPayload | None:
        """Say something of people, known or not; each is taken or not on its own."""
        rows = [user.said() for user in input.users]
        return await UpsertPayload.of(info.context.intake.upsert_users(rows))

    @mutation
    async def upsert_products(
        self, info: Info, input: Annotated[UpsertProductsInput, Input]
    ) -> UpsertPayload | None:
        """Say something of products, known or not; each is taken or not on its own."""
        rows = [product.said() for product in input.products]
        return await UpsertPayload.of(info.context.intake.upsert_products(rows))

    @mutation
    async def set_consent(
        self, info: Info, input: Annotated[SetConsentInput, Input]
    ) -> SetConsentPayload | None:
        """What a person allows from now on. Takes effect on the very next answer."""
        return await SetConsentPayload.of(info, input)

    @mutation
    async def give_feedback(
        self, info: Info, input: Annotated[GiveFeedbackInput, Input]
    ) -> GiveFeedbackPayload | None:
        """What a person says of a product. Takes effect on the very next answer."""
        return await GiveFeedbackPayload.of(info, input)

    @mutation
    async def forget_user(
        self, info: Info, input: Annotated[ForgetUserInput, Input]
    ) -> ForgetUserPayload | None:
        """Removes a person from the store, from snapshots and from every answer. Not reversible."""
        return await ForgetUserPayload.of(info, input)
