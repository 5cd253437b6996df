"""So many processes that do the same work, and the one that keeps their number.

A worker that ends is replaced: at once where it had worked for a while, after a moment where it had not, so
that a fault which every start meets does not busy the machine. Told to go (SIGTERM, SIGINT), all are told,
and what does not go in time is ended. A worker whose keeper is gone goes by itself, as if told.
"""

import os
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from threading import Thread
from time import monotonic, sleep
from typing import Any

import structlog

LOOKS, A_WHILE, A_MOMENT = 0.5, 10.0, 1.0
"""Seconds between two looks at all workers; that one has to have worked, to be replaced at once; and until it
is replaced otherwise.
"""

_spawn = get_context("spawn")

log = structlog.get_logger()


@dataclass(slots=True)
class Keeper:
    """Keeps `count` processes at `work(*told)`. work: of a module's top, since it is sent there by name.
    patience: seconds that they may take to go.
    """

    count: int
    work: Callable[..., None]
    told: Sequence[Any]
    patience: float
    _going: bool = False
    _workers: dict[int, tuple[BaseProcess, float]] = field(default_factory=dict)

    def keep(self) -> None:
        """Until this process is told to go; for its main thread."""
        before = {each: signal.signal(each, self._go) for each in (signal.SIGTERM, signal.SIGINT)}
        try:
            for place in range(self.count):
                self._begin(place)
            while not self._going:
                wait([worker.sentinel for worker, _ in self._workers.values()], LOOKS)
                for place, (worker, since) in [*self._workers.items()]:
                    if worker.exitcode is not None and not self._going:
                        self._replace(place, worker, since)
        finally:
            self._end()
            for each, handler in before.items():
                signal.signal(each, handler)

    def _go(self, *_: object) -> None:
        self._going = True

    def _begin(self, place: int) -> None:
        worker = _spawn.Process(target=_working, args=(self.work, self.told), name=f"worker-{place + 1}")
        worker.start()
        self._workers[place] = worker, monotonic()

    def _replace(self, place: int, worker: BaseProcess, since: float) -> None:
        log.error("worker ended", worker=worker.name, ended=worker.pid, exit=worker.exitcode)
        if monotonic() - since < A_WHILE:
            sleep(A_MOMENT)
        self._begin(place)

    def _end(self) -> None:
        workers = [worker for worker, _ in self._workers.values()]
        for worker in workers:
            worker.terminate()
        until = monotonic() + self.patience
        for worker in workers:
            worker.join(max(until - monotonic(), 0.0))
            if worker.exitcode is None:
                worker.kill()
                worker.join()


def _working(work: Callable[..., None], told: Sequence[Any]) -> None:
    Thread(target=_follow, name="keeper", daemon=True).start()
    work(*told)


def _follow() -> None:
    """Tell this process to go once its keeper is gone."""
    keeper = parent_process()
    if keeper is not None:
        keeper.join()
        os.kill(os.getpid(), signal.SIGTERM)
