"""Under which key the shop knew somebody at a moment.

Accounts are `u…`. Before the account a person is a visitor (`v…`) or, where they moved, an earlier account
(`g…`); strangers stay visitors, and a second browser is a visitor of its own.
"""

from dataclasses import dataclass

import numpy as np

from graph.generate.model import Codes, Flags, Ints
from graph.generate.people import People
from graph.generate.tables import Words, width, words


@dataclass(frozen=True, slots=True)
class Keys:
    """Every key that people go by.

    words: the keys; a person's own (the account's, a stranger's) stands at the person's number, former keys
    and browsers come after. former: (people,) place of the key before the account, −1 for none. owner: (keys
    before the browsers,) whose each is. visitors: which words are visitors' keys.
    """

    words: Words
    former: Codes
    owner: Codes
    visitors: Flags

    def at(self, people: People, person: Codes, at: Ints) -> Codes:
        """The key under which each person (−1: nobody) was known at that moment."""
        early = (at < people.joins[person]) & (person >= 0) & (self.former[person] >= 0)
        return np.where(early, self.former[person], person)

    def browser(self, number: Codes) -> Codes:
        """The key of each second browser (−1: none)."""
        return np.where(number >= 0, len(self.owner) + number, -1)


def keys(people: People, start: int, browsers: int) -> Keys:
    """The keys of all people, and of so many second browsers."""
    n, accounts = len(people), people.accounts
    renamed = np.flatnonzero(people.joins[:accounts] >= start)
    moved = people.moved[renamed]
    strangers = n - accounts
    digits = width(n + browsers, 6)
    guests = strangers + np.cumsum(~moved)
    former = np.full(n, -1, dtype=np.int32)
    former[renamed] = n + np.arange(len(renamed))
    found = words(
        *_numbered("u", range(1, accounts + 1), digits),
        *_numbered("v", range(1, strangers + 1), digits),
        *(
            f"g{earlier:0{digits}d}" if is_moved else f"v{guest:0{digits}d}"
            for is_moved, guest, earlier in zip(
                moved.tolist(), guests.tolist(), np.cumsum(moved).tolist(), strict=True
            )
        ),
        *_numbered("v", range(strangers + int((~moved).sum()) + 1, n + browsers + 1), digits)[:browsers],
    )
    visitors = np.ones(len(found), dtype=bool)
    visitors[:accounts] = False
    visitors[n : n + len(renamed)] = ~moved
    return Keys(found, former, np.concatenate([np.arange(n), renamed]).astype(np.int32), visitors)


def _numbered(letter: str, numbers: range, digits: int) -> list[str]:
    return [f"{letter}{number:0{digits}d}" for number in numbers]
