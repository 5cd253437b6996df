"""`sharegraph evaluate …`: how good the answers are, on logs that anybody has, beside what others would say.

Each command reads a LOG aside (no store is touched), holds part of it back and prints every model's figures;
`--json` prints `{"models": {name: {metric: value or {value, low, high}}}}`.
"""

from collections.abc import Callable

from api.cli.evaluate.cascades import cascades
from api.cli.evaluate.chances import chances
from api.cli.evaluate.diversity import diversity
from api.cli.evaluate.groups import groups
from api.cli.evaluate.kols import kols
from api.cli.evaluate.landing import landing
from api.cli.evaluate.moments import moments
from api.cli.evaluate.recipients import recipients
from api.cli.evaluate.relations import relations
from api.cli.evaluate.scene import scene
from api.cli.evaluate.suggestions import suggestions
from api.cli.evaluate.trackrecord import track_record
from api.cli.evaluate.transmission import transmission

COMMANDS: tuple[Callable[..., None], ...] = (
    cascades,
    chances,
    diversity,
    groups,
    kols,
    landing,
    moments,
    recipients,
    relations,
    scene,
    suggestions,
    track_record,
    transmission,
)
"""In the order in which `--help` lists them."""
