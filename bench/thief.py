"""A walk through a shop as a thief would take it: every command as it is typed, and what came back.

    python -m bench.thief > bench/results/thief.txt

A member of a made-up shop, with a token of their own and a friend's key, tries to read what the friend
shared, is shown or allows, and to act in their name; then each field that is answered of oneself only, by
whichever way the schema has to a friend and to a share of theirs. docs/security.md shows the walk. What a
request cost is left out of the answers. Needs curl and a shell. Ends with an error where the friend's key or
anything that was to be stolen comes back, and where a way led to nobody.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from shlex import quote
from typing import Any

from api.errors import FORBIDDEN
from api.ids import global_id
from api.rights.table import OWN
from bench.hostile import befriended
from bench.measured import tell_where
from bench.standing import Profile, Stand, standing, unsigned
from tests.questions import thefts

COST = re.compile(r',?"extensions":\{"cost":\{[^}]*\}\}')

MINE = "{ viewer { name } }"

THROUGH = "{{ viewer {{ friends(first: 1) {{ nodes {{ from {{ {} }} }} }} }} }}"

LINK = '{{ suggestions(first: 1, context: {{ sharer: "{}" }}) {{ nodes {{ rank score }} }} }}'

SAID = "mutation {{ {} {{ userErrors {{ code }} }} }}"

STEPS = (
    ("no token", "", MINE),
    ("a token that says alg=none", "UNSIGNED", MINE),
    ("a token that has expired", "EXPIRED", MINE),
    ("a token that somebody else signed", "FORGED", MINE),
    ("an API key that was made up", "KEY", MINE),
    ("my own token", "MINE", MINE),
    ("my friend, by their key", "MINE", '{ user(key: "$FRIEND") { id name } }'),
    ("somebody who does not exist", "MINE", '{ user(key: "u999999") { id name } }'),
    ("my friend, by the id that their key makes", "MINE", '{ node(id: "$FRIEND_ID") { id } }'),
    ("my friend, by the pseudonym that I see", "MINE", '{ user(key: "$PSEUDONYM") { id name } }'),
    ("what they shared, through our tie", "MINE", THROUGH.format("shares { nodes { product { key } } }")),
    ("what they are shown", "MINE", THROUGH.format("suggestions { nodes { product { key } } }")),
    ("whom they know", "MINE", THROUGH.format("friends { nodes { from { name } } }")),
    ("where they live", "MINE", THROUGH.format("region")),
    ("what they allow", "MINE", THROUGH.format("consent { personalisation }")),
    (
        "whom they would share with",
        "MINE",
        THROUGH.format('recipients(product: "p00001") { nodes { rank } }'),
    ),
    ("what is held about them", "MINE", '{ exportUser(user: "$FRIEND") }'),
    ("a stranger's share, by its id", "MINE", '{ node(id: "$SHARE_ID") { id } }'),
    ("a share that does not exist", "MINE", '{ node(id: "$NO_SHARE_ID") { id } }'),
    ("a link of a stranger's that I never got", "MINE", LINK.format("$STRANGER")),
    ("a link of nobody's", "MINE", LINK.format("u999999")),
    ("the cascades they are in", "MINE", '{ cascades(filter: { user: "$FRIEND" }) { totalCount } }'),
    (
        "a verdict in their name",
        "MINE",
        SAID.format('giveFeedback(input: { user: "$FRIEND", product: "p00001", verdict: CLEAR })'),
    ),
    ("their consent", "MINE", SAID.format('setConsent(input: { user: "$FRIEND", namedToFriends: true })')),
    ("their end", "MINE", SAID.format('forgetUser(input: { user: "$FRIEND" })')),
    (
        "what the schema has, which is no secret",
        "MINE",
        '{ __type(name: "ConsentPreview") { fields { name } } }',
    ),
    ("the schema, without a token", "", "{ __schema { types { name } } }"),
)
"""What is tried, with which token, and the document."""


NEEDED = {"first": 3, "product": "p00001", "products": ["p00001", "p00002"], "link": {}}
"""What the documents to a friend's fields take."""


def tokens(stand: Stand, me: str) -> dict[str, str]:
    """By name: what a thief may hold."""
    now = int(datetime.now(UTC).timestamp())
    stranger = replace(stand, secret=type(stand.secret).generate_key(256))
    claims = {"aud": "shop", "exp": now + 3_600, "role": "admin", "sub": me}
    return {
        "MINE": stand.token(sub=me),
        "UNSIGNED": unsigned(**claims),
        "EXPIRED": stand.token(sub=me, exp=now - 3_600),
        "FORGED": stranger.token(sub=me, role="admin"),
        "KEY": "sg_000000000000_guessed",
    }


def known(stand: Stand, me: str) -> dict[str, str]:
    """What the thief knows of the friend, found out by somebody who may."""
    tied = "friends(first: 100) { nodes { from { key } } }"
    sent = "cascades { nodes { root { id user { key } } } }"
    admin = _asked(stand, "admin", f'{{ user(key: "{me}") {{ {tied} }} {sent} }}')
    mine = _asked(stand, f"member {me}", f"{{ viewer {{ {tied} }} }}")
    friend = admin["user"]["friends"]["nodes"][0]["from"]["key"]
    near = {me} | {tie["from"]["key"] for tie in admin["user"]["friends"]["nodes"]}
    roots = (cascade["root"] for cascade in admin["cascades"]["nodes"])
    far = next(root for root in roots if root["user"] and root["user"]["key"] not in near)
    return {
        "FRIEND": friend,
        "FRIEND_ID": global_id("User", friend),
        "PSEUDONYM": mine["viewer"]["friends"]["nodes"][0]["from"]["key"],
        "STRANGER": far["user"]["key"],
        "SHARE_ID": far["id"],
        "NO_SHARE_ID": global_id("Share", "s999999"),
    }


def _asked(stand: Stand, role: str, query: str) -> Any:
    return stand.client.post("/graphql", json={"query": query}, headers=stand.bearer(role)).json()["data"]


def typed(token: str, query: str, given: Mapping[str, object] | None = None) -> str:
    """The command; single quotes hold the document, and let go of it where a variable stands."""
    more = f', "variables": {json.dumps(given)}' if given else ""
    said = quote(f'{{"query": {quoted(query)}{more}}}')
    said = re.sub(r"\$([A-Z_]+)", "'\"$\\1\"'", said)
    bearer = f' -H "authorization: Bearer ${token}"' if token else ""
    return f"curl -s $SHOP -H 'content-type: application/json'{bearer} -d {said}"


def quoted(text: str) -> str:
    """Text as a JSON string."""
    return '"' + text.replace('"', '\\"') + '"'


def answer(command: str, variables: Mapping[str, str]) -> str:
    """What comes back, without what it cost."""
    shell = ["/bin/sh", "-c", command]
    run = subprocess.run(shell, env={**os.environ, **variables}, check=True, capture_output=True, text=True)
    return COST.sub("", run.stdout)


def routes() -> Iterator[tuple[str, str, dict[str, object]]]:
    """To each field that is answered of oneself only: its name, a document that asks a friend's as `stolen`,
    and what it needs.
    """
    for coordinate, query in zip(OWN, thefts(), strict=True):
        yield coordinate, query, {name: NEEDED[name] for name in NEEDED if f"${name}:" in query}


def stolen(answer: Any) -> Iterator[object]:
    """What came for each time that something was to be stolen; None where nothing did.

    >>> [*stolen({"viewer": {"friends": [{"stolen": None}, {"stolen": 3}]}})]
    [None, 3]
    """
    if isinstance(answer, dict):
        for name, below in answer.items():
            yield from [below] if name == "stolen" else stolen(below)
    elif isinstance(answer, list):
        for one in answer:
            yield from stolen(one)


def main(arguments: Sequence[str] | None = None) -> None:
    """Walk, and say what came back."""
    ArgumentParser(description=__doc__).parse_args(arguments)
    tell_where("starlette", "graphql-core", "joserfc")
    with tempfile.TemporaryDirectory() as folder, standing(Path(folder), Profile.KEYS) as stand:
        me = befriended(stand)
        facts = known(stand, me)
        variables = {"SHOP": f"http://{stand.address}/graphql", **tokens(stand, me), **facts}
        for title, token, query in STEPS:
            _walked(title, typed(token, query), variables)
        for coordinate, query, given in routes():
            came = _walked(f"{coordinate} of a friend", typed("MINE", query, given), variables)
            if wrong := verdict(json.loads(came)):
                sys.exit(f"a friend's {coordinate} {wrong}")


def verdict(body: Any) -> str:
    """What is wrong with an answer to who wanted to steal; "" where it was asked of somebody, and refused."""
    if any(one is not None for one in stolen(body.get("data"))):
        return "came back"
    paths = [error.get("path", [""])[-1] for error in body.get("errors", ()) if _forbids(error)]
    return "" if "stolen" in paths else "was asked of nobody"


def _forbids(error: Any) -> bool:
    return bool(error["extensions"]["code"] == FORBIDDEN)


def _walked(title: str, command: str, variables: Mapping[str, str]) -> str:
    """What came of a command, which is printed with it."""
    came = answer(command, variables)
    print(f"\n# {title}\n$ {command}\n{came}", flush=True)
    if f'"{variables["FRIEND"]}"' in came:
        sys.exit("the friend's key came back")
    return came


if __name__ == "__main__":
    main()
