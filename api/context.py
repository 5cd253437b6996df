"""What one request is answered from and in whose language.

A request is pinned to one version: the one its cursors name where that is still held, else everything that
was in the store when it came in. All of its answers are computed from it. A mutation's payload is computed
from the version after the mutation.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar, overload

import numpy as np
import strawberry
from numpy.typing import NDArray
from strawberry.dataloader import DataLoader

from api import shared
from api.auth.caller import Caller
from api.batching import Asked, Sharing, recipients, suggestions
from api.behind import Keeping
from api.follow import Watch
from api.intake import Intake
from api.limits import PAGE, bounded
from api.memo import Computed, Memo
from api.paging import Listing, Window, version_of
from api.refresh import Answers
from api.rights.privacy import Privacy
from api.rights.sight import Sight
from api.rights.table import EVERYTHING
from api.rights.veil import Veil
from api.settings import K
from api.singly import Singly
from api.threads import Threads, Waiting
from graph.analysis import Analysis
from graph.answers import Given
from graph.campaign.market import Market
from graph.campaign.rates import NO_RATES, Rates
from graph.cascades import Cascades
from graph.cascades.growth import Growth
from graph.communities import Community
from graph.promises.promise import Promise
from graph.recipients import Recipient
from graph.stop import Stop
from graph.suggest import Answer, Filter
from graph.suggest.explain import Language, language
from graph.timeline import Rows

T = TypeVar("T")


@dataclass(slots=True)
class Context:
    """One request's. now: when it came in, aware UTC. caller: who asks. spoken: its Accept-Language header.
    seconds: how long one answer may take. threads: where it is computed what this request alone asks;
    searches: whose turn it is to have everything looked through there; memo: what others may ask, too. watch:
    what wakes a request that follows something. ledger, answerlog: what keeps the forecasts and the
    suggestions that are given out, if anything does. count_dropped: what counts what filters kept out of an
    answer. privacy: how counts of people are told with noise; None for none. k: the fewest people that are
    counted together.
    """

    answers: Answers
    intake: Intake
    memo: Memo
    threads: Threads
    searches: Singly
    watch: Watch
    ledger: Keeping[Promise]
    answerlog: Keeping[Given]
    now: datetime
    caller: Caller
    veil: Veil
    count_dropped: Callable[[Mapping[Filter, int]], None]
    spoken: str | None = None
    rates: Rates = NO_RATES
    seconds: float | None = None
    privacy: Privacy | None = None
    k: int = K
    _pinned: Analysis | None = None
    _blanks: int = 0
    _sight: Sight | None = None
    _waiting: Waiting = field(default_factory=Waiting, repr=False)
    _rooms: dict[Analysis, Computed] = field(default_factory=dict, repr=False)
    _suggestions: DataLoader[Asked, Answer] | None = field(default=None, repr=False)
    _recipients: DataLoader[Sharing, Sequence[Recipient]] | None = field(default=None, repr=False)

    @property
    def analysis(self) -> Analysis:
        """The version that this request is pinned to."""
        if self._pinned is None:
            raise RuntimeError("a resolver read before the request was pinned to a version")
        return self._pinned

    @property
    def private(self) -> Privacy | None:
        """How this caller is told counts of people; None where they are told as they are."""
        return None if self.caller.role in EVERYTHING else self.privacy

    @property
    def version(self) -> str | None:
        """The version it is pinned to; None before."""
        return None if self._pinned is None else self._pinned.version

    @property
    def suggestions(self) -> DataLoader[Asked, Answer]:
        """What gathers this request's asks for suggestions into one batch."""
        if self._suggestions is None:
            self._suggestions = suggestions(self.analysis, self.answered)
        return self._suggestions

    @property
    def recipients(self) -> DataLoader[Sharing, Sequence[Recipient]]:
        """What gathers this request's asks for recipients into one batch."""
        if self._recipients is None:
            self._recipients = recipients(self.analysis, self.answered)
        return self._recipients

    @overload
    def known(self, person: int) -> bool: ...
    @overload
    def known(self, person: Rows) -> NDArray[np.bool_]: ...
    def known(self, person: int | Rows) -> bool | NDArray[np.bool_]:
        """Whether a row is somebody, and not the place of one who was forgotten."""
        return person >= self._blanks

    @property
    def sight(self) -> Sight:
        """What this caller sees of people."""
        if self._sight is None:
            raise RuntimeError("a resolver looked before the request was pinned to a version")
        return self._sight

    async def pin(self, cursors: Iterable[str] = ()) -> None:
        """Settle the version: that of the first cursor whose version is held, else the present one."""
        for version in filter(None, map(version_of, cursors)):
            held = await self.answers.still(version)
            if held is not None:
                break
        else:
            held = await self.answers.current()
        await self.pin_to(held)

    async def pin_to(self, analysis: Analysis) -> None:
        """Settle the version."""
        self._pinned = analysis
        self._sight = Sight(self.caller, analysis, self.veil.of(self.caller), self.k)
        self._blanks = analysis.snapshot.people.blanks
        self._suggestions = self._recipients = None
        self._rooms = {}

    async def answered(self, compute: Callable[[Stop], T]) -> T:
        """What is computed for this request alone, in a thread. It asks its `stop` now and then, and ends
        there once the request is over.
        """
        return await self.threads.done(compute, self._waiting, self.caller.id)

    async def searched(self, compute: Callable[[Stop], T]) -> T:
        """The same of what looks at everything that is held; Busy where the caller has that done already."""
        async with self.searches.turn(self.caller.id):
            return await self.answered(compute)

    def end(self) -> None:
        """Nobody waits for anything of this request any more."""
        self._waiting.over = True

    async def computed(self, compute: Callable[..., T], *asked: Hashable) -> T:
        """What a slow function of the analysis and of what was asked gives; once for each version."""
        return await self._computed(self.analysis).of(compute, *asked, whose=self.caller.id)

    async def of_fit(self, compute: Callable[..., T], *asked: Hashable, stoppable: bool = False) -> T:
        """The same of a function that asks the last fit alone; once for each fit. stoppable: it takes `stop`,
        and ends once nobody waits for it (api.memo).
        """
        computed = self._computed(self.analysis.last_fit)
        return await computed.of(compute, *asked, stoppable=stoppable, whose=self.caller.id)

    def _computed(self, analysis: Analysis) -> Computed:
        # An analysis may be let go while a request is pinned to it; what was computed is then the request's.
        if analysis not in self._rooms:
            self._rooms[analysis] = self.memo.of(analysis)
        return self._rooms[analysis]

    async def sharing(self) -> None:
        """Have learned what recipients and audiences are answered from; waiting for it holds no thread."""
        await self.of_fit(shared.sharing)

    async def cascades(self) -> Cascades:
        """Every cascade, noise left out."""
        return await self.computed(shared.cascades)

    async def growth(self) -> Growth | None:
        """How cascades go on; None where there are too few to tell."""
        return await self.of_fit(shared.growth)

    async def market(self) -> Market:
        """What questions of influence are answered from."""
        return await self.of_fit(shared.market)

    async def communities(self) -> Sequence[Community]:
        """What is said of each community, by position."""
        return await self.of_fit(shared.communities)

    async def modularity(self) -> float:
        """How much more of the ties' weight stays inside communities than by chance."""
        return await self.of_fit(shared.modularity)

    def window(
        self, first: int | None, after: str | None, *asked: object, default: int = 10, most: int = PAGE
    ) -> Window:
        """The places of a list that are asked for. asked: what tells this list from every other of the
        version.
        """
        listing = Listing.of(self.analysis.version, *asked, secret=self.veil.cursors)
        return Window.of(listing, bounded(first, default, most), after)

    def language(self, locale: str | None) -> Language:
        """The language to answer in: the argument's, else the header's."""
        return language(locale or self.spoken)


Info = strawberry.Info[Context, None]
