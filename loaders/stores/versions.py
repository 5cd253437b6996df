"""A store's version: which store, which telling of it, and how far."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Version:
    """What a version string says.

    identity: random, made with the store. epoch: raised when what was told is changed afterwards (`forget`).
    seq: of the newest event. changes: number of upserts that changed something.

    >>> str(Version("k3f9", 0, 24107, 2)), Version.read("k3f9.0.24107.2").seq
    ('k3f9.0.24107.2', 24107)
    """

    identity: str
    epoch: int
    seq: int
    changes: int

    def __str__(self) -> str:
        return f"{self.identity}.{self.epoch}.{self.seq}.{self.changes}"

    @classmethod
    def read(cls, text: str) -> "Version | None":
        """The version that a string names; None where it names none."""
        identity, _, numbers = text.partition(".")
        parts = numbers.split(".")
        if len(parts) != 3 or not all(part.isdecimal() for part in parts):
            return None
        return cls(identity, *map(int, parts))

    def since(self, earlier: str | None) -> "Version | None":
        """`earlier`, where this version tells on from there; None where everything has to be read again."""
        then = Version.read(earlier) if earlier is not None else None
        if then is None or (then.identity, then.epoch) != (self.identity, self.epoch):
            return None
        return then if then.seq <= self.seq and then.changes <= self.changes else None
