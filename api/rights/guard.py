"""Guards: what a document may ask for in a role, and the fields that are not answered of everybody."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from graphql import (
    SKIP,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    Node,
    OperationDefinitionNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    VisitorAction,
    default_field_resolver,
    visit,
)

from api.auth.caller import Role
from api.rights.table import OWN, allowed
from graph.errors import Forbidden

WHOSE: Final[Mapping[str, Callable[[Any, Any], int]]] = {
    "User": lambda user, _: int(user.row),
    "Share": lambda share, info: int(info.context.analysis.snapshot.shares.person[share.row]),
}
"""Of the types with such fields: the row of the person whose it is."""


OF_OTHERS: Final[Mapping[Role, str]] = {
    Role.MEMBER: "this is answered only to the person it is about",
    Role.STOREFRONT: "this is answered only of somebody whom you know by their key",
}
"""What a role is told that asks for such a field of somebody else."""


def beyond(schema: GraphQLSchema, document: DocumentNode, role: Role) -> tuple[GraphQLError, ...]:
    """What a valid document asks for that this role may not see: one error for each such field, none for what
    stands within one. What the schema is, whoever is let in may ask.
    """
    known = TypeInfo(schema)
    asked = _Asked(known, role)
    fragments = {
        node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
    }
    left: list[Node] = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    while left:
        visit(left.pop(0), TypeInfoVisitor(known, asked))
        left += [fragments.pop(name) for name in sorted(asked.spread & fragments.keys())]
    return tuple(asked.refused.values())


class _Asked(Visitor):
    def __init__(self, known: TypeInfo, role: Role) -> None:
        super().__init__()
        self.known = known
        self.role = role
        self.refused: dict[str, GraphQLError] = {}
        self.spread: set[str] = set()

    def enter_fragment_spread(self, node: FragmentSpreadNode, *_: object) -> None:
        self.spread.add(node.name.value)

    def enter_field(self, node: FieldNode, *_: object) -> VisitorAction:
        kind, name = self.known.get_parent_type(), node.name.value
        if kind is None or name.startswith("__") or kind.name.startswith("__"):
            return None
        coordinate = f"{kind.name}.{name}"
        if allowed(self.role, coordinate):
            return None
        sentence = f"{coordinate} is not for the role {self.role}"
        self.refused.setdefault(coordinate, GraphQLError(sentence, [node]))
        return SKIP


def guarded(schema: GraphQLSchema) -> None:
    """Put a guard before every field of a schema that some role may ask for only of some people."""
    for coordinate, roles in OWN.items():
        kind, name = coordinate.split(".")
        fields = getattr(schema.type_map.get(kind), "fields", {})
        if name in fields:
            fields[name].resolve = _only(roles, WHOSE[kind], fields[name].resolve or default_field_resolver)


def _only(
    roles: frozenset[Role], whose: Callable[[Any, Any], int], resolve: Callable[..., Any]
) -> Callable[..., Any]:
    def answered(source: Any, info: Any, **arguments: Any) -> Any:
        role, sight = info.context.caller.role, info.context.sight
        if role in roles and not sight.asks_about(whose(source, info)):
            raise Forbidden(OF_OTHERS[role])
        return resolve(source, info, **arguments)

    return answered
