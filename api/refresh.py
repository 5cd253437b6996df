"""The analyses that answers come from, never behind the store.

`Answers.current` asks the store for its version, which is cheap, and brings in what is new before it returns;
whoever asks meanwhile waits for the same work, and for the next look at the version: a store that does not
answer keeps one thread busy, however many ask. The last few analyses stay, so that a list that is being paged
through goes on under the version it began with; a version that is held names the same analysis until it goes.
They go at once where somebody was forgotten, or allows less than they did: no later page shows what was taken
back.

A small store is fitted anew at every change, but for what it has learned (graph.suggest.taught). A large one
is answered from its last fit and what came since (graph.live.refit). Once what came since has grown,
everything is fitted and learned anew in the background.
"""

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass
from time import perf_counter

import structlog

from api.allocator import give_back
from api.errors import traced
from graph.analysis import Analysis
from graph.errors import StoreUnavailable
from graph.live.refit import LiveAnalysis, after
from graph.live.retracted import retracted
from graph.log import Log
from graph.scene import Calendar
from graph.snapshot import Snapshot
from graph.stop import Stop, never
from graph.store import Store
from graph.suggest import CAP, ORDER, Cap, Order
from graph.suggest.taught import Learned
from loaders.lessons import keep, lessons_of
from loaders.snapshots import default_folder, seal_of, snapshot_of

HELD = 3
"""Versions that can be paged through at a time."""

log = structlog.get_logger()

Renewed = Callable[[Analysis, float], None]
"""Told of every new analysis and of the seconds it took."""


AT_ONCE = 5_000
"""Up to so many events a change is answered from a new fit, which takes a fraction of a second where nothing
is learned.
"""

OUTGROWN = 0.0005
"""A delta of more than this share of the fit, and more than `A_DELTA` events, is fitted in the background."""

A_DELTA, OF_A_FEW = 1_000, 0.005
"""In a shop where so many events are more than this share of the fit, that share is enough."""


@dataclass(frozen=True, slots=True)
class Fitting:
    """What a fit is told. seed: what chance is drawn with. cap: how often somebody is shown the same.
    order: what counts beside the score of a suggestion. calendar: the shop's days and festivals.
    """

    seed: int = 0
    cap: Cap = CAP
    order: Order = ORDER
    calendar: Calendar | None = None

    def fit(
        self,
        snapshot: Snapshot,
        previous: Analysis | None,
        *,
        anew: bool = True,
        known: Learned | None = None,
    ) -> Analysis:
        """A snapshot's analysis, by these; anew, known: see `Analysis.of`."""
        return Analysis.of(
            snapshot,
            previous=previous,
            seed=self.seed,
            calendar=self.calendar,
            cap=self.cap,
            order=self.order,
            anew=anew,
            known=known,
        )


BY_DEFAULT = Fitting()


def fitted(store: Store, previous: Analysis | None, how: Fitting) -> Analysis:
    """The analysis of everything the store holds.

    The first one of a process comes from the snapshot in files where that is current, with what was learned
    from it before, and saves both where it is not; later ones are read from the store, since saving would
    take longer than answering.
    """
    if previous is not None:
        return how.fit(Snapshot.of(store.read()), previous)
    folder, seal = default_folder(store.url), seal_of(store)
    snapshot = snapshot_of(store, folder, seal)
    known = lessons_of(folder, snapshot, repr(how), seal)
    fit = how.fit(snapshot, None, known=known)
    if known is not None:
        log.info("went on with the lessons kept", version=fit.version)
    elif fit.has_learned:
        kept = keep(Learned.by(fit.shelf), folder, snapshot, repr(how), seal)
        log.info("learned anew", version=fit.version, kept=kept)
    return fit


def renewed(store: Store, fit: Analysis | None, how: Fitting) -> Analysis:
    """The analysis of what the store holds now: a large fit and what came since, else a new fit, by what the
    last one learned.
    """
    if fit is None:
        return fitted(store, None, how)
    if fit.snapshot.version == store.version():
        return fit
    came = _since(store, fit)
    return _on_top(store, fit, came, how)


def _since(store: Store, fit: Analysis) -> Log:
    """What came since a large fit; all there is, after a small one."""
    return store.read(fit.snapshot.version) if len(fit.snapshot.events) > AT_ONCE else store.read()


def _on_top(store: Store, fit: Analysis, came: Log, how: Fitting) -> Analysis:
    if came.since == fit.snapshot.version:
        return after(fit, came)
    # Asked after the store was read: nothing stays learned from who was forgotten by then.
    anew = not store.continues(fit.snapshot.version)
    return how.fit(Snapshot.of(came), fit, anew=anew)


def supposed(
    store: Store, now: Analysis, how: Fitting, suppose: Callable[[Log], Log], stop: Stop = never
) -> Analysis | None:
    """What the next analysis would be, if this came to the log after all that `now` is of: made in the same
    way as it would be. None where the log has gone on since. stop: asked once the log is read.
    """
    base = now.last_fit
    came = _since(store, base)
    stop()
    if came.version != now.snapshot.version:
        return None
    return _on_top(store, base, suppose(came), how)


def outgrown(analysis: Analysis) -> bool:
    """Whether what came since the fit, or since it learned, is much beside that, or needs a fit: to be
    understood, or because somebody's acts are in its sums who no longer allows that.
    """
    if isinstance(analysis, LiveAnalysis):
        events, newer = len(analysis.snapshot.events), analysis.newer
        behind = analysis.overdue or analysis.withdrawn
    elif analysis.taught is not None:
        events, behind = analysis.taught.events, analysis.taught.withdrawn
        newer = analysis.held - events
    else:
        return False
    return behind or newer > max(min(A_DELTA, OF_A_FEW * events), OUTGROWN * events)


class Answers:
    """What one process answers from: the latest analysis and those just before it."""

    def __init__(
        self,
        store: Store,
        *,
        how: Fitting = BY_DEFAULT,
        on_renewal: Renewed | None = None,
        on_break: Callable[[], None] | None = None,
    ) -> None:
        """on_break: told where what was held before no longer counts, since somebody was forgotten."""
        self._store = store
        self._how = how
        self._on_renewal = on_renewal
        self._on_break = on_break
        self._held: dict[str, Analysis] = {}
        self._fit: Analysis | None = None
        self._fitting: asyncio.Task[None] | None = None
        self._begun = self._done = self._retractions = 0
        self._renewing: asyncio.Task[None] | None = None
        self._look: asyncio.Task[str] | None = None

    @property
    def latest(self) -> Analysis | None:
        """The newest analysis held; None before the first."""
        return next(reversed(self._held.values()), None)

    @property
    def kept(self) -> Collection[Analysis]:
        """The last few, oldest first."""
        return self._held.values()

    def held(self, version: str) -> Analysis | None:
        """An analysis of the last few; None for one that is gone or never was here."""
        return self._held.get(version)

    async def still(self, version: str) -> Analysis | None:
        """An analysis of the last few that may still be shown; None where somebody was forgotten since, or
        allows less, by whatever process. Where the store cannot be reached, it answers from memory as
        `current` does.
        """
        held, then = self.held(version), self._retractions
        if held is None:
            return None
        await self.current()
        return held if then == self._retractions else None

    def begin_anew(self) -> None:
        """Hold nothing of what was read before, since somebody was forgotten, and read what is left; whoever
        asks meanwhile waits for that.
        """
        self._let_go()
        if self._renewing is None:
            self._renewing = asyncio.create_task(self._renew())
            # Where it fails, the next question tries again and is told.
            self._renewing.add_done_callback(lambda done: done.cancelled() or done.exception())

    def _let_go(self) -> None:
        self._held.clear()
        self._retractions += 1
        if self._on_break is not None:
            self._on_break()

    def supposing(self, now: Analysis, suppose: Callable[[Log], Log], stop: Stop) -> Analysis | None:
        """What the next analysis would be if this came to the log; None where the log has gone on."""
        return supposed(self._store, now, self._how, suppose, stop)

    async def current(self) -> Analysis:
        """An analysis of everything that was in the store when this was called.

        Where the store cannot be reached the latest analysis answers, since answers come from memory;
        StoreUnavailable where there is none yet.
        """
        try:
            return await self._newest()
        except StoreUnavailable as gone:
            if self.latest is None:
                raise
            log.warning("answered from memory", reason=str(gone))
            return self.latest

    async def _newest(self) -> Analysis:
        arrived = self._begun
        if self.latest is not None and self.latest.snapshot.version == await self.looked():
            return self.latest
        return await self._renewed_after(arrived)

    async def looked(self) -> str:
        """The store's version, read after this was called: one look for all who came during the last."""
        last = self._look
        if last is not None:
            await asyncio.wait([last])
        look = self._look
        if look is None or look is last:
            look = self._look = asyncio.create_task(asyncio.to_thread(self._store.version))
            # Whoever asked may have left by the time it fails.
            look.add_done_callback(lambda done: done.cancelled() or done.exception())
        return await asyncio.shield(look)

    async def _renewed_after(self, begun: int) -> Analysis:
        """What the next renewal gives; one of the first `begun` may have read the store too early."""
        while self.latest is None or self._done <= begun:
            if self._renewing is None:
                self._renewing = asyncio.create_task(self._renew())
            await asyncio.shield(self._renewing)
        return self.latest

    async def _renew(self) -> None:
        """Runs to its end even where whoever asked for it has given up."""
        try:
            self._begun += 1
            begun, began_at = self._begun, perf_counter()
            analysis = await asyncio.to_thread(renewed, self._store, self._fit, self._how)
            if not await asyncio.to_thread(self._continues):
                # No page of an earlier version may show again who was forgotten.
                self._let_go()
            elif self.latest is not None and await asyncio.to_thread(retracted, self.latest, analysis):
                self._held.clear()
                self._retractions += 1
            analysis = self._hold(analysis)
            if not isinstance(analysis, LiveAnalysis):
                self._fit = analysis
                _say_what_is_left_out(analysis)
            if analysis.last_fit is self._fit and outgrown(analysis) and self._fitting is None:
                self._fitting = asyncio.create_task(self._refit())
            self._done = begun
        finally:
            self._renewing = None
        seconds = perf_counter() - began_at
        log.info("renewed", version=analysis.version, seconds=round(seconds, 3))
        if self._on_renewal is not None:
            self._on_renewal(analysis, seconds)

    def _continues(self) -> bool:
        return self.latest is None or self._store.continues(self.latest.snapshot.version)

    async def _refit(self) -> None:
        """A new fit beside the answers, and a renewal on top of it. Nobody waits for this, so what goes wrong
        is told here; the next change tries again.
        """
        try:
            await self._fit_anew()
            await self._renewed_after(self._begun)
            await asyncio.to_thread(give_back)
        except Exception as fault:  # noqa: BLE001  # whatever it is, the last fit goes on answering
            log.error("not fitted", **traced(fault))  # noqa: TRY400  # a message may speak of somebody

    async def _fit_anew(self) -> None:
        try:
            began_at, before = perf_counter(), self._fit
            fit = await asyncio.to_thread(fitted, self._store, before, self._how)
            log.info("fitted", version=fit.version, seconds=round(perf_counter() - began_at, 3))
            _say_what_is_left_out(fit)
            if self._fit is before:
                self._fit = fit
            # Where somebody was forgotten meanwhile, a renewal has learned from what is left.
            elif before and self._fit and self._fit.learned_from == before.learned_from:
                self._fit = self._fit.taught_by(fit)
        finally:
            self._fitting = None

    def _hold(self, analysis: Analysis) -> Analysis:
        """The newest from now on; what is held under its version stays, since rows were named by it."""
        newest = self._held.pop(analysis.version, analysis)
        self._held[newest.version] = newest
        for version in list(self._held)[:-HELD]:
            del self._held[version]
        return newest


def _say_what_is_left_out(fit: Analysis) -> None:
    for source, reason in fit.shelf.left_out.items():
        log.info("left out by size", source=source, reason=reason)
