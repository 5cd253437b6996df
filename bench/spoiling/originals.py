"""Rows to spoil: one made-up shop told in each of the formats, a list of lines or of objects each.

The shop's own events as CSV and JSON Lines; the same as Segment's calls; its opened shares as the Taobao log
has them, and as the Higgs log does.
"""

import csv
import io
import json
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from graph.generate import ShopModel, generate
from loaders.writing import write

Said = dict[str, Any]

TRACKED = {
    "SHARE": "Product Shared",
    "OPEN": "Product Viewed",
    "VIEW": "Product Viewed",
    "CART": "Product Added",
    "FAVOURITE": "Product Added to Wishlist",
    "RATE": "Product Reviewed",
    "SEARCH": "Products Searched",
    "SIGNUP": "Signed Up",
}
MENTIONS = ("MT", "RE")


def events(users: int, rows: int, seed: int) -> list[Said]:
    """The events of a shop, as its JSON Lines say them."""
    with tempfile.TemporaryDirectory() as folder:
        write(generate(ShopModel(users=users, events=rows, seed=seed)), Path(folder), "jsonl")
        with (Path(folder) / "events.jsonl").open(encoding="utf-8") as lines:
            return [json.loads(line) for line in lines]


def csv_columns(told: Sequence[Said]) -> list[str]:
    """Every column that is said."""
    return list(dict.fromkeys(name for said in told for name in said))


def csv_line(fields: Sequence[str], separator: str = ",") -> bytes:
    """Fields as one row of a CSV file, quoted where they have to be."""
    text = io.StringIO()
    csv.writer(text, delimiter=separator, lineterminator="").writerow(fields)
    return text.getvalue().encode()


def call(said: Said) -> Said:
    """An event as Segment's call; what its spec has no word for becomes a `page`."""
    kind = str(said["kind"])
    common = {
        "messageId": said["id"],
        "timestamp": said["at"],
        "userId": said.get("user"),
        "anonymousId": said.get("visitor"),
        "context": {"device": {"id": said.get("device")}, "consent": {"categoryPreferences": {"a": True}}},
    }
    if kind in {"PURCHASE", "REFUND"}:
        line = {"product_id": said.get("product"), "price": said.get("amount"), "quantity": 1}
        properties = {"order_id": said.get("order"), "currency": said.get("currency"), "products": [line]}
        name = "Order Completed" if kind == "PURCHASE" else "Order Refunded"
        return {**common, "type": "track", "event": name, "properties": properties}
    if kind == "SIGNUP":
        return {**common, "type": "identify", "traits": {"name": "N", "region": said.get("region")}}
    if kind not in TRACKED:
        return {**common, "type": "page", "name": kind}
    share = {"share_id": said["id"]} if kind == "SHARE" else {"share_id": said.get("share")}
    properties = {"product_id": said.get("product"), "query": said.get("query"), "rating": said.get("rating")}
    return {**common, "type": "track", "event": TRACKED[kind], "properties": {**properties, **share}}


def opened(told: Sequence[Said]) -> Iterator[tuple[str, str, str, str]]:
    """Who shared, what, who opened it, and when."""
    sharers: dict[str, str] = {said["id"]: said["user"] for said in told if said["kind"] == "SHARE"}
    for said in told:
        if said["kind"] == "OPEN" and said.get("share") in sharers:
            opener = said.get("user") or said["visitor"]
            yield sharers[said["share"]], said["product"], opener, said["at"]
