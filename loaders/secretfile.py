"""Where the secrets of `loaders.sealing` come from: a file that only its owner can read, or the environment.

    # sharegraph secrets, the newest last
    sgs_3q2-7w…
    sgs_pXc1Lk…

The newest writes, all of them read. The file is read anew when it changed, so a server goes on while
somebody rotates; it is written aside and renamed, by one process at a time, which holds the lock of an empty
file beside it, `.lock`. SHAREGRAPH_KEY_FILE names it; SHAREGRAPH_KEY holds the same secrets themselves,
between commas or spaces, for where a machine hands out secrets and not files.
"""

import fcntl
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Final

from graph.errors import InvalidInput
from loaders import disk
from loaders.sealing import Seal, Secret

KEY_FILE: Final = "SHAREGRAPH_KEY_FILE"
KEY: Final = "SHAREGRAPH_KEY"

_TITLE = "# sharegraph secrets, the newest last"
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class SecretFile:
    """The secrets in one file. Threads may share it.

    InvalidInput, at every reading, where it is not there, may be opened by others than its owner, or holds
    something else.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = Lock()
        self._seen: tuple[int, int, int] | None = None
        self._held: tuple[Secret, ...] = ()

    def held(self) -> Sequence[Secret]:
        """All secrets, as the file has them now, the newest last."""
        with self._lock:
            try:
                told = self.path.stat()
                seen = told.st_mtime_ns, told.st_ino, told.st_mode
                if seen != self._seen:
                    self._check(told.st_mode)
                    self._held, self._seen = _read(self.path.read_text("utf-8")), seen
            except FileNotFoundError:
                raise InvalidInput(
                    f"{self.path}: there is no such file of secrets; `sharegraph keys secret --key-file "
                    f"{self.path}` makes one, and a backup brings back what was sealed under another"
                ) from None
            except (OSError, UnicodeDecodeError) as unreadable:
                raise InvalidInput(f"{self.path} is no readable file of secrets: {unreadable}") from None
            except InvalidInput as wrong:
                raise InvalidInput(f"{self.path}: {wrong}") from None
            return self._held

    def make(self) -> Secret:
        """A new file with one secret; InvalidInput where there is something already."""
        with self._alone():
            if self.path.exists():
                raise InvalidInput(
                    f"{self.path} is there already, and what is sealed under it would be lost; "
                    "`sharegraph keys rotate` adds a newer secret"
                )
            return self._write(())

    def add(self) -> Secret:
        """A newer secret behind those that are there."""
        with self._alone():
            return self._write(self._held_now())

    def keep(self, id_: str) -> int:
        """Keep this secret and those after it; how many were dropped."""
        with self._alone():
            held = self._held_now()
            place = [secret.id for secret in held].index(id_)
            if place:
                self._replace(held[place:])
            return place

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """While nobody else changes the file: else whoever renames last takes away what the other added."""
        lock = os.open(self.path.with_name(f"{self.path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def _held_now(self) -> Sequence[Secret]:
        """Read whatever was seen before: files renamed within one tick of the clock can look the same."""
        return SecretFile(self.path).held()

    def _write(self, held: Sequence[Secret]) -> Secret:
        new = Secret.new()
        self._replace([*held, new])
        return new

    def _replace(self, held: Sequence[Secret]) -> None:
        # On disk when it returns: what is sealed next must not outlive the name of the file that opens it.
        text = "\n".join([_TITLE, *(secret.text for secret in held), ""])
        disk.replace(self.path, text.encode())

    def _check(self, mode: int) -> None:
        if mode & _OTHERS:
            raise InvalidInput(
                f"others than its owner may open it (mode {stat.S_IMODE(mode):04o}); chmod 600 {self.path}"
            )


def given(environment: Mapping[str, str] = os.environ) -> Seal:
    """The seal that the environment names; one that leaves everything plain where it names none.

    InvalidInput where both variables are set, or what they name cannot be used.

    >>> given({}).writes is None, given({"SHAREGRAPH_KEY": "sgs_" + "A" * 43}).writes
    (True, '66687aad')
    """
    file, texts = file_given(environment), environment.get(KEY)
    if file is not None and texts:
        raise InvalidInput(f"{KEY_FILE} and {KEY} are both set; which of them? unset one")
    if file is not None:
        return Seal(file.held)
    if not texts:
        return Seal()
    try:
        held = _read(texts.replace(",", "\n"))
    except InvalidInput as wrong:
        raise InvalidInput(f"{KEY}: {wrong}") from None
    return Seal(lambda: held)


def file_given(environment: Mapping[str, str] = os.environ) -> SecretFile | None:
    """The file that the environment names; None where it names none."""
    path = environment.get(KEY_FILE)
    return SecretFile(Path(path)) if path else None


def _read(text: str) -> tuple[Secret, ...]:
    """The secrets of a text, the newest last; InvalidInput where there is none."""
    said = [word for line in text.splitlines() if not line.startswith("#") for word in line.split()]
    if not said:
        raise InvalidInput("there is no secret in it; `sharegraph keys secret` makes one")
    return tuple(map(Secret, said))
