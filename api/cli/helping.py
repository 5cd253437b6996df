"""Commands whose help shows `--help` as the flag it is: Typer writes a type beside every option that has none
of ours.
"""

from typing import Any

from typer.core import TyperCommand, TyperGroup, TyperOption


class Command(TyperCommand):
    """One command."""

    def get_help_option(self, ctx: Any) -> TyperOption | None:
        """Its `--help`."""
        return _flag(super().get_help_option(ctx))


class Group(TyperGroup):
    """Several commands."""

    def get_help_option(self, ctx: Any) -> TyperOption | None:
        """Its `--help`."""
        return _flag(super().get_help_option(ctx))


def _flag(option: TyperOption | None) -> TyperOption | None:
    if option is not None:
        option.metavar = ""
    return option
