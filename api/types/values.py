"""Money and estimates: values without an identity."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

import strawberry

from api.types.described import input_type, output
from api.types.rows import Row
from graph import estimate, events
from graph.errors import InvalidInput
from graph.events import scaled, unscaled


@output
class Money:
    """An amount in one currency."""

    amount: Decimal = strawberry.field(description="In the currency's unit; at most four decimals.")
    currency: str = strawberry.field(description="ISO 4217 code, as CNY.")

    @classmethod
    def from_domain(cls, money: events.Money) -> "Money":
        """As the API shows it."""
        return cls(amount=unscaled(scaled(money.amount)), currency=money.currency)


@input_type
class MoneyInput(Row):
    """An amount in one currency."""

    amount: Decimal = strawberry.field(description="In the currency's unit; at most four decimals.")
    currency: str = strawberry.field(description="ISO 4217 code, as CNY.")


def spoken_of(argument: str, amount: Decimal, currency: str) -> events.Money:
    """An amount of an argument as the domain has it; InvalidInput where its currency is none.

    >>> spoken_of("budget", Decimal(5), "cny")
    Money(amount=Decimal('5'), currency='CNY')
    """
    code = currency.strip().upper()
    if len(code) != 3 or not (code.isascii() and code.isalpha()):
        raise InvalidInput(f"{argument}: {currency!r:.20} is no currency; write its three letters, like CNY")
    return events.Money(amount, code)


@output
class Estimate:
    """A measured, learned or simulated quantity with the interval it may lie in; a bare number is never shown
    as if it were sure.
    """

    value: float = strawberry.field(description="The best single figure.")
    low: float = strawberry.field(description="The lower end of the interval.")
    high: float = strawberry.field(description="The upper end of the interval.")
    confidence: float = strawberry.field(description="How often such an interval holds the truth, e.g. 0.95.")

    @classmethod
    def from_domain(cls, quantity: estimate.Estimate) -> "Estimate":
        """As the API shows it."""
        return cls(value=quantity.value, low=quantity.low, high=quantity.high, confidence=quantity.confidence)


@output
class MoneyEstimate:
    """An estimated amount in one currency."""

    amount: Estimate = strawberry.field(description="In the currency's unit.")
    currency: str = strawberry.field(description="ISO 4217 code, as CNY.")


def moneys(amounts: Mapping[int, int], words: Sequence[str]) -> list[Money]:
    """Sums of money by currency, in the order of the currencies' codes."""
    return [Money(amount=unscaled(amount), currency=words[code]) for code, amount in sorted(amounts.items())]
