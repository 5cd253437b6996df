"""Figures as pictures: SVG, the same bytes for the same figures, read in a browser and compared in a diff.

Two kinds are all that evaluations need: a dot with its interval for each model, and curves of one figure over
another. They carry their own colours, so they stand on a light page and on a dark one.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from math import floor, log10

WIDTH, LEFT, RIGHT, TOP, BOTTOM = 760, 190, 30, 60, 48
ROW, PLOT = 26, 340
COLOURS = "#3b6fb6", "#c8553d", "#4a8f5c", "#8a63a8", "#b8862b", "#5f6b76", "#2f9aa0", "#b05c8a"
INK, GRID, PAPER = "#2b2f33", "#dfe3e8", "#ffffff"
FONT = "font-family='system-ui, sans-serif' font-size='13'"
TICKS = 5


@dataclass(frozen=True, slots=True)
class Dot:
    """A figure with its interval."""

    name: str
    value: float
    low: float
    high: float


Curve = Sequence[tuple[float, float]]
"""Points (x, y), joined in their order."""


def dots(title: str, axis: str, rows: Sequence[Dot]) -> str:
    """A row for each figure, in the order given; 0 is not on the axis unless a figure is near it."""
    height = TOP + ROW * len(rows) + BOTTOM
    scale = _Scale.over([bound for row in rows for bound in (row.low, row.high)], LEFT, WIDTH - RIGHT)
    parts = [*_frame(title, height), *_columns(scale, TOP, height - BOTTOM, axis)]
    for place, row in enumerate(rows):
        y = TOP + ROW * (place + 0.5)
        colour = COLOURS[0] if place else COLOURS[1]
        low, value, high = (scale.at(bound) for bound in (row.low, row.value, row.high))
        parts += [
            _text(LEFT - 12, y + 4, row.name, "end"),
            _line(low, y, high, y, colour, 2),
            f"<circle cx='{value:.1f}' cy='{y:.1f}' r='4.5' fill='{colour}'/>",
        ]
    return _drawn(height, parts)


def curves(title: str, axes: tuple[str, str], lines: Mapping[str, Curve], *, mark: Curve = ()) -> str:
    """Curves with their names beside them. axes: what x and y are. mark: points that are ringed."""
    height, left = TOP + PLOT + BOTTOM, 80
    points = [point for line in lines.values() for point in line]
    across = _Scale.over([x for x, _ in points], left, WIDTH - LEFT)
    up = _Scale.over([y for _, y in points], TOP + PLOT, TOP)
    parts = [*_frame(title, height), *_columns(across, TOP, TOP + PLOT, axes[0])]
    for tick in up.ticks():
        y = up.at(tick)
        parts += [
            _line(left, y, WIDTH - LEFT, y, GRID, 1),
            _text(left - 8, y + 4, up.said(tick), "end"),
        ]
    parts.append(_text(left, TOP - 8, axes[1], "start"))
    for place, (name, line) in enumerate(lines.items()):
        colour = COLOURS[place % len(COLOURS)]
        path = " ".join(f"{across.at(x):.1f},{up.at(y):.1f}" for x, y in line)
        parts.append(f"<polyline points='{path}' fill='none' stroke='{colour}' stroke-width='2'/>")
        parts += [_dot(across.at(x), up.at(y), colour) for x, y in line]
        y = TOP + 20 * (place + 0.5)
        parts += [_dot(WIDTH - LEFT + 16, y - 4, colour), _text(WIDTH - LEFT + 26, y, name, "start")]
    for x, y in mark:
        ring = f"cx='{across.at(x):.1f}' cy='{up.at(y):.1f}' r='8'"
        parts.append(f"<circle {ring} fill='none' stroke='{INK}' stroke-width='1.5'/>")
    return _drawn(height, parts)


@dataclass(frozen=True, slots=True)
class _Scale:
    """Values from low to high onto pixels from begin to end; step: between ticks, a round number."""

    low: float
    high: float
    begin: float
    end: float
    step: float

    @classmethod
    def over(cls, values: Sequence[float], begin: float, end: float) -> "_Scale":
        low, high = min(values), max(values)
        span = (high - low) or abs(high) or 1.0
        unit = 10 ** floor(log10(span / TICKS))
        step = next(unit * times for times in (1, 2, 5, 10) if unit * times >= span / TICKS)
        margin = 0.04 * span
        low = 0.0 if 0 <= low < 0.15 * span else low - margin
        return cls(low, high + margin, begin, end, step)

    def at(self, value: float) -> float:
        return self.begin + (value - self.low) / (self.high - self.low) * (self.end - self.begin)

    def ticks(self) -> list[float]:
        first = -floor(-self.low / self.step)
        return [n * self.step for n in range(first, floor(self.high / self.step) + 1)]

    def said(self, tick: float) -> str:
        return f"{tick:,.{max(-floor(log10(self.step)), 0)}f}"


def _columns(scale: _Scale, top: float, bottom: float, axis: str) -> Iterator[str]:
    for tick in scale.ticks():
        yield _line(scale.at(tick), top, scale.at(tick), bottom, GRID, 1)
        yield _text(scale.at(tick), bottom + 18, scale.said(tick), "middle")
    yield _text((scale.begin + scale.end) / 2, bottom + 38, axis, "middle")


def _frame(title: str, height: int) -> Iterator[str]:
    yield f"<rect width='{WIDTH}' height='{height}' fill='{PAPER}'/>"
    yield f"<text x='16' y='24' {FONT} font-weight='bold' fill='{INK}'>{escape(title)}</text>"


def _text(x: float, y: float, said: str, anchor: str) -> str:
    return f"<text x='{x:.1f}' y='{y:.1f}' {FONT} text-anchor='{anchor}' fill='{INK}'>{escape(said)}</text>"


def _line(x: float, y: float, to_x: float, to_y: float, colour: str, width: int) -> str:
    ends = f"x1='{x:.1f}' y1='{y:.1f}' x2='{to_x:.1f}' y2='{to_y:.1f}'"
    return f"<line {ends} stroke='{colour}' stroke-width='{width}'/>"


def _dot(x: float, y: float, colour: str) -> str:
    return f"<circle cx='{x:.1f}' cy='{y:.1f}' r='3.5' fill='{colour}'/>"


def _drawn(height: int, parts: Sequence[str]) -> str:
    head = f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {WIDTH} {height}' width='{WIDTH}'>"
    return "\n".join([head, *parts, "</svg>"]) + "\n"
