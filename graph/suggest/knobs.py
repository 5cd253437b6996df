"""What counts beside the best score when a list is put in order."""

from dataclasses import dataclass, fields

from graph.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Order:
    """Four knobs, each in [0, 1] and 0 for none of it; see graph.suggest.order. exploration is only heard
    where a question has a seed to draw with; coverage is heard when a shop is fitted (graph.suggest.grants).

    The defaults of the other three are as much of each as costs half a percent of NDCG@10 at the most, or
    nothing that can be told, on validation parts of Last.fm, by itself and together (docs/evaluation.md).
    """

    diversity: float = 0.2
    calibration: float = 0.05
    exploration: float = 0.02
    coverage: float = 0.1

    def __post_init__(self) -> None:
        for name in (knob.name for knob in fields(self)):
            if not 0 <= getattr(self, name) <= 1:
                raise InvalidInput(f"{name} {getattr(self, name)}: a number from 0 to 1")


ORDER = Order()
BEST_FIRST = Order(0.0, 0.0, 0.0, 0.0)
"""By score alone."""
