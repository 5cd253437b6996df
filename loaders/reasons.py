"""Why a row was not taken, in words that are counted by and so never change.

A reader or a rule that cannot take a row raises `Refused(reason, detail)`; whoever knows the row's file and
line makes a `graph.events.Reject` of it. Nothing here is an error of the program: bad rows are expected,
counted and shown.
"""

from decimal import Decimal

# The row as text.
HALF_A_LINE = "half a line"
TOO_MANY_FIELDS = "too many fields"
TOO_LONG = "too long"
NOT_TEXT = "not text"
NOT_JSON = "not JSON"
STRAY_QUOTES = "stray quotes"

# A single field.
UNKNOWN_FIELD = "unknown field"
MISSING_FIELD = "missing field"
WRONG_TYPE = "wrong type"
UNKNOWN_KIND = "unknown kind"
UNREADABLE_TIME = "unreadable time"
NO_OFFSET = "no offset in time"
IMPOSSIBLE_AMOUNT = "impossible amount"
IMPOSSIBLE_NUMBER = "impossible number"
SELF = "self"
TWO_PARENTS = "two parents"
NOT_USED = "not used"

# The row beside everything else that is known.
IN_THE_FUTURE = "time in the future"
UNKNOWN_SHARE = "unknown share"
UNKNOWN_PARENT = "unknown parent"
BEFORE_ITS_SHARE = "opened before it was shared"
BEFORE_ITS_PARENT = "shared before its parent"
PARENT_OF_ANOTHER_PRODUCT = "parent of another product"
SHARE_OF_ANOTHER_PRODUCT = "share of another product"
CONFLICT = "conflict"
FORGOTTEN = "forgotten"


class Refused(Exception):
    """This row is not taken. reason: one of the words above; detail: the row's own particulars."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail


def shown(value: object, limit: int = 80) -> str:
    r"""A value as a detail shows it: on one line, and cut where it is long.

    >>> shown("a\nb"), shown("x" * 100)[-1], shown(Decimal("-1"))
    ("'a\\nb'", '…', '-1')
    """
    try:
        text = str(value) if isinstance(value, Decimal) else repr(value)
    except RecursionError:
        return "a value nested too deep to show"
    return text if len(text) <= limit else text[: limit - 1] + "…"
