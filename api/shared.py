"""What is computed once for an analysis, or for a fit, and asked by many: by name, so that whoever asks for
what is being computed waits for it (api.memo), and so that it can be there before anybody asks (api.warming).

None of it depends on what a request says, so there is a handful of them for each analysis. They are done to
their end, for whoever asks next.
"""

from collections.abc import Sequence

from graph.analysis import Analysis, Totals
from graph.campaign.market import Market
from graph.campaign.ready import make_ready
from graph.campaign.worth import Objective
from graph.cascades import Cascades
from graph.cascades.growth import Growth
from graph.communities import Community
from graph.recipients import Asking
from graph.suggest import Answer, Ask, suggest


def cascades(analysis: Analysis) -> Cascades:
    """Every cascade, noise left out."""
    return analysis.cascades


def noisy_cascades(analysis: Analysis) -> Cascades:
    """Every cascade, with what bursts no person can make."""
    return analysis.noisy_cascades


def growth(fit: Analysis) -> Growth | None:
    """How cascades go on; None where there are too few to tell."""
    return fit.growth


def market(fit: Analysis) -> Market:
    """What questions of influence are answered from."""
    found = fit.market
    _ = found.sample
    return found


def communities(fit: Analysis) -> Sequence[Community]:
    """What is said of each community, by position."""
    return fit.communities


def modularity(fit: Analysis) -> float:
    """How much more of the ties' weight stays inside communities than by chance."""
    return fit.modularity


def sharing(fit: Analysis) -> Asking:
    """What recipients and audiences are answered from: ten seconds for a hundred thousand events."""
    return fit.sharing


def totals(analysis: Analysis) -> Totals:
    """How much was opened, bought and kept, and left out as noise."""
    return analysis.totals


def by_sharer(analysis: Analysis) -> object:
    """Everybody's shares, person by person."""
    return analysis.by_sharer


def suggestions(fit: Analysis) -> list[Answer]:
    """An answer to somebody unknown: what it needs is compiled."""
    return suggest(fit.shelf, [Ask(None)], limit=1)


def reach(fit: Analysis) -> None:
    """Have lists of who reaches most, and forecasts, made ready."""
    make_ready(fit.market, Objective.REACH)


def openers(fit: Analysis) -> None:
    """Have lists by openers made ready."""
    make_ready(fit.market, Objective.OPENERS)
