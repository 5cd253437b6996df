"""Appeal: how many different people will open what somebody shares, in the time to come.

Nineteen of twenty who open a popular person's shares never opened one before, so who comes is not read from
ties alone. The law here: a future opening goes to a sharer in proportion to what is remembered of the
the people they had, each counted once, by the last time,

    share of u  =  Σ over openers of u  φ(age),      φ(a)  =  Σ_h  w_h · 2^(−a/h) / (everybody's sum at h),

a memory φ of several time scales at once, each as an answer to "where did the crowd go": of all that is
remembered at that scale, the part that is u's. Their weights w are learned by maximum likelihood, at earlier
cuts of the same log, from where the crowd went after those (graph.appeal.memory). Time scales are multiples
of the median age of all openings so far: as a burst grows old everything in it slows down, in proportion to
its age (Omori 1894), and what was learned two hours after news broke holds, stretched, a day after.

Those who come are known people, who come back along their tie with a chance each, and strangers. Two
sharers' strangers overlap as their known audiences do, up to a factor that is learned too.
"""

from graph.appeal.acts import Acts
from graph.appeal.memory import Memory, learned
from graph.appeal.model import Appeal, appeal

__all__ = ["Acts", "Appeal", "Memory", "appeal", "learned"]
