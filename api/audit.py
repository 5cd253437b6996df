"""What goes into the audit log of a request: who asked, which fields, about whom, what for.

Whom a question is about are the people it names: by a word of `NAMING`, the key of `user(key:)` or the id of
a node, wherever they stand in its arguments. Who only comes out of an answer is not named, nor are those of
whom `recordEvents` and the upserts bring news: the log of events holds these. Somebody who is not known is
`unknown`, so that no key of theirs is written down.

Law: of somebody who exists and of nobody the same is done, so that no answer's time tells which. Everybody of
a version has an id before the first question about that version is on record, and a question only looks ids
up. Whoever was forgotten, by whichever program, leaves the file of ids at the next version.
"""

import asyncio
import os
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from graphql import (
    SKIP,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    InlineFragmentNode,
    Node,
    OperationDefinitionNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    VisitorAction,
    value_from_ast_untyped,
    visit,
)

from api.auth.caller import HERE, Role
from api.context import Context
from api.ids import plain
from graph.analysis import Analysis
from graph.store import Store
from loaders.aliases import Aliases
from loaders.audit import Asking, AuditLog

NAMING: Final = frozenset({"user", "visitor", "users", "sharer", "candidates", "alreadyChosen"})
"""Arguments and input fields that name people."""

OF_FILTERS: Final = "filter", "exclude"
"""An argument, and its field that names people; the same field of others names products."""

NEWS: Final = "events"
"""The input field that brings rows."""

TOLD_OF: Final = frozenset({"Query", "Mutation", "Subscription", "User"})
"""Types whose fields are written down."""

AT_ONCE: Final = frozenset({"Query.exportUser", "Mutation.forgetUser", "Mutation.setConsent"})
"""What is on disk in the log before it is done."""

BY_PSEUDONYM: Final = frozenset({Role.ANALYST, Role.STOREFRONT})
"""Who may ask about people by their pseudonyms; analysts by nothing else."""

LEFT_OUT: Final = {"skip": True, "include": False}
"""By directive: what its argument says where something is not asked for."""

UNKNOWN: Final = "unknown"

SIGNED: Final = "token:"
"""Leads the id of a caller with a token, which may be somebody's name."""

LOOKED_AFTER: Final = 8
"""Versions that are remembered to have an id for everybody: more than are held at a time."""


class Audit:
    """One server's. path: of the log; store: tells who was forgotten."""

    def __init__(self, path: Path, schema: GraphQLSchema, store: Store) -> None:
        self._log = AuditLog(path)
        self._store = store
        self._schema = schema
        self.aliases = Aliases.of_log(path)
        self._settling = asyncio.Lock()
        self._settled: deque[str] = deque(maxlen=LOOKED_AFTER)
        self._fit = ""

    async def note(
        self,
        context: Context,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        variables: Mapping[str, Any],
    ) -> None:
        """Write the row of a request; it may be run once this returns. OSError where it cannot be written:
        what is not on record is not done.
        """
        fields, names = asked_for(self._schema, document, operation, variables)
        named = names or context.caller.subject is not None
        if named and context.version is None:
            await context.pin()
        if named:
            await self.settle(context.analysis)
        people = _known(context, names)
        await asyncio.to_thread(self._write, context, sorted(fields), people)

    async def settle(self, analysis: Analysis) -> None:
        """Have an id for everybody of a version, and none for who was forgotten."""
        version = analysis.snapshot.version
        if version not in self._settled:
            async with self._settling:
                if version not in self._settled:
                    await asyncio.to_thread(self._settle, analysis)
                    self._settled.append(version)

    def _settle(self, analysis: Analysis) -> None:
        people, fit = analysis.snapshot.people, analysis.last_fit.snapshot
        # On top of a fit newcomers come at the end.
        first = people.blanks if fit.version != self._fit else len(fit.people)
        self.aliases.of(people.keys[row] for row in range(first, len(people)))
        self._fit = fit.version
        # Asked after they were written: whoever is forgotten later makes another version.
        since = {*self._settled, analysis.snapshot.version}
        if not self._settled or not all(map(self._store.continues, since)):
            self._drop_forgotten()
            self._settled.clear()

    def _drop_forgotten(self) -> None:
        forgotten = self._store.forgotten()
        gone = {key for key in self.aliases.keys if forgotten.mention([key])}
        if gone:
            self.aliases.drop(gone)

    def _write(self, context: Context, what: list[str], people: list[str | None]) -> None:
        caller = context.caller
        row = Asking(
            at=context.now.isoformat(),
            caller=self._asker(context),
            role=caller.role.value,
            purpose=caller.purpose,
            what=what,
            about=self._ids(people),
        )
        self._log.append(row, durable=not AT_ONCE.isdisjoint(what))

    def _asker(self, context: Context) -> str:
        """The caller's id, where it speaks of no person: an API key's is a number of ours."""
        caller = context.caller
        if caller is HERE:
            return here()
        if caller.subject is not None:
            (asker,) = self._ids([_main_key(context, caller.subject)])
        elif caller.id.startswith(SIGNED):
            (asker,) = self.aliases.of([caller.id])
        else:
            asker = caller.id
        return asker

    def _ids(self, keys: Sequence[str | None]) -> list[str]:
        """The ids of people, each once; `unknown` for None, and for who was forgotten since their version."""
        if not keys:
            return []
        known = self.aliases.known("" if key is None else key for key in keys)
        return list(dict.fromkeys(id_ or UNKNOWN for id_ in known))


def here() -> str:
    """Whoever runs a command, by the number that this machine knows them by."""
    return f"here:{os.getuid()}"


def asked_for(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Mapping[str, Any],
) -> tuple[set[str], list[str]]:
    """The fields that an operation asks for, as Type.field, and the names of people in its arguments; what
    `@skip` and `@include` leave out, and what only other operations use, is not asked for.
    """
    types = TypeInfo(schema)
    found = _Found(types, variables)
    fragments = {
        node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
    }
    left: list[Node] = [operation]
    while left:
        visit(left.pop(0), TypeInfoVisitor(types, found))
        left += [fragments.pop(name) for name in sorted(found.spread & fragments.keys())]
    return found.fields, list(dict.fromkeys(found.names))


class _Found(Visitor):
    def __init__(self, types: TypeInfo, variables: Mapping[str, Any]) -> None:
        super().__init__()
        self.types = types
        self.variables = dict(variables)
        self.fields: set[str] = set()
        self.names: list[str] = []
        self.spread: set[str] = set()

    def enter_fragment_spread(self, node: FragmentSpreadNode, *_: object) -> None:
        if not self._left_out(node):
            self.spread.add(node.name.value)

    def enter_inline_fragment(self, node: InlineFragmentNode, *_: object) -> VisitorAction:
        return SKIP if self._left_out(node) else None

    def _left_out(self, node: FieldNode | FragmentSpreadNode | InlineFragmentNode) -> bool:
        """Whether a directive keeps it from being asked for."""
        return any(
            value_from_ast_untyped(argument.value, self.variables) is LEFT_OUT[directive.name.value]
            for directive in node.directives or ()
            if directive.name.value in LEFT_OUT
            for argument in directive.arguments or ()
        )

    def enter_field(self, node: FieldNode, *_: object) -> VisitorAction:
        if self._left_out(node):
            return SKIP
        kind = self.types.get_parent_type()
        coordinate = f"{kind.name if kind else ''}.{node.name.value}"
        if kind is not None and kind.name in TOLD_OF:
            self.fields.add(coordinate)
        for argument in node.arguments or ():
            name = argument.name.value
            value = value_from_ast_untyped(argument.value, self.variables)
            if coordinate == "Query.user" and name == "key":
                self.names += _texts(value)
            elif coordinate == "Query.node":
                self.names += _of_node(value)
            else:
                self.names += _named(name, value)
        return None


def _named(name: str, value: object) -> Iterator[str]:
    """The names of people in an argument, however deep."""
    if name in NAMING:
        yield from _texts(value)
    for each in value if isinstance(value, list) else [value]:
        if isinstance(each, Mapping):
            for field, said in each.items():
                if (name, field) == OF_FILTERS:
                    yield from _texts(said)
                elif field != NEWS:
                    yield from _named(field, said)


def _texts(value: object) -> list[str]:
    return [each for each in (value if isinstance(value, list) else [value]) if isinstance(each, str)]


def _of_node(value: object) -> list[str]:
    kind, _, key = (plain(value) or "" if isinstance(value, str) else "").partition(":")
    return [key] if kind == "User" else []


def _known(context: Context, names: list[str]) -> list[str | None]:
    """The main key of each of these people; None for who is not known."""
    veil, role = context.veil.of(context.caller), context.caller.role

    def meant(name: str) -> str | None:
        known = veil.key(name) if veil and role in BY_PSEUDONYM else None
        return known if known or role is Role.ANALYST else name

    return [None if (key := meant(name)) is None else _main_key(context, key) for name in names]


def _main_key(context: Context, key: str) -> str | None:
    people = context.analysis.snapshot.people
    row = people.row(key)
    return None if row is None else people.keys[row]
