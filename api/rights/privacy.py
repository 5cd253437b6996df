"""A privacy budget: each caller's, over all that was ever told them with noise (api.rights.noise)."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from hashlib import sha256

import orjson

from api.auth.caller import Caller
from api.rights.noise import DELTA, Noisy, checked, installed, noisy
from api.settings import K, Records
from graph.errors import InvalidInput
from loaders.releases import Releases


@dataclass(frozen=True, slots=True)
class Charged:
    """What was told, and the caller's budget after it, as ε."""

    noisy: Noisy
    spent: float
    budget: float


@dataclass(frozen=True, slots=True)
class Privacy:
    """How a server tells headcounts with noise. budget: ε that each caller may spend, once and for all. k:
    the fewest people that are told.
    """

    releases: Releases
    budget: float
    k: int = K

    def told(
        self, caller: Caller, question: object, people: Mapping[int, int], *, each: int, epsilon: float
    ) -> Charged:
        """Headcounts with noise, the same for everybody who asks the same of the same version.

        question: names what is asked and of which version, as its repr. each: in how many groups one person
        is counted at the most. BudgetSpent where too little is left; InvalidInput for an ε out of range.
        """
        named = sha256(repr((question, each, checked(epsilon))).encode()).hexdigest()
        told, spent = self.releases.told(
            caller.id,
            named,
            lambda: orjson.dumps(
                asdict(noisy(people, each=each, epsilon=epsilon, k=self.k)), option=orjson.OPT_NON_STR_KEYS
            ).decode(),
            price=(epsilon, DELTA),
            budget=self.budget,
        )
        held = Noisy(**orjson.loads(told))
        by_group = {int(group): count for group, count in held.people.items()}
        return Charged(replace(held, people=by_group), spent, self.budget)


def privacy_of(records: Records) -> Privacy | None:
    """As a server was told; None where it adds no noise. InvalidInput where noise cannot be drawn here."""
    if records.privacy is None:
        return None
    if not installed():
        raise InvalidInput(
            'OpenDP, which draws the noise, is not installed; `pip install "sharegraph[noise]"` brings it'
        )
    return Privacy(Releases(records.privacy), records.budget, records.k)
