"""What was told with noise, and what each caller has spent of their privacy budget.

One SQLite file, which any number of servers share. A release is written before it is told, so that no crash
gives budget back, and the same question about the same version gets the same answer for as long as the file
is kept: asking twice averages nothing out. What different callers learn adds up if they talk to each other.
Budgets do not fill up again.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from graph.errors import BudgetSpent, StoreIncompatible, StoreUnavailable
from loaders import disk

SECONDS: Final = 10.0
"""For another process to finish writing."""

_TABLES: Final = """
CREATE TABLE IF NOT EXISTS released (question TEXT PRIMARY KEY, told TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS spent (
  caller TEXT NOT NULL, question TEXT NOT NULL, epsilon REAL NOT NULL, delta REAL NOT NULL,
  PRIMARY KEY (caller, question)
) WITHOUT ROWID;
"""


class Releases:
    """The file of releases; made where there is none, for its owner alone.

    StoreIncompatible where it is no such file, StoreUnavailable where it cannot be read or written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._make()
        with self._writing() as file:
            file.executescript(_TABLES)

    def told(
        self,
        caller: str,
        question: str,
        draw: Callable[[], str],
        *,
        price: tuple[float, float],
        budget: float,
    ) -> tuple[str, float]:
        """What is told on a question, and what the caller has spent of ε then. draw: makes it, once.

        caller: an id among callers. question: names what is asked and of which version. price: ε and δ.
        BudgetSpent where that is more than is left of the budget, an ε.
        """
        with self._writing() as file:
            file.execute("BEGIN IMMEDIATE")
            asked = "SELECT 1 FROM spent WHERE caller = ? AND question = ?"
            known = file.execute(asked, (caller, question)).fetchone()
            spent = _spent(file, caller)
            if not known:
                if spent + price[0] > budget * (1 + 1e-9):
                    left = max(budget - spent, 0)
                    raise BudgetSpent(
                        f"this costs {price[0]:g} of privacy budget, and {left:.3g} of {budget:g} are left;"
                        " ask with a smaller epsilon, or for what you asked before"
                    )
                file.execute("INSERT INTO spent VALUES (?, ?, ?, ?)", (caller, question, *price))
                spent += price[0]
            held = file.execute("SELECT told FROM released WHERE question = ?", (question,)).fetchone()
            told = str(held[0]) if held else draw()
            if not held:
                file.execute("INSERT INTO released VALUES (?, ?)", (question, told))
            file.execute("COMMIT")
            return told, spent

    def spent(self, caller: str) -> float:
        """What a caller has spent of ε."""
        with self._writing() as file:
            return _spent(file, caller)

    def _make(self) -> None:
        """An empty file that nobody else can open, before there is anything in it."""
        try:
            disk.make(self.path)
        except OSError as fault:
            raise StoreUnavailable(f"{self.path}: {fault.strerror}") from None

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(sqlite3.connect(self.path, timeout=SECONDS, isolation_level=None)) as file:
                file.execute("PRAGMA synchronous = FULL")
                yield file
        except sqlite3.OperationalError as fault:
            raise StoreUnavailable(f"{self.path}: {fault}") from None
        except sqlite3.DatabaseError as fault:
            raise StoreIncompatible(f"{self.path} is no file of releases ({fault}); name another") from None


def _spent(file: sqlite3.Connection, caller: str) -> float:
    row = file.execute("SELECT total(epsilon) FROM spent WHERE caller = ?", (caller,)).fetchone()
    return float(row[0])
