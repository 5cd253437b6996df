"""What a caller may ask for: of one document, of one request, and of a minute."""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from api.cost.plan import MOST_FIELDS, Plan, Shape

MOST_TOKENS = 50_000
"""Where parsing a document ends; no allowance is wider."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """Bounds, each inclusive. tokens, aliases, directives, repeats, spreads: of a document; depth, fields: of
    an operation's answer; cost: of a request; a_minute: of a caller, None without bound; each_worker: so much
    of each process that answers; followed: at a time by a caller.
    """

    tokens: int = 5_000
    aliases: int = 50
    directives: int = 50
    repeats: int = 50
    spreads: int = 200
    depth: int = 15
    fields: int = 1_000
    cost: float = 20_000.0
    a_minute: int | None = None
    each_worker: bool = False
    followed: int = 20

    def beyond(self, shape: Shape, plan: Plan | None) -> str | None:
        """Which bound a document goes beyond, in a sentence; None where it keeps them all.

        >>> Allowance(depth=1).beyond(Shape(9, 0, 0), Plan((), depth=3, fields=4))
        'the answer is 3 levels deep, and 1 is the most; ask in parts'
        """
        counted = [
            ("the document has {:,} tokens", shape.tokens, self.tokens),
            ("the document has {:,} aliases", shape.aliases, self.aliases),
            ("the document has {:,} directives", shape.directives, self.directives),
            ("the document says {:,} fields again", shape.repeats, self.repeats),
            ("the document uses fragments {:,} times", shape.spreads, self.spreads),
        ]
        if plan is not None:
            counted += [
                ("the answer is {:,} levels deep", plan.depth, self.depth),
                ("the answer has {:,} fields", plan.fields, self.fields),
            ]
        for sentence, count, most in counted:
            if count > most:
                return f"{sentence.format(count)}, and {most:,} is the most; ask in parts"
        return None


UNBOUNDED: Final = Allowance(
    tokens=MOST_TOKENS,
    aliases=MOST_TOKENS,
    directives=MOST_TOKENS,
    repeats=MOST_TOKENS,
    spreads=MOST_TOKENS,
    depth=MOST_TOKENS,
    fields=MOST_FIELDS,
    cost=float("inf"),
)
"""Of the command line, which asks for itself."""

ALLOWANCES: Final = MappingProxyType(
    {
        "dev": Allowance(tokens=MOST_TOKENS, fields=MOST_FIELDS, cost=100_000.0, followed=MOST_FIELDS),
        "member": Allowance(cost=5_000.0, a_minute=30_000, followed=5),
        "storefront": Allowance(cost=5_000.0, a_minute=2_000_000, each_worker=True, followed=500),
        "growth": Allowance(a_minute=300_000),
        "analyst": Allowance(a_minute=300_000),
        "ingest": Allowance(tokens=MOST_TOKENS, cost=5_000.0, a_minute=600_000, each_worker=True),
        "privacy": Allowance(cost=5_000.0, a_minute=60_000),
        "admin": Allowance(
            tokens=MOST_TOKENS, fields=MOST_FIELDS, cost=100_000.0, a_minute=300_000, followed=100
        ),
    }
)
"""By role."""
