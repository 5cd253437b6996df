"""What thieves and broken clients try: graphql-cop's checks, tokens that are none, and every limit."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from urllib.parse import urlencode

from api.cost.allowance import ALLOWANCES
from api.limits import CALL, DRAWING, NAMED, PAGE, SEEDS
from api.settings import Settings
from api.trusted import id_of
from bench import asks
from bench.asks import Ask, ask
from bench.standing import TRUSTED, Profile, Stand, unsigned

HTML = {"accept": "text/html"}
FORM = {"content-type": "application/x-www-form-urlencoded"}
PLAIN = ask("{ __typename }")
CARD = Ask({"documentId": id_of(TRUSTED), "variables": {"key": "p00001"}})
RECORD = "mutation { recordEvents(input: { events: [] }) { stored } }"
PUBLIC = "the schema is public: it stands in the repository"
TEN = 10
SILENT = "says nothing of it"
UNTRUSTED = "403 NOT_TRUSTED"
CIRCLE = "{ __schema { types { " + "fields { type { " * 5 + "name" + " } }" * 5 + " } } }"
ROUND = "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }"


@dataclass(frozen=True, slots=True)
class Probe:
    """hostile: what is tried. becomes: what has to come of it. fine: what has to be answered beside it.
    word: a pattern of what may not stand in the answer, where that is what counts. open: by profile, why it
    is answered there all the same.
    """

    name: str
    hostile: Ask
    becomes: str
    fine: Ask = PLAIN
    word: str = ""
    open: Mapping[Profile, str] = field(default_factory=dict)


def by_get(query: str) -> Ask:
    """A query in an address."""
    return Ask(method="GET", path=f"/graphql?{urlencode({'query': query})}")


def exploring(why: str) -> dict[Profile, str]:
    """Open wherever documents are free."""
    return {Profile.DEV: why, Profile.KEYS: why}


COP = (
    Probe("alias overloading (101 aliases)", ask(asks.aliases(101)), "200 TOO_COMPLEX"),
    Probe("array of ten queries", Ask([{"query": "{ __typename }"}] * 10), "400 BAD_REQUEST"),
    Probe(
        "directive overloading (51)",
        ask("{ __typename " + "@aa" * 51 + " }"),
        "200 TOO_COMPLEX",
        ask("{ __typename @include(if: true) }"),
    ),
    Probe(
        "directive overloading (ten unknown, ten errors)",
        ask("{ __typename " + "@aa" * TEN + " }"),
        SILENT,
        ask("{ __typename @include(if: true) }"),
        word='"message":"Unknown directive' + ".*Unknown directive" * (TEN - 1),
    ),
    Probe("circular introspection", ask(CIRCLE), "200 GRAPHQL_VALIDATION_FAILED"),
    Probe(
        "circular fragments",
        ask(ROUND),
        "200 GRAPHQL_VALIDATION_FAILED",
        ask(asks.spreads(2)),
    ),
    Probe("field duplication (500 times)", ask(asks.repeats(499)), "200 TOO_COMPLEX"),
    Probe(
        "field suggestions",
        ask("{ produkt }"),
        SILENT,
        word="Did you mean",
        open=exploring(PUBLIC),
    ),
    Probe(
        "a query by GET",
        by_get("{ __typename }"),
        UNTRUSTED,
        open=exploring("GraphQL over HTTP asks for it; the token is in a header that no page can set"),
    ),
    Probe("a mutation by GET", replace(by_get(RECORD), role="ingest"), "405 METHOD_NOT_ALLOWED"),
    Probe(
        "url-encoded POST",
        Ask(content=b"query=%7B__typename%7D", headers=FORM),
        "415 UNSUPPORTED_MEDIA_TYPE",
    ),
    Probe(
        "GraphiQL",
        Ask(method="GET", headers=HTML),
        "406 NOT_ACCEPTABLE",
        open=exploring("a page of our own files, which asks with the token that its user gives"),
    ),
    Probe(
        "introspection",
        ask("{ __schema { types { name } } }"),
        UNTRUSTED,
        open=exploring(PUBLIC),
    ),
    Probe("tracing", ask("{ __typename }"), SILENT, word="tracing"),
)
"""graphql-cop's, each as it sends them; where it looks for a word in the answer, so do we."""


def thieves(stand: Stand) -> Iterator[Probe]:
    """Tokens and pages that are not what they say."""
    hour, mine = int(datetime.now(UTC).timestamp()), ask("{ viewer { key } }", "member u000001")
    claims = {"aud": "shop", "exp": hour + 3_600, "role": "admin", "sub": "eve"}
    tokens = {
        "no token": "",
        "alg=none": unsigned(**claims),
        "expired an hour ago": stand.token(exp=hour - 3_600),
        "for another audience": stand.token(aud="another"),
        "without an expiry": stand.token(exp=None),
        "a role that does not exist": stand.token(role="owner"),
        "the role of development": stand.token(role="dev"),
        "signed by somebody else": replace(stand, secret=type(stand.secret).generate_key(256)).token(),
        "longer than any of ours": stand.token(purpose="x" * 8_192),
        "an API key with a letter changed": f"{stand.keys['admin'][:-1]}-",
    }
    for name, token in tokens.items():
        said = {"authorization": f"Bearer {token}"} if token else {}
        forged = replace(mine, role="nobody", headers=said)
        yield Probe(f"token: {name}", forged, "401 UNAUTHENTICATED", mine)
    page = {"origin": "https://evil.example", "sec-fetch-site": "cross-site"}
    yield Probe("a page of another origin", replace(mine, headers=page), "403 FORBIDDEN", mine)
    text = Ask(content=json.dumps(mine.said).encode(), role=mine.role, headers={"content-type": "text/plain"})
    yield Probe("a form's text/plain", text, "415 UNSUPPORTED_MEDIA_TYPE", mine)
    listed = ask("{ cascades { totalCount } }", "member u000001")
    yield Probe("a member lists cascades", listed, "403 FORBIDDEN", replace(listed, role="analyst"))
    who = ask('{ user(key: "u000001") { shares { totalCount } } }', "analyst")
    yield Probe("an analyst asks what somebody shared", who, "403 FORBIDDEN", replace(who, role="admin"))
    whose = "{ viewer { friends(first: 1) { nodes { from { shares { totalCount } } } } } }"
    friend = ask(whose, f"member {befriended(stand)}")
    yield Probe("a member asks what a friend shared", friend, "200 FORBIDDEN", mine)
    yield Probe("an id that is none", ask('{ node(id: "u000001") { id } }'), "200 BAD_USER_INPUT")


def befriended(stand: Stand, least: int = 1) -> str:
    """The key of somebody with friends; LookupError where nobody has so many."""
    for number in range(100):
        query = f'{{ user(key: "u{number:06}") {{ friends {{ totalCount }} }} }}'
        asked = {"query": query}
        answer = stand.client.post("/graphql", json=asked, headers=stand.bearer("admin")).json()
        user = answer["data"]["user"]
        if user and user["friends"]["totalCount"] >= least:
            return f"u{number:06}"
    raise LookupError("nobody has so many friends")


@dataclass(frozen=True, slots=True)
class Limit:
    """A bound and what is one below it, on it and one above it. becomes: of what is above."""

    name: str
    most: int
    asks: Sequence[Ask]
    becomes: str


def limits() -> Iterator[Limit]:
    """Every bound of one request."""
    member, card = ALLOWANCES["storefront"], {"key": "p00001"}
    bodies = {
        "tokens": (member.tokens, lambda n: ask(asks.tokens(n), operation="Last")),
        "aliases": (member.aliases, lambda n: ask(asks.aliases(n))),
        "directives": (member.directives, lambda n: ask(asks.directives(n))),
        "fields said again": (member.repeats, lambda n: ask(asks.repeats(n))),
        "uses of fragments": (member.spreads, lambda n: ask(asks.spreads(n))),
        "depth": (member.depth, lambda n: ask(asks.depth(n), **card)),
        "fields of the answer": (member.fields, lambda n: ask(asks.fields(n), **card)),
    }
    for name, (most, of) in bodies.items():
        yield Limit(name, most, _around(most, of), "200 TOO_COMPLEX")
    dear = int(member.cost)
    yield Limit("cost of a request", dear, _around(dear, lambda n: ask(asks.costing(n))), "200 TOO_COSTLY")
    bytes_ = Settings("").body_bytes
    yield Limit("bytes of a body", bytes_, _around(bytes_, asks.sized), "413 REQUEST_TOO_LARGE")
    yield Limit("length of a page", PAGE, _around(PAGE, asks.suggested), "200 BAD_USER_INPUT")
    yield Limit("products in one argument", PAGE, _around(PAGE, asks.proved), "200 BAD_USER_INPUT")
    yield Limit("participants in a page", DRAWING, _around(DRAWING, asks.drawn), "200 BAD_USER_INPUT")
    yield Limit("KOL candidates", SEEDS, _around(SEEDS, asks.sought), "200 BAD_USER_INPUT")
    yield Limit("people in one argument", NAMED, _around(NAMED, asks.excluded), "200 BAD_USER_INPUT")
    yield Limit("events in one call", CALL, _around(CALL, asks.recorded), "200 TOO_LARGE")
    yield Limit("users in one call", CALL, _around(CALL, asks.introduced), "200 TOO_LARGE")
    yield Limit("products in one call", CALL, _around(CALL, asks.stocked), "200 TOO_LARGE")


def _around(most: int, of: Callable[[int], Ask]) -> tuple[Ask, Ask, Ask]:
    return of(most - 1), of(most), of(most + 1)
