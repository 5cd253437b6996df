"""The log as columns: how a store hands everything it holds to the graph, and the only form in which millions
of events are held.

A `Log` is what came after some point: the people, products and words that occur, each once, and the events as
equal-length arrays that point into them. Position p of `people` is code p in the event columns; −1 is "not
said". Shares are named by the position (`seq`) that the store gave the SHARE event, so that no string is
compared when references are followed. The order of rows is the store's; whoever needs an order sorts by (at,
digest), which does not depend on the store.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from graph.events import Product, User

Codes = NDArray[np.int32]

NONE = -1
"""The code of "not said" in every column of codes; also of an absent integer."""


@dataclass(frozen=True, slots=True)
class EventColumns:
    """n events, one array each, all of shape (n,).

    seq: the store's running number, from 1, unique, increasing with arrival. digest: graph.events.digest.
    kind: graph.events.Kind. at: microseconds since 1970, UTC. user, visitor, other, recipient, sharer: codes
    into `Log.people`. product: code into `Log.products`. share: seq of the share it came from (said or
    found). parent: SHARE only, seq of the parent that the log said. order, channel, campaign, device, region,
    surface, variant, query, answer, currency, incentive_currency: codes into `Log.words`. quantity, rank: −1
    where not said. amount, incentive: whole ten-thousandths, 0 where not said (then currency is −1). rating,
    propensity: NaN where not said. verdict: 0 where not said. consent: four base-4 digits (personalisation,
    named_to_friends, location, research; lowest first), each 0 not said, 1 no, 2 yes. implied: see Event.
    """

    seq: NDArray[np.int64]
    digest: NDArray[np.int64]
    kind: NDArray[np.int8]
    at: NDArray[np.int64]
    user: Codes
    visitor: Codes
    other: Codes
    recipient: Codes
    sharer: Codes
    product: Codes
    share: NDArray[np.int64]
    parent: NDArray[np.int64]
    order: Codes
    channel: Codes
    campaign: Codes
    device: Codes
    region: Codes
    surface: Codes
    variant: Codes
    query: Codes
    answer: Codes
    currency: Codes
    incentive_currency: Codes
    quantity: NDArray[np.int32]
    rank: NDArray[np.int32]
    amount: NDArray[np.int64]
    incentive: NDArray[np.int64]
    rating: NDArray[np.float32]
    propensity: NDArray[np.float64]
    verdict: NDArray[np.int8]
    consent: NDArray[np.int16]
    implied: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.seq)


@dataclass(frozen=True, slots=True)
class Opens:
    """n opens in the order stored, in the columns that bursts are found from; all of shape (n,).

    seq, at: as in EventColumns. person: a number for each person, visitors joined to the account they turned
    out to be; good within these columns only. share: seq of the share. device: a code.
    """

    seq: NDArray[np.int64]
    at: NDArray[np.int64]
    person: Codes
    share: NDArray[np.int64]
    device: Codes


@dataclass(frozen=True, slots=True)
class Log:
    """What a store holds, or what came to it after a version.

    version: the store's version that this brings a reader to. people: keys of users and visitors, "" for
    somebody forgotten. products: keys. words: texts. share_ids: ids of the SHARE events among `events`, in
    the order of their rows. users, catalogue: what was said of people and products (only those of whom
    something was said, or said anew since). consenting: whether people who never said allow what one may
    refuse (graph.consent).
    """

    version: str
    people: Sequence[str]
    products: Sequence[str]
    words: Sequence[str]
    share_ids: Sequence[str]
    events: EventColumns
    users: Sequence[User]
    catalogue: Sequence[Product]
    since: str | None = None
    consenting: bool = False
