"""How many come in all: as many as in the last stretch as long; after a gap, or of a younger log, fewer.

A gap. Where nobody came in the last k stretches as long as the horizon, and m pairs in the one before, the
next is taken to be like any of these k + 1, drawn by lot: m / (k + 1) pairs, of variance k times that
squared. A shop that was closed for two weeks may open again, or not, and the list says whom people would come
to if it does; each empty week makes it less likely.

A log that was watched for a part r < 1 of the horizon does not say how its first hours go on. Shops open with
a burst, a product is shared most when it is new, and a straight line through two openings a microsecond apart
goes to billions. So half of the time that nobody watched counts as watched with nobody coming, a gamma prior
of no openings in that time: n pairs seen become n · 2 / (1 + r), at most twice as many, and just n once a
whole horizon was seen. A straight line says n / r and may be right. As a part of what is told it lies
(1 − r) / 2r above that, and so much is also the variance that the sum is given for it,

    variance / expectation²  =  (1 − r) / 2r,      at most `MOST_DOUBT`,

so that the line is inside the interval of a log older than about half a day where a week is asked for. The
variance after a gap has the same bound.
"""

from typing import NamedTuple

import numpy as np

from graph.appeal.acts import Acts

MOST_DOUBT = 9.0
"""What a log of minutes has, or a gap of two months where weeks are asked for: the upper end of the interval
then is about ten times what is told.
"""


class Crowd(NamedTuple):
    """pairs: of sharer and opener who are expected to come together. doubt: variance because nobody came
    lately or the log is younger than the horizon, as a multiple of the expectation squared; 0 otherwise.
    """

    pairs: float
    doubt: float


def crowd(acts: Acts, at: int, length: int, *, whole: Acts | None = None) -> Crowd:
    """Who comes in a stretch of so long (µs) after a time (µs since 1970), from the acts before it.

    whole: all that was watched, where these acts are a part of it, those of one product say; how old the log
    is, and how much more it may become, is then asked of that. No more different people are expected than
    there are, but for those who came already: whoever is in no log yet can't be counted on.

    >>> both = Acts(np.zeros(2, np.int32), np.array([1, 2], np.int32), np.array([0, 1]), people=10)
    >>> crowd(both, at=2, length=2)
    Crowd(pairs=2.0, doubt=0.0)
    >>> crowd(both, at=2, length=4)
    Crowd(pairs=2.6666666666666665, doubt=0.5)
    >>> crowd(both, at=9, length=3)
    Crowd(pairs=0.6666666666666666, doubt=2.0)
    """
    known, whole = acts.before(at), (acts if whole is None else whole).before(at)
    if not len(known):
        return Crowd(0.0, 0.0)
    empty = (at - 1 - int(known.at[-1])) // length
    pairs = float(known.since(at - (empty + 1) * length).audiences().sum()) / (empty + 1)
    part = min((at - int(whole.at[0])) / length, 1.0)
    if part == 1:
        return Crowd(pairs, min(float(empty), MOST_DOUBT))
    openers = np.count_nonzero(np.bincount(whole.person, minlength=acts.people))
    most = max((acts.people - 1) / openers, 1.0)
    return Crowd(pairs * min(2 / (1 + part), most), min((1 - part) / (2 * part), MOST_DOUBT))
