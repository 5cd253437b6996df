"""Events as strands of columns, before they are one log.

A strand is many events of one kind, each column an array; what a strand does not say is blank. People are
numbers of persons here: under which key somebody acts (visitor, earlier account, account) is decided when the
log is woven, from the moment of the event.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from graph.events import Kind
from graph.generate.model import Ints

BLANKS: dict[str, tuple[type, float]] = {
    "kind": (np.int8, 0),
    "at": (np.int64, 0),
    "person": (np.int32, -1),
    "visitor": (np.int32, -1),
    "product": (np.int32, -1),
    "share": (np.int32, -1),
    "sharer": (np.int32, -1),
    "parent": (np.int32, -1),
    "recipient": (np.int32, -1),
    "other": (np.int32, -1),
    "order": (np.int32, -1),
    "quantity": (np.int16, -1),
    "cents": (np.int64, -1),
    "surface": (np.int8, -1),
    "rank": (np.int16, -1),
    "propensity": (np.float64, np.nan),
    "variant": (np.int8, -1),
    "rating": (np.int8, -1),
    "query": (np.int16, -1),
    "channel": (np.int8, -1),
    "campaign": (np.int8, -1),
    "incentive": (np.int32, -1),
    "device": (np.int32, -1),
    "region": (np.int8, -1),
    "verdict": (np.int8, -1),
    "consent": (np.int8, -1),
    "cause": (np.int8, -1),
    "trial": (np.int32, -1),
    "buys": (np.float32, np.nan),
}
"""Column → type and blank. `share` and `parent` are numbers of shares; `visitor` a browser's number (see
`keys`); consent: four bits, personalisation lowest. cause, trial, buys: truth, not told (see `Cause`): the
trial an OPEN came from, its chance to lead to a purchase.
"""

SURFACES = ("home", "search", "product page", "landing page", "feed", "cart")
CHANNELS = ("wechat", "weibo", "email", "link", "app")
VARIANTS = ("A", "B")


class Cause:
    """Why an OPEN happened: along a tie; the sharer's own; by chance; a bot; a ring; the same tap sent
    twice.
    """

    TIE, OWN, CHANCE, BOT, RING, TWICE = range(6)
    WORDS = ("tie", "own", "chance", "bot", "ring", "twice")


@dataclass(slots=True)
class Strands:
    """Strands to be woven into one log."""

    kept: list[dict[str, NDArray[np.generic]]] = field(default_factory=list)

    def add(self, kind: Kind, at: Ints, **columns: NDArray[np.generic] | float) -> None:
        """Keep a strand: events of one kind at these moments. A column is an array of the same length, or one
        value for all.
        """
        strand: dict[str, NDArray[np.generic]] = {"at": at, "kind": np.full(len(at), int(kind), np.int8)}
        for name, said in columns.items():
            dtype, _ = BLANKS[name]
            strand[name] = np.broadcast_to(np.asarray(said), len(at)).astype(dtype)
        self.kept.append(strand)

    def __len__(self) -> int:
        return sum(len(strand["at"]) for strand in self.kept)

    def column(self, name: str) -> NDArray[np.generic]:
        """One column of all strands, one after another, blanks filled in."""
        dtype, blank = BLANKS[name]
        return np.concatenate(
            [s[name] if name in s else np.full(len(s["at"]), blank, dtype) for s in self.kept]
        )
