"""Neo4j from Maven's jars, for machines without Docker: about 125 MB once, then five to ten seconds a start.

The jars come by `pom.xml`, or that of another `Build`, into `cache/jars-VERSION`. Each start has a home
folder of its own, removed when the server is left; the logs of the last one are kept in `cache/logs`.
"""

import fcntl
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from tests.authority import Authority
from tests.neo4j_server.server import LOOPBACK, Server, Unavailable, new_server, port_of, wait_until_open

OLDEST_JAVA = 17

CERTIFICATES = "certificates/bolt"

JVM_OPTIONS = (
    "-XX:+UseSerialGC",
    "-XX:-UsePerfData",
    "-Dio.netty.tryReflectionSetAccessible=true",
    "-Dlog4j2.disable.jmx=true",
    "--add-opens=java.base/java.nio=ALL-UNNAMED",
    "--add-opens=java.base/java.io=ALL-UNNAMED",
    "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
    "--add-opens=java.base/java.util.concurrent=ALL-UNNAMED",
    "--add-modules=jdk.incubator.vector",
)


@dataclass(frozen=True, slots=True)
class Build:
    """What a server is made from. pom: names its jars and, first of all, their version. plugins: the Maven
    group of those that are plugins and may do everything. heap: as Java reads it.
    """

    pom: Path
    plugins: str = ""
    heap: str = "1g"


COMMUNITY = Build(Path(__file__).with_name("pom.xml"))


@dataclass(slots=True)
class Child:
    """A server that runs as our child: it can be killed, and started again on what it left on disk."""

    server: Server
    command: list[str]
    logs: Path
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        """Start it, and return once it lets us in."""
        with (self.logs / "console.log").open("ab") as console:
            process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=console, stderr=console)
        self.process = process
        wait_until_open(self.server, alive=lambda: process.poll() is None, seconds=120)

    def kill(self) -> None:
        """End it at once, whatever it is doing."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()


@contextmanager
def started(cache: Path, build: Build = COMMUNITY) -> Iterator[Server]:
    """Yield a server that runs as our child.

    `Unavailable` where Java or Maven is missing or the jars cannot be had.
    """
    with child(cache, build) as running:
        yield running.server


@contextmanager
def child(cache: Path, build: Build = COMMUNITY) -> Iterator[Child]:
    """Yield the same, to be killed."""
    java, maven = tools()
    cache.mkdir(parents=True, exist_ok=True)
    jars = fetched_jars(cache, maven, build)
    server = new_server()
    with tempfile.TemporaryDirectory(prefix="home-", dir=cache) as folder:
        home = Path(folder)
        (home / "logs").mkdir()
        authority = Authority(home / CERTIFICATES)
        authority.sign()
        server = replace(server, authority=authority.certificate, home=home)
        running = Child(server, command_line(java, jars, home, server, build), home / "logs")
        try:
            running.start()
            yield running
        finally:
            running.kill()  # nothing in it is wanted any more
            shutil.copytree(home / "logs", cache / "logs", dirs_exist_ok=True)


def tools() -> tuple[str, str]:
    """Return the paths of Java and Maven, or say which of them is missing or too old."""
    java, maven = shutil.which("java"), shutil.which("mvn")
    if java is None or maven is None:
        raise Unavailable(
            "neither SHAREGRAPH_TEST_NEO4J_URI nor a Docker engine nor Java ≥ 17 with Maven is there"
        )
    said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    version = re.search(r'version "(\d+)', said)
    if version is None or int(version[1]) < OLDEST_JAVA:
        raise Unavailable(f"Neo4j needs Java {OLDEST_JAVA} or newer, and {java} is {said.splitlines()[0]}")
    return java, maven


def fetched_jars(cache: Path, maven: str, build: Build) -> Path:
    """Return the folder of jars, downloaded at the first call; a second process waits for the first."""
    version = re.search(r"<version>([\d.]+)</version>", build.pom.read_text())
    jars = cache / f"jars-{version[1] if version else 'unknown'}"
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not jars.exists():
            partial = jars.with_suffix(".partial")
            copy_dependencies(maven, cache, partial, build)
            partial.rename(jars)
    return jars


def copy_dependencies(maven: str, cache: Path, folder: Path, build: Build) -> None:
    """Let Maven put every jar that the server needs into `folder`, by way of a repository in `cache`; those
    of plugins into `folder/plugins`.
    """
    command = [
        maven, "--batch-mode", "--quiet", "--strict-checksums", "--file", str(build.pom),
        f"-Dmaven.repo.local={cache / 'm2'}", f"-Duser.home={cache}",
        "dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={folder}",
        *(["-Dmdep.prependGroupId=true"] if build.plugins else []),
    ]  # fmt: skip
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    shutil.rmtree(cache / "m2", ignore_errors=True)
    if said.returncode != 0:
        (cache / "maven.log").write_text(said.stdout + said.stderr)
        raise Unavailable(f"Maven could not fetch Neo4j's jars; what it said is in {cache / 'maven.log'}")
    if build.plugins:
        (folder / "plugins").mkdir()
        for jar in folder.glob(f"{build.plugins}.*.jar"):
            jar.rename(folder / "plugins" / jar.name)


def command_line(java: str, jars: Path, home: Path, server: Server, build: Build) -> list[str]:
    """Write the server's configuration into its home and return what starts it."""
    address = f"{LOOPBACK}:{port_of(server)}"
    settings = {
        "server.bolt.listen_address": address,
        "server.bolt.advertised_address": address,
        "server.http.enabled": "false",
        "server.memory.pagecache.size": "128m",
        "dbms.usage_report.enabled": "false",
        "db.tx_log.preallocate": "false",  # 2 MB of files instead of 516.
        "dbms.ssl.policy.bolt.enabled": "true",
        "dbms.ssl.policy.bolt.base_directory": CERTIFICATES,
        "dbms.ssl.policy.bolt.client_auth": "NONE",
        "server.bolt.tls_level": "OPTIONAL",  # With and without it, on one port.
    }
    if build.plugins:
        settings["server.directories.plugins"] = str(jars / "plugins")
        settings["dbms.security.procedures.unrestricted"] = "*"
    conf = home / "conf"
    conf.mkdir()
    (conf / "neo4j.conf").write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
    class_path = ["-cp", f"{jars}/plugins/*:{conf}:{jars}/*"]
    folders = [f"-Duser.home={home}", f"-Djava.io.tmpdir={home}"]
    main = ["org.neo4j.server.CommunityEntryPoint", f"--home-dir={home}", f"--config-dir={conf}"]
    return [java, *JVM_OPTIONS, f"-Xmx{build.heap}", *folders, *class_path, *main]
