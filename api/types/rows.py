"""Inputs that say what a row of a file would say, and are read by the same functions."""

from collections.abc import Hashable
from dataclasses import fields
from enum import Enum
from functools import cache

from strawberry.utils.str_converters import to_camel_case


class Row:
    """An input that is a row."""

    def said(self) -> dict[str, object]:
        """What was said, by the contract's names; null is not said."""
        names = _names(type(self))  # type: ignore[arg-type]  # mypy asks the instances' hash of the class.
        given = ((name, getattr(self, own)) for own, name in names)
        return {name: _plain(value) for name, value in given if value is not None}


@cache
def _names(kind: Hashable) -> tuple[tuple[str, str], ...]:
    """Our name and the contract's of every field of an input."""
    own = [field.name for field in fields(kind)]  # type: ignore[arg-type]
    return tuple((name, to_camel_case(name)) for name in own)


def _plain(value: object) -> object:
    if isinstance(value, Row):
        return value.said()
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value.name if isinstance(value, Enum) else value
