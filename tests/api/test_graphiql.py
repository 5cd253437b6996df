"""GraphiQL, for browsers, from our own files alone."""

import re
from hashlib import sha256
from pathlib import Path

import pytest

from api.app import STATIC
from tests.api.conftest import Shop

FOLDER = STATIC / "graphiql"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
VENDORED = re.findall(r"\| `(\S+)` \| \S+ \| `([0-9a-f]{64})` \|", (FOLDER / "README.md").read_text("utf-8"))


async def test_a_browser_is_shown_graphiql_and_everything_it_asks_for_is_ours(shop: Shop) -> None:
    async with shop.client() as client:
        page = await client.get("/graphql", headers={"accept": BROWSER})
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert "default-src 'self'" in page.headers["content-security-policy"]
        wanted = [link for link in re.findall(r'(?:src|href)="([^"]*)"', page.text) if link != "data:,"]
        assert len(wanted) == 6
        for link in wanted:
            assert re.fullmatch(r"static/graphiql/[\w.-]+", link)
            assert (await client.get(f"/{link}")).status_code == 200


async def test_a_browser_that_brings_a_query_gets_the_answer(shop: Shop) -> None:
    async with shop.client() as client:
        answer = await client.get("/graphql?query={__typename}", headers={"accept": BROWSER})
    assert answer.json()["data"] == {"__typename": "Query"}


async def test_no_other_file_of_this_machine_can_be_asked_for(shop: Shop) -> None:
    async with shop.client() as client:
        for path in (
            "/static/../app.py",
            "/static/%2e%2e/app.py",
            "/static/graphiql/",
            "/static//etc/passwd",
        ):
            assert (await client.get(path)).status_code == 404


@pytest.mark.parametrize(("name", "checksum"), VENDORED)
def test_what_is_others_is_as_published(name: str, checksum: str) -> None:
    assert sha256((FOLDER / name).read_bytes()).hexdigest() == checksum


def test_every_file_of_others_has_its_sum_and_its_licence() -> None:
    ours = {"index.html", "page.css", "start.js", "README.md"}
    assert {path.name for path in FOLDER.iterdir() if path.is_file()} - ours == {name for name, _ in VENDORED}
    licences = {path.name: path.read_text("utf-8") for path in (FOLDER / "licences").iterdir()}
    assert licences.keys() == {"graphiql.txt", "react.txt", "bundled.txt"}
    assert all("Permission is hereby granted" in text for text in licences.values())


def test_our_own_files_and_the_styles_name_no_other_host() -> None:
    for path in map(Path, (FOLDER / "index.html", FOLDER / "start.js", FOLDER / "page.css")):
        assert "//" not in path.read_text("utf-8").replace("// ", "")
    styles = (FOLDER / "graphiql.min.css").read_text("utf-8")
    assert {link[:5] for link in re.findall(r"url\([\"']?([^)]{5})", styles)} == {"data:"}
    assert "@import" not in styles


async def test_the_query_it_opens_with_is_answered_by_any_shop(shop: Shop) -> None:
    shop.tell("ana>bea:tea  bea>cy:mug")
    _, query, _ = (FOLDER / "start.js").read_text("utf-8").split("`")
    assert (await shop.ask(query))["communities"]["nodes"]
