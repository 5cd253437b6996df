"""Single fields: text, times, numbers, money and truth as logs write them, or `Refused` with the reason.

A value may come as text (CSV), as JSON's types or as Parquet's; each reader takes all of them and gives the
domain's type. Text is kept letter by letter. Whole numbers are taken as keys (`"user": 12` is the user `12`),
since shops number their people.
"""

import math
from datetime import UTC, datetime, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any

from graph.events import ContentId, Kind, Money, Verdict
from loaders.reasons import (
    IMPOSSIBLE_AMOUNT,
    IMPOSSIBLE_NUMBER,
    MISSING_FIELD,
    NO_OFFSET,
    NOT_TEXT,
    TOO_LONG,
    UNKNOWN_KIND,
    UNREADABLE_TIME,
    WRONG_TYPE,
    Refused,
    shown,
)

KEY_LIMIT = 1_000
"""Characters of a key or word; longer ones no index holds."""
TEXT_LIMIT = 10_000
"""Characters of what a person typed or an attribute says."""
AMOUNT_LIMIT = Decimal(10) ** 10
_CENT_OF_A_CENT = Decimal("0.0001")
_INT32 = 2**31 - 1
_LAST_SECOND = 253_402_300_799
"""Of the year 9999, in unix time."""
_KINDS = {kind.name: kind for kind in Kind}
_TRUTH = {"true": True, "false": False, "1": True, "0": False}


def key(value: object) -> str:
    """A key or a word: text of 1 to KEY_LIMIT characters, or a whole number."""
    if type(value) is not str:
        if type(value) is ContentId:
            return value
        if type(value) is not int:
            raise Refused(WRONG_TYPE, f"{shown(value)} is no text")
        value = str(value)
    return _bounded(value, KEY_LIMIT)


def text(value: object) -> str:
    """What somebody wrote: text of 1 to TEXT_LIMIT characters, or a number as it prints."""
    if type(value) is not str:
        if not isinstance(value, int | float | Decimal):
            raise Refused(WRONG_TYPE, f"{shown(value)} is no text")
        value = str(value)
    return _bounded(value, TEXT_LIMIT)


def _bounded(value: str, limit: int) -> str:
    if len(value) > limit:
        raise Refused(TOO_LONG, f"{len(value):,} characters, at most {limit:,}")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise Refused(NOT_TEXT, f"half a surrogate pair at character {error.start + 1}") from None
    if "\0" in value:
        raise Refused(NOT_TEXT, f"NUL at character {value.index(chr(0)) + 1}")
    return value


def kind(value: object) -> Kind:
    """One of the contract's kinds, by its name."""
    if type(value) is not str:
        raise Refused(WRONG_TYPE, f"{shown(value)} is no kind")
    found = _KINDS.get(value) or _KINDS.get(value.strip())
    if found is None:
        raise Refused(UNKNOWN_KIND, shown(value))
    return found


def time(value: object, zone: tzinfo | None) -> datetime:
    """An instant in UTC, from RFC 3339 text or a time object; one without an offset is local to `zone`, or
    refused.

    >>> time("2026-05-01T08:00:00+08:00", None)
    datetime.datetime(2026, 5, 1, 0, 0, tzinfo=datetime.timezone.utc)
    """
    if type(value) is str:
        at = _iso(value)
    elif isinstance(value, datetime):
        at = value
    else:
        raise Refused(WRONG_TYPE, f"{shown(value)} is no time")
    if at.tzinfo is UTC:
        return at
    if at.tzinfo is None:
        if zone is None:
            raise Refused(NO_OFFSET, shown(value))
        at = at.replace(tzinfo=zone)
    try:
        return at.astimezone(UTC)
    except (OverflowError, ValueError):
        raise Refused(UNREADABLE_TIME, shown(value)) from None


def _iso(value: str) -> datetime:
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        try:
            return datetime.fromisoformat(value.strip().upper())
        except ValueError:
            raise Refused(UNREADABLE_TIME, shown(value)) from None


def unix_time(value: str) -> datetime:
    """An instant in UTC, from whole seconds since 1970 as plain digits; up to the year 9999.

    >>> unix_time("1341100972")
    datetime.datetime(2012, 7, 1, 0, 2, 52, tzinfo=datetime.timezone.utc)
    """
    # Python takes no number of more than 4,300 digits.
    if not (value.isascii() and value.isdigit() and len(value) <= 12 and int(value) <= _LAST_SECOND):
        raise Refused(UNREADABLE_TIME, shown(value))
    return datetime.fromtimestamp(int(value), UTC)


def whole(value: object) -> int:
    """A whole number from 1 to 2³¹−1: a quantity, a rank."""
    number = _number(value)
    if not 1 <= number <= _INT32 or number != int(number):
        raise Refused(IMPOSSIBLE_NUMBER, shown(value))
    return int(number)


def rating(value: object) -> float:
    """A finite number within ±10⁶; the scale is the shop's."""
    number = _number(value)
    if not abs(number) <= 1e6:
        raise Refused(IMPOSSIBLE_NUMBER, shown(value))
    return number


def chance(value: object) -> float:
    """A probability in (0, 1]: what has happened had some chance."""
    number = _number(value)
    if not 0 < number <= 1:
        raise Refused(IMPOSSIBLE_NUMBER, shown(value))
    return number


def _number(value: object) -> float:
    if isinstance(value, str) and "_" not in value:
        try:
            return float(value)
        except ValueError:
            raise Refused(WRONG_TYPE, f"{shown(value)} is no number") from None
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return float(value) if -_INT32 <= value <= _INT32 else math.inf
    raise Refused(WRONG_TYPE, f"{shown(value)} is no number")


def truth(value: object) -> bool:
    """Whether it says true or false, or 1 or 0."""
    found = value if type(value) is bool else _TRUTH.get(str(value).strip().lower())
    if found is None:
        raise Refused(WRONG_TYPE, f"{shown(value)} is neither true nor false")
    return found


def verdict(value: object) -> Verdict:
    """One of the contract's verdicts, by its name."""
    if not isinstance(value, str) or value not in Verdict.__members__:
        raise Refused(WRONG_TYPE, f"{shown(value)} is no verdict")
    return Verdict[value]


def money(value: Any, currency: object) -> Money:
    """An amount of at least 0, rounded half to even to four decimals, and its currency.

    value: the amount alone, or with its currency as `{"amount", "currency"}`. Refused where nobody says the
    currency.

    >>> money({"amount": "12.5", "currency": "cny"}, None)
    Money(amount=Decimal('12.5'), currency='CNY')
    """
    if isinstance(value, dict):
        value, currency = value.get("amount"), value.get("currency") or currency
    if value is None or currency is None:
        raise Refused(MISSING_FIELD, "amount" if value is None else "currency")
    code = currency.strip().upper() if isinstance(currency, str) else ""
    if len(code) != 3 or not (code.isascii() and code.isalpha()):
        raise Refused(IMPOSSIBLE_AMOUNT, f"{shown(currency)} is no currency of three letters")
    return Money(amount(value), code)


def amount(value: object) -> Decimal:
    """An amount of money, from 0 to 10¹⁰; rounded half to even to four decimals."""
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise Refused(WRONG_TYPE, f"{shown(value)} is no amount")
    try:
        exact = Decimal(str(value).replace("_", "?"))
    except InvalidOperation:
        raise Refused(WRONG_TYPE, f"{shown(value)} is no amount") from None
    if not exact.is_finite() or not 0 <= exact <= AMOUNT_LIMIT:
        raise Refused(IMPOSSIBLE_AMOUNT, shown(value))
    rounded = exact.quantize(_CENT_OF_A_CENT)
    return exact if exact == rounded else rounded
