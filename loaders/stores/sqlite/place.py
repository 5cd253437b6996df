"""Whether a path still names the file that was opened there.

On POSIX a file that is deleted or replaced lives on for whoever has it open: SQLite writes to it as if
nothing were, and all of that is gone with the process ("Unlinking or renaming a database file while in use",
in How To Corrupt An SQLite Database File, sqlite.org). So it is looked at again, which takes microseconds.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from graph.errors import StoreUnavailable


@dataclass(frozen=True, slots=True)
class Place:
    """Which file a path named. path: absolute; device, inode: of the file.

    Law: as long as somebody has the file open, no other has its inode, so `check` mistakes no file for it.
    """

    path: Path
    device: int
    inode: int

    @classmethod
    def of(cls, path: Path) -> "Place":
        """The file that is there now. StoreUnavailable where there is none."""
        found = _looked_at(path.absolute())
        return cls(path.absolute(), found.st_dev, found.st_ino)

    def check(self) -> None:
        """StoreUnavailable, with a sentence, where the path names this file no longer."""
        found = _looked_at(self.path)
        if (found.st_dev, found.st_ino) != (self.device, self.inode):
            raise StoreUnavailable(
                f"{self.path} is another file than the one that was opened, somebody replaced it; nothing is "
                "stored until this program is started again"
            )


def _looked_at(path: Path) -> os.stat_result:
    try:
        return path.stat()
    except FileNotFoundError:
        raise StoreUnavailable(
            f"{path} is gone, somebody moved or deleted it; nothing is stored until a backup is put there "
            "and this program is started again"
        ) from None
    except OSError as error:
        raise StoreUnavailable(f"{path} cannot be looked at: {error.strerror}") from error
