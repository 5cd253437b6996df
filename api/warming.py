"""What a first question would wait for, learned before it comes.

Who opens what somebody shares (graph.recipients) is learned once for each fit, by whoever asks first: ten
seconds for a hundred thousand events. So it is learned behind the answers as soon as there is a fit, by a
thread that dies with the process; whoever asks meanwhile waits for the rest of the same work. Of a small
shop, which is fitted anew at every change, only the first fit is warmed.
"""

from threading import Thread
from time import perf_counter
from weakref import ref

import structlog

from api.errors import traced
from api.refresh import AT_ONCE
from graph.analysis import Analysis

log = structlog.get_logger()


class Warming:
    """Keeps one thread at a time, for the latest fit worth it; holds no fit that nobody else does."""

    def __init__(self) -> None:
        self._fit: ref[Analysis] | None = None
        self._thread: Thread | None = None

    def warm(self, analysis: Analysis) -> None:
        """Learn what belongs to an analysis' fit, unless it was begun before, another is under way, or fits
        of this size come and go.
        """
        fit = analysis.last_fit
        busy = self._thread is not None and self._thread.is_alive()
        if busy or (self._fit is not None and (fit is self._fit() or fit.held <= AT_ONCE)):
            return
        self._fit = ref(fit)
        self._thread = Thread(target=_learn, args=(fit,), name="warming", daemon=True)
        self._thread.start()

    def wait(self) -> None:
        """Until what is under way is done."""
        if self._thread is not None:
            self._thread.join()


def _learn(fit: Analysis) -> None:
    began = perf_counter()
    try:
        learned = fit.sharing.model
    except Exception as fault:  # noqa: BLE001  # the first to ask is told, and tries again
        log.warning("recipients not learned", **traced(fault))
    else:
        took = round(perf_counter() - began, 3)
        log.info("recipients learned", version=fit.version, trials=learned.trials, seconds=took)
