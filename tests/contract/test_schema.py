"""The printed schema: clients rely on the contract, and readers on its words."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    build_schema,
    find_breaking_changes,
    find_dangerous_changes,
    is_specified_scalar_type,
    validate_schema,
)

from api.schema import core_schema, printed

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
CONTRACT = build_schema((HERE / "contract.graphql").read_text("utf-8"))


def waiting() -> dict[str, str]:
    """What waits, by the breaking change that it is."""
    lines = (HERE / "waiting.txt").read_text("utf-8").splitlines()
    entries = [line.partition(" | ") for line in lines if not line.startswith("#")]
    assert all(reason.startswith("issue ") for _, _, reason in entries)
    return {change: reason for change, _, reason in entries}


def test_only_what_waits_is_missing_and_all_of_that_waits() -> None:
    changes = [change.description for change in find_breaking_changes(CONTRACT, build_schema(printed()))]
    assert sorted(changes) == sorted(waiting())


def test_no_default_of_the_contract_has_changed() -> None:
    dangerous = [change.description for change in find_dangerous_changes(CONTRACT, build_schema(printed()))]
    assert [change for change in dangerous if "default" in change] == []


def test_the_committed_schema_is_what_the_code_prints() -> None:
    assert (ROOT / "schema.graphql").read_text("utf-8") == printed(), (
        "sharegraph export-schema > schema.graphql"
    )


def test_the_schema_is_valid() -> None:
    assert validate_schema(core_schema) == []


def described(named: GraphQLNamedType) -> Iterator[tuple[str, Any]]:
    """A type and everything in it that a reader may look up."""
    yield named.name, named
    if isinstance(named, GraphQLEnumType):
        yield from ((f"{named.name}.{name}", value) for name, value in named.values.items())
    if isinstance(named, GraphQLInputObjectType | GraphQLInterfaceType | GraphQLObjectType):
        for name, field in named.fields.items():
            yield f"{named.name}.{name}", field
            for argument, value in getattr(field, "args", {}).items():
                yield f"{named.name}.{name}({argument}:)", value


def test_everything_is_described() -> None:
    types = [named for name, named in core_schema.type_map.items() if not name.startswith("__")]
    ours = [named for named in types if not is_specified_scalar_type(named)]
    silent = [name for named in ours for name, thing in described(named) if not thing.description]
    assert silent == []
