"""What money of other currencies is worth in one: rates are a setting, never looked up and never guessed."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from graph.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Rates:
    """reporting: the currency in which amounts are told, None for the one most was paid in. per_unit: units
    of it for one unit of each other currency. An amount in a currency that is not here is left out and
    counted.
    """

    reporting: str | None = None
    per_unit: Mapping[str, float] = field(default_factory=dict, hash=False)

    @classmethod
    def parse(cls, reporting: str | None, text: str | None) -> "Rates":
        """From how settings are written; InvalidInput where they cannot be read.

        >>> Rates.parse("CNY", "USD=7.1,EUR=7.8").per_unit
        {'USD': 7.1, 'EUR': 7.8}
        """
        if text and not reporting:
            raise InvalidInput("rates are units of one currency: say which one too, as currency CNY")
        per_unit = {}
        for part in filter(None, (text or "").replace(" ", "").split(",")):
            currency, _, number = part.partition("=")
            try:
                per_unit[_code(currency)] = float(number)
            except ValueError:
                raise InvalidInput(f"rate {part!r}: write USD=7.1,EUR=7.8") from None
            if not 0 < per_unit[_code(currency)] < float("inf"):
                raise InvalidInput(f"rate {part!r}: it has to be above 0")
        return cls(None if reporting is None else _code(reporting), per_unit)

    def into(self, reporting: str) -> dict[str, float]:
        """Units of a currency for one unit of each that is known, itself included."""
        if self.reporting is None or reporting == self.reporting:
            return {**(self.per_unit if self.reporting else {}), reporting: 1.0}
        if reporting not in self.per_unit:
            return {reporting: 1.0}
        one = self.per_unit[reporting]
        known = {**self.per_unit, self.reporting: 1.0}
        return {currency: worth / one for currency, worth in known.items()}


NO_RATES = Rates()


def _code(text: str) -> str:
    code = text.strip().upper()
    if len(code) != 3 or not code.isalpha():
        raise InvalidInput(f"currency {text!r}: write three letters, like CNY")
    return code
