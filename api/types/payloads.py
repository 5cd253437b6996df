"""What mutations answer."""

from collections.abc import Awaitable, Callable, Sequence
from enum import Enum
from typing import TypedDict

import strawberry

from api.context import Info
from api.intake import Fault, Recorded, Upserted, why
from api.types.consent import SetConsentInput
from api.types.described import enumeration, field, output
from api.types.inputs import GiveFeedbackInput, RecordEventsInput
from api.types.people import User
from api.types.products import Product
from graph.events import Reject
from loaders.sources.records import Said


@enumeration
class UserErrorCode(Enum):
    """What kind of mistake it is."""

    NOT_FOUND = strawberry.enum_value("NOT_FOUND", description="What it names is unknown.")
    INVALID = strawberry.enum_value("INVALID", description="A value outside its range or form.")
    FORBIDDEN = strawberry.enum_value("FORBIDDEN", description="Not for this caller.")
    CONFLICT = strawberry.enum_value("CONFLICT", description="It contradicts what was said before.")
    TOO_LARGE = strawberry.enum_value("TOO_LARGE", description="Too much at once; send it in parts.")


@output
class UserError:
    """A mistake in the input, which the caller can mend."""

    code: UserErrorCode = strawberry.field(description="What kind of mistake it is.")
    message: str = strawberry.field(description="What is wrong and what would be right, for a person.")
    field: list[str] | None = strawberry.field(
        description="The path of the wrong value within the input; null where it is the whole."
    )

    @classmethod
    def from_domain(cls, fault: Fault) -> "UserError":
        """As the API shows it."""
        return cls(code=UserErrorCode(fault.code), message=str(fault), field=list(fault.field) or None)


@output
class RejectedEvent:
    """An event that was not taken."""

    id: strawberry.ID = strawberry.field(description="The event's id.")
    reason: str = strawberry.field(description="A stable short reason, and after a colon the particulars.")

    @classmethod
    def from_domain(cls, reject: Reject, sent: Sequence[Said]) -> "RejectedEvent":
        """As the API shows it. sent: the events of the call: of one that names somebody forgotten nothing is
        kept but its place.
        """
        return cls(id=strawberry.ID(str(sent[reject.line - 1]["id"])), reason=why(reject))


@output
class RecordEventsPayload:
    """What became of the events: each is stored, repeated or rejected."""

    stored: int = strawberry.field(description="Events that are new.")
    repeated: int = strawberry.field(description="Events that were there with the same content.")
    rejected: list[RejectedEvent] = strawberry.field(
        description="Events that were not taken, in the order given."
    )
    version: str = strawberry.field(description="The dataset's version with these events in it.")
    user_errors: list[UserError] = strawberry.field(
        description="Why nothing was taken; empty where events were looked at."
    )

    @classmethod
    async def of(cls, info: Info, said: RecordEventsInput) -> "RecordEventsPayload":
        """Take the events, and say what became of them."""
        request, rows = info.context, [event.said() for event in said.events]
        try:
            key, whose = said.idempotency_key, request.caller.id
            recorded = await request.intake.record(rows, key, request.now, whose)
        except Fault as fault:
            recorded = await request.intake.nothing()
            return cls.from_domain(recorded, rows, fault)
        return cls.from_domain(recorded, rows)

    @classmethod
    def from_domain(cls, recorded: Recorded, sent: Sequence[Said], *faults: Fault) -> "RecordEventsPayload":
        """As the API shows it."""
        taken = recorded.taken
        return cls(
            stored=taken.stored,
            repeated=taken.repeated,
            rejected=[RejectedEvent.from_domain(reject, sent) for reject in taken.rejected],
            version=recorded.version,
            user_errors=[UserError.from_domain(fault) for fault in faults],
        )


@output
class UpsertPayload:
    """What became of the users or products."""

    stored: int = strawberry.field(description="How many were new or changed.")
    user_errors: list[UserError] = strawberry.field(description="What was wrong with those not taken.")

    @classmethod
    async def of(cls, taking: Awaitable[Upserted]) -> "UpsertPayload":
        """Take the rows, and say what became of them."""
        try:
            upserted = await taking
        except Fault as fault:
            upserted = Upserted(0, (fault,))
        return cls(
            stored=upserted.stored, user_errors=[UserError.from_domain(fault) for fault in upserted.faults]
        )


@output
class GiveFeedbackPayload:
    """What became of the feedback."""

    key: strawberry.Private[str | None]
    user_errors: list[UserError] = strawberry.field(description="Why it was not taken; empty where it was.")

    @classmethod
    async def of(cls, info: Info, said: GiveFeedbackInput) -> "GiveFeedbackPayload":
        """Take the feedback, and say what became of it."""
        return cls(**await _taken(info, said, lambda: _check_known(info, said)))

    @field
    async def user(self, info: Info) -> User | None:
        """The person, with the feedback taken into account; null where it was not taken."""
        return await _person(info, self.key)


@output
class SetConsentPayload:
    """What became of the consent."""

    key: strawberry.Private[str | None]
    user_errors: list[UserError] = strawberry.field(description="Why it was not taken; empty where it was.")

    @classmethod
    async def of(cls, info: Info, said: SetConsentInput) -> "SetConsentPayload":
        """Take the consent, and say what became of it. Somebody unknown may say no before anything else."""
        return cls(**await _taken(info, said, lambda: _check_said(info, said)))

    @field
    async def user(self, info: Info) -> User | None:
        """The person, as they are answered from now on; null where it was not taken."""
        return await _person(info, self.key)


class _Became(TypedDict):
    """What became of what one person said: the key of who it is about where it was taken, else why not."""

    key: str | None
    user_errors: list[UserError]


async def _taken(info: Info, said: GiveFeedbackInput | SetConsentInput, check: Callable[[], None]) -> _Became:
    """Take what one person said, after a check that may raise a fault."""
    await info.context.pin()
    try:
        check()
        await info.context.intake.take(said.to_domain(info.context.now), info.context.now)
    except Fault as fault:
        return _Became(key=None, user_errors=[UserError.from_domain(fault)])
    return _Became(key=said.user, user_errors=[])


async def _person(info: Info, key: str | None) -> User | None:
    """The person of a key, by all that is recorded by now."""
    if key is None:
        return None
    await info.context.pin()
    return User.by_key(info, key)


def _check_said(info: Info, said: SetConsentInput) -> None:
    if not info.context.sight.speaks_for(said.user):
        raise Fault("NOT_FOUND", f"no user {said.user!r:.80}", "user")
    if said.says_nothing:
        raise Fault("INVALID", "say yes or no to one purpose at least", "input")


def _check_known(info: Info, said: GiveFeedbackInput) -> None:
    if User.by_key(info, said.user) is None or not info.context.sight.speaks_for(said.user):
        raise Fault("NOT_FOUND", f"no user {said.user!r:.80}; record an event of theirs first", "user")
    if Product.by_key(info, said.product) is None:
        raise Fault("NOT_FOUND", f"no product {said.product!r:.80}; upsert it first", "product")
