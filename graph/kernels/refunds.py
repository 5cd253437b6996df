"""Money given back, taken from the lines it was paid for."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from graph.kernels.csr import Ints, Longs
from graph.kernels.jit import njit


class Lines(NamedTuple):
    """k lines of orders, shape (k,): when, what was paid, in which currency (−1: not said)."""

    at: Longs
    paid: Longs
    currency: Ints


class Refunds(NamedTuple):
    """r refunds in order of time, shape (r,): when, what was paid back, in which currency (−1: not said), and
    which places of `found` hold the lines it may be for.

    whole: it is for all of them together, in proportion. in_order: they are of one order, whenever they were
    bought; else of one person, and those bought later are not meant.
    """

    at: Longs
    paid: Longs
    currency: Ints
    low: Longs
    high: Longs
    whole: NDArray[np.bool_]
    in_order: NDArray[np.bool_]


@njit
def given_back(lines: Lines, refunds: Refunds, found: Longs) -> tuple[Longs, NDArray[np.bool_], int]:
    """What remains of each line, whether it was kept, and how many refunds found no line.

    found: numbers of lines, so ordered that each refund's stand together, latest first.
    """
    remains = lines.paid.copy()
    kept = np.ones(len(remains), np.bool_)
    meant = np.empty(len(found), np.int64)
    unmatched = 0
    for refund in range(len(refunds.at)):
        currency, count = refunds.currency[refund], 0
        for place in range(refunds.low[refund], refunds.high[refund]):
            line = found[place]
            late = not refunds.in_order[refund] and lines.at[line] > refunds.at[refund]
            comparable = currency < 0 or lines.currency[line] < 0 or lines.currency[line] == currency
            if kept[line] and comparable and not late:
                meant[count] = line
                count += 1
        if count == 0:
            unmatched += 1
        elif currency < 0:
            last = count if refunds.in_order[refund] else 1
            remains[meant[:last]] = 0
            kept[meant[:last]] = False
        elif refunds.whole[refund]:
            _take_in_proportion(refunds.paid[refund], meant[:count], remains, kept)
        else:
            _take_in_turn(refunds.paid[refund], meant[:count], lines.currency, remains, kept)
    return remains, kept, unmatched


@njit
def _take_in_turn(left: int, meant: Longs, currency: Ints, remains: Longs, kept: NDArray[np.bool_]) -> None:
    for line in meant:
        taken = min(left, remains[line])
        remains[line] -= taken
        kept[line] = remains[line] > 0
        left -= taken
        if left == 0 or currency[line] < 0:
            return


@njit
def _take_in_proportion(left: int, meant: Longs, remains: Longs, kept: NDArray[np.bool_]) -> None:
    total = remains[meant].sum()
    if left >= total:
        remains[meant] = 0
        kept[meant] = False
        return
    for line in meant:
        if remains[line] > 0:
            taken = min(remains[line], np.int64(round(left * (remains[line] / total))))
            total -= remains[line]
            remains[line] -= taken
            left -= taken
