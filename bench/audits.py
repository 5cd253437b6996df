"""Other people's tests of the server and its schema.

    python -m bench.audits > bench/results/audits.txt

`http`: the audits of graphql-http, in three profiles. `relay`: relay-compiler on every document in
examples/frontend, those with `@connection` and `@refetchable` included, and what it made of them asked of a
live server, page by page. `fetch`: Apollo Client and urql ask a live server. `follow`: graphql-ws and
graphql-sse follow a cascade while it grows. `lint`: graphql-eslint's presets for the schema and for Relay.
`diff`: graphql-inspector between the schema of another commit (`--since`) and ours; a breaking change has to
be named in CHANGELOG.md. Needs Node ≥ 20; `npm ci` in bench/clients brings the rest, and is run where it was
not. Ends with an error where one of them fails.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from api.ids import parted
from api.schema import printed
from bench.hostile import befriended
from bench.measured import tell_where
from bench.standing import ROOT, Profile, Stand, standing

CLIENTS = ROOT / "bench" / "clients"
EXAMPLES = ROOT / "examples" / "frontend"

AUDITED = (
    "{ __typename }",
    "query Query { __typename }",
    '{ __type(name: "Run🏃Swim🏊") { name } }',
    "query Type($name: String!) { __type(name: $name) { name } }",
)
"""What the audits send that is right: the server that takes trusted documents only takes these."""

UNREAD = "what is not trusted is refused with 403 before it is read"

EXCEPTIONS: Mapping[Profile, Mapping[str, str]] = {
    Profile.DEV: {},
    Profile.KEYS: {},
    Profile.ONLY: dict.fromkeys(("572B", "FDE2", "7B9B", "556A", "74FF", "86EE"), UNREAD),
}
"""By profile: audits that are not passed, and why."""

OPERATION = re.compile(r"^(query|mutation|subscription) (\w+)", re.MULTILINE)


def node(script: str, *arguments: str, **environment: str) -> str:
    """What a program of bench/clients prints; CalledProcessError where it fails."""
    command = [str(CLIENTS / script), *arguments]
    if script.endswith(".mjs"):
        command = [shutil.which("node") or "node", *command]
    run = subprocess.run(
        command, env={**os.environ, **environment}, check=False, capture_output=True, text=True, cwd=CLIENTS
    )
    if run.returncode:
        raise ChildProcessError(f"{script}: {run.stdout}{run.stderr}")
    return run.stdout


def rows(text: str) -> list[dict[str, Any]]:
    """JSON lines."""
    return [json.loads(line) for line in text.splitlines()]


def http(_: str) -> Iterator[tuple[str, bool]]:
    """graphql-http's audits, each exception with its reason."""
    for profile, exceptions in EXCEPTIONS.items():
        with (
            tempfile.TemporaryDirectory() as folder,
            standing(Path(folder), profile, trusting=AUDITED) as stand,
        ):
            headers = json.dumps(stand.bearer("admin"))
            audits = rows(node("audit.mjs", f"http://{stand.address}/graphql", HEADERS=headers))
        missed = {audit["id"]: audit["reason"] for audit in audits if audit["status"] != "ok"}
        yield f"{profile}: {len(audits) - len(missed)} of {len(audits)}", missed.keys() == exceptions.keys()
        for id_, reason in missed.items():
            yield f"    {id_}: {reason}; {exceptions.get(id_, 'NOT FORESEEN')}", id_ in exceptions


def relay(_: str) -> Iterator[tuple[str, bool]]:
    """relay-compiler on the examples, and what it made of them asked of a server."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        texts = compiled(folder)
        yield f"relay-compiler: {len(texts)} operations compiled", True
        with standing(folder, Profile.KEYS) as stand:
            headers = stand.bearer(f"member {befriended(stand, least=5)}")

            def asked(operation: str, **variables: object) -> Any:
                said = {"query": texts[operation], "variables": variables}
                return stand.client.post("/graphql", json=said, headers=headers).json()["data"]

            viewer = stand.client.post(
                "/graphql", json={"query": "{ viewer { id } }"}, headers=headers
            ).json()
            me = viewer["data"]["viewer"]["id"]
            everybody = _walked(lambda **page: asked("FriendListPaginationQuery", id=me, **page), 100)
            paged = _walked(lambda **page: asked("FriendListPaginationQuery", id=me, **page), 2)
            yield (
                f"@connection, @refetchable: {len(paged)} friends in pages of 2",
                bool(paged) and paged == everybody,
            )
            shown = asked("SuggestionListQuery")["viewer"]["suggestions"]["edges"]
            yield f"SuggestionListQuery: {len(shown)} suggestions", len(shown) == 12


WHO: Final = "{ viewer { id key name friends(first: 3) { nodes { strength from { id name } } } } }"


def fetch(_: str) -> Iterator[tuple[str, bool]]:
    """Apollo Client and urql, each with a question that is answered, from its cache too, and one that is not
    for whoever asks.
    """
    with tempfile.TemporaryDirectory() as folder, standing(Path(folder), Profile.KEYS) as stand:
        me = befriended(stand)
        told = {"HEADERS": json.dumps(stand.bearer(f"member {me}")), "QUERY": WHO}
        asked = f"http://{stand.address}/graphql"
        for client in rows(node("fetch.mjs", asked, **told, FORBIDDEN="{ cascades { totalCount } }")):
            viewer = client["data"]["viewer"]
            friends = len(viewer["friends"]["nodes"])
            yield f"{client['client']}: a member and {friends} friends", viewer["key"] == me and friends > 0
            yield "    from its cache: the same", client["cached"] == client["data"]
            yield f"    what is not theirs: {client['refused']}", {*client["refused"]} == {"FORBIDDEN"}


GROWN: Final = 3
"""People who come into the cascade while it is followed."""


def follow(_: str) -> Iterator[tuple[str, bool]]:
    """graphql-ws and graphql-sse follow a cascade into which people come one by one; without a token neither
    is told anything.
    """
    with tempfile.TemporaryDirectory() as folder, standing(Path(folder), Profile.KEYS) as stand:
        for client, refused in (("graphql-ws", 4403), ("graphql-sse", 401)):
            news, code = _followed(stand, client)
            sizes = [one["size"] for one in news]
            grown = sizes == [*range(sizes[0], sizes[0] + GROWN + 1)]
            yield f"{client}: a cascade of {sizes}", grown
            yield f"    without a token: {code}", code == refused


def _followed(stand: Stand, client: str) -> tuple[list[dict[str, Any]], object]:
    """What a client was told of a cascade, and what one without a token got. Somebody opens its first share
    at each news.
    """
    known, seen = (_cascade(stand, role) for role in ("admin", "analyst"))
    told = {"HEADERS": json.dumps(stand.bearer("analyst")), "CASCADE": seen["id"]}
    told["SIZE"] = str(seen["size"] + GROWN)
    command = [shutil.which("node") or "node", "follow.mjs", f"http://{stand.address}/graphql", client]
    news: list[dict[str, Any]] = []
    refused = None
    following = subprocess.Popen(
        command, env={**os.environ, **told}, cwd=CLIENTS, stdout=subprocess.PIPE, text=True
    )
    with following:
        for line in following.stdout or ():
            said = json.loads(line)
            refused = said.get("refused", refused)
            if "news" in said:
                news.append(said["news"])
                _opened(stand, known, f"{client}-{len(news)}")
    return news, refused


def _cascade(stand: Stand, role: str) -> dict[str, Any]:
    """The largest, as a role sees it."""
    query = "{ cascades(first: 1) { nodes { id size lastActivityAt root { id } } } }"
    answer = stand.client.post("/graphql", json={"query": query}, headers=stand.bearer(role)).json()
    found: dict[str, Any] = answer["data"]["cascades"]["nodes"][0]
    return found


def _opened(stand: Stand, cascade: Mapping[str, Any], visitor: str) -> None:
    """A visitor opens the first share."""
    _, share = parted(cascade["root"]["id"], "id")
    event = {"id": visitor, "kind": "OPEN", "visitor": visitor, "share": share}
    said = {"events": [{**event, "at": cascade["lastActivityAt"]}]}
    query = "mutation($input: RecordEventsInput!) { recordEvents(input: $input) { stored } }"
    asked = {"query": query, "variables": {"input": said}}
    answer = stand.client.post("/graphql", json=asked, headers=stand.bearer("ingest")).json()
    if answer["data"]["recordEvents"]["stored"] != 1:
        raise ValueError(f"an event of a visitor was not taken: {answer}")


def _walked(ask: Callable[..., Any], first: int) -> list[Any]:
    """All edges of a friends connection, page by page."""
    edges, after = [], None
    while True:
        page = ask(first=first, after=after)["node"]["friends"]
        edges += [edge["node"] for edge in page["edges"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            return edges


def compiled(folder: Path) -> dict[str, str]:
    """The texts that relay-compiler makes of the examples, by the name of the operation."""
    sources = folder / "src"
    shutil.copytree(EXAMPLES / "relay", sources)
    for file in EXAMPLES.glob("*.graphql"):
        text, (kind, name) = file.read_text("utf-8"), OPERATION.findall(file.read_text("utf-8"))[0]
        # Relay wants an operation to be called after its module and its kind.
        text = OPERATION.sub(rf"\1 \2{kind.capitalize()}", text)
        module = f"import {{ graphql }} from 'react-relay';\nexport const {name} = graphql`\n{text}`;\n"
        (sources / f"{name}.js").write_text(module)
    (folder / "schema.graphql").write_text(printed())
    (folder / "persisted.json").write_text("{}")
    told: dict[str, object] = {"src": str(sources), "schema": str(folder / "schema.graphql")}
    told |= {"language": "javascript", "persistConfig": {"file": str(folder / "persisted.json")}}
    (folder / "relay.config.json").write_text(json.dumps(told))
    node("node_modules/.bin/relay-compiler", str(folder / "relay.config.json"))
    texts = json.loads((folder / "persisted.json").read_text()).values()
    return {OPERATION.findall(text)[0][1]: text for text in texts}


def lint(_: str) -> Iterator[tuple[str, bool]]:
    """graphql-eslint on the schema; and on one that it has to find something in."""
    yield "graphql-eslint: nothing to say of the schema", _linted(printed()) == ""
    bent = f"{printed()}\ntype Bent_Thing {{\n  ID: Int\n}}\n"
    yield "graphql-eslint: something to say of a bent one", "Bent_Thing" in _linted(bent)


def _linted(text: str) -> str:
    """What is wrong with a schema."""
    schema = CLIENTS / "linted.graphql"
    schema.write_text(text)
    try:
        return node("node_modules/.bin/eslint", schema.name, SCHEMA=str(schema))
    except ChildProcessError as wrong:
        return str(wrong)
    finally:
        schema.unlink()


def diff(since: str) -> Iterator[tuple[str, bool]]:
    """What changed since a commit; what breaks clients has to be named."""
    told = (ROOT / "CHANGELOG.md").read_text("utf-8")
    show = [shutil.which("git") or "git", "show", f"{since}:schema.graphql"]
    before = subprocess.run(show, check=True, capture_output=True, text=True, cwd=ROOT).stdout
    with tempfile.TemporaryDirectory() as folder:
        old, new = Path(folder, "old.graphql"), Path(folder, "new.graphql")
        old.write_text(before)
        new.write_text(printed())
        changes = rows(node("diff.mjs", str(old), str(new)))
    breaking = [change for change in changes if change["level"] == "BREAKING"]
    yield f"graphql-inspector since {since}: {len(changes)} changes, {len(breaking)} breaking", True
    for change in breaking:
        named = f"`{change['path']}`" in told
        yield f"    {change['message']} ({'named' if named else 'NOT NAMED'} in CHANGELOG.md)", named


PARTS: Mapping[str, Callable[[str], Iterator[tuple[str, bool]]]] = {
    part.__name__: part for part in (http, relay, fetch, follow, lint, diff)
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the parts that are asked for."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=[*PARTS])
    parser.add_argument("--since", default="HEAD", metavar="COMMIT")
    asked = parser.parse_args(arguments)
    tell_where("starlette", "strawberry-graphql", "graphql-core")
    if not (CLIENTS / "node_modules").exists():
        subprocess.run([shutil.which("npm") or "npm", "ci", "--silent"], check=True, cwd=CLIENTS)
    locked = json.loads((CLIENTS / "package-lock.json").read_text())["packages"]
    wanted = json.loads((CLIENTS / "package.json").read_text())["dependencies"]
    print(*(f"{name} {locked[f'node_modules/{name}']['version']}" for name in wanted), sep=", ")
    wrong = 0
    for part in asked.parts:
        print(f"\n{part}", flush=True)
        for line, good in PARTS[part](asked.since):
            wrong += not good
            print(f"  {line}{'' if good else '  NOT AS IT HAS TO BE'}", flush=True)
    sys.exit(wrong > 0)


if __name__ == "__main__":
    main()
