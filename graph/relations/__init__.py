"""What goes with what, and what could stand for what, told apart by what people do.

A complement of a is what people buy with a, or within two weeks after it, to meet another need: the case with
the phone. A substitute of a meets the same need, and one is looked at, and bought, instead of the other: one
tent or the other. A need is a category; a product without one is a need of its own.

Single pairs of products are rare, so the question is asked twice. Between needs (graph.relations.arrows):
is the second bought with the first more often than by chance, at a false-discovery rate of 5 %; is it still
so where a third thing that calls for both is not there; and does the first come first. Then between products
(graph.relations.pooled): how many buyers of a take b on account of it, from what is known of the pair and,
the less that is, from what is known of their needs and of how far apart their prices stand in them.

Everything is counted in people, so that nobody's hundred orders speak for a hundred.
"""

from graph.relations.complements import complements
from graph.relations.lists import Related, Relation, Relations
from graph.relations.substitutes import substitutes

__all__ = ["Related", "Relation", "Relations", "complements", "substitutes"]
