"""The log as the graph sees it: one person per person, shares with their parents, every row in order of time.

`Snapshot.of(log)` resolves what the order of arrival must not decide: visitors become the accounts they were
joined to, people and products get rows in the order of their keys, events are sorted by (time, shares first,
digest), a share without a parent gets the share of that product its sharer had opened last, bursts no person
can make are marked. The result is arrays only, so it can be written to files and mapped back into memory; the
same events give the same arrays from every store, however they were cut into loads.
"""

from graph.snapshot.people import People
from graph.snapshot.products import Products
from graph.snapshot.resolved import Snapshot

__all__ = ["People", "Products", "Snapshot"]
