"""What is wanted when and where: tea before Spring Festival, tents in May, beans in the morning.

A scene is a moment and a place, seen in facets: part of the day, weekday, month, festival that is near,
region, surface. Each value of each facet lifts some categories over their share of all acts and lowers
others:

    P(category | scene) ∝ share(category) · Π_facets lift(facet's value, category)

Lifts are learned from the log alone (graph.scene.lifts), drawn towards 1 by as much as the log says that the
facet's lifts differ from it: a facet that tells nothing is left out by itself. What a product's own lifts
are beyond its category's is learned where it has acts enough.

Days and hours are local, festivals may follow the lunar calendar (graph.scene.calendar).
"""

from graph.scene.calendar import FESTIVALS, Calendar, Festival
from graph.scene.facets import Facet, Moment
from graph.scene.lifts import Lifts, learned

__all__ = ["FESTIVALS", "Calendar", "Facet", "Festival", "Lifts", "Moment", "learned"]
