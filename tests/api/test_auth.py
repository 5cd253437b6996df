"""Who may ask: tokens and keys that are taken, and everything a thief would try."""

import hmac
import json
import os
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar

import pytest
from httpx import Response
from joserfc import jwk, jwt
from structlog.testing import capture_logs

from api.auth.caller import Role, Unauthenticated, UnknownPurpose
from api.auth.gate import Gate, gate_of
from api.auth.tokens import BAD, FRESH, OLD, Keys, Tokens
from api.settings import Settings
from graph.errors import InvalidInput, UnknownKey
from loaders.keyring import Keyring
from tests.api.conftest import NOW, Shop

ASKED = {"query": "{ __typename }"}
SOON = int((NOW + timedelta(hours=1)).timestamp())
CLAIMS = {"aud": "shop", "exp": SOON, "role": "storefront", "sub": "website"}

SECRET = jwk.OctKey.import_key(os.urandom(32), {"kid": "s"})
RSA = jwk.RSAKey.generate_key(2048, {"kid": "r"})
CURVE = jwk.ECKey.generate_key("P-256", {"kid": "e"})
ALG = {"s": "HS256", "r": "RS256", "e": "ES256"}


def signed(key: Any, claims: dict[str, Any] | None = None, **headers: Any) -> str:
    return jwt.encode(
        {"alg": ALG[key.kid], "kid": key.kid, **headers}, CLAIMS if claims is None else claims, key
    )


@pytest.fixture
def jwks(tmp_path: Path) -> Path:
    """The keys as a server holds them: public halves, and the shared secret."""
    path = tmp_path / "jwks.json"
    public = [RSA.as_dict(private=False), CURVE.as_dict(private=False), SECRET.as_dict(private=True)]
    path.write_text(json.dumps({"keys": public}))
    return path


@pytest.fixture
def told(jwks: Path, tmp_path: Path) -> dict[str, Any]:
    return {"dev": False, "jwks": str(jwks), "audience": "shop", "keys": tmp_path / "keys.json"}


async def status(shop: Shop, told: dict[str, Any], token: str | None, **headers: str) -> tuple[int, str]:
    """What a request with this token gets, and the sentence of its error."""
    if token is not None:
        headers["authorization"] = f"Bearer {token}"
    async with shop.client(**told) as client:
        answer = await client.post("/graphql", json=ASKED, headers=headers)
    errors = answer.json().get("errors")
    if answer.status_code == 401:
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert errors[0]["extensions"]["code"] == "UNAUTHENTICATED"
        assert "data" not in answer.json()
    return answer.status_code, errors[0]["message"] if errors else ""


@pytest.mark.parametrize("key", [SECRET, RSA, CURVE], ids=lambda key: str(key.kid))
async def test_a_token_signed_with_one_of_the_keys_is_taken(
    shop: Shop, told: dict[str, Any], key: Any
) -> None:
    assert await status(shop, told, signed(key)) == (200, "")


async def test_without_a_token_nobody_is_answered(shop: Shop, told: dict[str, Any]) -> None:
    assert (await status(shop, told, None))[0] == 401
    assert (await status(shop, told, None, authorization="Basic YTpi"))[0] == 401
    assert (await status(shop, told, ""))[0] == 401


def plain(part: dict[str, Any]) -> str:
    return urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


def confused() -> str:
    """A token "signed" with the public half of the RSA key as if it were a shared secret."""
    said = f"{plain({'alg': 'HS256', 'kid': 'r'})}.{plain(CLAIMS)}"
    mac = hmac.digest(RSA.as_pem(private=False), said.encode(), "sha256")
    return f"{said}.{urlsafe_b64encode(mac).decode().rstrip('=')}"


def nested() -> str:
    """Signed as it should be, and its claims nested deeper than a parser goes."""
    claims = urlsafe_b64encode(b"[" * 2_900 + b"]" * 2_900).decode().rstrip("=")
    said = f"{plain({'alg': 'HS256', 'kid': 's'})}.{claims}"
    mac = hmac.digest(SECRET.raw_value, said.encode(), "sha256")
    return f"{said}.{urlsafe_b64encode(mac).decode().rstrip('=')}"


def bent(token: str) -> str:
    head, _, signature = token.split(".")
    return f"{head}.{plain({**CLAIMS, 'role': 'admin'})}.{signature}"


@pytest.mark.parametrize(
    "forge",
    [
        lambda: f"{plain({'alg': 'none'})}.{plain(CLAIMS)}.",
        lambda: f"{plain({'alg': 'none', 'kid': 's'})}.{plain(CLAIMS)}.",
        lambda: f"{plain({'alg': 'None', 'kid': 'r'})}.{plain(CLAIMS)}.{plain({})}",
        confused,
        nested,
        lambda: bent(signed(RSA)),
        lambda: signed(jwk.RSAKey.generate_key(2048, {"kid": "r"})),
        lambda: signed(RSA, kid="e", alg="RS256"),
        lambda: signed(RSA, kid="../../etc/passwd"),
        lambda: signed(RSA, kid="unknown"),
        lambda: signed(RSA, jwk=RSA.as_dict(private=False)).replace(".", "", 1),
        lambda: "a.b.c",
        lambda: "." * 9_000,
    ],
)  # fmt: skip
async def test_a_forged_token_is_refused_in_the_same_words(
    shop: Shop, told: dict[str, Any], forge: Any
) -> None:
    assert await status(shop, told, forge()) == (401, BAD)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"exp": int((NOW - timedelta(minutes=1)).timestamp())}, OLD),
        ({"exp": None}, BAD),
        ({"aud": "another"}, BAD),
        ({"aud": None}, BAD),
        ({"role": None}, BAD),
        ({"role": "dev"}, BAD),
        ({"role": "owner"}, BAD),
        ({"role": ["admin"]}, BAD),
        ({"sub": 7}, BAD),
        ({"role": "member", "sub": None}, "a member's token says in `sub` who they are"),
        ({"nbf": SOON}, BAD),
        ({"exp": 10**400}, BAD),
    ],
)
async def test_a_token_has_to_say_everything_that_we_ask(
    shop: Shop, told: dict[str, Any], changed: dict[str, Any], said: str
) -> None:
    claims = {name: value for name, value in {**CLAIMS, **changed}.items() if value is not None}
    assert await status(shop, told, signed(CURVE, claims)) == (401, said)


async def test_clocks_may_differ_a_little(shop: Shop, told: dict[str, Any]) -> None:
    late = {**CLAIMS, "exp": int((NOW - timedelta(seconds=20)).timestamp())}
    assert (await status(shop, told, signed(RSA, late)))[0] == 200
    assert (await status(shop, {**told, "skew": 5}, signed(RSA, late)))[0] == 401


async def test_one_issuer_may_be_asked_for(shop: Shop, told: dict[str, Any]) -> None:
    only = {**told, "issuer": "https://login.example"}
    assert (await status(shop, only, signed(RSA)))[0] == 401
    assert (await status(shop, only, signed(RSA, {**CLAIMS, "iss": "https://login.example"})))[0] == 200


async def test_a_key_is_taken_until_it_is_revoked(shop: Shop, told: dict[str, Any]) -> None:
    ring = Keyring(told["keys"])
    made = ring.make("growth", "desk", NOW)
    assert (await status(shop, told, made))[0] == 200
    assert (await status(shop, told, made[:-1]))[0] == 401
    assert (await status(shop, told, made.replace("sg_", "sg_0", 1)))[0] == 401
    assert made.rpartition("_")[2] not in told["keys"].read_text()
    ring.revoke(made.split("_")[1], NOW)
    assert await status(shop, told, made) == (401, "the API key is not valid here")


async def test_keys_that_cannot_be_read_any_more_stay_good_and_nobody_is_told_of_the_file(
    shop: Shop, told: dict[str, Any]
) -> None:
    made = Keyring(told["keys"]).make("growth", "desk", NOW)
    async with shop.client(**told) as client:

        async def asked(key: str) -> Response:
            return await client.post("/graphql", headers={"authorization": f"Bearer {key}"}, json=ASKED)

        written(told["keys"], '{"keys": [')
        with capture_logs() as lines:
            answers = [await asked(key) for key in (made, "sg_no_key", made)]
        assert [answer.status_code for answer in answers] == [200, 401, 200]
        assert "keys.json" not in "".join(answer.text for answer in answers)
        said = [line["reason"] for line in lines if line["event"] == "API keys not read anew"]
        assert len(said) == 1
        assert "is no file of API keys" in said[0]
        told["keys"].unlink()
        assert (await asked(made)).status_code == 401


@pytest.mark.parametrize(
    "broken", ["", '{"keys": [', '{"keys": [{}]}', None], ids=["empty", "half", "no key", "folder"]
)
def test_a_server_whose_keys_cannot_be_read_does_not_start(tmp_path: Path, broken: str | None) -> None:
    path = tmp_path / "keys.json"
    path.mkdir() if broken is None else path.write_text(broken)
    with pytest.raises(InvalidInput, match=r"keys\.json is no file of API keys \((?!\[Errno)"):
        gate_of(Settings("sqlite:///x.db", keys=path))


async def test_a_key_ends_with_its_days(shop: Shop, told: dict[str, Any]) -> None:
    ring = Keyring(told["keys"])
    assert (await status(shop, told, ring.make("ingest", "", NOW, NOW - timedelta(days=1))))[0] == 401
    assert (await status(shop, told, ring.make("ingest", "", NOW, NOW + timedelta(days=1))))[0] == 200


def test_the_file_of_keys_is_for_its_owner_and_two_processes_may_write_it(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    one, other = Keyring(path), Keyring(path)
    made = [ring.make("ingest", str(n), NOW) for n in range(5) for ring in (one, other)]
    assert {key.label for key in one.keys().values()} == {*"01234"}
    assert len(other.keys()) == len(set(made)) == 10
    assert path.stat().st_mode & 0o077 == 0
    with pytest.raises(UnknownKey):
        one.revoke("nobody", NOW)
    path.write_text('{"keys": [{}]}')
    with pytest.raises(InvalidInput):
        one.keys()


@pytest.mark.parametrize(
    "written",
    ["", "[]", '{"keys": []}', '{"keys": [{"kty": "oct", "k": "c2hvcnQ"}]}', '{"keys": 3}',
     json.dumps(jwk.ECKey.generate_key("P-384").as_dict())],
)  # fmt: skip
def test_a_key_set_that_would_not_hold_is_refused_when_the_server_starts(
    tmp_path: Path, written: str
) -> None:
    path = tmp_path / "jwks.json"
    path.write_text(written)
    with pytest.raises(InvalidInput, match=r"jwks\.json"):
        gate_of(Settings("sqlite:///x.db", jwks=str(path), audience="shop"))


class _Address(BaseHTTPRequestHandler):
    keys: ClassVar[list[Any]] = []
    asked: ClassVar[int] = 0
    broken: ClassVar[bytes] = b""

    def do_GET(self) -> None:
        type(self).asked += 1
        if self.broken:
            self.wfile.write(self.broken)
            return
        body = json.dumps({"keys": [key.as_dict(private=False) for key in self.keys]}).encode()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def address(*keys: Any) -> Iterator[str]:
    """Where keys are served, on this machine."""
    _Address.keys, _Address.asked, _Address.broken = [*keys], 0, b""
    with HTTPServer(("127.0.0.1", 0), _Address) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/jwks.json"
        server.shutdown()


async def test_a_key_that_an_address_has_since_is_found_and_no_token_makes_us_ask_without_end() -> None:
    time = [0.0]
    with address(RSA) as source:
        tokens = Tokens(Keys(source, clock=lambda: time[0]), "shop")
        assert (await tokens.caller(signed(RSA), NOW.timestamp())).role is Role.STOREFRONT
        _Address.keys.append(CURVE)
        time[0] += 31
        assert (await tokens.caller(signed(CURVE), NOW.timestamp())).id == "token:storefront:website"
        asked = _Address.asked
        for n in range(20):
            with pytest.raises(Exception, match=BAD):
                await tokens.caller(signed(RSA, kid=f"k{n}"), NOW.timestamp())
        assert _Address.asked == asked


async def test_keys_stay_good_while_their_address_is_away() -> None:
    time = [0.0]
    with address(RSA) as source:
        tokens = Tokens(Keys(source, clock=lambda: time[0]), "shop")
    time[0] += 10_000
    with capture_logs() as lines:
        assert (await tokens.caller(signed(RSA), NOW.timestamp())).subject is None
    assert [(line["log_level"], line["event"]) for line in lines] == [("warning", "keys not read anew")]


async def test_keys_stay_good_while_their_address_speaks_no_http() -> None:
    time = [0.0]
    with address(RSA) as source:
        tokens = Tokens(Keys(source, clock=lambda: time[0]), "shop")
        _Address.broken = b"none\r\n\r\n"
        time[0] += FRESH + 1
        with capture_logs() as lines:
            assert (await tokens.caller(signed(RSA), NOW.timestamp())).role is Role.STOREFRONT
    assert [(line["log_level"], line["event"]) for line in lines] == [("warning", "keys not read anew")]


def test_no_secret_is_taken_from_an_address_and_no_key_over_a_line_that_anybody_reads() -> None:
    with pytest.raises(InvalidInput, match="https"):
        Keys("http://login.example/jwks.json")


async def test_a_member_is_who_the_token_says(shop: Shop, told: dict[str, Any]) -> None:
    gate = gate_of(Settings("sqlite:///x.db", **{**told, "dev": False}))
    token = signed(RSA, {**CLAIMS, "role": "member", "sub": "ana", "purpose": "suggestions"})
    caller = await gate.caller({"authorization": f"Bearer {token}"}, lambda: NOW)
    assert (caller.role, caller.subject, caller.purpose) == (Role.MEMBER, "ana", "suggestions")
    assert gate.still(caller, lambda: NOW)
    assert not gate.still(caller, lambda: NOW + timedelta(hours=2))


def purposed(told: dict[str, Any], *purposes: str) -> Gate:
    return gate_of(Settings("sqlite:///x.db", **{**told, "dev": False, "purposes": frozenset(purposes)}))


@pytest.mark.parametrize(
    ("claim", "header", "purpose"),
    [
        ("campaigns", "analysis", "campaigns"),
        (None, "analysis", "analysis"),
        (None, "", "suggestions"),
        ("", "", "suggestions"),
    ],
)
async def test_what_is_signed_of_a_purpose_comes_before_what_the_request_says(
    told: dict[str, Any], claim: str | None, header: str, purpose: str
) -> None:
    token = signed(RSA, CLAIMS | ({} if claim is None else {"purpose": claim}))
    headers = {"authorization": f"Bearer {token}", "x-purpose": header}
    assert (await purposed(told).caller(headers, lambda: NOW)).purpose == purpose


@pytest.mark.parametrize("purpose", ["call back Ana Ananas", "own use", "support", "Analysis", "x" * 200])
async def test_a_purpose_that_is_none_of_the_servers_is_refused_by_claim_and_by_header(
    told: dict[str, Any], purpose: str
) -> None:
    signed_so, plain = signed(RSA, {**CLAIMS, "purpose": purpose}), signed(RSA)
    for headers in (
        {"authorization": f"Bearer {signed_so}", "x-purpose": "analysis"},
        {"authorization": f"Bearer {plain}", "x-purpose": purpose},
    ):
        with pytest.raises(UnknownPurpose) as refused:
            await purposed(told).caller(headers, lambda: NOW)
        assert purpose not in str(refused.value)
    with pytest.raises(UnknownPurpose):
        await purposed(told).caller(
            {"authorization": f"Bearer {signed(RSA, {**CLAIMS, 'purpose': 7})}"}, lambda: NOW
        )


async def test_a_server_may_have_purposes_of_its_own(told: dict[str, Any]) -> None:
    headers = {"authorization": f"Bearer {signed(RSA)}", "x-purpose": "support"}
    assert (await purposed(told, "support").caller(headers, lambda: NOW)).purpose == "support"
    with pytest.raises(UnknownPurpose, match="support"):
        await purposed(told, "support").caller({**headers, "x-purpose": "analysis"}, lambda: NOW)
    with pytest.raises(InvalidInput, match="--purposes"):
        Settings("sqlite:///x.db", dev=True, purposes=frozenset({"Call Ana"})).check()


async def test_an_unknown_purpose_is_a_bad_request_at_every_door(shop: Shop, told: dict[str, Any]) -> None:
    headers = {"authorization": f"Bearer {signed(RSA)}", "x-purpose": "call Ana"}
    async with shop.client(**told) as client:
        answer = await client.post("/graphql", json={"query": "{ __typename }"}, headers=headers)
        page = await client.get("/metrics", headers=headers)
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (400, "BAD_REQUEST")
    assert page.status_code == 400


def test_a_server_without_any_way_to_know_callers_does_not_start(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="who may ask"):
        Settings("sqlite:///x.db").check()
    with pytest.raises(InvalidInput, match="audience"):
        Settings("sqlite:///x.db", jwks="x").check()
    with pytest.raises(InvalidInput, match="not there"):
        Settings("sqlite:///x.db", keys=tmp_path / "keys.json").check()
    Keyring(tmp_path / "keys.json").make("admin", "", NOW)
    with pytest.raises(InvalidInput, match="--dev"):
        Settings("sqlite:///x.db", keys=tmp_path / "keys.json", dev=True).check()
    Settings("sqlite:///x.db", keys=tmp_path / "keys.json", host="0.0.0.0").check()  # noqa: S104


async def test_what_a_server_counts_is_for_who_runs_it(shop: Shop, told: dict[str, Any]) -> None:
    ring = Keyring(told["keys"])
    async with shop.client(**told) as client:
        for key, code in ((None, 401), ("growth", 403), ("admin", 200)):
            headers = {} if key is None else {"authorization": f"Bearer {ring.make(key, '', NOW)}"}
            assert (await client.get("/metrics", headers=headers)).status_code == code
        assert (await client.get("/healthz")).status_code == 200
    async with shop.client() as client:
        assert (await client.get("/metrics")).status_code == 200


OTHERS = {
    "another curve": jwk.OKPKey.generate_key("Ed25519", {"kid": "x"}).as_dict(private=False),
    "a longer curve": jwk.ECKey.generate_key("P-384", {"kid": "x"}).as_dict(private=False),
    "for sealing": RSA.as_dict(private=False) | {"kid": "x", "use": "enc"},
    "another algorithm": RSA.as_dict(private=False) | {"kid": "x", "alg": "PS256"},
    "a kind to come": {"kty": "AKP", "kid": "x", "alg": "ML-DSA-44", "pub": "AAAA"},
    "too short": {"kty": "oct", "kid": "x", "k": "c2hvcnQ"},
    "half a key": {"kty": "RSA", "kid": "x"},
    "no key": "no key at all",
}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
async def test_a_key_that_is_of_no_use_here_is_left_out_of_its_set_with_a_warning(
    tmp_path: Path, other: Any
) -> None:
    path = tmp_path / "jwks.json"
    path.write_text(json.dumps({"keys": [other, RSA.as_dict(private=False)]}))
    with capture_logs() as lines:
        tokens = Tokens(Keys(str(path)), "shop")
    assert [(line["log_level"], line["event"], line["place"]) for line in lines] == [
        ("warning", "a key is left out", 0)
    ]
    assert (await tokens.caller(signed(RSA), NOW.timestamp())).role is Role.STOREFRONT
    with pytest.raises(Unauthenticated):
        await tokens.caller(signed(RSA, kid="x"), NOW.timestamp())


async def test_a_key_that_its_address_has_no_more_opens_nothing_from_the_next_look_on() -> None:
    time = [0.0]
    with address(RSA, CURVE) as source:
        tokens = Tokens(Keys(source, clock=lambda: time[0]), "shop")
        assert (await tokens.caller(signed(RSA), NOW.timestamp())).role is Role.STOREFRONT
        _Address.keys.remove(RSA)
        time[0] += FRESH + 1
        with pytest.raises(Unauthenticated, match=BAD):
            await tokens.caller(signed(RSA), NOW.timestamp())
        assert (await tokens.caller(signed(CURVE), NOW.timestamp())).role is Role.STOREFRONT


def written(path: Path, text: str) -> None:
    path.write_text(text)


async def test_a_file_of_keys_is_read_anew_once_it_changed_and_what_cannot_be_read_is_said(
    jwks: Path,
) -> None:
    tokens = Tokens(Keys(str(jwks)), "shop")
    new = jwk.RSAKey.generate_key(2048, {"kid": "r"})
    with pytest.raises(Unauthenticated):
        await tokens.caller(signed(new), NOW.timestamp())
    written(jwks, json.dumps({"keys": [new.as_dict(private=False)]}))
    assert (await tokens.caller(signed(new), NOW.timestamp())).role is Role.STOREFRONT
    with pytest.raises(Unauthenticated):
        await tokens.caller(signed(CURVE), NOW.timestamp())
    written(jwks, '{"keys": [')
    with capture_logs() as lines:
        for _ in range(3):
            assert (await tokens.caller(signed(new), NOW.timestamp())).role is Role.STOREFRONT
    assert [(line["log_level"], line["event"]) for line in lines] == [("warning", "keys not read anew")]
    assert "jwks.json is no key set" in lines[0]["reason"]
