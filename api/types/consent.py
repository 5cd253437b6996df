"""Consent: what somebody allows, and what they said when and where."""

import asyncio
from datetime import datetime

import strawberry

from api.context import Info
from api.types.described import field, input_type, output
from graph.consent import Purpose, Standing
from graph.events import Consent as Said
from graph.events import Event, Kind, content_id, instant, micros


@output
class ConsentRecord:
    """What somebody said once. Purposes that were left as they were are null."""

    at: datetime = strawberry.field(description="When it was said.")
    surface: str | None = strawberry.field(description="Where it was said.")
    notice: str | None = strawberry.field(description="The wording that was shown.")
    personalisation: bool | None = strawberry.field(description="Of suggestions made for oneself.")
    named_to_friends: bool | None = strawberry.field(description="Of being named to friends.")
    location: bool | None = strawberry.field(description="Of one's region being used.")
    research: bool | None = strawberry.field(description="Of being counted in evaluations.")

    @classmethod
    def from_domain(cls, event: Event) -> "ConsentRecord":
        """As the API shows it."""
        said = event.consent or Said()
        return cls(
            at=event.at,
            surface=event.surface,
            notice=said.notice,
            personalisation=said.personalisation,
            named_to_friends=said.named_to_friends,
            location=said.location,
            research=said.research,
        )


@output
class Consent:
    """What somebody allows now, each purpose by itself. Who never spoke of one allows it or not as the shop
    settled for everybody.
    """

    row: strawberry.Private[int]
    standing: strawberry.Private[Standing]

    @field
    def personalisation(self) -> bool:
        """Suggestions made for oneself, and what one does counting for what friends are shown."""
        return Purpose.PERSONALISATION in self.standing.allowed

    @field
    def named_to_friends(self) -> bool:
        """Being named to friends, where what one did is a reason."""
        return Purpose.NAMED_TO_FRIENDS in self.standing.allowed

    @field
    def location(self) -> bool:
        """One's region being used."""
        return Purpose.LOCATION in self.standing.allowed

    @field
    def research(self) -> bool:
        """Being counted where answers are evaluated."""
        return Purpose.RESEARCH in self.standing.allowed

    @field
    def updated_at(self) -> datetime | None:
        """When this person last said something of it; null where they never did."""
        return None if self.standing.updated_at is None else instant(self.standing.updated_at)

    @field
    async def records(self, info: Info) -> list[ConsentRecord]:
        """Everything this person ever said of it, latest first, from the store; at most 100."""
        keys = info.context.analysis.snapshot.people.keys_of(self.row)
        said = await asyncio.to_thread(info.context.intake.consents, keys)
        latest = sorted(said, key=lambda event: event.at, reverse=True)[:100]
        return [ConsentRecord.from_domain(event) for event in latest]


@input_type
class SetConsentInput:
    """What somebody allows from now on; null leaves a purpose as it is."""

    user: str = strawberry.field(description="Your own id of the person, or a visitor's id.")
    notice: str | None = strawberry.field(default=None, description="The wording that was shown.")
    surface: str | None = strawberry.field(default=None, description="Where it was shown.")
    personalisation: bool | None = strawberry.field(
        default=None,
        description="May suggestions be made for this person, and what they do count for their friends'?",
    )
    named_to_friends: bool | None = strawberry.field(
        default=None, description="May friends see this person's name in their explanations?"
    )
    location: bool | None = strawberry.field(default=None, description="May their region be used?")
    research: bool | None = strawberry.field(
        default=None, description="May they be counted where answers are evaluated?"
    )

    @property
    def says_nothing(self) -> bool:
        """Whether every purpose is left as it is."""
        return (self.personalisation, self.named_to_friends, self.location, self.research) == (None,) * 4

    def to_domain(self, now: datetime) -> Event:
        """The same as an event of the log."""
        purposes = self.personalisation, self.named_to_friends, self.location, self.research
        return Event(
            id=content_id("consent", self.user, purposes, self.notice, micros(now)),
            kind=Kind.CONSENT,
            at=now,
            user=self.user,
            surface=self.surface,
            consent=Said(*purposes, notice=self.notice),
        )
