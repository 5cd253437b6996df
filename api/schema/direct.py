"""Resolvers that need nothing from Strawberry are called by graphql-core itself.

Strawberry puts several calls between the two, to translate arguments and to wrap what it hands in as `info`.
A field without arguments has nothing to translate, and our resolvers ask `info` for its context alone, which
graphql-core's has too. It is a fifth of the time of ten suggestions.
"""

from collections.abc import Callable
from inspect import signature
from typing import Any, cast

import strawberry
from graphql import GraphQLObjectType
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.field import StrawberryField

Resolver = Callable[..., Any]


def shorten(schema: strawberry.Schema, types: dict[str, Any]) -> None:
    """Give fields without arguments the functions that they were made of. types: graphql-core's, by name."""
    for core in types.values():
        if not isinstance(core, GraphQLObjectType):
            continue
        ours = schema.get_type_by_name(core.name)
        if not isinstance(ours, StrawberryObjectDefinition):
            continue
        for field in ours.fields:
            target = core.fields[schema.config.name_converter.get_graphql_name(field)]
            if not target.args:
                target.resolve = _direct(field)


def _direct(field: StrawberryField) -> Resolver | None:
    """What resolves a field, given its source and graphql-core's info; None reads the attribute."""
    if field.base_resolver is None:
        return _attribute(field.python_name)
    resolver = cast("Resolver", field.base_resolver.wrapped_func)
    if len(signature(resolver).parameters) == 1:
        return lambda source, _info: resolver(source)
    return resolver


def _attribute(name: str) -> Resolver:
    return lambda source, _info: getattr(source, name)
