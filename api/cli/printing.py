"""How answers look on a terminal: tables made from the same data that `--json` prints."""

import json
import sys
from collections.abc import Mapping, Sequence
from io import StringIO
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Column, Table

PIPED = 110
"""Columns of a line where nobody's terminal says otherwise."""


def drawn(thing: Table | str) -> str:
    """A table as text: as wide as the terminal and in colour there, plain in a pipe. A sentence as it is."""
    if isinstance(thing, str):
        return thing if thing.endswith("\n") else f"{thing}\n"
    terminal = sys.stdout.isatty()
    text = StringIO()
    console = Console(file=text, force_terminal=terminal, width=None if terminal else PIPED, highlight=False)
    console.print(thing)
    return "\n".join(line.rstrip() for line in text.getvalue().splitlines()) + "\n"


def as_json(answer: Mapping[str, Any]) -> str:
    """One JSON document, readable; keys as they are."""
    return json.dumps(answer, ensure_ascii=False, indent=2) + "\n"


def words(title: str, width: int | None = None, *, least: int | None = None) -> Column:
    """A column of text, broken between words beyond `width`, and never narrower than `least`."""
    return Column(title, overflow="fold", max_width=width, min_width=least)


def figures(title: str) -> Column:
    """A column of figures: it stands right and is never broken."""
    return Column(title, justify="right", no_wrap=True)


def table(
    title: str, columns: Sequence[Column], rows: Sequence[Sequence[object]], caption: str = ""
) -> Table:
    """A table with a rule under its head."""
    made = Table(
        *columns, title=title, caption=caption or None, box=box.SIMPLE_HEAD, title_justify="left",
        caption_justify="left", title_style="bold", pad_edge=False, show_edge=False,
    )  # fmt: skip
    for row in rows:
        made.add_row(*map(str, row))
    return made


def interval(estimate: Mapping[str, float], digits: int = 1) -> str:
    """An estimate as it is said: `12.3 (10.1–14.8)`; the value alone where it was counted."""
    value, low, high = (f"{estimate[name]:,.{digits}f}" for name in ("value", "low", "high"))
    return value if low == high else f"{value} ({low}–{high})"


def percent(estimate: Mapping[str, float]) -> str:
    """The same for a probability, in percent; a dash where it may be anything."""
    if estimate["high"] - estimate["low"] > 0.9:
        return "–"
    return interval({name: 100 * estimate[name] for name in ("value", "low", "high")}) + " %"


def money(amounts: Sequence[Mapping[str, str]]) -> str:
    """Sums by currency: `1,204.50 CNY`."""
    return ", ".join(f"{float(sum_['amount']):,.2f} {sum_['currency']}" for sum_ in amounts) or "–"


def called(thing: Mapping[str, Any] | None) -> str:
    """A person or a product by name, else by key; a forgotten one is told as such."""
    if thing is None:
        return "(forgotten)"
    return str(thing.get("name") or thing["key"])


def topics(fractions: Sequence[Mapping[str, Any]]) -> str:
    """Categories with their part: `tents 40 %, stoves 12 %`."""
    return ", ".join(f"{topic['category']} {topic['fraction']:.0%}" for topic in fractions[:2]) or "–"
