"""One JSON object a line, on stderr, with no word about any person: no query, no variable, no key."""

import logging
import os
import sys

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from api.errors import traced


def configure() -> None:
    """Write our own lines and those of libraries in one form."""
    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        of_process,
        frames_only,
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer()],
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.INFO, force=True)


def of_process(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    """A line with the process that wrote it, of the several that may serve."""
    event["process"] = os.getpid()
    return event


def frames_only(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    """A library's exception told as ours are."""
    cause = event.pop("exc_info", None)
    if isinstance(cause, tuple):
        cause = cause[1]
    if isinstance(cause, BaseException):
        event.update(traced(cause))
    return event
