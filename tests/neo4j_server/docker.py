"""Neo4j in Docker, thrown away with its volumes when the block is left."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.neo4j_server.server import LOOPBACK, Server, Unavailable, new_server, port_of, wait_until_open

IMAGE = "neo4j:5.26-community"


def missing() -> str:
    """Say what keeps Docker from being used; nothing where `docker info` succeeds."""
    if shutil.which("docker") is None:
        return "no Docker"
    answered = docker("info", timeout=20)
    return "" if answered.returncode == 0 else "no Docker engine"


@contextmanager
def started(cache: Path) -> Iterator[Server]:
    """Yield a server in a container of its own; its log goes to `cache/docker.log` when it is left."""
    server = new_server()
    begun = docker(*run_arguments(server), environment={"NEO4J_AUTH": f"neo4j/{server.password}"})
    if begun.returncode != 0:
        raise Unavailable(f"Docker could not run {IMAGE}; it said: {begun.stderr.strip()[-200:]}")
    container = begun.stdout.strip()
    try:
        wait_until_open(server, alive=lambda: running(container), seconds=180)
        yield server
    finally:
        log = docker("logs", container)
        (cache / "docker.log").write_text(log.stdout + log.stderr)
        docker("rm", "--force", "--volumes", container)


def run_arguments(server: Server) -> list[str]:
    """Return what `docker` is asked to do.

    The password comes from the environment, so that it stands on no command line.
    """
    address = f"{LOOPBACK}:{port_of(server)}"
    settings = {
        # A client that routes goes where the server says it is, so it must say the published port.
        "NEO4J_server_bolt_advertised__address": address,
        "NEO4J_server_memory_heap_max__size": "1G",
        "NEO4J_server_memory_pagecache_size": "128M",
    }
    named = [part for name, value in settings.items() for part in ("--env", f"{name}={value}")]
    return ["run", "--detach", "--publish", f"{address}:7687", "--env", "NEO4J_AUTH", *named, IMAGE]


def running(container: str) -> bool:
    """Whether the container has not ended."""
    return docker("inspect", "--format", "{{.State.Running}}", container).stdout.strip() == "true"


def docker(
    *arguments: str, environment: dict[str, str] | None = None, timeout: float = 600
) -> subprocess.CompletedProcess[str]:
    """Run the Docker client and return what it said, whatever its exit code."""
    return subprocess.run(
        ["docker", *arguments],
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
