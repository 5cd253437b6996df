"""Secrets of names on disk are rotated under a service that answers."""

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from api.request import Asked
from api.service import Service
from graph.events import Row, User
from loaders.rotation import retire, rotate
from loaders.secretfile import KEY_FILE, SecretFile
from loaders.stores import open_store
from tests import toy

NAMED = '{ user(key: "ana") { name region } }'
EXPORTED = '{ exportUser(user: "ana") }'
MOVED = 'mutation { upsertUsers(input: { users: [{ key: "ana", region: "REGION" }] }) { stored } }'


async def test_names_are_answered_and_written_while_their_secrets_are_rotated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, file = f"sqlite:///{tmp_path / 'shop.db'}", SecretFile(tmp_path / "shop.key")
    file.make()
    monkeypatch.setenv(KEY_FILE, str(file.path))
    with closing(open_store(url)) as store:
        store.allow_by_default(allowed=True)
        store.append([Row(line, (event,)) for line, event in enumerate(toy.events("ana>bea:tea"), 1)])
        store.upsert_users([User("ana", "Ana", "Xiling", {"city": "Xville"})])
        service = Service(store)

        async def answered(document: str) -> Any:
            reply = await service.answer(Asked(document))
            assert not reply.errors, reply.errors
            return reply.data

        for region in ("Xiling", "Wulin"):
            await answered(MOVED.replace("REGION", region))
            exported = await answered(EXPORTED)
            assert json.loads(exported["exportUser"])["described"][0]["attributes"] == {"city": "Xville"}
            assert rotate(url).added
            assert await answered(NAMED) == {"user": {"name": "Ana", "region": region}}
            assert await answered(EXPORTED) == exported
            assert retire(url) == 1
            assert await answered(EXPORTED) == exported
        await service.end()
