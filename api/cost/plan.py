"""A document measured: how deep it goes, how much it asks for, and what that costs.

Fields are gathered as execution gathers them: what is asked twice under one name is answered once, a fragment
counts once in a selection. So `fields` is the number of places in the answer's shape, and no document of
fragments within fragments can ask for more than it is charged for. What `@skip` and `@include` may leave out
counts; where several types are possible all their branches do.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLNamedType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SchemaMetaFieldDef,
    SelectionSetNode,
    TypeMetaFieldDef,
    VariableNode,
    Visitor,
    get_named_type,
    get_nullable_type,
    is_composite_type,
    is_list_type,
    visit,
)

from api.cost.prices import ARGUED, AS_MANY_AS, EACH, ITEMS, ROWS, SENT, SIZES, price

MOST_FIELDS = 5_000
"""Where measuring a document ends; no allowance is wider."""

FIRST, AFTER = "first", "after"

ABOUT_SCHEMA: Final = {"__schema": SchemaMetaFieldDef, "__type": TypeMetaFieldDef}
"""Fields of Query that stand in no schema."""


class TooMuch(Exception):
    """A document asks for more than anybody may."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What of a document can be counted without its schema. repeats: fields written again under the same name
    in one selection; spreads: uses of fragments. Validation compares all of either with each other.
    """

    tokens: int
    aliases: int
    directives: int
    repeats: int = 0
    spreads: int = 0

    @classmethod
    def of(cls, document: DocumentNode) -> "Shape":
        """Counted once over all of its operations and fragments."""
        counted = _Counting()
        visit(document, counted)
        return cls(
            document.token_count, counted.aliases, counted.directives, counted.repeats, counted.spreads
        )


class _Counting(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.aliases = self.directives = self.repeats = self.spreads = 0

    def enter_selection_set(self, node: SelectionSetNode, *_: object) -> None:
        fields = [field for field in node.selections if isinstance(field, FieldNode)]
        self.repeats += len(fields) - len({(field.alias or field.name).value for field in fields})

    def enter_fragment_spread(self, _node: FragmentSpreadNode, *_: object) -> None:
        self.spreads += 1

    def enter_field(self, node: FieldNode, *_: object) -> None:
        self.aliases += node.alias is not None

    def enter_directive(self, _node: DirectiveNode, *_: object) -> None:
        self.directives += 1


@dataclass(frozen=True, slots=True)
class Size:
    """How many items a list may have: a number, or what a variable says (its value, or its length, or that of
    the list `within` it).
    """

    count: int = 1
    variable: str | None = None
    within: str | None = None

    def under(self, variables: Mapping[str, Any]) -> int:
        """With these variables."""
        value = None if self.variable is None else variables.get(self.variable)
        if self.within is not None:
            value = (
                getattr(value, self.within, None) if not isinstance(value, dict) else value.get(self.within)
            )
        if isinstance(value, list | tuple):
            return len(value)
        return max(value, 0) if isinstance(value, int) else self.count


ONE, NONE = Size(), Size(0)


@dataclass(frozen=True, slots=True)
class Extra:
    """What is paid so many times, where an argument is given; in any case where it hangs on none. variable:
    what says whether the argument is, None where the document does.
    """

    price: float
    size: Size = ONE
    variable: str | None = None

    def under(self, variables: Mapping[str, Any]) -> float:
        """With these variables."""
        given = self.variable is None or variables.get(self.variable) is not None
        return self.price * self.size.under(variables) if given else 0.0


@dataclass(frozen=True, slots=True)
class Step:
    """A place in the answer's shape, with what is asked below it. name: the response key. sent: rows that
    come with the request. extras: what is paid beside the price.
    """

    name: str
    price: float
    size: Size
    steps: tuple["Step", ...]
    sent: Size = NONE
    extras: tuple[Extra, ...] = ()

    def requested(self, variables: Mapping[str, Any]) -> float:
        """The most it may cost."""
        below = sum(step.requested(variables) for step in self.steps)
        return self.size.under(variables) * (self._own(variables) + below) + self._sent(variables)

    def actual(self, answer: Any, variables: Mapping[str, Any]) -> float:
        """What it cost, now that the answer is known."""
        return self._answered(answer, variables) + self._sent(variables)

    def _answered(self, answer: Any, variables: Mapping[str, Any]) -> float:
        if isinstance(answer, list):
            return sum(self._answered(item, variables) for item in answer)
        below = answer if isinstance(answer, dict) else {}
        steps = self.steps if below else ()
        return self._own(variables) + sum(step.actual(below.get(step.name), variables) for step in steps)

    def _own(self, variables: Mapping[str, Any]) -> float:
        return self.price + sum(extra.under(variables) for extra in self.extras)

    def _sent(self, variables: Mapping[str, Any]) -> float:
        return SENT * self.sent.under(variables)


@dataclass(frozen=True, slots=True)
class Plan:
    """An operation, measured. depth: fields from the root to the farthest leaf; fields: places in the
    answer's shape. Questions about the schema count too, and are cheap (api.cost.prices).
    """

    steps: tuple[Step, ...]
    depth: int
    fields: int

    def requested(self, variables: Mapping[str, Any]) -> float:
        """The most that it may cost with these variables."""
        return float(sum(step.requested(variables) for step in self.steps))

    def actual(self, answer: Mapping[str, Any] | None, variables: Mapping[str, Any]) -> float:
        """What it cost with these variables, now that the answer is known."""
        return float(sum(step.actual((answer or {}).get(step.name), variables) for step in self.steps))


def plan_of(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode) -> Plan:
    """An operation of a valid document, measured; TooMuch beyond `MOST_FIELDS`."""
    root = schema.get_root_type(operation.operation)
    return _Measuring(schema, document).plan(root, operation.selection_set) if root else Plan((), 0, 0)


class _Measuring:
    def __init__(self, schema: GraphQLSchema, document: DocumentNode) -> None:
        self.schema = schema
        self.fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        self.fields = self.depth = 0

    def plan(self, root: GraphQLNamedType, selections: SelectionSetNode) -> Plan:
        steps = self.steps(root, [selections], ONE, {}, 1)
        return Plan(steps, self.depth, self.fields)

    def steps(
        self,
        parent: GraphQLNamedType,
        selections: list[SelectionSetNode],
        size: Size,
        given: Mapping[str, Size],
        depth: int,
    ) -> tuple[Step, ...]:
        """The fields below one place. size: of the items, where the place is a page; given: sizes of the list
        arguments of the field above.
        """
        gathered: dict[tuple[str, str], tuple[GraphQLNamedType, list[FieldNode]]] = {}
        seen: set[str] = set()
        for selection in selections:
            for owner, node in self.fields_of(parent, selection, seen):
                name = node.alias.value if node.alias else node.name.value
                gathered.setdefault((owner.name, name), (owner, []))[1].append(node)
        found = []
        for (_, name), (owner, nodes) in gathered.items():
            asked = nodes[0].name.value
            known: GraphQLField | None = getattr(owner, "fields", {}).get(asked) or ABOUT_SCHEMA.get(asked)
            if known is not None:
                found.append(self.step(name, owner, known, nodes, size, given, depth))
        return tuple(found)

    def fields_of(
        self, parent: GraphQLNamedType, selections: SelectionSetNode, seen: set[str]
    ) -> Iterator[tuple[GraphQLNamedType, FieldNode]]:
        for node in selections.selections:
            if isinstance(node, FieldNode):
                yield parent, node
                continue
            within: InlineFragmentNode | FragmentDefinitionNode | None = None
            if isinstance(node, InlineFragmentNode):
                within = node
            elif isinstance(node, FragmentSpreadNode) and node.name.value not in seen:
                seen.add(node.name.value)
                within = self.fragments.get(node.name.value)
            if within is not None:
                condition = within.type_condition
                owner = self.schema.get_type(condition.name.value) if condition else None
                yield from self.fields_of(owner or parent, within.selection_set, seen)

    def step(
        self,
        name: str,
        owner: GraphQLNamedType,
        known: GraphQLField,
        nodes: list[FieldNode],
        size: Size,
        given: Mapping[str, Size],
        depth: int,
    ) -> Step:
        self.fields += 1
        self.depth = max(self.depth, depth)
        if self.fields > MOST_FIELDS:
            raise TooMuch(f"more than {MOST_FIELDS:,} fields in one answer; ask in parts")
        coordinate = f"{owner.name}.{nodes[0].name.value}"
        arguments = _sizes(known, nodes[0])
        below = get_named_type(known.type)
        mine = ONE
        if is_list_type(get_nullable_type(known.type)):
            mine = self.items(coordinate, nodes[0].name.value, arguments, size, given)
        selections = [node.selection_set for node in nodes if node.selection_set]
        steps = self.steps(below, selections, arguments.get(FIRST, size), arguments, depth + 1)
        cost = price(coordinate, holds_objects=is_composite_type(below))
        extras = tuple(_extras(coordinate, nodes[0], arguments.get(FIRST, ONE)))
        return Step(name, cost, mine, steps, _sent(coordinate, nodes[0]), extras)

    @staticmethod
    def items(
        coordinate: str, name: str, arguments: Mapping[str, Size], page: Size, above: Mapping[str, Size]
    ) -> Size:
        """How many items a list may have."""
        if FIRST in arguments:
            return arguments[FIRST]
        if coordinate in AS_MANY_AS:
            asked = AS_MANY_AS[coordinate]
            return arguments.get(asked) or above.get(asked, ONE)
        if name in ITEMS:
            return page
        return Size(SIZES.get(coordinate, 1))


def _sizes(known: GraphQLField, node: FieldNode) -> dict[str, Size]:
    """What `first` and the lists among a field's arguments say of sizes."""
    said = {argument.name.value: argument.value for argument in node.arguments or ()}
    found = {}
    for name, argument in known.args.items():
        of_list = is_list_type(get_nullable_type(argument.type))
        if name != FIRST and not of_list:
            continue
        default = argument.default_value if isinstance(argument.default_value, int) else 1
        match said.get(name):
            case IntValueNode(value=literal):
                found[name] = Size(max(int(literal), 0))
            case ListValueNode(values=values):
                found[name] = Size(len(values or ()))
            case VariableNode(name=variable):
                found[name] = Size(default, variable.value)
            case _:
                found[name] = Size(default)
    return found


def _extras(coordinate: str, node: FieldNode, wanted: Size) -> Iterator[Extra]:
    """What a field costs beside its price: by how much is wanted of it, and by its arguments."""
    if coordinate in EACH:
        each, most = EACH[coordinate]
        yield Extra(each, wanted)
        yield from _given(node, AFTER, each * most)
    for argument, more in ARGUED.get(coordinate, {}).items():
        yield from _given(node, argument, more)


def _given(node: FieldNode, name: str, more: float) -> Iterator[Extra]:
    """What is paid where an argument is given."""
    for argument in node.arguments or ():
        if argument.name.value == name and not isinstance(argument.value, NullValueNode):
            said = argument.value
            yield Extra(more, variable=said.name.value if isinstance(said, VariableNode) else None)


def _sent(coordinate: str, node: FieldNode) -> Size:
    """How many rows come with a mutation."""
    rows = ROWS.get(coordinate)
    if rows is None:
        return NONE
    match next((argument.value for argument in node.arguments or () if argument.name.value == "input"), None):
        case VariableNode(name=variable):
            return Size(0, variable.value, rows)
        case ObjectValueNode(fields=fields):
            return next((_length(field.value) for field in fields or () if field.name.value == rows), NONE)
        case _:
            return NONE


def _length(value: object) -> Size:
    match value:
        case ListValueNode(values=values):
            return Size(len(values or ()))
        case VariableNode(name=variable):
            return Size(1, variable.value)
        case _:
            return ONE
