"""Whom an audience is made of."""

from datetime import datetime

import strawberry

from api.rights.sight import Sight
from api.types.described import input_type
from api.types.kolfilter import community_of, people_of
from graph import recipients
from graph.events import micros


@input_type
class AudienceFilter:
    """Who may be listed; a field that is null rules nobody out."""

    region: str | None = strawberry.field(
        default=None, description="Only people of this region, who allow that to be used."
    )
    community: strawberry.ID | None = strawberry.field(
        default=None, description="Only people of this community."
    )
    active_since: datetime | None = strawberry.field(
        default=None,
        description="Only people who did something since then; asked by growth teams, since that day began"
        " (UTC).",
    )
    exclude: list[str] | None = strawberry.field(
        default=None, description="Not these people, by your own ids; at most 1,000."
    )

    def to_domain(self, sight: Sight) -> recipients.AudienceFilter:
        """The same in rows of a snapshot, as far as whoever asks may ask; unknown people are nobody."""
        return recipients.AudienceFilter(
            region=self.region,
            community=community_of(self.community, "filter.community"),
            active_since=None if self.active_since is None else sight.day(micros(self.active_since)),
            exclude=people_of(sight.analysis.snapshot, self.exclude, "exclude"),
        )
