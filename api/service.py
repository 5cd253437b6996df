"""A GraphQL request answered: from a document and its variables to data and errors, whatever brought it.

The HTTP server and the command line both ask here. Strawberry says what the schema is; graphql-core runs the
documents, which are parsed and validated once (api.documents).
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from inspect import isawaitable
from typing import Any, cast

import structlog
from graphql import (
    ExecutionResult,
    Executor,
    GraphQLError,
    OperationDefinitionNode,
    OperationType,
    create_source_event_stream,
)

from api.answerlog import AnswerLog
from api.audit import Audit
from api.auth.gate import Gate
from api.behind import Unkept
from api.context import Context
from api.cost.plan import Plan
from api.cost.prices import reading
from api.cost.purse import Cost, Denied, Purses
from api.documents import Document, Documents, Invalid
from api.errors import (
    BAD_INPUT,
    FORBIDDEN,
    METHOD,
    NOT_ACCEPTABLE,
    TIMEOUT,
    UNAUTHENTICATED,
    WARMING,
    Told,
    refusal,
    told,
    traced,
)
from api.follow import Watch
from api.intake import Intake
from api.ledger import Ledger
from api.memo import Memo
from api.metrics import Metrics
from api.refresh import BY_DEFAULT, Answers, Fitting
from api.request import Asked, Reply
from api.rights.privacy import privacy_of
from api.rights.veil import Veil
from api.schema import core_schema
from api.settings import RECORDS, Records
from api.singly import Singly
from api.threads import Threads
from api.trusted import OPEN, Trusted, Untrusted
from api.warming import Warming
from graph.analysis import Analysis
from graph.campaign.rates import NO_RATES, Rates
from graph.store import Store

log = structlog.get_logger()

Clock = Callable[[], datetime]

AT_A_TIME = 4
"""Questions of single requests that are computed beside each other; further ones wait."""

SEARCHES = 2
"""Of these, such as look at everything that is held."""

OPEN_GATE = Gate(dev=True)

GONE = "the token has expired or was revoked; get a new one"

FOLLOWED_ELSEWHERE = "a subscription is followed over graphql-transport-ws, or by accepting text/event-stream"


def utc_now() -> datetime:
    """The time."""
    return datetime.now(UTC)


class Service:
    """Everything that answers for one store."""

    def __init__(
        self,
        store: Store,
        *,
        how: Fitting = BY_DEFAULT,
        rates: Rates = NO_RATES,
        trusted: Trusted = OPEN,
        gate: Gate = OPEN_GATE,
        clock: Clock = utc_now,
        metrics: Metrics | None = None,
        records: Records = RECORDS,
    ) -> None:
        self._metrics = metrics or Metrics()
        self.store = store
        self.gate = gate
        self.answers = Answers(store, how=how, on_renewal=self._renewed, on_break=self._broken)
        self.watch = Watch(self.answers)
        self.ledger = Ledger(store, on_written=self._metrics.promised)
        self.answerlog: AnswerLog | None = None
        if records.days:
            self.answerlog = AnswerLog(store, clock, records.days, on_written=self._metrics.noted)
        self._audit = Audit(records.audit, core_schema, store) if records.audit else None
        self._privacy = privacy_of(records)
        self._k = records.k
        self._intake = Intake(store, self._audit.aliases if self._audit else None)
        self._memo = Memo()
        self._threads = Threads(AT_A_TIME, "answering")
        self._searches = Singly(SEARCHES)
        self._trusted = trusted
        self._documents = Documents(core_schema, hints=not trusted.only)
        self._purses = Purses(records.commons)
        self._rates = rates
        self._veil = Veil(store)
        self.clock = clock
        self._said: set[asyncio.Task[Reply]] = set()
        self._warming: Warming | None = None

    async def begin(self) -> None:
        """Make the first analysis; from then on what a first question would wait for is done behind the
        answers, of this and of later fits (api.warming).
        """
        self._warming = Warming(self._memo)
        try:
            analysis = await self.answers.current()
            if self._audit is not None:
                await self._audit.settle(analysis)
            self._warming.warm(analysis)
        except Exception as fault:  # noqa: BLE001  # the server answers this to whoever asks, and tries again
            log.warning("no first analysis", **traced(fault))

    @property
    def warm(self) -> bool:
        """Whether everything is at hand that a first question would wait for."""
        return self._warming is not None and self._warming.done

    async def warmed(self) -> None:
        """Until it is warm, where it has begun."""
        if self._warming is not None:
            await self._warming.wait()

    def late(self, seconds: float | None) -> tuple[str, str]:
        """The code and the words for who was given so long, and has no answer."""
        if self._warming is not None and not self._warming.done:
            return WARMING, f"no answer within {seconds:g} s, for the server has only just started; ask again"
        return TIMEOUT, f"no answer within {seconds:g} s; ask for less"

    async def answer(self, asked: Asked) -> Reply:
        """Run a request. Every error that can be told is in the reply; nothing is raised."""
        ready = self._ready(asked)
        if isinstance(ready, Reply):
            return ready
        if ready.kind is OperationType.SUBSCRIPTION:
            return Reply(None, (refusal(FOLLOWED_ELSEWHERE, NOT_ACCEPTABLE),), label=ready.label)
        return await self._run(ready, asked)

    async def replies(self, asked: Asked, seconds: float | None = None) -> AsyncGenerator[Reply, None]:
        """Run a request that may be a subscription: one reply, or one for each time that what is followed has
        news. A reply that did not run is the last. seconds: after which an answer is given up, and what is
        followed with it; waiting for news does not count.
        """
        ready = self._ready(asked, seconds)
        if isinstance(ready, Reply):
            yield ready
        elif ready.kind is not OperationType.SUBSCRIPTION:
            try:
                async with asyncio.timeout(seconds):
                    reply = await self._run(ready, asked)
            except TimeoutError:
                reply = self._late(ready)
            yield reply
        else:
            async with aclosing(self._followed(ready, asked)) as replies:
                async for reply in replies:
                    yield reply

    def _ready(self, asked: Asked, seconds: float | None = None) -> "_Ready | Reply":
        """What is to be run; a reply where nothing is."""
        try:
            paid = self._paid(asked)
            return self._taken(self._document(asked), asked, seconds, paid)
        except _Refused as refused:
            return refused.reply

    def _paid(self, asked: Asked) -> int:
        """What was taken for reading a request: what is refused has kept us busy too."""
        price = reading(0 if self._documents.knows(asked.query) else len(asked.query), asked.size)
        try:
            self._purses.read(price, asked.allowance, asked.caller.id)
        except Denied as denied:
            raise _Refused(refusal(str(denied), denied.code), cost=denied.cost, wait=denied.wait) from None
        return price

    def _document(self, asked: Asked) -> Document:
        """The document that is asked, where it is one and may be asked by whoever asks."""
        try:
            text = self._trusted.meant(asked.query, asked.document)
        except Untrusted as untrusted:
            raise _Refused(refusal(str(untrusted), untrusted.code)) from None
        document = self._documents.of(text, asked.allowance)
        if isinstance(document, Invalid):
            raise _Refused(*(told(error, asked.id, document.code) for error in document.errors))
        beyond = self._documents.beyond(document, asked.caller.role)
        if beyond:
            raise _Refused(*(told(error, asked.id, FORBIDDEN) for error in beyond))
        return document

    def _taken(self, document: Document, asked: Asked, seconds: float | None, paid: int) -> "_Ready":
        """Its operation with these variables, charged but for what was paid."""
        operation = document.operation(asked.operation)
        label = _label(operation)
        if asked.reading and operation is not None and operation.operation is OperationType.MUTATION:
            raise _Refused(refusal("a mutation has to be sent by POST", METHOD), label=label)
        context = self._context(asked, seconds)
        executor = Executor.build(
            core_schema,
            document.ast,
            context_value=context,
            raw_variable_values=dict(asked.variables),
            operation_name=asked.operation,
            hide_suggestions=self._trusted.only,
        )
        if isinstance(executor, list):
            raise _Refused(*(told(error, asked.id, BAD_INPUT) for error in executor), label=label)
        plan = document.plan(asked.operation)
        if plan is None:
            raise RuntimeError("an operation that can be run has a plan")
        given = executor.variable_values.coerced
        try:
            shape, payer = document.shape, asked.caller.id
            cost = self._purses.charged(shape, plan, given, asked.allowance, payer, paid=paid)
        except Denied as denied:
            said = refusal(str(denied), denied.code)
            raise _Refused(said, label=label, cost=denied.cost, wait=denied.wait) from None
        return _Ready(executor, document, context, label, plan, cost)

    def _context(self, asked: Asked, seconds: float | None) -> Context:
        kept = self.answers, self._intake, self._memo, self._threads, self._searches, self.watch
        ledger = Unkept() if asked.reading else self.ledger
        answerlog = self.answerlog or Unkept()
        spoken, rates = asked.spoken, self._rates
        return Context(
            *kept,
            ledger,
            answerlog,
            self.clock(),
            asked.caller,
            self._veil,
            self._metrics.dropped,
            spoken,
            rates,
            seconds,
            self._privacy,
            self._k,
        )

    async def _run(self, ready: "_Ready", asked: Asked) -> Reply:
        executor, context = ready.executor, ready.context
        try:
            if ready.kind is OperationType.QUERY:
                await context.pin(ready.document.cursors(executor.variable_values.coerced))
            await self._note(ready)
        except Exception as failed:  # noqa: BLE001  # whatever it is, it is told or hidden like any other fault
            return _failed(failed, ready, asked)
        replying = _replied(executor.execute_operation(), context, ready, asked)
        return await (self._to_its_end(replying) if ready.kind is OperationType.MUTATION else replying)

    async def _to_its_end(self, replying: Coroutine[Any, Any, Reply]) -> Reply:
        """What is said is said, and counts, also where whoever says it does not wait for the answer."""
        saying = asyncio.create_task(replying)
        self._said.add(saying)
        saying.add_done_callback(self._said.discard)
        return await asyncio.shield(saying)

    async def _note(self, ready: "_Ready") -> None:
        """Put a request on record, where a record is kept."""
        if self._audit is not None:
            executor = ready.executor
            given = executor.variable_values.coerced
            await self._audit.note(ready.context, ready.document.ast, executor.operation, given)

    async def _followed(self, ready: "_Ready", asked: Asked) -> AsyncGenerator[Reply, None]:
        """Each event is answered in a context of its own, pinned to the version it came with."""
        try:
            await self._note(ready)
        except Exception as failed:  # noqa: BLE001  # as in `_run`
            yield _failed(failed, ready, asked)
            return
        begun = create_source_event_stream(ready.executor)
        source = await begun if isawaitable(begun) else begun
        if isinstance(source, ExecutionResult):
            yield Reply(None, _told(source, asked), label=ready.label)
            return
        told = False
        try:
            async with aclosing(cast("AsyncGenerator[Any, None]", source)) as events:
                async for event in events:
                    if not self.gate.still(asked.caller, self.clock):
                        yield Reply(None, (refusal(GONE, UNAUTHENTICATED),), label=ready.label)
                        return
                    if told:
                        ready = self._charged_anew(ready, asked)
                    told = True
                    context = self._context(asked, ready.context.seconds)
                    await context.pin_to(ready.context.analysis)
                    executor = ready.executor.build_per_event_executor(event)
                    executor.context_value = context
                    async with asyncio.timeout(context.seconds):
                        reply = await _replied(executor.execute_operation(), context, ready, asked)
                    yield reply
        except TimeoutError:
            yield self._late(ready)
        except _Refused as refused:
            yield refused.reply
        except Exception as failed:  # noqa: BLE001  # as in `_run`
            yield _failed(failed, ready, asked)

    def _charged_anew(self, ready: "_Ready", asked: Asked) -> "_Ready":
        """What a further event is charged, like the first."""
        try:
            cost = self._purses.charged_again(ready.cost, asked.allowance, asked.caller.id)
        except Denied as denied:
            said = refusal(str(denied), denied.code)
            raise _Refused(said, label=ready.label, cost=denied.cost, wait=denied.wait) from None
        return replace(ready, cost=cost)

    def _late(self, ready: "_Ready") -> Reply:
        code, words = self.late(ready.context.seconds)
        return Reply(None, (refusal(words, code),), label=ready.label)

    def _renewed(self, analysis: Analysis, seconds: float) -> None:
        self._memo.hold(self.answers.kept)
        self.watch.turned()
        self._metrics.renewed(analysis, seconds)
        if self._warming is not None:
            self._warming.warm(analysis)

    def _broken(self) -> None:
        """Somebody was forgotten: let go of everything that may speak of them."""
        self._memo.hold(())
        self.ledger.let_go()
        if self.answerlog is not None:
            self.answerlog.let_go()

    async def end(self) -> None:
        """Write what was said, promised and answered, and begin nothing further. The store stays open."""
        await asyncio.gather(*self._said, return_exceptions=True)
        await self.ledger.close()
        if self.answerlog is not None:
            await self.answerlog.close()
        self.close()

    def close(self) -> None:
        """Begin nothing further."""
        if self._warming is not None:
            self._warming.end()
        self._memo.close()
        self._threads.close()


class _Refused(Exception):
    """A request that is not run, and what is said to it."""

    def __init__(self, *errors: Told, **more: Any) -> None:
        super().__init__()
        self.reply = Reply(None, errors, **more)


@dataclass(frozen=True, slots=True)
class _Ready:
    """An operation that can be run."""

    executor: Executor[Context]
    document: Document
    context: Context
    label: str
    plan: Plan
    cost: Cost

    @property
    def kind(self) -> OperationType:
        """Query, mutation or subscription."""
        return self.executor.operation.operation


async def _replied(running: object, context: Context, ready: _Ready, asked: Asked) -> Reply:
    try:
        result = cast("ExecutionResult", await running if isawaitable(running) else running)
    finally:
        context.end()
    actual = ready.plan.actual(result.data, ready.executor.variable_values.coerced)
    cost = replace(ready.cost, actual=max(actual, ready.cost.least))
    errors = _told(result, asked)
    return Reply(result.data, errors, ran=True, label=ready.label, version=context.version, cost=cost)


def _told(result: ExecutionResult, asked: Asked) -> tuple[Told, ...]:
    return tuple(told(error, asked.id) for error in result.errors or ())


def _failed(failed: Exception, ready: _Ready, asked: Asked) -> Reply:
    error = GraphQLError(str(failed), original_error=failed)
    return Reply(None, (told(error, asked.id),), label=ready.label)


def _label(operation: OperationDefinitionNode | None) -> str:
    """A name from a list that is no longer than the schema's: the kind of operation and its first field."""
    if operation is None:
        return "none"
    first = operation.selection_set.selections[0]
    name = getattr(getattr(first, "name", None), "value", "")
    root = core_schema.get_root_type(operation.operation)
    known = root is not None and (name in root.fields or name.startswith("__"))
    return f"{operation.operation.value}.{name if known else 'fragment'}"
