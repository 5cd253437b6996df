"""Spread: whom shares reach, forward from given people and backward to the people who would reach most.

The model, and shares that run forward in it, are in `forward`; reverse-reachable sets in `sampling`, what
they certify in `certificate`, and the choice of seeds by them in `seeds`. `edges` reads the model off a bare
list of edges, for graphs that come from no shop.
"""
