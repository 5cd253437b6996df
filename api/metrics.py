"""What a server counts of itself, in Prometheus' format.

Labels come from short lists: operations are named by the schema's own fields, never by what a client calls
them. Several processes of one server count together: whichever is asked tells the sums of all, those that are
gone included, and its own version.
"""

import os
from collections.abc import Iterator, Mapping
from time import time

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from api.commons import Commons
from graph.analysis import Analysis
from graph.suggest import Filter

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class Metrics:
    """The figures of one server. commons: where several processes count, of which prometheus_client is told
    before it is imported (api.serve).
    """

    def __init__(self, commons: Commons | None = None) -> None:
        self._commons = commons
        self._registry = registry = CollectorRegistry()
        self._requests = Counter(
            "sharegraph_requests_total",
            "GraphQL requests by kind of operation and first field, and by the first error's code.",
            ["operation", "code"],
            registry=registry,
        )
        self._seconds = Histogram(
            "sharegraph_request_seconds",
            "Seconds from a request's last byte to its answer.",
            ["operation"],
            buckets=SECONDS,
            registry=registry,
        )
        self._following = Gauge(
            "sharegraph_subscriptions",
            "Subscriptions that are followed now, by protocol.",
            ["protocol"],
            registry=registry,
            multiprocess_mode="livesum",
        )
        self._messages = Counter(
            "sharegraph_subscription_messages_total",
            "Replies sent to those who follow something, by first field and protocol.",
            ["operation", "protocol"],
            registry=registry,
        )
        self._promises = Counter(
            "sharegraph_promises_total",
            "Forecasts given out that are kept for the track record, or were lost.",
            ["what"],
            registry=registry,
        )
        self._answers = Counter(
            "sharegraph_answers_total",
            "Answers to questions for suggestions that are kept, each once, or were lost on the way.",
            ["what"],
            registry=registry,
        )
        self._dropped = Counter(
            "sharegraph_dropped_total",
            "Products that something spoke for and a filter kept out of an answer, by filter.",
            ["filter"],
            registry=registry,
        )
        self._renewals = Histogram(
            "sharegraph_refresh_seconds",
            "Seconds to bring in what is new in the store.",
            buckets=(0.01, 0.1, 0.5, 1, 5, 15, 60, 300, 1800),
            registry=registry,
        )
        self._snapshot = _Answering()

    def answered(self, operation: str, code: str, seconds: float) -> None:
        """Count a request."""
        self._requests.labels(operation, code).inc()
        self._seconds.labels(operation).observe(seconds)

    def following(self, protocol: str, more: int) -> None:
        """Count those who follow something."""
        self._following.labels(protocol).inc(more)

    def told(self, operation: str, protocol: str) -> None:
        """Count a reply to somebody who follows."""
        self._messages.labels(operation, protocol).inc()

    def promised(self, kept: int, lost: int) -> None:
        """Count forecasts that were given out: kept in the store, and lost on the way there."""
        self._promises.labels("kept").inc(kept)
        self._promises.labels("lost").inc(lost)

    def noted(self, kept: int, lost: int) -> None:
        """Count answers that were given out: kept in the store, and lost on the way there."""
        self._answers.labels("kept").inc(kept)
        self._answers.labels("lost").inc(lost)

    def dropped(self, by_filter: Mapping[Filter, int]) -> None:
        """Count what filters kept out of one answer."""
        for by, products in by_filter.items():
            self._dropped.labels(by.value).inc(products)

    def renewed(self, analysis: Analysis, seconds: float) -> None:
        """Note a new analysis and the time it took."""
        self._renewals.observe(seconds)
        self._snapshot.version, self._snapshot.as_of = analysis.version, analysis.snapshot.as_of / 1e6

    def page(self) -> bytes:
        """Everything, as Prometheus reads it."""
        asked = CollectorRegistry()
        asked.register(self._snapshot)
        if self._commons is None:
            return generate_latest(self._registry) + generate_latest(asked)
        for gone in self._commons.counts.glob("gauge_live*.db"):
            if not _alive(int(gone.stem.rpartition("_")[2])):
                gone.unlink(missing_ok=True)
        MultiProcessCollector(asked, str(self._commons.counts))  # type: ignore[no-untyped-call]
        return generate_latest(asked)


class _Answering(Collector):
    """What this process answers from."""

    version = ""
    as_of = 0.0

    def collect(self) -> Iterator[Metric]:
        """Its version, and its age now."""
        yield InfoMetricFamily(
            "sharegraph_snapshot", "The version that answers come from.", {"version": self.version}
        )
        yield GaugeMetricFamily(
            "sharegraph_snapshot_age_seconds",
            "Seconds since the newest event that answers know of.",
            time() - self.as_of if self.as_of else 0.0,
        )


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except (ProcessLookupError, PermissionError):
        # Workers are of one user: a number that is another's now was given away after one of them had gone.
        return False
    return True
