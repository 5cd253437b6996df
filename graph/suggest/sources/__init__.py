"""What speaks for a product, one module a source, all of one signature: `votes(shelf, question) -> Votes`.

A source votes in its own unit and knows no other; `graph.suggest.blend` weighs and adds. A new one is a
module and a line in here. The weights are where learning starts (graph.suggest.weights).
"""

from graph.suggest.sources import (
    category,
    circle,
    content,
    details,
    factors,
    friends,
    hops,
    interest,
    news,
    page,
    people,
    popular,
    relations,
    scene,
    sharer,
    solved,
)
from graph.suggest.sources.source import Source, of_others

SOURCES = (
    Source("friends", 1.0, friends.votes),
    Source("news", 4.0, news.votes),
    Source("hops", 0.1, hops.votes),
    Source("circle", 0.1, circle.votes),
    Source("sharer", 0.1, sharer.votes),
    Source("interest", 0.6, interest.votes),
    Source("solved", 0.1, solved.votes),
    Source("factors", 0.1, of_others(factors.votes)),
    Source("people", 0.3, of_others(people.votes)),
    Source("content", 0.05, of_others(content.votes)),
    Source("details", 0.01, of_others(details.votes)),
    Source("relations", 0.8, relations.votes),
    Source("page", 0.8, page.votes),
    Source("popular", 0.02, popular.votes),
    Source("scene", 0.02, scene.votes),
    Source("category", 0.04, category.votes),
)

__all__ = ["SOURCES", "Source"]
