"""The public logs as a store would hand them out, read here in a few lines of their own: a twin of the
loaders, fast enough for tests of the graph.
"""

import csv
import gzip
from collections.abc import Iterator, Sequence
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import numpy as np

from graph.events import Kind, Product, micros
from graph.log import NONE, EventColumns, Log

SECOND = 1_000_000
CHANNELS = {"MT": 0, "RE": 1}


class Told(NamedTuple):
    """One event; person, other, product, channel: codes. share, parent: seq of the share."""

    kind: Kind
    person: int
    at: int
    other: int = NONE
    product: int = NONE
    share: int = NONE
    parent: int = NONE
    channel: int = NONE
    implied: bool = False


class Act(NamedTuple):
    """`who` retweeted (RT), mentioned (MT) or answered (RE) `whom`; at: seconds."""

    who: str
    whom: str
    at: int
    kind: str


def higgs_acts(folder: Path) -> list[Act]:
    """The rows of the Higgs log in order of time, without those of who acts on themselves."""
    with gzip.open(folder / "higgs" / "higgs-activity_time.txt.gz", "rt") as file:
        rows = [line.split() for line in file]
    acts = [Act(who, whom, int(at), kind) for who, whom, at, kind in rows if who != whom]
    return sorted(acts, key=lambda act: act.at)


def higgs_log(acts: Sequence[Act]) -> Log:
    """These rows by the rule of their loader."""
    people, told = _Codes(), list[Told]()
    latest: dict[str, tuple[int, int]] = {}
    now: list[tuple[str, int, int]] = []
    for who, whom, at, kind in acts:
        if now and now[0][1] < at:
            latest.update((sharer, (made, share)) for sharer, made, share in now)
            now = []
        if kind != "RT":
            told.append(Told(Kind.TIE, people[who], at * SECOND, people[whom], channel=CHANNELS[kind]))
            continue
        if whom not in latest:
            told.append(Told(Kind.SHARE, people[whom], at * SECOND, product=0, implied=True))
            latest[whom] = at, len(told)
        made, share = latest[whom]
        assert made <= at
        told.append(Told(Kind.OPEN, people[who], at * SECOND, product=0, share=share))
        told.append(Told(Kind.SHARE, people[who], at * SECOND, product=0, parent=share))
        now.append((who, at, len(told)))
    return _log("higgs", people, ["higgs"], ["mention", "reply"], told)


def taobao_log(folder: Path) -> Log:
    """Every row of the Taobao log: a share for each inviter and item, an open for each row."""
    with (folder / "taobao-share" / "share_triples.tsv").open(newline="") as file:
        rows = sorted(csv.DictReader(file, delimiter="\t"), key=lambda row: row["timestamp"])
    with (folder / "taobao-share" / "item_info.csv").open(newline="") as file:
        categories = {row["item_id"]: row["cate_level1_id"] for row in csv.DictReader(file)}
    people, items, told = _Codes(), _Codes(), list[Told]()
    shares: dict[tuple[int, int], int] = {}
    for row in rows:
        at = micros(datetime.fromisoformat(row["timestamp"] + "+08:00"))
        sharer, item = people[row["inviter_id"]], items[row["item_id"]]
        if (sharer, item) not in shares:
            told.append(Told(Kind.SHARE, sharer, at, product=item))
            shares[sharer, item] = len(told)
        opened = Told(Kind.OPEN, people[row["voter_id"]], at, product=item, share=shares[sharer, item])
        told.append(opened)
    catalogue = [Product(item, category=categories.get(item)) for item in items]
    return _log("taobao", people, list(items), sorted(set(categories.values())), told, catalogue)


class _Codes(dict[str, int]):
    """Texts numbered as they are met."""

    def __missing__(self, text: str) -> int:
        self[text] = len(self)
        return self[text]


def _log(
    name: str,
    people: _Codes,
    products: Sequence[str],
    words: Sequence[str],
    told: Sequence[Told],
    catalogue: Sequence[Product] = (),
) -> Log:
    columns = dict(zip(Told._fields, (np.array(column) for column in zip(*told, strict=True)), strict=True))
    shares = np.flatnonzero(columns["kind"] == Kind.SHARE)
    return Log(
        version=name,
        people=list(people),
        products=products,
        words=words,
        share_ids=[f"{name}-{share}" for share in shares.tolist()],
        events=EventColumns(**dict(_filled(len(told), columns))),
        users=[],
        catalogue=catalogue,
        consenting=True,
    )


def _filled(events: int, columns: dict[str, np.ndarray]) -> Iterator[tuple[str, np.ndarray]]:
    """All columns of a log: those told, and in the others what stands for "not said"."""
    number = np.arange(1, events + 1)
    said = {**columns, "user": columns["person"], "seq": number, "digest": number}
    empty = {"amount": 0, "incentive": 0, "rating": np.nan, "propensity": np.nan, "verdict": 0, "consent": 0}
    for field in fields(EventColumns):
        dtype = {"kind": np.int8, "implied": np.bool_}.get(field.name, np.int32)
        long = field.name in {"seq", "digest", "at", "share", "parent", "amount", "incentive"}
        real = field.name in {"rating", "propensity"}
        kind = np.int64 if long else np.float64 if real else dtype
        yield field.name, said.get(field.name, np.full(events, empty.get(field.name, NONE))).astype(kind)
