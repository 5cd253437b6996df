"""What is held about a person, and its end."""

from functools import partial

import orjson
import strawberry

from api.context import Info
from api.intake import Fault
from api.rights.pseudonyms import Pseudonyms
from api.types.described import input_type, output
from api.types.payloads import UserError
from graph.snapshot.people import People


@input_type
class ForgetUserInput:
    """Whom to forget."""

    user: str = strawberry.field(description="Your own id of the person, or a visitor's id.")


@output
class ForgetUserPayload:
    """What became of it. Visitors who are one person with them are forgotten too; cascades keep their shape
    around a blank; the key, and whatever comes with it later, is refused from now on.
    """

    forgotten: bool = strawberry.field(
        description="Whether somebody was known by this key, and no longer is."
    )
    user_errors: list[UserError] = strawberry.field(
        description="Why nobody was forgotten; empty where they were."
    )

    @classmethod
    async def of(cls, info: Info, said: ForgetUserInput) -> "ForgetUserPayload":
        """Forget the person; when this returns, no answer of this process or another can speak of them."""
        request = info.context
        forgotten = await request.intake.forget(said.user)
        request.answers.begin_anew()
        if forgotten:
            return cls(forgotten=True, user_errors=[])
        unknown = Fault("NOT_FOUND", f"no user {said.user!r:.80}", "user")
        return cls(forgotten=False, user_errors=[UserError.from_domain(unknown)])


async def export_of(info: Info, key: str) -> str | None:
    """All that is held about a person, as JSON; None for nobody, and for somebody whom the caller may not
    speak for. Members read others under pseudonyms.
    """
    request = info.context
    if not request.sight.speaks_for(key):
        return None
    veil = request.veil.of(request.caller)
    called = str if veil is None else partial(_called, veil, request.analysis.snapshot.people)
    held = await request.searched(lambda stop: request.intake.export(key, called, stop))
    return None if held is None else orjson.dumps(held).decode()


def _called(veil: Pseudonyms, people: People, key: str) -> str:
    """The pseudonym of somebody, the same for a visitor who turned out to be them."""
    row = people.row(key)
    return veil.of(key if row is None else people.keys[row])
