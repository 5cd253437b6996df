"""Commands whose help shows `--help` as the flag it is, since Typer writes a type beside every option that
has none of ours; and arguments in capitals, as in the docs.
"""

from typing import Any

from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption


class Command(TyperCommand):
    """One command."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for argument in self.params:
            if isinstance(argument, TyperArgument) and argument.metavar is None:
                argument.metavar = argument.name.strip("_").upper()

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
