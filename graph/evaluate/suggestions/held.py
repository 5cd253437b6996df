"""What models may learn from, and what they are asked about.

Three parts of what users chose: known, validation (what settings may be chosen on) and held out. Where the
data come with such parts they are kept; else each user's choices are dealt out at random, so that everybody
with enough of them is asked about. Whatever is known when the question is asked is no answer to it: items of
the known part and of the validation part are left out of lists, as the published figures have it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from graph.errors import InvalidInput
from graph.taste import Interactions
from graph.taste.model import Rows, Sparse


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """known: what models learn from. validation: (n, m), what settings may be chosen on, None where nothing
    was laid aside. asked: (n, m), what lists are measured by; no model sees it. barred: (n, m), what lists
    leave out where that is not what is known. unasked: later choices that are not asked about, by why.
    """

    known: Interactions
    validation: Sparse | None
    asked: Sparse
    barred: Sparse | None = None
    unasked: Mapping[str, int] = field(default_factory=dict)

    def on_validation(self) -> "Held":
        """The same where the validation part is asked about, as if nothing else had been held out.
        InvalidInput where nothing was laid aside.
        """
        if self.validation is None:
            raise InvalidInput("nothing was laid aside to choose settings on; deal a part out: --split 8:1:1")
        return Held(self.known, None, unknown(self.validation, self.known.chosen))

    @property
    def users(self) -> Rows:
        """Who is asked about: everybody with something held out, rising."""
        return np.flatnonzero(np.diff(self.asked.indptr))

    @property
    def somebody(self) -> Rows:
        """Who is asked about; InvalidInput where that is nobody."""
        if not len(self.users):
            raise InvalidInput("nobody has anything held out; take a later part or another split")
        return self.users

    @property
    def taken(self) -> Sparse:
        """What lists leave out, (n, m)."""
        if self.barred is not None:
            return self.barred
        if self.validation is None:
            return self.known.chosen
        taken: Sparse = csr_array(self.known.chosen + self.validation)
        taken.sort_indices()
        return taken


def dealt(known: Interactions, parts: Sequence[float], *, seed: int) -> Held:
    """Each user's choices, dealt out at random into known, validation and asked, by these parts.

    Of c choices a part p gets ⌊p·c⌋ but at least one while more than one stay known; so does RecBole, whose
    tables the published figures come from (Zhao et al. 2021). Two parts make no validation.

    >>> from graph.taste import interactions
    >>> items, nobody = np.arange(10), np.zeros(0, np.intp)
    >>> all_ = interactions((np.zeros(10, np.intp), items), (nobody, nobody), (1, 10))
    >>> held = dealt(all_, (8, 1, 1), seed=3)
    >>> held.known.chosen.nnz, held.validation.nnz, held.asked.nnz
    (8, 1, 1)
    """
    if len(parts) not in {2, 3} or not all(0 < part < np.inf for part in parts):
        raise InvalidInput("a split is two or three positive parts: 8:2 or 8:1:1")
    chosen = known.chosen
    counts = np.diff(chosen.indptr).astype(np.int64)
    user = np.repeat(np.arange(known.users), counts)
    order = np.lexsort((np.random.default_rng(seed).random(chosen.nnz), user))
    place = np.arange(chosen.nnz) - np.repeat(chosen.indptr[:-1], counts)
    sizes = _sizes(counts, np.asarray(parts, np.float64) / sum(parts))
    part = (place[:, None] >= np.cumsum(sizes, axis=1)[user][:, :-1]).sum(axis=1)
    cells = [order[part == which] for which in range(len(parts))]
    pieces = [_piece(chosen, user, np.sort(kept)) for kept in cells]
    validation = pieces[1] if len(parts) == 3 else None
    return Held(replace(known, chosen=pieces[0]), validation, pieces[-1])


def unknown(asked: Sparse, known: Sparse) -> Sparse:
    """What is asked, but what was known before: no list can hold that; (n, m).

    >>> once = csr_array(np.array([[1.0, 1.0, 0.0]], np.float32))
    >>> unknown(once, csr_array(np.array([[0.0, 1.0, 1.0]], np.float32))).toarray().tolist()
    [[1.0, 0.0, 0.0]]
    """
    left: Sparse = csr_array(asked - asked.multiply(known > 0))
    left.eliminate_zeros()
    return left


def _sizes(counts: Rows, parts: NDArray[np.float64]) -> NDArray[np.int64]:
    """How many of each user's choices go where, (n, parts)."""
    sizes = np.floor(counts[:, None] * parts + 1e-9).astype(np.int64)
    sizes[:, 0] = counts - sizes[:, 1:].sum(axis=1)
    for later in range(len(parts) - 1, 0, -1):
        poor = (sizes[:, later] == 0) & (sizes[:, 0] > 1)
        sizes[poor, later] += 1
        sizes[poor, 0] -= 1
    return np.asarray(sizes)


def _piece(chosen: Sparse, user: Rows, cells: Rows) -> Sparse:
    indptr = np.searchsorted(user[cells], np.arange(chosen.shape[0] + 1))
    return csr_array((chosen.data[cells], chosen.indices[cells], indptr), shape=chosen.shape)
