"""What goes with what: bought together or one after the other, to meet another need; phone → case."""

from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from graph.purchases import Purchases
from graph.relations.arrows import Arrows, arrows
from graph.relations.lists import Relation, Relations
from graph.relations.needs import Needs
from graph.relations.pairs import Acts, Successions, people_by_pair
from graph.relations.pooled import Seen, pooled
from graph.snapshot import Snapshot

BOUGHT_WITHIN = timedelta(days=14)


def complements(snapshot: Snapshot, silent: NDArray[np.bool_], kept: Purchases) -> Relations:
    """What is bought, and kept, with or after what.

    silent: (people,), those who allow no use of what they did.
    """
    needs = Needs.of(snapshot.products)
    bought = Acts.of(snapshot.events, kept.event, silent)
    pairs = Successions.of(bought, len(snapshot.people), BOUGHT_WITHIN)
    pairs = pairs.taken(needs.need[pairs.first] != needs.need[pairs.second])
    called = arrows(needs, bought, pairs)
    seen = _seen(needs, called, bought, pairs.either_way)
    return pooled(needs, called, seen).listed(Relation.COMPLEMENT, seen)


def _seen(needs: Needs, called: Arrows, bought: Acts, pairs: Successions) -> Seen:
    """The pairs along arrows. Anybody buys b anyway as often as pairs are bought that no arrow explains, in
    the measure in which b is bought at all.
    """
    products = len(needs.need)
    takers = bought.people_by(np.arange(products, dtype=np.int32), products)
    first, second = needs.need[pairs.first], needs.need[pairs.second]
    along = called.hold(first, second)
    pair, people = people_by_pair(pairs.person[along], pairs.first[along], pairs.second[along], products)
    stray = pairs.taken(~along & ~called.hold(second, first))
    strays = people_by_pair(stray.person, stray.first, stray.second, products)[1].sum()
    all_takers = max(int(takers.sum()), 1)
    return Seen(
        pair=pair,
        people=people,
        support=people,
        takers=takers,
        anyway=strays / all_takers * takers / all_takers,
        share=np.maximum(takers, 0.5) / max(bought.people, 1),
    )
