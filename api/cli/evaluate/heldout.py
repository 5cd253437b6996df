"""What evaluations of suggestions hold out, and of what: options, and what is read for them."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.command import complain
from api.cli.loading import Format

if TYPE_CHECKING:
    from graph.evaluate.suggestions.held import Held
    from graph.evaluate.suggestions.logs import Cut
    from graph.taste import Interactions, Mixed, Telling
    from graph.taste.model import Sparse

Source = Annotated[
    list[str],
    typer.Argument(help="A folder with train.tsv, test.tsv (or val.tsv) and social.tsv; or a log."),
]
Written = Annotated[Format, typer.Option("--format", help="How a log is written.")]
Split = Annotated[
    str | None,
    typer.Option(metavar="8:1:1", help="Deal a folder's parts out anew by user: known, validation, asked."),
]
TrainShare = Annotated[
    float, typer.Option(metavar="X", help="Of a log's choices in order of time.", min=0.05, max=0.95)
]
Tune = Annotated[
    bool, typer.Option("--tune", metavar="", help="Choose settings on the validation part first.")
]
Validation = Annotated[
    bool,
    typer.Option(
        "--validation", metavar="", help="Ask about the validation part; what is held out stays unseen."
    ),
]
Picture = Annotated[Path | None, typer.Option(metavar="FILE", help="Draw it, as SVG.")]
Seed = Annotated[int, typer.Option(metavar="N", help="Of the split and of what is drawn.", min=0)]

TUNED_FOR = 1_200.0
"""Seconds that the choice of settings and the fit with them may take, for the blend and again for the blend
without friends: with all that stands beside them it has to be less than an hour.
"""


def part_of(
    source: list[str],
    written: Format,
    split: str | None,
    share: float,
    seed: int,
    *,
    validation: bool = False,
) -> "Held | Cut":
    """What is known and what is asked: of a folder its parts, of a log a cut with what was served then.
    validation: asked is what settings may be chosen on.
    """
    from graph.errors import InvalidInput
    from graph.evaluate.suggestions.logs import held_out, validated
    from loaders.aside import evaluated
    from loaders.folders import is_folder, read_folder

    if len(source) == 1 and is_folder(source[0]):
        folder = read_folder(source[0])
        held = folder.dealt(parts(split), seed=seed) if split else folder.held()
        return held.on_validation() if validation else held
    if split:
        raise InvalidInput("--split is for a folder with train.tsv; a log is split by time: --train-share")
    log = evaluated(source, written.value)
    return (validated if validation else held_out)(log, train_share=share)


def parts(split: str) -> tuple[float, ...]:
    """The parts of a split.

    >>> parts("8:1:1")
    (8.0, 1.0, 1.0)
    """
    from graph.errors import InvalidInput

    try:
        return tuple(map(float, split.split(":")))
    except ValueError:
        raise InvalidInput(f"{split!r} is no split; write 8:2 or 8:1:1") from None


def tuned(held: "Held", telling: "Telling | None" = None, *, name: str = "blend") -> "Mixed":
    """The blend with settings chosen on the validation part, else on what is known that came last, else on a
    tenth of it; said on stderr. name: of the blend, for whoever reads that. InvalidInput where nothing can be
    laid aside to choose them on.
    """
    from graph.errors import InvalidInput
    from graph.evaluate.suggestions.held import unknown
    from graph.taste import in_words, quiet, tune

    known, validation, inner = held.known, held.validation, held.known.inner
    if validation is not None:
        validation = unknown(validation, known.chosen)
    if validation is None or not validation.nnz:
        known, validation = (inner.known, inner.held) if inner is not None else _a_tenth(known)
    if not validation.nnz:
        raise InvalidInput("--tune: nobody has a choice that could be laid aside to choose settings on")
    found = tune(known, validation, seconds=TUNED_FOR, clock=time.monotonic, telling=telling or quiet)
    complain(f"{name}: chosen were {in_words(found, known)}")
    return found


def _a_tenth(known: "Interactions") -> "tuple[Interactions, Sparse]":
    """What is known but a tenth, and that tenth."""
    from graph.evaluate.suggestions.held import dealt

    parts = dealt(known, (9, 1), seed=0)
    return parts.known, parts.asked
