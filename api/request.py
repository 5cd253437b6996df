"""A GraphQL request, and what is answered, whatever carries them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from api.auth.caller import HERE, Caller
from api.cost.allowance import Allowance
from api.cost.purse import Cost
from api.errors import Told


@dataclass(frozen=True, slots=True)
class Asked:
    """A request. query: its document, or "" where `document` names it by its id. spoken: its Accept-Language;
    id: what a fault is told and logged by; reading: change nothing, so refuse mutations and keep no promises.
    caller: who asks, and whose minute its cost is taken from. size: in bytes, as it came.
    """

    query: str
    variables: Mapping[str, Any] = field(default_factory=dict)
    operation: str | None = None
    spoken: str | None = None
    id: str = "-"
    document: str | None = None
    reading: bool = False
    caller: Caller = HERE
    bounds: Allowance | None = None
    size: int = 0

    @property
    def allowance(self) -> Allowance:
        """What this may ask for: its caller's, where no other bounds are set."""
        return self.bounds or self.caller.allowance


@dataclass(frozen=True, slots=True)
class Reply:
    """What is answered. ran: whether the operation was run; if not there is no data, only errors. label: the
    kind of operation and its first field, for metrics; version: of the dataset. wait: seconds until it is
    worth asking again, where that is what is wrong.
    """

    data: Mapping[str, Any] | None
    errors: tuple[Told, ...] = ()
    ran: bool = False
    label: str = "none"
    version: str | None = None
    cost: Cost | None = None
    wait: int | None = None

    @property
    def code(self) -> str:
        """`OK`, or the first error's code."""
        extensions = self.errors[0]["extensions"] if self.errors else None
        return str(extensions["code"]) if isinstance(extensions, dict) else "OK"

    def body(self) -> dict[str, object]:
        """The response as the GraphQL specification has it."""
        body: dict[str, object] = {"errors": gathered(self.errors)} if self.errors else {}
        if self.ran:
            body["data"] = self.data
        return body | ({"extensions": {"cost": self.cost.told()}} if self.cost else {})


def gathered(errors: Sequence[Told]) -> list[Told]:
    """Of errors that say the same of one item of a list after the other the first, with their number as
    `times` in its extensions.

    >>> shut = [{"message": "no", "path": ["friends", n, "shares"], "extensions": {"code": "FORBIDDEN"}}
    ...         for n in range(100)]
    >>> gathered(shut)
    [{'message': 'no', 'path': ['friends', 0, 'shares'], 'extensions': {'code': 'FORBIDDEN', 'times': 100}}]
    """
    alike: dict[str, list[Told]] = {}
    for error in errors:
        path: Any = error.get("path") or ()
        pattern = [None if isinstance(step, int) else step for step in path]
        alike.setdefault(repr((error["message"], error["extensions"], pattern)), []).append(error)
    return [_first_of(same) if len(same) > 1 else same[0] for same in alike.values()]


def _first_of(same: Sequence[Told]) -> Told:
    extensions: Any = same[0]["extensions"]
    return {**same[0], "extensions": {**extensions, "times": len(same)}}
