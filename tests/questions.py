"""Every question that the schema has, as documents made from it, so that a new field is asked for too.

A document asks for one field of Query, or for one type of `node(id:)`, and under it for everything down to
scalars; a type that stands on the path already is asked for its scalars only. Arguments are variables.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
    is_required_argument,
)

from api.auth.caller import Role
from api.rights.table import OWN, allowed
from api.schema import core_schema

Path = tuple[str, ...]
"""Coordinates, from Query down."""

Wanted = Callable[[Path, str], bool]
"""Whether a field is asked for, which stands at the end of a path."""

LEVELS: Final = 5
"""Of objects, one in the other."""

APART: Final = frozenset({"ConsentPreview"})
"""Types that are asked for by one field at a time: all of them at once would cost too much."""

FAR: Final = ("Query.viewer",) * LEVELS

MUTATIONS: Final = core_schema.mutation_type.fields if core_schema.mutation_type else {}

VARIABLES: Final[Mapping[str, str]] = {
    **{name: str(field.args["input"].type) for name, field in MUTATIONS.items()},
    "person": "String!",
    "people": "[String!]!",
    "product": "String!",
    "products": "[String!]!",
    "id": "ID!",
    "link": "SuggestionContext",
    "first": "Int",
}

GIVEN: Final[Mapping[str, str]] = {
    "Query.user.key": "person",
    "Query.product.key": "product",
    "Query.suggestions.context": "link",
    "User.suggestions.context": "link",
    "user": "person",
    "users": "people",
    **{name: name for name in VARIABLES},
    **{f"Mutation.{name}.input": name for name in MUTATIONS},
}
"""The variable that an argument takes, by its coordinate, else by its name; others are left out."""


def everything(_: Path, __: str) -> bool:
    """Whatever there is."""
    return True


def of(role: Role) -> Wanted:
    """What a role may ask for: where that is of themselves only, under the person asked about."""

    def wanted(path: Path, coordinate: str) -> bool:
        own = path[-1:] in {("Query.viewer",), ("Query.user",)} or path[-2:-1] == ("User.shares",)
        return allowed(role, coordinate) and (own or role not in OWN.get(coordinate, ()))

    return wanted


def questions(wanted: Wanted) -> Iterator[str]:
    """Documents for each field of Query, each with one branch below it; for `node` for each type that it may
    be.
    """
    query = core_schema.query_type
    assert query is not None
    for name, field in query.fields.items():
        path, kind = (f"Query.{name}",), get_named_type(field.type)
        for selection in _branches(kind, path, wanted) if wanted((), path[0]) else ():
            yield _document(f"{name}{_arguments(path[0], field)} {selection}")


def followings() -> Iterator[str]:
    """Documents for each field of Subscription, with everything below it."""
    root = core_schema.subscription_type
    assert root is not None
    for name, field in root.fields.items():
        path = (f"Subscription.{name}",)
        below = " ".join(_fields(get_named_type(field.type), path, everything))
        yield _document(f"{name}{_arguments(path[0], field)} {{ {below} }}", "subscription")


def _document(asked: str, operation: str = "query") -> str:
    used = dict.fromkeys(re.findall(r"\$(\w+)", asked))
    said = ", ".join(f"${variable}: {VARIABLES[variable]}" for variable in used)
    return f"{operation}{f'({said})' if said else ''} {{ {asked} }}"


def _branches(kind: GraphQLNamedType, path: Path, wanted: Wanted) -> Iterator[str]:
    """The scalars of a type, with one of its other fields at a time; empty for a scalar."""
    if isinstance(kind, GraphQLObjectType):
        fields = [*_fields(kind, path, wanted)]
        flat = " ".join(field for field in fields if not field.endswith("}")) or "__typename"
        yield f"{{ {flat} }}"
        yield from (f"{{ {field} }}" for field in fields if field.endswith("}"))
    elif is_leaf_type(kind):
        yield ""
    else:
        for one in core_schema.get_possible_types(kind):  # type: ignore[arg-type]  # it is abstract.
            for branch in _branches(one, path, wanted):
                yield f"{{ ... on {one.name} {branch} }}"


def _arguments(coordinate: str, field: GraphQLField) -> str:
    found = {name: GIVEN.get(f"{coordinate}.{name}", GIVEN.get(name)) for name in field.args}
    said = [f"{name}: ${variable}" for name, variable in found.items() if variable]
    for name, argument in field.args.items():
        if is_required_argument(argument) and found[name] is None:
            kind = get_named_type(argument.type)
            assert isinstance(kind, GraphQLEnumType), f"what shall be put in {coordinate}({name}:)?"
            said.append(f"{name}: {next(iter(kind.values))}")
    return f"({', '.join(said)})" if said else ""


def _below(kind: GraphQLNamedType, path: Path, wanted: Wanted) -> str:
    """Everything of a type; empty for a scalar."""
    if is_leaf_type(kind):
        return ""
    if isinstance(kind, GraphQLObjectType):
        return f"{{ {' '.join(_fields(kind, path, wanted)) or '__typename'} }}"
    each = core_schema.get_possible_types(kind)  # type: ignore[arg-type]  # it is abstract.
    return f"{{ {' '.join(f'... on {one.name} {_below(one, path, wanted)}' for one in each)} }}"


def _fields(kind: GraphQLObjectType, path: Path, wanted: Wanted) -> Iterator[str]:
    """The fields of a type; scalars alone far down, and where it stands on the path already. What people and
    products have is asked near Query. `nodes` say what `edges` say.
    """
    above = any(coordinate.startswith(f"{kind.name}.") for coordinate in path)
    again = above or len(path) >= (2 if kind.name in {"Product", "User"} else LEVELS)
    for name, field in kind.fields.items():
        coordinate, inner = f"{kind.name}.{name}", get_named_type(field.type)
        deeper = not is_leaf_type(inner)
        if not wanted(path, coordinate) or (deeper and again) or (name == "edges" and "nodes" in kind.fields):
            continue
        asked, below = f"{name}{_arguments(coordinate, field)}", (*path, coordinate)
        if isinstance(inner, GraphQLObjectType) and inner.name in APART:
            yield from (f"{asked} {{ {one} }}" for one in _fields(inner, below, wanted))
        else:
            yield f"{asked} {_below(inner, below, wanted)}".strip()


def ways() -> Mapping[str, Path]:
    """By type with fields, whatever the operation: the coordinates that lead to it, as few as may be; a type
    that stands behind an interface or a union is reached where that is.
    """
    roots = (core_schema.query_type, core_schema.mutation_type, core_schema.subscription_type)
    found: dict[str, Path] = {root.name: () for root in roots if root is not None}
    waiting = [*found]
    for name in waiting:
        kind = core_schema.type_map[name]
        steps = kind.fields.items() if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType) else ()
        for field, said in steps:
            inner, path = get_named_type(said.type), (*found[name], f"{name}.{field}")
            behind = core_schema.get_possible_types(inner) if is_abstract_type(inner) else ()
            new = [one.name for one in (inner, *behind) if one.name not in found and not is_leaf_type(one)]
            found |= dict.fromkeys(new, path)
            waiting += new
    return {name: path for name, path in found.items() if hasattr(core_schema.type_map[name], "fields")}


def each_of(kind: str, path: Path, wanted: Wanted) -> str:
    """A document for every field of a type that is wanted, each by itself and with nothing below; path: how
    the type is reached.
    """
    owner: Any = core_schema.type_map[kind]
    coordinates = [f"{kind}.{name}" for name in owner.fields]
    asked = " ".join(_alone(one) for one in coordinates if wanted(path, one)) or "__typename"
    for coordinate in reversed(path):
        asked = f"{_called(coordinate)} {{ {_narrowed(coordinate, kind, asked)} }}"
        kind = coordinate.partition(".")[0]
    return _document(asked, kind.lower())


def _field(coordinate: str) -> GraphQLField:
    kind, name = coordinate.split(".")
    owner: Any = core_schema.type_map[kind]
    field: GraphQLField = owner.fields[name]
    return field


def _called(coordinate: str) -> str:
    return f"{coordinate.partition('.')[2]}{_arguments(coordinate, _field(coordinate))}"


def _alone(coordinate: str) -> str:
    """A field, and of things no more than their type."""
    leaf = is_leaf_type(get_named_type(_field(coordinate).type))
    return _called(coordinate) if leaf else f"{_called(coordinate)} {{ __typename }}"


def _narrowed(coordinate: str, kind: str, asked: str) -> str:
    """What is asked of a type, where a field may answer another."""
    return asked if get_named_type(_field(coordinate).type).name == kind else f"... on {kind} {{ {asked} }}"


def thefts() -> Iterator[str]:
    """What is answered of oneself only, as much of it as members may ask for at all, asked as `stolen` of a
    friend, and of a share of theirs.
    """
    reached = {
        "User": "friends(first: $first) {{ nodes {{ from {{ {} }} }} }}",
        "Share": "suggestions {{ nodes {{ reasons {{ ... on FriendReason {{ share {{ {} }} }} }} }} }}",
    }
    for coordinate in OWN:
        kind, name = coordinate.split(".")
        owner = core_schema.type_map[kind]
        assert isinstance(owner, GraphQLObjectType)
        field = owner.fields[name]
        below = _below(get_named_type(field.type), FAR, lambda _, one: allowed(Role.MEMBER, one))
        asked = f"stolen: {name}{_arguments(coordinate, field)} {below}"
        yield _document(f"viewer {{ {reached[kind].format(asked)} }}")
