"""GraphQL documents, parsed and validated once for each text.

Two thirds of a request's time would go into validation; clients send the same few documents over and over.
"""

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

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

from api.errors import PARSE, VALIDATION

KEPT = 1_000
LONGEST_KEPT = 50_000
"""Characters; a longer document is no client's everyday query."""


@dataclass(frozen=True, slots=True)
class Document:
    """A valid document, and what its `after` arguments are given: literals as they stand, variables by
    name.
    """

    ast: DocumentNode
    literal_cursors: tuple[str, ...]
    cursor_variables: tuple[str, ...]

    def operation(self, name: str | None) -> OperationDefinitionNode | None:
        """The operation of this name, or the only one; None where that names none."""
        found = [node for node in self.ast.definitions if isinstance(node, OperationDefinitionNode)]
        if name is not None:
            found = [node for node in found if node.name and node.name.value == name]
        return found[0] if len(found) == 1 else None

    def cursors(self, variables: Mapping[str, object]) -> Iterator[str]:
        """Every cursor that a request with these variables goes on from."""
        yield from self.literal_cursors
        for name in self.cursor_variables:
            if isinstance(cursor := variables.get(name), str):
                yield cursor


@dataclass(frozen=True, slots=True)
class Invalid:
    """Why a text is no document of the schema. code: PARSE or VALIDATION."""

    errors: tuple[GraphQLError, ...]
    code: str


class Documents:
    """The documents most recently used."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._kept: OrderedDict[str, Document] = OrderedDict()

    def of(self, text: str) -> Document | Invalid:
        """The document that a text is, or why it is none."""
        known = self._kept.get(text)
        if known is not None:
            self._kept.move_to_end(text)
            return known
        try:
            ast = parse(text)
        except GraphQLError as unreadable:
            return Invalid((unreadable,), PARSE)
        try:
            errors, document = validate(self._schema, ast), _read(ast)
        except RecursionError:
            return Invalid((GraphQLError("the document is nested too deeply"),), VALIDATION)
        if errors:
            return Invalid(tuple(errors), VALIDATION)
        if len(text) <= LONGEST_KEPT:
            self._kept[text] = document
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return document


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


def _read(ast: DocumentNode) -> Document:
    found = _Cursors()
    visit(ast, found)
    return Document(ast, tuple(found.literals), tuple(found.variables))
