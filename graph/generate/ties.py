"""Who listens to whom, and the chance that a share is opened.

Pairs are drawn, not listed: within a circle evenly, within a community and elsewhere from a speaker by fame
to a listener by curiosity (degree-corrected planted communities, Karrer & Newman 2011). A pair is kept once,
then made mutual with the chance that gives the wanted reciprocity. The chance of a tie is Beta(κμ, κ(1−μ))
with μ = global × sender × receiver × closeness.
"""

from dataclasses import dataclass

import numpy as np

from graph.generate.model import DAY, NEVER, Codes, Floats, Ints, ShopModel, drawn_from
from graph.generate.people import People


@dataclass(frozen=True, slots=True)
class Ties:
    """m ties in order of (speaker, listener): what `speaker` shares reaches `listener`.

    first: (people + 1,), the ties of speaker u are first[u] … first[u+1]−1. chance: p of the tie, for a
    product of the listener's average liking. told: second at which the log says TIE, −1 for most, whose ties
    show in opens alone. until: second at which it says UNTIE and the tie ends, NEVER for most. pull: (m +
    1,), running sum of the closeness; whom one sends a share directly is drawn from it.
    """

    first: Ints
    speaker: Codes
    listener: Codes
    chance: Floats
    told: Ints
    until: Ints
    pull: Floats

    def __len__(self) -> int:
        return len(self.listener)

    def listeners(self, people: Ints | Codes) -> Ints:
        """How many listen to each of them."""
        return np.asarray(self.first[people + 1] - self.first[people])


def befriend(model: ShopModel, people: People) -> Ties:
    """The ties of the model."""
    dice = model.dice("ties")
    speaker, listener = _mutual(model, dice, *_pairs(model, dice, people))
    order = np.argsort(speaker * len(people) + listener, kind="stable")
    speaker, listener = speaker[order], listener[order]
    same_circle = people.circle[speaker] == people.circle[listener]
    same_community = people.community[speaker] == people.community[listener]
    closeness = np.array(model.closeness)[2 - same_community.astype(np.int64) - same_circle]
    mean = model.opens_given_seen * people.sender[speaker] * people.receiver[listener] * closeness
    mean = np.clip(mean, 0.002, 0.8)
    chance = dice.beta(model.tie_concentration * mean, model.tie_concentration * (1 - mean))
    told, until = _announced(model, dice, np.maximum(people.joins[speaker], people.joins[listener]))
    return Ties(
        first=np.searchsorted(speaker, np.arange(len(people) + 1)),
        speaker=speaker.astype(np.int32),
        listener=listener.astype(np.int32),
        chance=chance,
        told=told,
        until=until,
        pull=np.concatenate([[0.0], np.cumsum(closeness)]),
    )


def _pairs(model: ShopModel, dice: np.random.Generator, people: People) -> tuple[Ints, Ints]:
    """Distinct pairs (speaker, listener), neither of them twice in either direction, about as many as the
    model wants.
    """
    n = len(people)
    wanted = round(model.ties_each * n / (1 + _mutual_share(model)))
    inside = dice.binomial(wanted, model.in_circle)
    around = dice.binomial(wanted - inside, model.in_community / (1 - model.in_circle))
    drawn = [_in_circle(dice, people, inside), _in_community(dice, people, around)]
    beyond = wanted - inside - around
    drawn.append((drawn_from(dice, people.fame, beyond), drawn_from(dice, people.curiosity, beyond)))
    speaker, listener = (np.concatenate(side) for side in zip(*drawn, strict=True))
    apart = speaker != listener
    speaker, listener = speaker[apart], listener[apart]
    key = np.minimum(speaker, listener) * n + np.maximum(speaker, listener)
    _, once = np.unique(key, return_index=True)
    return speaker[once], listener[once]


def _in_circle(dice: np.random.Generator, people: People, n: int) -> tuple[Ints, Ints]:
    """Pairs of one circle, evenly; a person drawn with themself is left to the caller."""
    circle = people.circle[people.order]
    begins = np.searchsorted(circle, np.arange(circle[-1] + 2))
    speaker = dice.integers(0, len(people), n)
    mine = people.circle[speaker]
    size = begins[mine + 1] - begins[mine]
    return speaker, people.order[begins[mine] + (dice.random(n) * size).astype(np.int64)]


def _in_community(dice: np.random.Generator, people: People, n: int) -> tuple[Ints, Ints]:
    """Pairs of one community, the speaker by fame, the listener by curiosity."""
    speaker = drawn_from(dice, people.fame, n)
    curiosity = np.concatenate([[0.0], np.cumsum(people.curiosity[people.order])])
    mine = people.community[speaker]
    low, high = curiosity[people.begins[mine]], curiosity[people.begins[mine + 1]]
    place = np.searchsorted(curiosity, low + dice.random(n) * (high - low), side="right") - 1
    return speaker, people.order[np.clip(place, people.begins[mine], people.begins[mine + 1] - 1)]


def _mutual_share(model: ShopModel) -> float:
    """Share of the pairs to make mutual, so that a share r of the ties has a reverse: q = r / (2 − r)."""
    return model.reciprocity / (2 - model.reciprocity)


def _mutual(model: ShopModel, dice: np.random.Generator, speaker: Ints, listener: Ints) -> tuple[Ints, Ints]:
    """The pairs as ties, some in both directions."""
    both = dice.random(len(speaker)) < _mutual_share(model)
    return np.concatenate([speaker, listener[both]]), np.concatenate([listener, speaker[both]])


def _announced(model: ShopModel, dice: np.random.Generator, joined: Ints) -> tuple[Ints, Ints]:
    """When the log tells each tie, if it does (both must have their accounts by then; at most 8 % of the
    log), and when it is cut.
    """
    n = len(joined)
    share = min(model.ties_told, 0.08 * model.events / max(n, 1))
    at = np.clip(joined, model.start, model.end) + (40 * DAY * dice.standard_exponential(n)).astype(np.int64)
    told = (dice.random(n) < share) & (joined < model.end) & (at < model.end)
    cut = at + 1 + (dice.random(n) * (model.end - at)).astype(np.int64)
    cut = np.where(told & (dice.random(n) < model.ties_cut) & (cut < model.end), cut, NEVER)
    return np.where(told, at, -1), cut
