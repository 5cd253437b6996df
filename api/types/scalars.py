"""Times and amounts of money, taken strictly: what is not said is not guessed."""

import re
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

import strawberry
from strawberry.types.scalar import ScalarDefinition

from graph.errors import InvalidInput

_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_PLAIN_DECIMAL = re.compile(r"-?\d{1,18}(\.\d{1,18})?", re.ASCII)


def time_of(text: object) -> datetime:
    """An RFC 3339 time with its offset as aware UTC; InvalidInput without an offset, or for no time at all.

    >>> time_of("2026-05-01T08:00:00+08:00")
    datetime.datetime(2026, 5, 1, 0, 0, tzinfo=datetime.timezone.utc)
    """
    if not isinstance(text, str) or not _RFC_3339.fullmatch(text):
        raise InvalidInput(
            f"{text!r:.40} is no RFC 3339 time with an offset, as 2026-05-01T08:00:00Z"
            " or 2026-05-01T16:00:00+08:00"
        )
    try:
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError) as unreal:
        raise InvalidInput(f"{text} is on no calendar: {unreal}") from unreal


def time_text(at: datetime) -> str:
    """RFC 3339 in UTC, with fractions of a second only where there are any.

    >>> time_text(datetime(2026, 5, 1, tzinfo=UTC))
    '2026-05-01T00:00:00Z'
    """
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def decimal_of(text: object) -> Decimal:
    """A finite amount written in plain digits; InvalidInput for a number that is no string (a float has
    already lost cents), an exponent, infinity.

    >>> decimal_of("12.50")
    Decimal('12.50')
    """
    if not isinstance(text, str) or not _PLAIN_DECIMAL.fullmatch(text):
        raise InvalidInput(f'{text!r:.40} is no amount: write it as a string of plain digits, as "12.50"')
    try:
        return Decimal(text)
    except InvalidOperation as unreal:
        raise InvalidInput(f"{text!r:.40} is no amount") from unreal


def decimal_text(amount: Decimal) -> str:
    """Plain digits, never an exponent."""
    return format(amount, "f")


SCALARS: dict[object, ScalarDefinition] = {
    datetime: strawberry.scalar(
        name="DateTime",
        description="A time as RFC 3339 writes it, always with an offset; stored and given back as UTC.",
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3339",
        serialize=time_text,
        parse_value=time_of,
    ),
    Decimal: strawberry.scalar(
        name="Decimal",
        description='An amount of money as a string of plain digits, for example "12.50".',
        serialize=decimal_text,
        parse_value=decimal_of,
    ),
}
