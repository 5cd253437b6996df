"""A believable shop and its truth, from a seed.

People live in circles and communities and listen to one another; communities have tastes. A share travels
along ties as an independent cascade with a known chance per tie; who opens it may pass it on, buy, or join.
Beside that, people search, look around on shelves of substitutes, and buy things with what goes with them;
bots and rings cheat. `generate` returns the log as the shop would have written it, and the truth that no log
tells: every chance, every cause, every relation. docs/generator.md states the model as equations.
"""

from graph.generate.generated import Generated, generate
from graph.generate.model import ShopModel

__all__ = ["Generated", "ShopModel", "generate"]
