"""GraphQL documents, parsed and validated once for each text.

Two thirds of a request's time would go into validation; clients send the same few documents over and over.
"""

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    StringValueNode,
    VariableNode,
    Visitor,
    parse,
    validate,
    visit,
)

from api.auth.caller import Role
from api.cost.allowance import MOST_TOKENS, Allowance
from api.cost.plan import Plan, Shape, TooMuch, plan_of
from api.errors import PARSE, TOO_COMPLEX, VALIDATION
from api.rights.guard import beyond

KEPT, TOKENS_KEPT = 1_000, 200_000
"""Documents that are kept, and their tokens together: some 100 MB."""

LONGEST_KEPT = 50_000
"""Characters; a longer document is no client's everyday query."""

BEYOND = 2
"""Parsing ends at so many times the tokens that somebody may send; up to there they are told how many."""

MOST_TOLD = 8
"""The most faults of a document that are told: further ones cost us time and answer nobody."""


@dataclass(frozen=True, slots=True)
class Document:
    """A valid document, and what its `after` arguments are given: literals as they stand, variables by
    name. plans: of its operations, by name. refused: what a role may not ask for in it, once that was asked.
    """

    ast: DocumentNode
    shape: Shape
    plans: Mapping[str, Plan]
    literal_cursors: tuple[str, ...]
    cursor_variables: tuple[str, ...]
    refused: dict[Role, tuple[GraphQLError, ...]] = field(default_factory=dict, repr=False)

    def operation(self, name: str | None) -> OperationDefinitionNode | None:
        """The operation of this name, or the only one; None where that names none."""
        found = [node for node in self.ast.definitions if isinstance(node, OperationDefinitionNode)]
        if name is not None:
            found = [node for node in found if node.name and node.name.value == name]
        return found[0] if len(found) == 1 else None

    def plan(self, name: str | None) -> Plan | None:
        """What the operation of this name asks for, or the only one."""
        operation = self.operation(name)
        return None if operation is None else self.plans[_name(operation)]

    def cursors(self, variables: Mapping[str, object]) -> Iterator[str]:
        """Every cursor that a request with these variables goes on from."""
        yield from self.literal_cursors
        for name in self.cursor_variables:
            if isinstance(cursor := variables.get(name), str):
                yield cursor


@dataclass(frozen=True, slots=True)
class Invalid:
    """Why a text is no document of the schema, or not taken. code: PARSE, VALIDATION or TOO_COMPLEX."""

    errors: tuple[GraphQLError, ...]
    code: str


NESTED = "the document is nested too deeply"


class Documents:
    """The documents most recently used. hints: whether an error may suggest a name that is nearly right."""

    def __init__(self, schema: GraphQLSchema, *, hints: bool = True) -> None:
        self._schema = schema
        self._hints = hints
        self._kept: OrderedDict[str, Document] = OrderedDict()
        self._tokens = 0

    def knows(self, text: str) -> bool:
        """Whether a text was read before, and is kept."""
        return text in self._kept

    def of(self, text: str, allowance: Allowance) -> Document | Invalid:
        """The document that a text is, or why it is none, or more than somebody with this allowance may send.

        What can be counted in the text is, before any rule that takes longer the more there is of it.
        """
        document = self._kept.get(text)
        if document is None:
            return self._read(text, allowance)
        self._kept.move_to_end(text)
        more = allowance.beyond(document.shape, None)
        return document if more is None else _too_complex(more)

    def beyond(self, document: Document, role: Role) -> tuple[GraphQLError, ...]:
        """What a document asks for that a role may not see."""
        if role not in document.refused:
            document.refused[role] = beyond(self._schema, document.ast, role)
        return document.refused[role]

    def _read(self, text: str, allowance: Allowance) -> Document | Invalid:
        try:
            ast = parse(text, max_tokens=min(BEYOND * allowance.tokens, MOST_TOKENS))
            shape = Shape.of(ast)
            more = allowance.beyond(shape, None)
            if more is not None:
                return _too_complex(more)
            errors = validate(self._schema, ast, max_errors=MOST_TOLD, hide_suggestions=not self._hints)
            if errors:
                return Invalid(tuple(errors), VALIDATION)
            document = Document(ast, shape, _plans(self._schema, ast), *_cursors(ast))
        except GraphQLError as unreadable:
            return Invalid((unreadable,), PARSE)
        except (RecursionError, TooMuch) as much:
            return _too_complex(str(much) if isinstance(much, TooMuch) else NESTED)
        if len(text) <= LONGEST_KEPT:
            self._kept[text] = document
            self._tokens += shape.tokens
        while len(self._kept) > KEPT or self._tokens > TOKENS_KEPT:
            _, gone = self._kept.popitem(last=False)
            self._tokens -= gone.shape.tokens
        return document


def _too_complex(sentence: str) -> Invalid:
    return Invalid((GraphQLError(sentence),), TOO_COMPLEX)


def _name(operation: OperationDefinitionNode) -> str:
    return operation.name.value if operation.name else ""


def _plans(schema: GraphQLSchema, ast: DocumentNode) -> dict[str, Plan]:
    operations = (node for node in ast.definitions if isinstance(node, OperationDefinitionNode))
    return {_name(operation): plan_of(schema, ast, operation) for operation in operations}


class _Cursors(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.literals: list[str] = []
        self.variables: list[str] = []

    def enter_field(self, node: FieldNode, *_: object) -> None:
        for argument in node.arguments or ():
            if argument.name.value != "after":
                continue
            if isinstance(argument.value, StringValueNode):
                self.literals.append(argument.value.value)
            elif isinstance(argument.value, VariableNode):
                self.variables.append(argument.value.name.value)


def _cursors(ast: DocumentNode) -> tuple[tuple[str, ...], tuple[str, ...]]:
    found = _Cursors()
    visit(ast, found)
    return tuple(found.literals), tuple(found.variables)
