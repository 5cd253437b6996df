"""Whatever happens in a shop and whoever asks, nobody sees whom they may not.

A shop behind the real application: people and visitors come, follow and follow no longer, share, open, buy,
turn out to be one, say what they allow and are forgotten, in any order; in between callers of every role ask
every question that the schema has, and follow what can be followed. What may be seen is `World.seen`, and
nothing else may stand in an answer, in plain letters or inside an id or a cursor.
"""

import asyncio
import json
import re
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from graphql import GraphQLObjectType
from httpx import ASGITransport, AsyncClient
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from joserfc import jwk, jwt

from api import refresh
from api.app import create_app
from api.auth.caller import Role
from api.cost.allowance import ALLOWANCES
from api.ids import global_id, plain
from api.rights import guard, sight
from api.rights.pseudonyms import SHARE, Pseudonyms
from api.rights.sight import Sight
from api.rights.table import allowed
from api.rights.veil import PURPOSE
from api.schema import core_schema
from api.settings import Settings
from loaders.stores.embedded import EmbeddedStore
from tests.following import Following
from tests.onlookers import Caller, Seen, World, said_of, written
from tests.questions import everything, followings, of, questions, thefts
from tests.toy import MINUTE, START

PEOPLE = ("key-of-ana", "key-of-bea", "key-of-cy", "key-of-dan", "key-of-eve")
VISITORS = ("key-of-fay", "key-of-gil")
EVERYBODY = PEOPLE + VISITORS
PRODUCTS = ("tea", "mug", "pot")
KINDS = ("User", "Product", "Share", "Cascade", "Community")
ROLES: list[Role] = [role for role in Role if role is not Role.DEV]
QUESTIONS: dict[Role, list[str]] = {role: [*questions(of(role))] for role in ROLES}
ALL = [*questions(everything)]
FOLLOWED = [*followings()]
SECRET = jwk.OctKey.import_key(bytes(range(32)), {"kid": "s"})

RECORD = """mutation($i: RecordEventsInput!) { recordEvents(input: $i) {
    stored repeated rejected { id reason } userErrors { code } } }"""
UPSERT = "mutation($i: UpsertUsersInput!) { upsertUsers(input: $i) { stored userErrors { code } } }"
CONSENT = """mutation($i: SetConsentInput!) { setConsent(input: $i) {
    user { id key name } userErrors { code message } } }"""
FORGET = "mutation($i: ForgetUserInput!) { forgetUser(input: $i) { forgotten userErrors { code message } } }"


class Shop(RuleBasedStateMachine):
    """The application on a new store, and the world as it should be seen."""

    @initialize(default=st.booleans(), live=st.booleans())
    def begin(self, *, default: bool, live: bool = False) -> None:
        """live: what comes is answered on top of a fit, as in a large shop."""
        self.world, self.number, self.ids = World(default), count(1), dict[str, str]()
        self.runner, self.stack, self.folder = asyncio.Runner(), AsyncExitStack(), TemporaryDirectory()
        patch = pytest.MonkeyPatch()
        self.stack.callback(patch.undo)
        patch.setattr(refresh, "AT_ONCE", 0 if live else refresh.AT_ONCE)
        self.store = EmbeddedStore(Path(self.folder.name, "shop.db"))
        self.pseudonyms = Pseudonyms(self.store.secret(PURPOSE))
        jwks = Path(self.folder.name, "jwks.json")
        jwks.write_text(json.dumps({"keys": [SECRET.as_dict(private=True)]}))
        told = Settings(
            self.store.url, jwks=str(jwks), audience="shop", consenting=default, request_seconds=300
        )
        self.run(self._begin(told))
        for key in PEOPLE[:3]:
            self.introduce(key)
        self.share("key-of-ana", "tea", None)
        self.share("key-of-ana", "mug", None)
        self.opened("key-of-bea", 0)

    async def _begin(self, told: Settings) -> None:
        self.app = create_app(told, self.store, clock=lambda: START + 1_000 * MINUTE)
        await self.stack.enter_async_context(self.app.router.lifespan_context(self.app))
        client = AsyncClient(transport=ASGITransport(self.app), base_url="http://shop")
        self.client = await self.stack.enter_async_context(client)

    def run(self, act: Any) -> Any:
        """What an asynchronous act gives."""
        return self.runner.run(act)

    def teardown(self) -> None:
        if hasattr(self, "runner"):
            self.run(self.stack.aclose())
            self.store.close()
            self.runner.close()
            self.folder.cleanup()

    def ask(self, caller: Caller, document: str, **variables: Any) -> Any:
        """The body of the answer to a caller with a token."""
        said, headers = {"query": document, "variables": variables}, {"authorization": bearing(caller)}
        body = self.run(self.client.post("/graphql", json=said, headers=headers)).json()
        codes = {error["extensions"]["code"] for error in body.get("errors", ())}
        assert not codes & {"INTERNAL_SERVER_ERROR", "RATE_LIMITED", "GRAPHQL_VALIDATION_FAILED"}, body
        return body

    def done(self, role: Role, document: str, said: dict[str, Any]) -> Any:
        """What a mutation answers."""
        (payload,) = self.ask(Caller(role), document, i=said)["data"].values()
        return payload

    @rule(key=st.sampled_from(PEOPLE))
    def introduce(self, key: str) -> None:
        note = {"name": "note", "value": said_of("Note", key)}
        said = {"key": key, "name": said_of("Name", key), "region": said_of("Region", key)}
        self.done(Role.INGEST, UPSERT, {"users": [{**said, "attributes": [note]}]})
        if key not in self.world.gone:
            self.world.living.add(key)

    def record(self, event: str, kind: str, *people: str, **more: Any) -> bool:
        """Whether an event of the first of these people was taken; it is if and only if it names nobody who
        was forgotten.
        """
        at = (START + int(event[1:]) * MINUTE).isoformat()
        who = {"visitor" if people[0] in VISITORS else "user": people[0]}
        region = said_of("Region", self.world.one(people[0]))
        said = {"id": event, "kind": kind, "at": at, "region": region, **who, **more}
        became = self.done(Role.INGEST, RECORD, {"events": [said]})
        taken = not {*people} & self.world.gone
        assert became["stored"] == taken, became
        assert taken or became["rejected"] == [{"id": event, "reason": "forgotten"}]
        self.world.living |= {*people} if taken else set()
        self.world.browsers |= {*people[:1]} & {*VISITORS} if taken else set()
        return taken

    @rule(visitor=st.sampled_from(VISITORS), key=st.sampled_from(PEOPLE))
    def join(self, visitor: str, key: str) -> None:
        if self.record(f"j{next(self.number)}", "SIGNUP", key, visitor, visitor=visitor):
            self.world.joined.setdefault(visitor, key)

    @rule(
        key=st.sampled_from(EVERYBODY),
        product=st.sampled_from(PRODUCTS),
        parent=st.none() | st.integers(0, 9),
    )
    def share(self, key: str, product: str, parent: int | None) -> None:
        event, more = f"s{next(self.number)}", {}
        passed_on = self._share(parent)
        if passed_on is not None:
            more = {"parentShare": passed_on}
            product = self.world.shares[passed_on][1]
        if self.record(event, "SHARE", key, product=product, **more):
            self.world.shares[event] = key, product
            if passed_on is not None:
                self.world.opened.add((self.world.shares[passed_on][0], key))

    def _share(self, place: int | None) -> str | None:
        known = sorted(self.world.shares)
        return known[place % len(known)] if known and place is not None else None

    @rule(key=st.sampled_from(EVERYBODY), place=st.integers(0, 9))
    def opened(self, key: str, place: int) -> None:
        share = self._share(place)
        if share is not None and self.record(f"o{next(self.number)}", "OPEN", key, share=share):
            self.world.opened.add((self.world.shares[share][0], key))

    @rule(key=st.sampled_from(PEOPLE), other=st.sampled_from(PEOPLE), on=st.booleans())
    def follow(self, key: str, other: str, *, on: bool) -> None:
        kind = "TIE" if on else "UNTIE"
        if key != other and self.record(f"t{next(self.number)}", kind, key, other, other=other):
            self.world.follows.append((other, key, on))

    @rule(key=st.sampled_from(EVERYBODY), product=st.sampled_from(PRODUCTS))
    def buy(self, key: str, product: str) -> None:
        self.record(f"b{next(self.number)}", "PURCHASE", key, product=product)

    @rule(
        key=st.sampled_from(EVERYBODY),
        purpose=st.sampled_from(["personalisation", "namedToFriends", "location"]),
        allowed=st.booleans(),
    )
    def consent(self, key: str, purpose: str, *, allowed: bool) -> None:
        became = self.done(Role.STOREFRONT, CONSENT, {"user": key, purpose: allowed})
        if became["user"]:
            self.world.living.add(key)
            self.world.said.append((key, purpose, allowed))
            self.world.accounts.add(key)
        assert bool(became["user"]) == (key not in self.world.gone), became

    @rule(key=st.sampled_from(EVERYBODY))
    def forget(self, key: str) -> None:
        became, world = self.done(Role.PRIVACY, FORGET, {"user": key}), self.world
        assert key in world.living or not became["forgotten"]
        keys = world.keys_of(world.one(key))
        if became["forgotten"]:
            world.gone |= keys
        # Else all that was known of them were events that named somebody who was forgotten since.
        world.living -= keys
        world.opened = {tie for tie in world.opened if not keys & {*tie}}
        world.follows = [tie for tie in world.follows if not keys & {*tie[:2]}]
        world.shares = {event: one for event, one in world.shares.items() if one[0] not in keys}

    @rule(
        role=st.sampled_from(ROLES),
        me=st.sampled_from(EVERYBODY),
        about=st.sampled_from(EVERYBODY),
        veiled=st.booleans(),
        place=st.integers(0, 9),
    )
    def look(self, role: Role, me: str, about: str, place: int, *, veiled: bool) -> None:
        caller = Caller(role, me if role is Role.MEMBER else None)
        for document in QUESTIONS[role]:
            body = self.see(caller, document, about, veiled=veiled, place=place)
            assert "data" in body, (document, body)

    @rule(role=st.sampled_from(ROLES), me=st.sampled_from(EVERYBODY), about=st.sampled_from(EVERYBODY))
    def pry(self, role: Role, me: str, about: str) -> None:
        caller = Caller(role, me if role is Role.MEMBER else None)
        for document in ALL if role is not Role.ADMIN else ():
            self.see(caller, document, about)
        for document in thefts() if role is Role.MEMBER else ():
            body = self.see(caller, document, about)
            assert "stolen" not in json.dumps(body.get("data")).replace('"stolen": null', "")

    @rule(
        role=st.sampled_from(ROLES),
        key=st.sampled_from(EVERYBODY),
        place=st.integers(0, 9),
        gone=st.none() | st.sampled_from(EVERYBODY),
    )
    def watch(self, role: Role, key: str, place: int, gone: str | None) -> None:
        """Follow a cascade: as it is, and as it is once somebody was forgotten and its share passed on."""
        share, caller = self._share(place), Caller(role, key if role is Role.MEMBER else None)
        if share is None:
            return
        for document in FOLLOWED:
            asked = {"id": self.id_of("Cascade", caller, "", place), "first": 5}
            following = Following(self.app, document, asked, bearing(caller))
            self.run(following.begin())
            self.hear(caller, following)
            if gone is not None:
                self.forget(gone)
            known = sorted(self.world.shares)
            if share in known and key not in self.world.gone:
                self.share(key, "tea", known.index(share))
                self.hear(caller, following)
            self.run(following.end())

    def hear(self, caller: Caller, following: Following) -> None:
        """The next event of what is followed, if it goes on; whoever may not follow it hears nothing."""
        body = self.run(following.next()) or {}
        assert not body.get("data") or allowed(caller.role, "Subscription.cascade")
        for part in ("data", "errors"):
            self.check(body.get(part), self.world.seen(caller, set()))

    def see(
        self, caller: Caller, document: str, about: str, *, veiled: bool = False, place: int | None = None
    ) -> Any:
        """Ask, and find nothing in the answer that may not be seen. An error may say what was asked."""
        called = self.pseudonyms.of(about) if veiled else about
        kind = next((kind for kind in KINDS if f"on {kind} " in document), "Cascade")
        given = {
            "person": called, "people": [called], "product": "tea", "products": [*PRODUCTS], "first": 5,
            "id": self.id_of(kind, caller, called, place),
            "link": {} if place is None else {"share": self._share(place), "sharer": called},
        }  # fmt: skip
        body = self.ask(caller, document, **{name: given[name] for name in given if f"${name}:" in document})
        said = not veiled and ("$person" in document or kind == "User")
        asked = {about} if caller.role is Role.STOREFRONT and said else set()
        seen = self.world.seen(caller, asked)
        self.check(body.get("data"), seen)
        self.check(body.get("errors"), Seen(*({*each, about} for each in seen)))
        for word in re.findall(r'"([\w-]+)"', json.dumps(body)):
            kind, _, key = (plain(word) or "").partition(":")
            self.ids |= {kind: word} if kind in KINDS and key else {}
        return body

    def id_of(self, kind: str, caller: Caller, person: str, place: int | None) -> str:
        """The id by which a caller asks for a thing: the person, a share and what grew of it, else some other
        that stood in an answer.
        """
        share = self._share(place)
        if kind == "User":
            return global_id(kind, person)
        if kind in {"Share", "Cascade"} and share is not None:
            return global_id(kind, self.pseudonyms.of(share, SHARE) if caller.role is Role.ANALYST else share)
        return self.ids.get(kind, global_id(kind, "s1"))

    def check(self, answer: Any, seen: Seen) -> None:
        """Nobody stands in it but those."""
        text = json.dumps(answer, ensure_ascii=False)
        for key in EVERYBODY:
            for form, whose in zip(self.forms(key), seen, strict=True):
                found = key not in whose and next((one for one in written(form) if one in text), None)
                assert not found, f"{form} stands in {text}"

    def forms(self, key: str) -> tuple[str, str, str, str, str]:
        """What may stand in an answer of somebody, in the order of `Seen`."""
        name, region, note = (said_of(what, key) for what in ("Name", "Region", "Note"))
        return key, name, self.pseudonyms.of(key), region, note


def bearing(caller: Caller) -> str:
    """What a caller sends for who they are."""
    claims = {"aud": "shop", "exp": int((START + 2_000 * MINUTE).timestamp()), "role": caller.role.value}
    token = jwt.encode({"alg": "HS256", "kid": "s"}, {**claims, "sub": caller.me or "service"}, SECRET)
    return f"Bearer {token}"


@pytest.fixture(autouse=True)
def _unbounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """What questions cost is another law's."""
    free = {role: replace(allowance, a_minute=None) for role, allowance in ALLOWANCES.items()}
    monkeypatch.setattr("api.auth.caller.ALLOWANCES", free)


LONG = settings.get_current_profile_name() == "long"
EXAMPLES, STEPS = (200, 30) if LONG else (8, 10)


def test_nobody_sees_whom_they_may_not() -> None:
    """A failure is told as it was found: to make it smaller would take minutes."""
    bounds = settings(
        phases=[Phase.generate],
        suppress_health_check=[*HealthCheck],
        max_examples=EXAMPLES,
        stateful_step_count=STEPS,
    )
    run_state_machine_as_test(Shop, settings=bounds)


@contextmanager
def standing() -> Iterator[Shop]:
    """A shop in which everything has happened: friends who may be named and one who may not, a stranger, a
    visitor and one who turned out to be somebody, somebody who was forgotten.
    """
    shop = Shop()
    try:
        shop.begin(default=True)
        for key in PEOPLE:
            shop.introduce(key)
        shop.share("key-of-cy", "pot", None)
        shop.opened("key-of-bea", 2)
        shop.opened("key-of-cy", 0)
        shop.share("key-of-bea", "tea", 0)
        shop.opened("key-of-dan", 3)
        shop.buy("key-of-bea", "mug")
        shop.opened("key-of-fay", 1)
        shop.opened("key-of-gil", 3)
        shop.join("key-of-fay", "key-of-dan")
        shop.follow("key-of-dan", "key-of-cy", on=True)
        shop.follow("key-of-dan", "key-of-cy", on=False)
        shop.consent("key-of-cy", "namedToFriends", allowed=False)
        shop.consent("key-of-bea", "location", allowed=False)
        shop.forget("key-of-eve")
        yield shop
    finally:
        shop.teardown()


def onlookers() -> Iterator[Caller]:
    for role in ROLES:
        yield from [Caller(role, key) for key in EVERYBODY] if role is Role.MEMBER else [Caller(role)]


def test_whoever_may_be_seen_is_seen() -> None:
    """The law is no looser than the server; and a server that refuses everything does not keep it."""
    with standing() as shop:
        for caller in onlookers():
            text = " ".join(json.dumps(body["data"]) for body in _bodies(shop, caller))
            asked = shop.world.living if caller.role is Role.STOREFRONT else set()
            for what, whose in shop.world.seen(caller, asked)._asdict().items():
                place = Seen._fields.index(what)
                described = whose if what in {"keys", "pseudonyms"} else whose & {*PEOPLE}
                assert {key for key in described if shop.forms(key)[place] not in text} == set(), caller


def _bodies(shop: Shop, caller: Caller) -> Iterator[Any]:
    """Every question of a role, asked about everybody who lives."""
    for about in sorted(shop.world.living if caller.me is None else {caller.me}):
        for document in QUESTIONS[caller.role]:
            yield shop.see(caller, document, about, veiled=caller.role is Role.ANALYST, place=0)


USER = core_schema.type_map["User"]
assert isinstance(USER, GraphQLObjectType)
BROKEN = {
    "names": (Sight, "name", lambda sight, row: sight.analysis.snapshot.people.names[row]),
    "keys": (Sight, "key", lambda sight, row: sight.analysis.snapshot.people.keys[row]),
    "the door": (Sight, "person", lambda sight, key: sight.analysis.snapshot.people.row(key)),
    "friends": (Sight, "_named", lambda _, __: True),
    "the table": (guard, "allowed", lambda _, __: True),
    "regions": (Sight, "region", lambda sight, row: sight.analysis.snapshot.people.regions[row]),
    "places": (sight, "USE_PLACES", frozenset()),
    "oneself": (Sight, "asks_about", lambda _, __: True),
}
"""Guards, and what stands in their place where they are broken."""


@pytest.mark.parametrize("what", BROKEN)
def test_a_guard_that_is_broken_is_found(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(*BROKEN[what])
    with standing() as shop, pytest.raises(AssertionError, match=r"stands in|stolen"):
        _tried(shop)


def _tried(shop: Shop) -> None:
    for caller in onlookers():
        shop.look(caller.role, caller.me or "", "key-of-ana", 2, veiled=False)
        shop.pry(caller.role, caller.me or "", "key-of-ana")
