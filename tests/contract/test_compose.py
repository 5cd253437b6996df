"""docker-compose.yml without an engine: it is valid, says no secret, is limited, and closed to the network.

Its form is checked against the Compose specification that check-jsonschema carries, and by
`docker compose config` where that is installed.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
FILE = ROOT / "docker-compose.yml"
DOCKERFILE = (ROOT / "Dockerfile").read_text()


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    services: dict[str, Any] = yaml.safe_load(FILE.read_text())["services"]
    return services


def compose_config(**environment: str) -> subprocess.CompletedProcess[str]:
    """Let Docker's own client resolve the file; it asks no engine."""
    without = {name: value for name, value in os.environ.items() if name != "NEO4J_PASSWORD"}
    return subprocess.run(
        ["docker", "compose", "--file", str(FILE), "config", "--format", "json"],
        env=without | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def has_compose() -> bool:
    if shutil.which("docker") is None:
        return False
    return subprocess.run(["docker", "compose", "version"], capture_output=True, check=False).returncode == 0


def test_the_file_follows_the_compose_specification():
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(FILE)]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stdout


@pytest.mark.skipif(
    not has_compose(), reason="docker compose is not installed; the specification was checked"
)
def test_compose_itself_resolves_the_file_once_there_is_a_password():
    assert compose_config(NEO4J_PASSWORD="only-for-this-test").returncode == 0
    assert "choose a password" in compose_config().stderr


def test_no_password_is_written_in_the_file(services: dict[str, Any]):
    for service in services.values():
        for name, value in service["environment"].items():
            if re.search(r"AUTH|PASSWORD|SECRET|TOKEN", name):
                assert re.fullmatch(r"(neo4j/)?\$\{NEO4J_PASSWORD:\?[^}]*\}", value)
            assert "@" not in value


def test_only_this_machine_can_reach_a_port(services: dict[str, Any]):
    published = [port for service in services.values() for port in service.get("ports", [])]
    assert published
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_whoever_asks_the_api_has_a_key(services: dict[str, Any]):
    """Nothing that is started without a word of ours serves anybody openly."""
    (command,) = re.findall(r"^CMD (.*)$", DOCKERFILE, flags=re.MULTILINE)
    assert json.loads(command)[:2] == ["serve", "--host"]
    assert re.search(r"SHAREGRAPH_KEYS=/var/lib/sharegraph/\S+", DOCKERFILE)
    assert "--dev" not in DOCKERFILE + FILE.read_text()
    assert "command" not in services["api"]
    assert "network_mode" not in services["api"]
    assert services["api"]["environment"]["SHAREGRAPH_STORE"] == "neo4j://neo4j:7687"


def test_every_service_is_limited_in_memory_and_keeps_its_files_in_a_named_volume(services: dict[str, Any]):
    named = set(yaml.safe_load(FILE.read_text())["volumes"])
    for service in services.values():
        assert service["deploy"]["resources"]["limits"]["memory"]
        assert {volume.split(":")[0] for volume in service["volumes"]} <= named


def test_the_api_waits_until_neo4j_lets_it_in(services: dict[str, Any]):
    assert services["neo4j"]["image"] == "neo4j:5.26-community"
    assert services["neo4j"]["healthcheck"]["test"][0] == "CMD-SHELL"
    assert services["api"]["depends_on"] == {"neo4j": {"condition": "service_healthy"}}


def test_the_image_runs_as_nobody_in_particular_from_the_lock():
    [user] = re.findall(r"^USER (.*)$", DOCKERFILE, flags=re.MULTILINE)
    assert int(user) > 0
    installs = re.findall(r"pip install (.*)$", DOCKERFILE, flags=re.MULTILINE)
    assert all("--require-hashes" in line or line.startswith("--no-deps /tmp/dist/") for line in installs)
    assert "/healthz" in DOCKERFILE
