"""The questions of bench/priced.graphql, and what they are about: things of a shop, drawn by chance."""

import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    parse,
    print_ast,
    visit,
)

from api.auth.caller import Role
from api.cost.prices import PRICES
from api.ids import global_id
from graph.analysis import Analysis

FILE = Path(__file__).with_name("priced.graphql")

SECTION = re.compile(r"^# as (\w+)(, seldom)?$", re.MULTILINE)

SELDOM = 6
"""How often what takes long is asked at the most."""

MANY = 1_000


@dataclass(frozen=True, slots=True)
class Question:
    """role: who asks; seldom: whether it takes long."""

    role: Role
    seldom: bool
    operation: OperationDefinitionNode

    @property
    def name(self) -> str:
        """What of it is dear."""
        return self.operation.name.value if self.operation.name else ""

    @property
    def text(self) -> str:
        """As it is sent."""
        return print_ast(self.operation)

    @property
    def words(self) -> list[str]:
        """What is drawn for it."""
        return [each.variable.name.value for each in self.operation.variable_definitions or ()]


def questions() -> Iterator[Question]:
    """All of them."""
    _, *parts = SECTION.split(FILE.read_text("utf-8"))
    for role, seldom, text in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
        for node in parse(text).definitions:
            if isinstance(node, OperationDefinitionNode):
                yield Question(Role(role), bool(seldom), node)


class Words:
    """What each word of the questions may be."""

    def __init__(self, analysis: Analysis, seed: int) -> None:
        told = analysis.snapshot
        self._chance, self._now = random.Random(seed), told.at  # noqa: S311
        self._seconds = int(told.events.at[-1] - told.events.at[0]) // 1_000_000
        people = [told.people.keys[row] for row in range(told.people.blanks, len(told.people))]
        products, shares = [*told.products.keys], [*told.shares.ids]
        roots = (told.shares.root == range(len(shares))).nonzero()[0].tolist()
        kinds = {*told.products.category.tolist()} - {-1}
        self._one: Mapping[str, Sequence[str]] = {
            "user": people,
            "product": products,
            "share": shares,
            "region": sorted({*filter(None, told.people.regions)}) or ["nowhere"],
            "category": [told.words[code] for code in kinds],
            "campaign": ["spring"],
            "person": [global_id("User", key) for key in people],
            "thing": [global_id("Share", id_) for id_ in shares],
            "cascade": [global_id("Cascade", shares[row]) for row in roots],
            "community": [global_id("Community", str(one.id)) for one in analysis.communities],
        }
        self._made: Mapping[str, Callable[[], Any]] = {
            "users": partial(self._some, people, 100),
            "thousand": partial(self._some, people, MANY),
            "products": partial(self._some, products, 100),
            "at": lambda: self._moment().isoformat(),
            "month": lambda: f"{self._moment():%Y-%m}",
            "seed": lambda: self._chance.randrange(1 << 30),
            "part": lambda: self._chance.uniform(0.02, 0.2),
            "costs": lambda: [self._cost(key) for key in self._some(people, MANY)],
            "event": lambda: {"events": [self._open()]},
            "recorded": lambda: {"events": [self._open() for _ in range(MANY)]},
            "people": lambda: {"users": [self._named(key) for key in self._some(people, MANY)]},
            "goods": lambda: {"products": [self._named(key) for key in self._some(products, MANY)]},
        }

    def drawn(self, names: Sequence[str]) -> dict[str, Any]:
        """A value for each of these words."""
        return {
            name: self._made[name]() if name in self._made else self._chance.choice(self._one[name])
            for name in names
        }

    def _some(self, of: Sequence[str], most: int) -> list[str]:
        return self._chance.sample(of, min(most, len(of)))

    def _moment(self) -> Any:
        return self._now - timedelta(seconds=self._chance.randrange(self._seconds))

    def _cost(self, key: str) -> dict[str, str]:
        return {"user": key, "amount": f"{self._chance.uniform(1, 60):.2f}", "currency": "CNY"}

    def _named(self, key: str) -> dict[str, str]:
        return {"key": key, "name": f"{self._chance.getrandbits(64):x}"}

    def _open(self) -> dict[str, str]:
        who = self.drawn(["user", "share"])
        id_ = f"{self._chance.getrandbits(64):x}"
        return {"id": id_, "kind": "OPEN", "at": self._now.isoformat(), **who}


def asked_by(schema: GraphQLSchema, question: Question) -> set[str]:
    """The fields that a question asks for, as Type.field."""
    types = TypeInfo(schema)
    found = _Fields(types)
    visit(DocumentNode(definitions=(question.operation,)), TypeInfoVisitor(types, found))
    return found.fields


class _Fields(Visitor):
    def __init__(self, types: TypeInfo) -> None:
        super().__init__()
        self.types = types
        self.fields: set[str] = set()

    def enter_field(self, node: FieldNode, *_: object) -> None:
        kind = self.types.get_parent_type()
        self.fields.add(f"{kind.name if kind else ''}.{node.name.value}")


def dear(schema: GraphQLSchema) -> Iterator[str]:
    """Every field that has a price or takes arguments, as Type.field."""
    for name, kind in schema.type_map.items():
        if isinstance(kind, GraphQLObjectType) and not name.startswith("__"):
            for field, known in kind.fields.items():
                if known.args or f"{name}.{field}" in PRICES:
                    yield f"{name}.{field}"
