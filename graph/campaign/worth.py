"""What reaching a person is worth, under each objective: the weights of `graph.spread.forward`.

REACH counts people, and so does OPENERS, which no simulation is asked for (graph.campaign.openers). NEW_USERS
counts those without a purchase, or, in a log without purchases, without an open. PURCHASES counts people by
the chance that they buy a product within `AHEAD` of opening a share of it: a Beta posterior whose trials are
the different products they opened shares of that long ago, its successes those they then bought and kept so
soon. In a younger log all they opened count, and all they bought. REVENUE is that chance times what a line of
theirs brings, in one currency (graph.campaign.rates). Who shares is no opener of theirs: what sharers buy
themselves is in graph.campaign.sharers.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from graph.campaign.sharers import bought_soon
from graph.campaign.surprise import AHEAD
from graph.errors import InvalidInput
from graph.events import MONEY_SCALE
from graph.kernels.groups import firsts
from graph.log import NONE
from graph.openings import Openings
from graph.pooling import beta_prior, credible_means
from graph.purchases import Purchases
from graph.snapshot import Snapshot

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


class Objective(Enum):
    """What seed people are chosen for."""

    REACH = "people reached"
    NEW_USERS = "people reached who have not bought yet"
    PURCHASES = "purchases by people reached"
    REVENUE = "revenue from people reached"
    OPENERS = "people who open what they share in the coming days"


@dataclass(frozen=True, slots=True, eq=False)
class Behaviour:
    """What is known of n people's opening and buying: what was opened, what was bought and kept, of some
    products or of all.

    as_of: µs, up to when. any_purchase: something was bought and kept at all, of whatever product.
    """

    people: int
    opened: Openings
    kept: Purchases
    as_of: int
    any_purchase: bool

    @classmethod
    def of(cls, snapshot: Snapshot, opened: Openings, kept: Purchases) -> "Behaviour":
        """Of a whole snapshot."""
        return cls(len(snapshot.people), opened, kept, snapshot.as_of, len(kept) > 0)

    def among(self, products: Mask) -> "Behaviour":
        """With some of the products only; products: shape (products,)."""
        return Behaviour(
            self.people,
            self.opened.taken(products[self.opened.product]),
            self.kept.taken(products[self.kept.product]),
            self.as_of,
            self.any_purchase,
        )

    def worth(self, objective: Objective, factor: Mapping[int, float] | None = None) -> Floats:
        """Each person's weight, shape (n,), ≥ 0.

        factor: for REVENUE, units of the reporting currency for one of each currency, by code; what was paid
        in others is left out. Without it, `main_currency` alone counts. InvalidInput for PURCHASES
        and REVENUE where nothing was bought.
        """
        if objective in {Objective.REACH, Objective.OPENERS}:
            return np.ones(self.people)
        if objective is Objective.NEW_USERS:
            return self.newcomers().astype(np.float64)
        if not len(self.kept):
            raise InvalidInput("no purchases to expect others from; ask for REACH or NEW_USERS")
        return (
            self.buying_chance()
            if objective is Objective.PURCHASES
            else self.revenue({self.main_currency(): 1.0} if factor is None else factor)
        )

    def newcomers(self) -> Mask:
        """Who has not bought yet; in a log without purchases, who has not opened anything yet."""
        new = np.ones(self.people, np.bool_)
        new[self.kept.person if self.any_purchase else self.opened.person] = False
        return new

    def buying_chance(self) -> Floats:
        """The posterior mean chance that a person soon buys a product of which they open a share, shape (n,).
        Nothing where nothing was bought.
        """
        if not len(self.kept):
            return np.zeros(self.people)
        trials, successes, (a, b) = self._buying()
        return np.asarray((a + successes) / (a + b + trials), np.float64)

    def of_stranger(self, objective: Objective, factor: Mapping[int, float] | None = None) -> float:
        """What somebody is worth of whom nothing is known: a person, new, who buys and pays as everybody.

        factor: as for `worth`.
        """
        if objective in {Objective.REACH, Objective.OPENERS, Objective.NEW_USERS}:
            return 1.0
        if not len(self.kept):
            return 0.0
        _, _, (a, b) = self._buying()
        if objective is Objective.PURCHASES:
            return a / (a + b)
        known = {self.main_currency(): 1.0} if factor is None else factor
        paid = [known.get(code, 0.0) for code in range(int(self.kept.currency.max()) + 1)]
        worth = np.append(np.array(paid), 0.0)[self.kept.currency]
        return a / (a + b) * float((self.kept.amount / MONEY_SCALE * worth).mean())

    def _buying(self) -> tuple[NDArray[np.int64], NDArray[np.int64], tuple[float, float]]:
        """Products of which each person opened a share, those of them that they bought, and the prior."""
        opened = self.opened
        first = firsts(opened.person, opened.product, self.people, int(opened.product.max(initial=0)) + 1)
        old = first & (opened.at + AHEAD // timedelta(microseconds=1) <= self.as_of)
        rows = np.flatnonzero(old if old.any() else first)
        person = opened.person[rows]
        soon = bought_soon(self.kept, person, opened.product[rows], opened.at[rows])
        trials = np.bincount(person, minlength=self.people)
        successes = np.bincount(person[soon], minlength=self.people)
        return trials, successes, beta_prior(successes, trials)

    def passing_on(self) -> Floats:
        """The posterior mean chance that a person who opens a share passes it on, shape (n,)."""
        opened = self.opened
        trials = np.bincount(opened.person[opened.first], minlength=self.people)
        shares = np.int64(opened.share.max(initial=0)) + 1
        passed = np.unique(opened.person[opened.passed_on] * shares + opened.share[opened.passed_on])
        successes = np.bincount(passed // shares, minlength=self.people)
        a, b = beta_prior(successes, trials)
        return np.asarray((a + successes) / (a + b + trials), np.float64)

    def main_currency(self) -> int:
        """The currency that most kept lines were paid in, −1 where none has an amount."""
        priced = self.kept.currency[self.kept.currency != NONE]
        return int(np.bincount(priced).argmax()) if len(priced) else NONE

    def currencies(self) -> list[int]:
        """All that kept lines were paid in, by code."""
        return [int(code) for code in np.unique(self.kept.currency[self.kept.currency != NONE])]

    def revenue(self, factor: Mapping[int, float]) -> Floats:
        """What a person who opens a share is expected to pay, shape (n,).

        factor: units of the currency it is told in for one of each currency, by code; lines in others, and
        without an amount, count as if nothing was paid.
        """
        return np.asarray(self.buying_chance() * self.paying(factor), np.float64)

    def paying(self, factor: Mapping[int, float]) -> Floats:
        """What a person is expected to pay who buys, shape (n,). factor: as for `revenue`."""
        paid = np.isin(self.kept.currency, list(factor)) & (self.kept.currency != NONE)
        if not paid.any():
            return np.zeros(self.people)
        worth = np.zeros(int(self.kept.currency.max()) + 1)
        for code, units in factor.items():
            worth[code : code + 1] = units
        person = self.kept.person[paid]
        amount = self.kept.amount[paid] / MONEY_SCALE * worth[self.kept.currency[paid]]
        mean = credible_means(
            np.bincount(person, amount, self.people).astype(np.float64),
            np.bincount(person, amount**2, self.people).astype(np.float64),
            np.bincount(person, minlength=self.people),
        )
        return np.asarray(mean * paid.mean(), np.float64)

    def without(self, factor: Mapping[int, float]) -> int:
        """How many lines have an amount in a currency that is not among these."""
        currency = self.kept.currency
        return int(np.count_nonzero((currency != NONE) & ~np.isin(currency, list(factor))))
