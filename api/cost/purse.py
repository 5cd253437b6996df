"""What each caller has left of this minute.

A sliding window: of the minute before as much still counts as reaches into the last sixty seconds. What is
charged is what was requested, before it runs. The processes of one server keep one purse for each caller.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import ceil, isfinite
from time import time
from typing import Any

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from api.commons import Commons
from api.cost.allowance import Allowance
from api.cost.minutes import Minutes
from api.cost.plan import Plan, Shape
from api.errors import RATE, TOO_COMPLEX, TOO_DEAR


@dataclass(frozen=True, slots=True)
class Balance:
    """After a charge. enough: whether it was taken; left: what remains of the minute, None without bound;
    resets: seconds until something of it comes back.
    """

    enough: bool
    left: int | None
    resets: int


FREE = Balance(enough=True, left=None, resets=0)


@dataclass(frozen=True, slots=True)
class Cost:
    """What a request was charged, and what came of it. limit: of a request; least: for reading it."""

    requested: float
    limit: float
    balance: Balance
    actual: float = 0.0
    least: float = 0.0

    def told(self) -> dict[str, object]:
        """As a client reads it, under `extensions`."""
        said: dict[str, object] = {"requested": self.requested, "actual": self.actual}
        if isfinite(self.limit):
            said["limit"] = self.limit
        if self.balance.left is not None:
            said |= {"remaining": self.balance.left, "resetSeconds": self.balance.resets}
        return said


class Denied(Exception):
    """A request asks for more than its caller may, or has left. cost, wait: where it is the minute's."""

    def __init__(self, code: str, message: str, cost: Cost | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.cost = cost

    @property
    def wait(self) -> int | None:
        """Seconds until it is worth asking again."""
        return None if self.cost is None else self.cost.balance.resets


class Purses:
    """Everybody's. commons: of several processes that share them."""

    def __init__(self, commons: Commons | None = None) -> None:
        kept = MemoryStorage() if commons is None else Minutes(commons)
        self._workers = 1 if commons is None else commons.workers
        self._windows = SlidingWindowCounterRateLimiter(kept)

    def read(self, price: int, allowance: Allowance, payer: str) -> None:
        """Take what it costs to read a request, whatever becomes of it; Denied where the minute does not
        reach: then it is not read.
        """
        if price:
            self.charged_again(Cost(price, allowance.cost, FREE), allowance, payer)

    def charged(
        self,
        shape: Shape,
        plan: Plan,
        variables: Mapping[str, Any],
        allowance: Allowance,
        payer: str,
        *,
        paid: int = 0,
    ) -> Cost:
        """What an operation costs, taken from its caller's minute; Denied beyond a bound. paid: for reading
        it.
        """
        beyond = allowance.beyond(shape, plan)
        if beyond is not None:
            raise Denied(TOO_COMPLEX, beyond)
        requested = plan.requested(variables)
        if requested > allowance.cost:
            much = f"this may cost {requested:,.0f}, and {allowance.cost:,.0f} is the most; ask for fewer"
            raise Denied(TOO_DEAR, much)
        cost = Cost(max(requested, float(paid)), allowance.cost, FREE, least=float(paid))
        return self.charged_again(cost, allowance, payer, paid=paid)

    def charged_again(self, cost: Cost, allowance: Allowance, payer: str, *, paid: int = 0) -> Cost:
        """The same, taken from what is left of the minute now; Denied where it does not reach."""
        balance = self.charge(payer, allowance, cost.requested - paid)
        cost = replace(cost, balance=balance)
        if not balance.enough:
            late = f"this may cost {cost.requested:,.0f}, and {balance.left:,} are left of this minute"
            raise Denied(RATE, late, cost)
        return cost

    def charge(self, payer: str, allowance: Allowance, cost: float) -> Balance:
        """Take a request's cost from its caller's minute, or nothing where it does not reach."""
        if allowance.a_minute is None:
            return FREE
        most = allowance.a_minute * (self._workers if allowance.each_worker else 1)
        minute, charged = RateLimitItemPerMinute(most), ceil(cost)
        enough = charged <= 0 or (charged <= most and self._windows.hit(minute, payer, cost=charged))
        stands = self._windows.get_window_stats(minute, payer)
        return Balance(enough, int(stands.remaining), max(1, ceil(stands.reset_time - time())))
