"""Requests per server CPU-second: ten suggestions with product and explanation, beside plain Starlette.

    python -m bench.graphql > bench/results/graphql.txt     2,000 users, 2,000 requests a round: two minutes
    python -m bench.graphql --requests 20 --rounds 1        a smoke test

Each server is uvicorn with one worker on a socket of its own. The plain one answers what ours answered for
one person, made from dictionaries with orjson each time. Counted is the server's own CPU time (user and
system) over a round, so that a busy machine and a slow client blur little; rounds take turns, and the median
is told. `one person` asks the same question again and again, `everybody` another person each time; no answer
is kept. Every request of ours looks whether the store has something new.
"""

import argparse
import asyncio
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import httpx
import psutil

from bench.measured import tell_where

QUERY = """
query($user: String!) {
  user(key: $user) {
    suggestions(first: 10) { answerId nodes { rank explanation product { key name } } }
  }
}
"""
OURS = """
import sys
from api.serve import run
from api.settings import Settings
run(Settings(sys.argv[2], port=int(sys.argv[1]), dev=True))
"""
PLAIN = """
import sys
import orjson, uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

ANSWER = orjson.loads(sys.argv[2])

async def answer(request: Request) -> Response:
    if request.method == "POST":
        orjson.loads(await request.body())
    return Response(orjson.dumps(ANSWER), media_type="application/json")

app = Starlette(routes=[Route("/graphql", answer, methods=["POST"]), Route("/readyz", answer)])
uvicorn.run(app, port=int(sys.argv[1]), log_config=None, access_log=False)
"""
AT_A_TIME = 8
ROOT = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Server:
    """A process that listens."""

    url: str
    process: psutil.Process

    def cpu(self) -> float:
        """Seconds it has computed so far."""
        times = self.process.cpu_times()
        return float(times.user + times.system)


class Round(NamedTuple):
    """Requests per CPU-second of the server, and the median of the milliseconds that one of them took."""

    rate: float
    waited: float


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--users", type=int, default=2_000)
    parser.add_argument("--events", type=int, default=40_000)
    parser.add_argument("--requests", type=int, default=2_000, help="in one round")
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args(arguments)
    with ExitStack() as until_the_end:
        folder = Path(until_the_end.enter_context(tempfile.TemporaryDirectory()))
        store = shop(folder, asked.users, asked.events)
        ours = until_the_end.enter_context(server(OURS, store))
        people, answer = everybody(ours, asked.users)
        plain = until_the_end.enter_context(server(PLAIN, answer))
        rounds = {"plain Starlette": (plain, people[:1]), "one person": (ours, people[:1])}
        rounds["everybody"] = ours, people
        found: dict[str, list[Round]] = {name: [] for name in rounds}
        for _ in range(asked.rounds):
            for name, (asking, whom) in rounds.items():
                found[name].append(asyncio.run(one_round(asking, whom, asked.requests)))
    tell(found, len(answer), asked)


def shop(folder: Path, users: int, events: int) -> str:
    """A made-up shop in an embedded store; its URL."""
    store, said = f"sqlite:///{folder / 'shop.db'}", folder / "shop"
    size = ["--users", str(users), "--events", str(events), "--seed", "7", "--out", str(said)]
    for command in (
        ["generate", *size],
        ["load", str(said), "--format", "sharegraph", "--store", store, "--consent-default", "on"],
    ):
        run = [sys.executable, "-m", "api.cli", *command]
        subprocess.run(run, check=True, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return store


@contextmanager
def server(program: str, argument: str) -> Iterator[Server]:
    """A server that is ready."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-c", program, str(port), argument]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        url = f"http://127.0.0.1:{port}"
        wait_until_ready(url)
        yield Server(f"{url}/graphql", psutil.Process(process.pid))
    finally:
        process.terminate()
        process.wait()


def wait_until_ready(url: str) -> None:
    """Returns once the server says it is."""
    for _ in range(1_200):
        try:
            if httpx.get(f"{url}/readyz").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise TimeoutError(url)


def everybody(ours: Server, users: int) -> tuple[list[str], str]:
    """Keys of those who get ten suggestions, and the first one's answer."""
    people, first = [], ""
    with httpx.Client() as client:
        for number in range(min(users, 500)):
            answer = client.post(ours.url, json=question(f"u{number:06}"))
            user = answer.json()["data"]["user"]
            if user is not None and len(user["suggestions"]["nodes"]) == 10:
                people.append(f"u{number:06}")
                first = first or answer.text
    return people, first


def question(user: str) -> dict[str, Any]:
    """The request for one person."""
    return {"query": QUERY, "variables": {"user": user}}


async def one_round(asking: Server, people: Sequence[str], requests: int) -> Round:
    """What requests cost the server when several ask at a time, and how long one waits who asks alone."""
    whom = cycle(people)
    async with httpx.AsyncClient() as client:

        async def ask(times: int) -> list[float]:
            waited = []
            for user in islice(whom, times):
                begin = time.perf_counter()
                (await client.post(asking.url, json=question(user))).raise_for_status()
                waited.append(time.perf_counter() - begin)
            return waited

        before = asking.cpu()
        await asyncio.gather(*(ask(-(-requests // AT_A_TIME)) for _ in range(AT_A_TIME)))
        cpu = asking.cpu() - before
        return Round(requests / max(cpu, 1e-9), 1_000 * median(await ask(-(-requests // 10))))


def tell(found: dict[str, list[Round]], size: int, asked: argparse.Namespace) -> None:
    """Print the figures."""
    tell_where("starlette", "strawberry-graphql", "uvicorn", "httpx")
    print(
        f"{asked.users:,} users, {asked.events:,} events; {asked.rounds} × {asked.requests:,} requests, "
        f"answers of {size:,} bytes\n"
    )
    plain = median(one.rate for one in found["plain Starlette"])
    print(f"{'':18}{'per CPU-second':>16}{'of plain':>10}{'waited ms':>12}   rounds")
    for name, rounds in found.items():
        rate, waited = median(one.rate for one in rounds), median(one.waited for one in rounds)
        each = " ".join(f"{one.rate:,.0f}" for one in rounds)
        print(f"{name:18}{rate:16,.0f}{rate / plain:10.1%}{waited:12.2f}   {each}")


if __name__ == "__main__":
    main()
