"""A load from end to end, as the command and the demo run it: sources, store, receipt, noise, snapshot."""

import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from graph.errors import InvalidInput
from graph.generate import ShopModel
from graph.generate import generate as drawn
from loaders.ingest import BrokenOff, Receipt, ingest
from loaders.marked import noise_since
from loaders.progress import shown
from loaders.rejects import Rejects, beside
from loaders.snapshots import default_folder, snapshot_of
from loaders.sources import Reading, open_source
from loaders.sources.consents import categories
from loaders.stores import open_store
from loaders.writing import Shape, write

SNAPSHOT_AT_ONCE = 1_000_000
"""Events up to which a load builds the snapshot too; beyond, the first question does, so that a load stays
within its memory."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What became of a load. noise: of the events newly stored; rejects: where refused rows are listed;
    broken: why the source could not be read to its end, "" where it could.
    """

    receipt: Receipt
    noise: int
    rejects: Path
    broken: str = ""

    def counts(self) -> dict[str, int | str]:
        """What `--json` prints: rows of the log, then what this load added, then what the store holds."""
        receipt = self.receipt
        return {
            "read": receipt.read, "stored": receipt.stored, "repeated": receipt.repeated,
            "rejected": receipt.rejected, "implied": receipt.implied, "noise": self.noise,
            "events": receipt.events, "users": receipt.users, "products": receipt.products,
            "consentDefault": "on" if receipt.consenting else "off",
        }  # fmt: skip


def loaded(
    url: str,
    sources: Sequence[str],
    format_: str,
    reading: Reading,
    rejects: Path | None = None,
    consenting: bool | None = None,
) -> Loaded:
    """Load sources into a store; the snapshot is built too where it is small enough.

    consenting: what people who never said allow from now on; None leaves it.
    """
    source = open_source(sources, format_, reading)
    with closing(open_store(url)) as store:
        if consenting is not None:
            store.allow_by_default(allowed=consenting)
        before = store.version()
        listed = Rejects(rejects or beside(store.url), details=store.sealed().writes is None)
        with listed as refused, shown(sys.stderr) as progress:
            broken = ""
            try:
                receipt = ingest(
                    source, store, now=datetime.now(UTC), progress=progress, on_reject=refused.add
                )
            except BrokenOff as off:
                receipt, broken = off.receipt, str(off)
        noise = noise_since(store, before) if receipt.stored else 0
        if receipt.events <= SNAPSHOT_AT_ONCE:
            snapshot_of(store, default_folder(store.url))
        return Loaded(receipt, noise, refused.path, broken)


def zone(text: str | None) -> tzinfo | None:
    """A time zone by its name or offset.

    >>> str(zone("+08:00")), zone("Asia/Shanghai").key
    ('UTC+08:00', 'Asia/Shanghai')
    """
    if text is None:
        return None
    try:
        if text[:1] in "+-":
            return datetime.strptime(text, "%z").tzinfo
        return ZoneInfo(text)
    except (ValueError, ZoneInfoNotFoundError) as unknown:
        raise InvalidInput(f"{text!r} is no time zone; write Asia/Shanghai or +08:00") from unknown


def currency_code(text: str | None) -> str | None:
    """A currency by its three letters.

    >>> currency_code("cny")
    'CNY'
    """
    if text is None:
        return None
    code = text.strip().upper()
    if len(code) != 3 or not (code.isascii() and code.isalpha()):
        raise InvalidInput(f"{text!r} is no currency; write its three letters, like CNY")
    return code


def named(
    share: Sequence[str] | None, sharer: Sequence[str] | None, consent: Sequence[str] | None
) -> dict[str, Any]:
    """The names of a shop's own that a `Reading` takes, as far as they are said.

    >>> named(["sid"], None, ["Marketing=personalisation"])
    {'share_names': ['sid'], 'consents': {'marketing': 'personalisation'}}
    """
    pairs = [text.rpartition("=") for text in consent or ()]
    for category, _, purpose in pairs:
        if not category:
            raise InvalidInput(f"--consent {purpose}: write CATEGORY=PURPOSE")
    consents = categories({category.strip(): purpose.strip() for category, _, purpose in pairs})
    said = {"share_names": share, "sharer_names": sharer, "consents": consents}
    return {name: value for name, value in said.items() if value}


def made_up(
    out: Path, *, users: int, events: int, seed: int, noise: float, shape: Shape
) -> dict[str, object]:
    """Generate a shop into a folder, and say what was made."""
    files = write(drawn(ShopModel(users=users, events=events, seed=seed, noise=noise)), out, shape)
    return {
        "users": users,
        "events": events,
        "seed": seed,
        "out": str(out),
        "files": [str(file) for file in files],
    }
