"""Other people's tests of the server and its schema.

    python -m bench.audits > bench/results/audits.txt

`http`: the audits of graphql-http, in three profiles. `relay`: relay-compiler on every document in
examples/frontend, those with `@connection` and `@refetchable` included, and what it made of them asked of a
live server, page by page. `fetch`: Apollo Client and urql ask a live server. `follow`: graphql-ws and
graphql-sse follow a cascade while it grows. `lint`: graphql-eslint's presets for the schema and for Relay.
`diff`: graphql-inspector from each committed schema to the next, since the last release, and to ours; a
breaking change has to be named in CHANGELOG.md.

`make clients` brings Node and the rest, pinned by requirements-clients.lock and package-lock.json. Ends with
an error where one of them fails.
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
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from api.ids import parted
from api.schema import printed
from bench.hostile import befriended
from bench.measured import tell_where
from bench.standing import ROOT, Profile, Stand, standing

CLIENTS = ROOT / "bench" / "clients"
EXAMPLES = ROOT / "examples" / "frontend"
RELAY = "node_modules/.bin/relay-compiler"

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


PATH: Final = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)))
"""Where programs are looked for: the Node that was installed beside this Python comes first."""


def missing() -> str | None:
    """What is to be done before anything here can run; None where it can."""
    if (CLIENTS / "node_modules").is_dir() and shutil.which("node", path=PATH):
        return None
    return "bench/audits.py needs Node and what it runs there: `make clients` brings both"


def node(script: str, *arguments: str, **environment: str) -> str:
    """What a program of bench/clients prints; ChildProcessError where it fails."""
    command = [str(CLIENTS / script), *arguments]
    if script.endswith(".mjs"):
        command = ["node", *command]
    run = subprocess.run(
        command,
        env={**os.environ, "PATH": PATH, **environment},
        check=False,
        capture_output=True,
        text=True,
        cwd=CLIENTS,
    )
    if run.returncode:
        raise ChildProcessError(f"{script}: {run.stdout}{run.stderr}")
    return run.stdout


def rows(text: str) -> list[Any]:
    """JSON lines."""
    return [json.loads(line) for line in text.splitlines()]


@dataclass(frozen=True, slots=True)
class Run:
    """What all parts share. since: the commit whose schema the first step is from, None for the last release;
    served: gives the server with keys, started when it is first asked for.
    """

    since: str | None
    served: Callable[[], Stand]


PATIENT: Final = ("--request-seconds", "300")
"""Flags of a server that is asked what it answers, not how fast: on a fresh clone kernels are compiled."""


def http(run: Run) -> Iterator[tuple[str, bool]]:
    """graphql-http's audits, each exception with its reason."""
    for profile, exceptions in EXCEPTIONS.items():
        with ExitStack() as until_then:
            if profile is Profile.KEYS:
                stand = run.served()
            else:
                folder = until_then.enter_context(tempfile.TemporaryDirectory())
                server = standing(Path(folder), profile, *PATIENT, trusting=AUDITED)
                stand = until_then.enter_context(server)
            headers = json.dumps(stand.bearer("admin"))
            audits = rows(node("audit.mjs", f"http://{stand.address}/graphql", HEADERS=headers))
        missed = {audit["id"]: audit["reason"] for audit in audits if audit["status"] != "ok"}
        yield f"{profile}: {len(audits) - len(missed)} of {len(audits)}", missed.keys() == exceptions.keys()
        for id_, reason in missed.items():
            yield f"    {id_}: {reason}; {exceptions.get(id_, 'NOT FORESEEN')}", id_ in exceptions


def relay(run: Run) -> Iterator[tuple[str, bool]]:
    """relay-compiler on the examples, and what it made of them asked of a server."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        texts = compiled(folder)
        yield f"relay-compiler: {len(texts)} operations compiled", True
        yield "relay-compiler: something to say of a field that is not there", _refused(folder)
    stand = run.served()
    headers = stand.bearer(f"member {befriended(stand, least=5)}")

    def asked(operation: str, **variables: object) -> Any:
        said = {"query": texts[operation], "variables": variables}
        return stand.client.post("/graphql", json=said, headers=headers).json()["data"]

    viewer = stand.client.post("/graphql", json={"query": "{ viewer { id } }"}, headers=headers).json()
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


def fetch(run: Run) -> Iterator[tuple[str, bool]]:
    """Apollo Client and urql, each with a question that is answered, from its cache too, and one that is not
    for whoever asks.
    """
    stand = run.served()
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


def follow(run: Run) -> Iterator[tuple[str, bool]]:
    """graphql-ws and graphql-sse follow a cascade into which people come one by one; without a token neither
    is told anything.
    """
    stand = run.served()
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
    command = ["node", "follow.mjs", f"http://{stand.address}/graphql", client]
    news: list[dict[str, Any]] = []
    refused = None
    following = subprocess.Popen(
        command, env={**os.environ, "PATH": PATH, **told}, cwd=CLIENTS, stdout=subprocess.PIPE, text=True
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
    """The texts that relay-compiler makes of the examples, by the name of the operation; ChildProcessError
    where it will not.
    """
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
    node(RELAY, str(folder / "relay.config.json"))
    texts = json.loads((folder / "persisted.json").read_text()).values()
    return {OPERATION.findall(text)[0][1]: text for text in texts}


def _refused(folder: Path) -> bool:
    """Whether relay-compiler refuses what asks for no field of the schema."""
    bent = "import { graphql } from 'react-relay';\ngraphql`query BentQuery { bent }`;\n"
    (folder / "src" / "Bent.js").write_text(bent)
    try:
        node(RELAY, str(folder / "relay.config.json"))
    except ChildProcessError as refused:
        return "bent" in str(refused)
    return False


def lint(_: Run) -> Iterator[tuple[str, bool]]:
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


def diff(run: Run) -> Iterator[tuple[str, bool]]:
    """What changed from each committed schema to the next, and to ours; what breaks clients has to be
    named. And one that breaks them, which has to be found.
    """
    told = (ROOT / "CHANGELOG.md").read_text("utf-8")
    versions = [*_committed(run.since or _released()), printed()]
    bent = versions[-1].replace("\ntype Query {", "\ntype Query {\n  bent: Int", 1)
    steps = [*_steps(versions), *_steps([bent, versions[-1]])]
    breaking = [[change for change in changes if change["level"] == "BREAKING"] for changes in steps]
    *ours, found = breaking
    yield f"graphql-inspector: {sum(map(len, steps[:-1]))} changes in {len(ours)} steps", bool(ours)
    yield f"graphql-inspector: {sum(map(len, ours))} of them breaking", True
    for change in (change for changes in ours for change in changes):
        named = f"`{change['path']}`" in told
        yield f"    {change['message']} ({'named' if named else 'NOT NAMED'} in CHANGELOG.md)", named
    gone = [change["path"] for change in found]
    yield f"graphql-inspector: of a field that is taken away: {', '.join(gone)}", gone == ["Query.bent"]


def _steps(versions: Sequence[str]) -> list[list[dict[str, Any]]]:
    """What changed from each schema to the next."""
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder, f"{place}.graphql") for place in range(len(versions))]
        for file, text in zip(files, versions, strict=True):
            file.write_text(text)
        return rows(node("diff.mjs", *map(str, files)))


def _committed(since: str) -> list[str]:
    """The schema as it was at a commit, and after each later one that changed it."""
    later = _git("log", "--reverse", "--format=%H", f"{since}..HEAD", "--", "schema.graphql").split()
    return [_git("show", f"{commit}:schema.graphql") for commit in (since, *later)]


def _released() -> str:
    """The last release, or where there is none yet the commit that brought a schema; in a shallow clone the
    earliest one that there is.
    """
    tags = _git("tag", "--merged", "HEAD", "--sort=-creatordate", "v*").split()
    return (tags or _git("log", "--reverse", "--format=%H", "--", "schema.graphql").split())[0]


def _git(*arguments: str) -> str:
    run = subprocess.run(["git", *arguments], check=True, capture_output=True, text=True, cwd=ROOT)
    return run.stdout


PARTS: Mapping[str, Callable[[Run], Iterator[tuple[str, bool]]]] = {
    part.__name__: part for part in (http, relay, fetch, follow, lint, diff)
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the parts that are asked for."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=[*PARTS])
    parser.add_argument(
        "--since", metavar="COMMIT", help="of the schema to begin with; else the last release"
    )
    asked = parser.parse_args(arguments)
    if (wanting := missing()) is not None:
        parser.error(wanting)
    tell_where("starlette", "strawberry-graphql", "graphql-core")
    locked = json.loads((CLIENTS / "package-lock.json").read_text())["packages"]
    wanted = json.loads((CLIENTS / "package.json").read_text())["dependencies"]
    print(*(f"{name} {locked[f'node_modules/{name}']['version']}" for name in wanted), sep=", ")
    sys.exit(not _all_good(asked.parts, asked.since))


def _all_good(parts: Sequence[str], since: str | None) -> bool:
    """Whether all of some parts are as they have to be, told line by line."""
    good = True
    with ExitStack() as until_the_end:

        @cache
        def served() -> Stand:
            folder = until_the_end.enter_context(tempfile.TemporaryDirectory())
            return until_the_end.enter_context(standing(Path(folder), Profile.KEYS, *PATIENT))

        for part in parts:
            print(f"\n{part}", flush=True)
            for line, is_good in PARTS[part](Run(since, served)):
                good &= is_good
                print(f"  {line}{'' if is_good else '  NOT AS IT HAS TO BE'}", flush=True)
    return good


if __name__ == "__main__":
    main()
