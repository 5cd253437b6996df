"""Seed people chosen before a cut, and who came after it, at five cuts of one log.

    python -m bench.kols higgs --format higgs --goal 90863 > bench/results/kols.txt

Prints for each cut what `sharegraph evaluate kols --train-share X --k 50` prints, the sums over the cuts, at
how many of them ours is ahead beyond chance, and what each took. `--goal N` says whether the sum that was
asked for was reached. Then, for ours and for decayed cover with the half-life that is best in hindsight, who
of the people named brings most that came to nobody else of them: so much hangs on one person. `--smoke` alone
does so on a small shop that it makes up.
"""

import argparse
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from api.cli.evaluate.kols import shown
from api.cli.loads import made_up
from api.cli.printing import drawn
from bench.measured import tell_where, timed, typed
from graph.appeal import Acts, learned
from graph.evaluate.kols import OURS, Evaluation, Question, acts_of, evaluate, faded_cover, reached
from graph.kernels.groups import firsts
from graph.log import Log
from graph.timeline import Rows
from loaders.aside import log_of

SHARES = (0.4, 0.5, 0.6, 0.7, 0.8)
NOT_BLIND = (
    "Not blind: about a hundred variants of ours were compared on these five parts while it was made\n"
    "(docs/decisions/0013-appeal-is-a-memory-that-ages.md), so the figures prove little for another log."
)
HINDSIGHT = (0.25, 0.5, 0.75, 1, 1.5, 2, 3, 4, 6, 8, 12, 18, 24, 36, 48, 72)
"""Half-lives in hours, each tried on what came."""


@dataclass(frozen=True, slots=True)
class Named:
    """People who came to those named; and how many of them to one alone, the one who has most of these."""

    people: int
    alone: int
    whom: str

    @classmethod
    def of(cls, rest: Acts, seeds: Rows, keys: list[str]) -> "Named":
        """seeds: rows; at least one. keys: of all people."""
        theirs = np.isin(rest.sharer, seeds)
        sharer, person = rest.sharer[theirs], rest.person[theirs]
        pairs = firsts(sharer, person, rest.people, rest.people)
        only = np.bincount(person[pairs], minlength=rest.people)[person[pairs]] == 1
        alone = np.bincount(sharer[pairs][only], minlength=rest.people)[seeds]
        best = int(alone.argmax())
        return cls(int(reached(rest, seeds).sum()), int(alone[best]), keys[seeds[best]])

    def __str__(self) -> str:
        return f"{self.people:10,}{self.alone:9,} to {self.whom:9}{self.without:9,}"

    @property
    def without(self) -> int:
        """Who would have come all the same, had this one not been named."""
        return self.people - self.alone


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("log", nargs="*")
    parser.add_argument("--format", default="sharegraph")
    parser.add_argument("--k", type=int, default=50)
    parser.add_argument("--goal", type=int)
    parser.add_argument("--smoke", action="store_true")
    asked = parser.parse_args(arguments)
    if bool(asked.log) == asked.smoke:
        parser.error("name a log, or --smoke")
    tell_where("numpy", "numba", "scipy", "networkx")
    print("$ python -m bench.kols", *typed(arguments))
    if not asked.smoke:
        measured(log_of(asked.log, asked.format), asked.k, asked.goal)
        return
    with tempfile.TemporaryDirectory() as folder:
        made_up(Path(folder), users=300, events=6_000, seed=7, noise=1.0, shape="csv")
        measured(log_of([folder], "sharegraph"), 10)


def measured(log: Log, k: int, goal: int | None = None) -> None:
    """Every cut of a log. goal: how many people were to come to ours in sum."""
    acts, keys = acts_of(log)
    row = {key: number for number, key in enumerate(keys)}
    learned(acts)  # compiles
    found_at = list[Evaluation]()
    hanging = list[tuple[float, Named, Named, float]]()
    for share in SHARES:
        print(f"\n--train-share {share} --k {k}\n")
        found = evaluate(log, train_share=share, k=k)
        print(drawn(shown(found)))
        timed("appeal learned", partial(learned, acts.before(found.cut)))
        found_at.append(found)
        rest, seeds = acts.since(found.cut), [row[key] for key in found.scores[OURS].seeds]
        ours = Named.of(rest, np.array(seeds, np.int32), keys)
        hanging.append((share, ours, *hindsight(Question(acts.before(found.cut), found.cut, k), rest, keys)))
    tell_sums(found_at)
    if goal is not None:
        tell_goal(goal, sum(int(found.scores[OURS].people.value) for found in found_at))
    tell_hanging(hanging)


def tell_sums(found_at: Sequence[Evaluation]) -> None:
    """Who came over all cuts, and at how many of these ours is ahead with an interval above 0."""
    sums: Counter[str] = Counter()
    for found in found_at:
        sums.update({name: int(score.people.value) for name, score in found.scores.items()})
    print(f"\n{'In sum':24}{'people':>10}  ours ahead by more than chance, people drawn, sharers drawn")
    for name, people in sums.most_common():
        scores = [found.scores[name] for found in found_at]
        drawn_by = [score.ahead for score in scores], [score.ahead_by_sharer for score in scores]
        clear = (f"at {sum(ahead.low > 0 for ahead in each)} of {len(each)}" for each in drawn_by)
        print(f"{name:24}{people:10,}  {'' if name == OURS else ', '.join(clear)}".rstrip())


def tell_goal(goal: int, people: int) -> None:
    """Whether it was reached, and what speaks against either answer."""
    short = f"missed by {goal - people:,} ({1 - people / goal:.1%})" if people <= goal else "passed"
    print(f"\nAsked for were more than {goal:,} in sum: {short}.\n{NOT_BLIND}")


def hindsight(question: Question, rest: Acts, keys: list[str]) -> tuple[Named, float]:
    """Decayed cover with the half-life (hours) that turned out to be the best, and that."""
    tried = {hours: Named.of(rest, faded_cover(question, hours), keys) for hours in HINDSIGHT}
    best = max(tried, key=lambda hours: tried[hours].people)
    return tried[best], best


def tell_hanging(cuts: Sequence[tuple[float, Named, Named, float]]) -> None:
    """A line for each cut, and their sums."""
    head = f"{'people':>10}{'alone to one':>21}{'without':>9}"
    print("\nWhat hangs on one person: ours, and decayed cover with the best half-life in hindsight")
    print(f"{'cut':6}{head}  |{head}  half-life")
    for share, ours, best, hours in cuts:
        print(f"{share:<6}{ours}  |{best}  {hours:g} h")
    both = [cut[1] for cut in cuts], [cut[2] for cut in cuts]
    for title, named in zip(("ours", "in hindsight"), both, strict=True):
        people, without = sum(one.people for one in named), sum(one.without for one in named)
        print(f"In sum {title:12}{people:10,}, without the one of each cut {without:10,}")


if __name__ == "__main__":
    main()
