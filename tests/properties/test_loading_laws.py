"""The laws of loading: every row accounted for, and the same log however it is cut, shuffled, killed or
repeated.
"""

import gzip
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graph.events import Kind
from graph.store import Store
from loaders.ingest import Progress, ingest
from loaders.sources import open_source
from loaders.stores import open_store
from tests.loads import NOW, lines, load, read, said, said_after
from tests.toy import MINUTE, START

Row = dict[str, Any]

PEOPLE = st.sampled_from(["ana", "bea", "cy"])
PRODUCTS = st.sampled_from(["tea", "mug"])
IDS = st.sampled_from([f"e{n}" for n in range(8)])
"""Rows have the ids e0, e1, …, so that some of these are shares, some are not, and some are nowhere."""

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@st.composite
def logs(draw: st.DrawFn) -> list[Row]:
    """Small logs in order of time that refer to shares in every way, rightly and wrongly."""
    rows: list[Row] = []
    minutes = sorted(draw(st.lists(st.integers(0, 4), max_size=10)))
    for number, minute in enumerate(minutes):
        kind = draw(st.sampled_from(["SHARE", "SHARE", "OPEN", "OPEN", "PURCHASE", "TIE"]))
        row: Row = {"id": f"e{number}", "kind": kind, "at": (START + minute * MINUTE).isoformat()}
        row |= {"user": draw(PEOPLE), "product": draw(PRODUCTS)}
        through = draw(st.sampled_from(["share", "sharer", "nothing"]))
        if kind == "TIE":
            row["other"] = draw(PEOPLE)
        elif through == "share":
            row["parentShare" if kind == "SHARE" else "share"] = draw(IDS)
        elif through == "sharer":
            row["sharer"] = draw(PEOPLE)
        rows.append(row)
    return rows


@st.composite
def logs_of_visitors(draw: st.DrawFn) -> list[Row]:
    """Such logs in which some were visitors before, and sharers are named by any of their keys."""
    keys = st.sampled_from(["ana", "bea", "cy", "phone", "tablet"])
    rows = draw(logs())
    for row in rows:
        if draw(st.booleans()):
            row["visitor"] = draw(keys)
        if "sharer" in row:
            row["sharer"] = draw(keys)
    return rows


def parts(rows: Sequence[Row], cuts: set[int]) -> Iterator[list[Row]]:
    """The log in parts, cut before the rows at these positions where a new minute begins."""
    starts = [
        0,
        *(cut for cut in sorted(cuts) if 0 < cut < len(rows) and rows[cut]["at"] != rows[cut - 1]["at"]),
    ]
    for start, end in pairwise([*starts, len(rows)]):
        yield list(rows[start:end])


class Killed(BaseException):
    """Ends a load between two batches."""


def kill_after(batches: int) -> Any:
    """Progress that ends the load after some batches."""
    told = iter(range(batches))

    def progress(_: Progress) -> None:
        if next(told, None) is None:
            raise Killed

    return progress


def written(folder: Path, name: str, rows: Sequence[Row]) -> Path:
    file = folder / f"{name}.jsonl"
    file.write_text(lines(*rows))
    return file


@given(rows=logs(), cuts=st.sets(st.integers(1, 9)), order=st.randoms(use_true_random=False))
@settings(max_examples=60)
def test_a_log_is_the_same_in_parts_shuffled_and_killed(rows: list[Row], cuts: set[int], order: Any):
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        whole = written(folder, "whole", rows)
        expected = said_after(folder, "whole", [whole], format_="sharegraph")
        files = [[written(folder, f"part{n}", part)] for n, part in enumerate(parts(rows, cuts))]
        assert said_after(folder, "parts", *files, format_="sharegraph") == expected
        shuffled = written(folder, "shuffled", order.sample(rows, len(rows)))
        assert said_after(folder, "shuffled", [shuffled], format_="sharegraph") == expected
        with closing(open_store(f"sqlite:///{folder}/killed.db")) as store:
            for batches in range(1, 9):
                with pytest.raises(Killed):
                    load_slowly(store, whole, batches)
            assert said(store) <= expected | {(row, None) for row, _ in expected}
            load(store, whole)
            assert said(store) == expected


@given(rows=logs_of_visitors(), order=st.randoms(use_true_random=False))
@settings(max_examples=60)
def test_whoever_turns_out_to_be_a_sharer_a_log_is_the_same_shuffled_killed_and_again(
    rows: list[Row], order: Any
):
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        whole = written(folder, "whole", rows)
        expected = digests(said_after(folder, "whole", [whole], format_="sharegraph"))
        again = said_after(folder, "again", [whole], [whole], format_="sharegraph")
        shuffled = written(folder, "shuffled", order.sample(rows, len(rows)))
        assert digests(again) == expected
        assert digests(said_after(folder, "shuffled", [shuffled], format_="sharegraph")) == expected
        with closing(open_store(f"sqlite:///{folder}/killed.db")) as store:
            for batches in range(1, 9):
                with pytest.raises(Killed):
                    load_slowly(store, whole, batches)
            load(store, whole)
            assert digests(said(store)) == expected


def digests(told: set[tuple[int, int | None]]) -> set[int]:
    return {digest for digest, _ in told}


def load_slowly(store: Store, file: Path, batches: int) -> None:
    """Two rows a batch, killed after some batches; or at the end, so that it always is."""
    source = open_source([str(file)], "sharegraph")
    ingest(source, store, now=NOW, progress=kill_after(batches), batch=2)
    raise Killed


@given(rows=logs())
@settings(max_examples=40)
def test_every_row_is_accounted_for_and_a_second_load_changes_nothing(rows: list[Row]):
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        file = written(folder, "log", rows)
        with closing(open_store(f"sqlite:///{folder}/shop.db")) as store:
            first, rejects = load(store, file)
            version, then = store.version(), said(store)
            again, rejected_again = load(store, file)
            assert first.read == len(rows) == first.stored + first.repeated + first.rejected
            assert len(rejects) == first.rejected
            assert (again.stored, again.repeated, rejected_again) == (0, first.stored, rejects)
            assert (store.version(), said(store)) == (version, then)


@given(rows=logs())
@settings(max_examples=40)
def test_nothing_in_the_store_is_older_than_what_it_refers_to(rows: list[Row]):
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        with closing(open_store(f"sqlite:///{folder}/shop.db")) as store:
            load(store, written(folder, "log", rows))
            shares = {event.id: event for event in store.events() if event.kind is Kind.SHARE}
            for event in store.events():
                for share in filter(None, (event.through, event.parent_share)):
                    assert shares[share].at <= event.at


@given(fields=st.dictionaries(st.sampled_from(["id", "kind", "at", "user", "amount", "quantity", "x"]), JSON))
def test_whatever_a_line_of_json_says_it_is_read_or_rejected(fields: Row):
    valid: Row = {
        "kind": "PURCHASE",
        "at": "2026-05-01T08:00:00Z",
        "user": "ana",
        "product": "tea",
        "currency": "CNY",
    }
    with TemporaryDirectory() as folder:
        file = written(
            Path(folder), "log", [valid | fields, {"type": "track", "properties": fields} | fields]
        )
        for format_, rows in (("sharegraph", 2), ("segment", 2)):
            events, rejects = read(file, format_=format_)
            assert len(events) + len(rejects) == rows


@given(text=st.binary(max_size=300))
def test_whatever_bytes_follow_a_header_the_rows_after_them_are_read(text: bytes):
    good = b"\ns1,SHARE,2026-05-01T08:00:00Z,ana,tea\n"
    with TemporaryDirectory() as folder:
        file = Path(folder) / "log.csv"
        file.write_bytes(b"id,kind,at,user,product" + good + text.replace(b'"', b"") + good)
        events, _ = read(file)
        assert [event.id for event in events].count("s1") >= 2


@pytest.mark.real_logs
@pytest.mark.parametrize(
    ("format_", "rows", "cuts"),
    [("taobao-share", 6_000, (1_000, 1_001, 4_444)), ("higgs", 12_000, (3_000, 3_001, 9_999))],
)
def test_a_real_log_is_the_same_in_parts_and_killed(
    format_: str, rows: int, cuts: tuple[int, ...], real_logs: Path, tmp_path: Path
):
    whole = tmp_path / "whole.txt"
    head = prefix(real_logs, format_)[:rows]
    whole.write_bytes(b"".join(head))
    expected = said_after(tmp_path, "whole", [whole], format_=format_)
    files = []
    for start, end in pairwise([0, *cuts, rows]):
        files.append([tmp_path / f"{start}.txt"])
        files[-1][0].write_bytes(b"".join(head[start:end]))
    assert said_after(tmp_path, "parts", *files, format_=format_) == expected
    with closing(open_store(f"sqlite:///{tmp_path}/killed.db")) as store:
        for batches in (1, 3, 5):
            source = open_source([str(whole)], format_)
            with pytest.raises(Killed):
                ingest(source, store, now=NOW, progress=kill_after(batches), batch=rows // 7)
        load(store, whole, format_=format_)
        assert said(store) == expected


def prefix(real_logs: Path, format_: str) -> list[bytes]:
    if format_ == "higgs":
        with gzip.open(real_logs / "higgs" / "higgs-activity_time.txt.gz") as log:
            return log.readlines(1 << 20)
    with (real_logs / "taobao-share" / "share_triples.tsv").open("rb") as log:
        return log.readlines()


LOADING = """
import sys
from loaders.ingest import ingest
from loaders.sources import open_source
from loaders.stores import open_store
from tests.loads import NOW

source, store = open_source([sys.argv[2]], "sharegraph"), open_store(sys.argv[1])
ingest(source, store, now=NOW, progress=lambda step: print(step.rows, flush=True), batch=50)
"""


def test_a_process_that_is_killed_loses_nothing_it_was_told_and_can_be_run_again(tmp_path: Path):
    rows = [
        {"id": f"s{n}", "kind": "SHARE", "at": START.isoformat(), "user": f"u{n}", "product": "tea"}
        for n in range(3_000)
    ]
    whole = written(tmp_path, "whole", rows)
    url = f"sqlite:///{tmp_path}/killed.db"
    for kill_at in (1, 7, 20):
        told = kill_when_told(kill_at, url, whole)
        with closing(open_store(url)) as store:
            assert store.counts().events >= told
    with closing(open_store(url)) as store:
        receipt, _ = load(store, whole)
        assert receipt.stored < len(rows)
        assert store.counts().events == len({event.id for event in store.events()}) == len(rows)


def kill_when_told(times: int, url: str, log: Path) -> int:
    """Load in a process of its own, and kill it once it has told that many batches; the rows it told."""
    command = [sys.executable, "-c", LOADING, url, str(log)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]
    ) as process:
        assert process.stdout is not None
        told = [int(process.stdout.readline()) for _ in range(times)]
        os.kill(process.pid, signal.SIGKILL)
        process.stdout.read()
    return told[-1]
