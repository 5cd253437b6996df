"""What a caller is told when something goes wrong: every error has a code, and nothing internal leaves.

One table maps the domain's errors to codes; their sentences were written for the caller. Only what a store
says of itself names paths, hosts and users, and quotes its driver: the caller hears that it is away, the log
hears why. Whatever else is raised is a fault of ours: the caller gets a code and the request's id, the log
gets the rest.
"""

from traceback import extract_tb

import structlog
from graphql import GraphQLError

from graph.errors import (
    BudgetSpent,
    Busy,
    Forbidden,
    InvalidInput,
    SharegraphError,
    StaleCursor,
    StoreUnavailable,
    UnknownKey,
)

PARSE = "GRAPHQL_PARSE_FAILED"
VALIDATION = "GRAPHQL_VALIDATION_FAILED"
BAD_INPUT = "BAD_USER_INPUT"
NOT_FOUND = "NOT_FOUND"
BAD_REQUEST = "BAD_REQUEST"
METHOD = "METHOD_NOT_ALLOWED"
TOO_LARGE = "REQUEST_TOO_LARGE"
MEDIA_TYPE = "UNSUPPORTED_MEDIA_TYPE"
NOT_ACCEPTABLE = "NOT_ACCEPTABLE"
TIMEOUT = "TIMEOUT"
SLOW = "REQUEST_TIMEOUT"
WARMING = "WARMING_UP"
LEFT = "CLIENT_LEFT"
TOO_COMPLEX = "TOO_COMPLEX"
TOO_DEAR = "TOO_COSTLY"
RATE = "RATE_LIMITED"
BUSY = "ONE_AT_A_TIME"
TOO_MANY = "TOO_MANY_SUBSCRIPTIONS"
UNAUTHENTICATED = "UNAUTHENTICATED"
FORBIDDEN = "FORBIDDEN"
AWAY = "STORE_UNAVAILABLE"
INTERNAL = "INTERNAL_SERVER_ERROR"

CODE_BY_ERROR: dict[type[SharegraphError], str] = {
    StaleCursor: "STALE_CURSOR",
    InvalidInput: BAD_INPUT,
    UnknownKey: NOT_FOUND,
    Forbidden: FORBIDDEN,
    BudgetSpent: "PRIVACY_BUDGET_SPENT",
    Busy: BUSY,
}
"""The first class that fits counts. A domain error in no row (a torn snapshot, an incompatible store) is ours
to mend, so it is told as internal."""

STORE_AWAY = "the store cannot be used now; try again"
"""All that a caller hears of a store."""

log = structlog.get_logger()

Told = dict[str, object]


def refusal(message: str, code: str) -> Told:
    """An error that is about the request as a whole."""
    return {"message": message, "extensions": {"code": code}}


def told(error: GraphQLError, request_id: str, code: str | None = None) -> Told:
    """An error as the caller reads it. code: given for errors found before execution, whose sentences are
    GraphQL's own.
    """
    message = error.message
    if code is None:
        message, code = _of_execution(error, request_id)
    where = error.formatted
    shown: Told = {"message": message}
    shown |= {key: where[key] for key in ("locations", "path") if key in where}
    return shown | {"extensions": {"code": code}}


def _of_execution(error: GraphQLError, request_id: str) -> tuple[str, str]:
    cause = error.original_error
    while isinstance(cause, GraphQLError) and cause.original_error is not None:
        cause = cause.original_error
    return spoken(cause or error, request_id, error.path)


def spoken(cause: Exception, request_id: str, path: object = None) -> tuple[str, str]:
    """What a caller hears of an exception, and its code; the log hears what the caller does not. path: of
    the answer, where it was raised for one.
    """
    if isinstance(cause, StoreUnavailable):
        log.warning("store away", request=request_id, reason=str(cause))
        return STORE_AWAY, AWAY
    for kind, code in CODE_BY_ERROR.items():
        if isinstance(cause, kind):
            return str(cause), code
    log.error("fault", request=request_id, path=path, **traced(cause))
    return hidden(request_id), INTERNAL


def hidden(request_id: str) -> str:
    """All that a caller hears of a fault of ours."""
    return f"internal error; ask us about request {request_id}"


def traced(fault: BaseException) -> dict[str, object]:
    """An exception as its class and where it came from; its message may speak of somebody."""
    frames = extract_tb(fault.__traceback__)
    return {
        "exception": type(fault).__qualname__,
        "frames": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    }
