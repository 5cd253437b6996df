"""Requests that a hostile or broken client sends, and what became of them in one word."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import httpx
from graphql import OperationDefinitionNode, parse

from api.cost.plan import plan_of
from api.schema import core_schema
from bench.standing import Stand

ANSWERED = "answered"

LEAVES = ("id", "key", "name", "category", "brand", "available")
PRODUCT = f"{' '.join(LEAVES)} price {{ amount currency }}"


@dataclass(frozen=True, slots=True)
class Ask:
    """One request. role: who sends it. said: its JSON body, where it has one; content: its body else."""

    said: object = None
    role: str = "storefront"
    method: str = "POST"
    path: str = "/graphql"
    content: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    def outcome(self, stand: Stand) -> str:
        """`answered`, or the status with the code of the first error or the sentence that came."""
        return outcome(self.sent(stand))

    def sent(self, stand: Stand) -> httpx.Response:
        """The response to it."""
        headers = {**stand.bearer(self.role), **self.headers}
        if self.said is None:
            return stand.client.request(self.method, self.path, headers=headers, content=self.content)
        return stand.client.request(self.method, self.path, headers=headers, json=self.said)


def ask(query: str, role: str = "storefront", operation: str | None = None, **variables: object) -> Ask:
    """A document, posted as JSON."""
    said = {"query": query, "variables": variables}
    return Ask(said | ({"operationName": operation} if operation else {}), role)


def outcome(response: httpx.Response) -> str:
    """What a response says."""
    if "json" not in response.headers.get("content-type", ""):
        return ANSWERED if response.status_code == 200 else str(response.status_code)
    said = response.json()
    if isinstance(said, list):
        return ANSWERED
    for error in said.get("errors", ()):
        return f"{response.status_code} {error['extensions']['code']}"
    for payload in said["data"].values():
        for error in (isinstance(payload, dict) and payload.get("userErrors")) or ():
            return f"{response.status_code} {error['code']}"
    return ANSWERED


def aliases(count: int) -> str:
    """So many names for one field."""
    return f"{{ {' '.join(f'a{n}: __typename' for n in range(count))} }}"


def directives(count: int) -> str:
    """So many directives, each on a field of its own."""
    fields = (f"{f'a{n}: ' if n else ''}__typename @include(if: true)" for n in range(count))
    return f"{{ {' '.join(fields)} }}"


def tokens(count: int) -> str:
    """A document of so many tokens: many operations, of which A0 is run."""
    whole, rest = divmod(count, 5)
    operations = (f"query A{n} {{ __typename }}" for n in range(whole - 1))
    return f"{' '.join(operations)} query Last {{ {'__typename ' * (rest + 1)}}}"


def depth(count: int) -> str:
    """An answer of so many levels."""
    return nested(count - 1, "id")


def nested(levels: int, inner: str) -> str:
    """Products related to products."""
    opened, closed = "{ product(key: $key) ", " }"
    for level in range(1, levels):
        opened += "{ product " if level % 2 == 0 else "{ related(first: 1) "
        closed += " }"
    inner = inner if levels % 2 == 1 else "kind"
    return f"query($key: String!) {opened} {{ {inner} }} {closed}"


def fields(count: int) -> str:
    """An answer of so many fields, more of them than it has aliases."""
    blocks = [*_blocks(count)]
    return f"query($key: String!) {{ {' '.join(f'a{n}: {block}' for n, block in enumerate(blocks))} }}"


def _blocks(count: int) -> Iterator[str]:
    """Each has 22 fields, the last ones 7 or fewer."""
    large = f"product(key: $key) {{ {PRODUCT} related(first: 1) {{ kind product {{ {PRODUCT} }} }} }}"
    size, most = 22, 1 + len(LEAVES)
    while count >= size:
        yield large
        count -= size
    while count:
        take = min(count, most) - (count == most + 1)
        yield f"product(key: $key) {{ {' '.join(LEAVES[: take - 1])} }}"
        count -= take


def repeats(count: int) -> str:
    """One field, said again so many times."""
    return f"{{ {'__typename ' * (count + 1)}}}"


def spreads(count: int) -> str:
    """One fragment, used so many times."""
    return f"{{ {'...F ' * count}}} fragment F on Query {{ __typename }}"


def costing(cost: int) -> str:
    """A document of exactly this cost: products with as many related ones as are missing."""
    listed = 'product(key: "none") {{ related(first: {}) {{ product {{ key }} }} }}'
    whole, rest = divmod(cost, 1 + 2 * 100)
    parts = [listed.format(100)] * whole + ([listed.format((rest - 1) // 2)] if rest > 2 else [])
    parts += ["viewer { key }"] * (cost - int(_cost(parts)))
    return f"{{ {' '.join(f'a{n}: {part}' for n, part in enumerate(parts))} }}"


def _cost(parts: list[str]) -> float:
    if not parts:
        return 0.0
    document = parse(f"{{ {' '.join(f'a{n}: {part}' for n, part in enumerate(parts))} }}")
    (operation,) = (node for node in document.definitions if isinstance(node, OperationDefinitionNode))
    return plan_of(core_schema, document, operation).requested({})


def sized(size: int) -> Ask:
    """A body of so many bytes."""
    bare = b'{"query": "{ __typename }", "extensions": {"pad": ""}}'
    padded = bare.replace(b'""}', b'"' + b"x" * (size - len(bare)) + b'"}')
    return Ask(content=padded, headers={"content-type": "application/json"})


def suggested(count: int) -> Ask:
    """A list so long."""
    return ask("query($first: Int) { suggestions(first: $first) { nodes { rank } } }", first=count)


def proved(count: int) -> Ask:
    """A question about so many products."""
    query = "query($keys: [String!]!) { user(key: $user) { socialProof(products: $keys) { friends } } }"
    query = query.replace("$user", '"u000001"')
    return ask(query, keys=[f"p{n:05}" for n in range(count)])


def recorded(count: int) -> Ask:
    """So many events in one call."""
    query = (
        "mutation($input: RecordEventsInput!) { recordEvents(input: $input) { stored userErrors { code } } }"
    )
    at = "2026-05-01T12:00:00Z"
    events = [
        {"id": f"probe-{n}", "kind": "VIEW", "at": at, "user": "u000001", "product": "p00001"}
        for n in range(count)
    ]
    return ask(query, "ingest", input={"events": events})


def drawn(count: int) -> Ask:
    """A page of so many participants of each cascade of a page."""
    query = """query($first: Int) { cascades(first: 1) { nodes {
        participants(first: $first) { totalCount } } } }"""
    return ask(query, "analyst", first=count)


def sought(count: int) -> Ask:
    """A list of so many candidates."""
    query = "query($first: Int) { kolCandidates(first: $first) { nodes { rank } } }"
    return ask(query, "growth", first=count)


def excluded(count: int) -> Ask:
    """Candidates who are none of so many."""
    query = "query($f: KolFilter) { kolCandidates(first: 1, filter: $f) { nodes { rank } } }"
    return ask(query, "growth", f={"exclude": [f"nobody{n}" for n in range(count)]})


def introduced(count: int) -> Ask:
    """So many users in one call."""
    query = (
        "mutation($input: UpsertUsersInput!) { upsertUsers(input: $input) { stored userErrors { code } } }"
    )
    return ask(query, "ingest", input={"users": [{"key": f"u{n:06}"} for n in range(count)]})


def stocked(count: int) -> Ask:
    """So many products in one call."""
    query = """mutation($input: UpsertProductsInput!) {
        upsertProducts(input: $input) { stored userErrors { code } } }"""
    return ask(query, "ingest", input={"products": [{"key": f"p{n:05}"} for n in range(count)]})
