"""A GraphQL request answered: from a document and its variables to data and errors, whatever brought it.

The HTTP server and the command line both ask here. Strawberry says what the schema is; graphql-core runs the
documents, which are parsed and validated once (api.documents).
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from inspect import isawaitable
from typing import Any, cast

import structlog
from graphql import ExecutionResult, Executor, GraphQLError, OperationDefinitionNode, OperationType

from api.context import Context
from api.documents import Document, Documents, Invalid
from api.errors import BAD_INPUT, METHOD, Told, refusal, told, traced
from api.intake import Intake
from api.memo import Memo
from api.refresh import Answers, Renewed
from api.schema import core_schema
from graph.store import Store
from graph.suggest import Ask, suggest

log = structlog.get_logger()

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request. spoken: its Accept-Language; id: what a fault is told and logged by; reading: refuse
    mutations.
    """

    query: str
    variables: Mapping[str, Any] = field(default_factory=dict)
    operation: str | None = None
    spoken: str | None = None
    id: str = "-"
    reading: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """What is answered. ran: whether the operation was run; if not there is no data, only errors. label: the
    kind of operation and its first field, for metrics; version: of the dataset.
    """

    data: Mapping[str, Any] | None
    errors: tuple[Told, ...] = ()
    ran: bool = False
    label: str = "none"
    version: str | None = None

    @property
    def code(self) -> str:
        """`OK`, or the first error's code."""
        extensions = self.errors[0]["extensions"] if self.errors else None
        return str(extensions["code"]) if isinstance(extensions, dict) else "OK"

    def body(self) -> dict[str, object]:
        """The response as the GraphQL specification has it."""
        body: dict[str, object] = {"errors": list(self.errors)} if self.errors else {}
        return body | {"data": self.data} if self.ran else body


def utc_now() -> datetime:
    """The time."""
    return datetime.now(UTC)


class Service:
    """Everything that answers for one store."""

    def __init__(
        self, store: Store, *, seed: int = 0, clock: Clock = utc_now, on_renewal: Renewed | None = None
    ) -> None:
        self.store = store
        self.answers = Answers(store, seed=seed, on_renewal=on_renewal)
        self._intake = Intake(store)
        self._memo = Memo()
        self._documents = Documents(core_schema)
        self._clock = clock

    async def begin(self) -> None:
        """Make the first analysis, and have everything compiled that a first question would wait for."""
        try:
            analysis = await self.answers.current()
            await asyncio.to_thread(suggest, analysis.shelf, [Ask(None)], limit=1)
        except Exception as fault:  # noqa: BLE001  # the server answers this to whoever asks, and tries again
            log.warning("no first analysis", **traced(fault))

    async def answer(self, asked: Asked) -> Reply:
        """Run a request. Every error that can be told is in the reply; nothing is raised."""
        document = self._documents.of(asked.query)
        if isinstance(document, Invalid):
            return Reply(None, tuple(told(error, asked.id, document.code) for error in document.errors))
        operation = document.operation(asked.operation)
        label = _label(operation)
        if asked.reading and operation is not None and operation.operation is not OperationType.QUERY:
            return Reply(None, (refusal("a mutation has to be sent by POST", METHOD),), label=label)
        context = Context(self.answers, self._intake, self._memo, self._clock(), asked.spoken)
        executor = Executor.build(
            core_schema,
            document.ast,
            context_value=context,
            raw_variable_values=dict(asked.variables),
            operation_name=asked.operation,
        )
        if isinstance(executor, list):
            return Reply(None, tuple(told(error, asked.id, BAD_INPUT) for error in executor), label=label)
        return await self._run(executor, document, context, asked, label)

    async def _run(
        self, executor: Executor[Context], document: Document, context: Context, asked: Asked, label: str
    ) -> Reply:
        try:
            if executor.operation.operation is OperationType.QUERY:
                await context.pin(document.cursors(executor.variable_values.coerced))
        except Exception as failed:  # noqa: BLE001  # whatever it is, it is told or hidden like any other fault
            error = GraphQLError(str(failed), original_error=failed)
            return Reply(None, (told(error, asked.id),), label=label)
        running = executor.execute_operation()
        result = cast("ExecutionResult", await running if isawaitable(running) else running)
        errors = tuple(told(error, asked.id) for error in result.errors or ())
        return Reply(result.data, errors, ran=True, label=label, version=context.version)

    def close(self) -> None:
        """Begin nothing further. The store stays open."""
        self._memo.close()


def _label(operation: OperationDefinitionNode | None) -> str:
    """A name from a list that is no longer than the schema's: the kind of operation and its first field."""
    if operation is None:
        return "none"
    first = operation.selection_set.selections[0]
    name = getattr(getattr(first, "name", None), "value", "")
    root = core_schema.get_root_type(operation.operation)
    known = root is not None and (name in root.fields or name.startswith("__"))
    return f"{operation.operation.value}.{name if known else 'fragment'}"
