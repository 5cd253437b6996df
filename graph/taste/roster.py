"""Which models are worth fitting: the baselines a blend is measured against, and the sources it is made of.

What cannot be solved in the memory and time of a small machine is left out, by size alone, and said so.
"""

from dataclasses import dataclass, replace

from graph.taste.als import ALS
from graph.taste.ease import EASE, social_ease
from graph.taste.friends import Friends
from graph.taste.joint import common
from graph.taste.model import Interactions, Model
from graph.taste.neighbours import ItemKNN, UserKNN
from graph.taste.popularity import Popularity
from graph.taste.walks import Walks

LARGEST = 25_000
"""The longest smaller side that EASE is solved on: 2.5 GB, and minutes."""
LARGE = 6_000
"""From here on ALS of a blend has half the dimensions."""


@dataclass(frozen=True, slots=True)
class Roster:
    """models: in the order to show them. left_out: (name, why) of what has no room."""

    models: tuple[Model, ...]
    left_out: tuple[tuple[str, str], ...] = ()


def baselines(users: int, items: int) -> Roster:
    """Models by themselves, none of them a blend: what is published, at settings that suit most shops.

    >>> [model.name for model in baselines(2_000, 10_000).models]
    ['popularity', 'item-knn', 'user-knn', 'ease', 'als', 'friends', 'social-ease', 'walks']
    >>> baselines(40_000, 90_000).left_out[0]
    ('ease', '40,000 users and 90,000 items, of which the smaller side may be 25,000')
    """
    side = min(users, items)
    room = side <= LARGEST
    reason = f"{users:,} users and {items:,} items, of which the smaller side may be {LARGEST:,}"
    closed: tuple[Model, ...] = (EASE(), social_ease()) if room else ()
    return Roster(
        (Popularity(), ItemKNN(), UserKNN(), *closed[:1], ALS(), Friends(), *closed[1:], Walks()),
        () if room else (("ease", reason), ("social-ease", reason)),
    )


def sources(known: Interactions) -> tuple[Model, ...]:
    """What a blend is made of, from the strongest down; what needs ties only where there are any.

    Models of one kind come with different settings, with ties and without: which of them to trust is for the
    weights to say. Those that hear no ties are the same where there are some: else settings that nobody tried
    without ties would pass for what ties bring.
    """
    tied = known.friends.nnz > 0
    features = common(known.content)
    side = min(known.users + (features.shape[1] if features is not None else 0), known.items)
    factors = 256 if side <= LARGE else 128
    wide = ALS(factors, unseen=0.05, penalty=0.01, scaled=1.0, content=2.0)
    factorised: list[Model] = [
        ALS(factors, unseen=0.1, penalty=0.007, scaled=1.0, content=2.0),
        *((wide, replace(wide, ties=8.0)) if tied else (wide,)),
        ALS(factors, unseen=0.1, penalty=5.0, scaled=0.0, content=2.0),
    ]
    closed: list[Model] = [EASE(100.0, content=1.0)] if side <= LARGEST else []
    if tied and side <= LARGEST:
        closed.append(social_ease(100.0, ties=5.0, content=2.0))
    near: list[Model] = [ItemKNN(), UserKNN(), Popularity()]
    return (*factorised, *closed, *near, *((Friends(), Walks()) if tied else ()))
