"""The docstring is the description: whoever reads the code and whoever reads the schema read one text."""

from collections.abc import Callable
from enum import EnumMeta
from inspect import getdoc
from typing import Any, TypeVar, dataclass_transform

import strawberry

C = TypeVar("C", bound=type)
E = TypeVar("E", bound=EnumMeta)


@dataclass_transform(kw_only_default=True, field_specifiers=(strawberry.field,))
def output(cls: C) -> C:
    """An object type, described by its docstring."""
    return strawberry.type(cls, description=description_of(cls))


@dataclass_transform(kw_only_default=True, field_specifiers=(strawberry.field,))
def interface(cls: C) -> C:
    """An interface, described by its docstring."""
    return strawberry.interface(cls, description=description_of(cls))


@dataclass_transform(kw_only_default=True, field_specifiers=(strawberry.field,))
def input_type(cls: C) -> C:
    """An input, described by its docstring."""
    return strawberry.input(cls, description=description_of(cls))


def enumeration(cls: E) -> E:
    """An enum, described by its docstring."""
    return strawberry.enum(cls, description=description_of(cls))


def field(resolver: Callable[..., Any]) -> Any:
    """A field that is computed when asked for, described by its resolver's docstring."""
    return strawberry.field(resolver, description=description_of(resolver))


def field_named(name: str) -> Callable[[Callable[..., Any]], Any]:
    """A field whose name is a keyword of Python, as `from`."""
    return lambda resolver: strawberry.field(resolver, name=name, description=description_of(resolver))


def mutation(resolver: Callable[..., Any]) -> Any:
    """A mutation, described by its resolver's docstring."""
    return strawberry.mutation(resolver, description=description_of(resolver))


def subscription(resolver: Callable[..., Any]) -> Any:
    """Something that can be followed, described by its resolver's docstring."""
    return strawberry.subscription(resolver, description=description_of(resolver))


def description_of(thing: object) -> str:
    """A docstring as one paragraph."""
    return " ".join((getdoc(thing) or "").split())
