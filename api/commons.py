"""What the processes of one server have in common besides the store."""

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Commons:
    """folder: in which they count together (api.cost.minutes, api.metrics); it goes with the server.
    secret: random, by which callers are hashed there; it is handed on in memory and stands in no file.
    workers: how many they are.
    """

    folder: Path
    secret: bytes = field(repr=False)
    workers: int = 1

    @property
    def minutes(self) -> Path:
        """What callers have used of their minutes."""
        return self.folder / "minutes"

    @property
    def counts(self) -> Path:
        """The figures of each process."""
        return self.folder / "counts"
