"""What the first question of each kind would wait for, done before it is asked.

A market computes pools of reverse-reachable sets, how long openings are remembered and how earlier weeks went
when somebody asks for them, and kernels are compiled at their first call: half a minute on a busy machine,
once. A server does all of it when it starts, beside the first answers.
"""

from decimal import Decimal

from graph.campaign.audience import NO_FILTER, KolFilter
from graph.campaign.forecast import forecast
from graph.campaign.kol import kol_candidates
from graph.campaign.listing import listing, standing
from graph.campaign.market import Market
from graph.campaign.worth import Objective
from graph.events import Money

LIMITED = KolFilter(most_from_one_community=0.5)
LITTLE = Money(Decimal(1), "CNY")


def make_ready(market: Market, objective: Objective) -> None:
    """Have at hand what lists of candidates for an objective and forecasts are answered from. It gives
    nothing and changes no answer.
    """
    listing(market, objective=objective, chosen_by=LIMITED, budget=LITTLE)
    listed = listing(market, objective=objective)
    kol_candidates(market, objective=objective, limit=1, listed=listed)
    for person in listed.ranking.people[:1].tolist():
        standing(market, person, chosen_by=NO_FILTER, listed=listed)
        forecast(market, [person])
