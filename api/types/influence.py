"""Influence: what somebody's shares set off."""

import strawberry

from api.types.described import output
from api.types.values import Estimate, Money
from graph import influence


@output
class Influence:
    """Credited: divided among the sharers of a person's last opens before the action, by the rule and within
    the window that Dataset states, net of refunds (a line given back in full is no purchase). Not proof of
    cause.
    """

    page_rank: float = strawberry.field(
        description="PageRank over transmission-weighted ties, flowing to those whose shares are acted"
        " on; sums to 1."
    )
    reach: Estimate = strawberry.field(description="Expected number of people reached by one share.")
    opens_credited: float = strawberry.field(description="Opens of this person's shares.")
    purchases_credited: float = strawberry.field(description="Purchases, in parts.")
    revenue_credited: list[Money] = strawberry.field(
        description="What those purchases brought; one amount a currency."
    )

    @classmethod
    def from_domain(cls, found: influence.Influence) -> "Influence":
        """As the API shows it."""
        return cls(
            page_rank=found.page_rank,
            reach=Estimate.from_domain(found.reach),
            opens_credited=found.opens_credited,
            purchases_credited=found.purchases_credited,
            revenue_credited=[Money.from_domain(money) for money in found.revenue_credited],
        )
