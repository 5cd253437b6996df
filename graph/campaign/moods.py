"""How far what one share brings lies from what another of the same person's brings.

People who listen to somebody come together or stay away together: what is shared, at which hour, decides for
all of them. So what a share brings is not binomial in its listeners but spread further, as if the chances of
all were multiplied by one draw of mean 1. The variance of that draw is the part of the variance within
people, of how many open each of their shares, that exceeds a Poisson's, relative to the squared mean:

    mood  =  Σ_u [ n/(n − 1) · Σ_s (c_s − c̄)² − n · c̄ ]  /  Σ_u n · c̄²

over people u of two shares and more, n their shares, c_s how many opened each (by moments, as of a negative
binomial law; Anscombe 1950). Shares younger than nine in ten openings take to come still gather and are not
counted.
"""

import numpy as np

from graph.openings import Openings
from graph.timeline import Shares


def mood(shares: Shares, opened: Openings, as_of: int, people: int) -> float:
    """The variance of what makes one share of a person travel further than another, 0 where nothing says.

    opened: in order of time; the first opening of each share by each person counts. as_of: µs.
    """
    first = opened.share[opened.first]
    wait = opened.at[opened.first] - shares.at[first]
    delay = int(np.quantile(wait, 0.9, method="inverted_cdf")) if len(wait) else 0
    old = shares.at + delay <= as_of
    count = np.bincount(first, minlength=len(shares))[old].astype(np.float64)
    sharer = shares.person[old]
    made, total, squares = (
        np.bincount(sharer, each, people) for each in (np.ones(len(count)), count, count**2)
    )
    several = made > 1
    made, total, squares = made[several], total[several], squares[several]
    within = made / (made - 1) * (squares - total**2 / made)
    weighed = float(np.sum(total**2 / made))
    return max(float(np.sum(within - total)) / weighed, 0.0) if weighed > 0 else 0.0
