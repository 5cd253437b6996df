"""What ships: three packages under bare top-level names, the command, and nothing else.

The names `graph`, `loaders` and `api` clash easily (docs/decisions/0001). So the wheel is held to exactly
these, and tried where it belongs: in an environment of its own, with the locked dependencies.
"""

import os
import subprocess
import sys
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
PACKAGES = {"graph", "loaders", "api"}


def run(*command: str | Path, cwd: Path = ROOT) -> str:
    """Return what a command printed; its errors are the test's."""
    said = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stdout + said.stderr
    return said.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel as the locked hatchling builds it from this checkout, without any network."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder)
    [built] = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def files(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def read(wheel: Path, name: str) -> str:
    with zipfile.ZipFile(wheel) as archive:
        return archive.read(f"sharegraph-0.1.0.dist-info/{name}").decode()


def sources(*folders: str) -> set[str]:
    """The files of some folders that git knows, or would if they were added."""
    named = run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", *folders).split("\0")
    return {name for name in named if name and (ROOT / name).exists()}


def test_the_wheel_has_three_packages_and_its_metadata(files: set[str]):
    assert {name.split("/")[0] for name in files} == {*PACKAGES, "sharegraph-0.1.0.dist-info"}


def test_the_wheel_has_every_file_of_the_packages_and_no_other(files: set[str]):
    if not (ROOT / ".git").exists():
        pytest.skip("no git checkout to compare with")
    packaged = {name for name in files if name.split("/")[0] in PACKAGES}
    assert packaged == sources(*PACKAGES)


def test_each_package_tells_type_checkers_that_it_is_typed(files: set[str]):
    assert {f"{package}/py.typed" for package in PACKAGES} <= files


def test_the_entry_points_are_the_command_and_the_backend_alone(wheel: Path):
    lines = read(wheel, "entry_points.txt").split("\n")
    assert [line for line in lines if line] == [
        "[console_scripts]",
        "sharegraph = api.start:main",
        "[networkx.backends]",
        "sharegraph = graph.nx:backend",
    ]


def test_the_metadata_names_the_licence_and_the_oldest_python(wheel: Path):
    metadata = Parser().parsestr(read(wheel, "METADATA"))
    assert (metadata["License-Expression"], metadata["Requires-Python"]) == ("Apache-2.0", ">=3.11")


def test_the_wheel_runs_in_an_environment_of_its_own(wheel: Path, tmp_path: Path):
    run(sys.executable, "-m", "venv", tmp_path / "venv")
    binaries = tmp_path / "venv" / ("Scripts" if os.name == "nt" else "bin")
    pip = (binaries / "python", "-m", "pip", "--quiet", "install", "--no-compile")
    run(*pip, "--require-hashes", "--requirement", ROOT / "requirements.lock")
    run(*pip, "--no-deps", wheel)
    run(binaries / "python", "-m", "pip", "check")
    assert run(binaries / "sharegraph", "version", cwd=tmp_path) == "sharegraph 0.1.0\n"
    assert "suggest" in run(binaries / "sharegraph", "--help", cwd=tmp_path)
    assert "type Query" in run(binaries / "sharegraph", "export-schema", cwd=tmp_path)
