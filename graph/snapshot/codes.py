"""Codes and running numbers of a log, translated into rows."""

from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from graph.log import NONE
from graph.texts import Keys
from graph.timeline import Rows


def sorted_keys(*keys: Sequence[str]) -> tuple[Keys, Rows]:
    """Distinct keys in order, and for each entry of the first list its row."""
    distinct = sorted({key for part in keys for key in part})
    return Keys.of(distinct), _codes(keys[0], distinct)


def _codes(texts: Iterable[str], distinct: list[str]) -> Rows:
    row = {text: code for code, text in enumerate(distinct)}
    return np.array([row[text] for text in texts], np.int32)


def rows_by_seq(seq: NDArray[np.int64]) -> Callable[[NDArray[np.int64]], Rows]:
    """What finds the row of a share by the store's running number of its event; −1 for −1."""
    order = np.argsort(seq, kind="stable")
    ascending = seq[order]

    def rows(wanted: NDArray[np.int64]) -> Rows:
        if not len(ascending):
            return np.full(len(wanted), NONE, np.int32)
        place = np.minimum(np.searchsorted(ascending, wanted), len(ascending) - 1)
        return np.where(ascending[place] == wanted, order[place], NONE).astype(np.int32)

    return rows


def through(row_by_code: Rows, codes: Rows) -> Rows:
    """Codes translated, "not said" kept."""
    if not len(row_by_code):
        return np.full(len(codes), NONE, np.int32)
    return np.where(codes == NONE, NONE, row_by_code[codes]).astype(np.int32)
