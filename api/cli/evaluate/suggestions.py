"""What to show somebody: every model's lists, measured by what people then chose."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any

from api.cli.command import Everywhere, complain
from api.cli.evaluate.heldout import Picture, Seed, Source, Split, TrainShare, Tune, Written, part_of, tuned
from api.cli.evaluate.stages import stages
from api.cli.loading import Format

if TYPE_CHECKING:
    from rich.table import Table

    from graph.estimate import Estimate
    from graph.evaluate.suggestions.compare import Contender, Cost, Evaluation
    from graph.evaluate.suggestions.held import Held
    from graph.evaluate.suggestions.lists import Lists
    from graph.evaluate.suggestions.sure import Difference
    from graph.taste import Telling


def suggestions(
    everywhere: Everywhere,
    *,
    source: Source,
    written: Written = Format.SHAREGRAPH,
    split: Split = None,
    train_share: TrainShare = 0.8,
    tune: Tune = False,
    picture: Picture = None,
    seed: Seed = 0,
) -> None:
    """What to show whom, the blend beside every baseline, on choices held out.

    All items are ranked, but those somebody had. Precision, recall and NDCG at 5, 10, 20 and 50, MRR, how
    broad the lists are, the same for people of whom little is known; intervals over users, and paired tests
    of the blend's lead. No setting is chosen by what is held out.

    [bold]Examples[/bold]

        sharegraph evaluate suggestions lastfm --split 8:1:1 --seed 1

        sharegraph evaluate suggestions taobao-share --format taobao-share
    """
    held = held_of(source, written, split, train_share, seed)
    with stages(silent=everywhere.json) as telling:
        found = evaluated(held, tune=tune, seed=seed, telling=telling)
    if picture is not None:
        picture.write_text(drawn(found))
    everywhere.tell(told(found), lambda: shown(found))


def evaluated(
    asked: "tuple[Held, tuple[Contender, ...]]",
    *,
    tune: bool = False,
    seed: int = 0,
    telling: "Telling | None" = None,
) -> "Evaluation":
    """Every model of the roster, and what else there is, on one part held out. telling: told each stage."""
    from graph.evaluate.suggestions.compare import compare
    from graph.taste import quiet

    held, more = asked
    told = telling or quiet
    return compare(
        held, chain(roster(held, tune=tune, telling=told), more), partial(watched, telling=told), seed=seed
    )


def held_of(
    source: list[str], written: Format, split: str | None, train_share: float, seed: int
) -> "tuple[Held, tuple[Contender, ...]]":
    """What is known and what is asked; of a log also what is served, and its sources alone."""
    from graph.evaluate.suggestions.logs import Cut, served

    part = part_of(source, written, split, train_share, seed)
    return (part.held, tuple(served(part))) if isinstance(part, Cut) else (part, ())


def roster(held: "Held", *, tune: bool, telling: "Telling") -> "Iterator[Contender]":
    """The blend, the same without friends, the same without content where there is any, and every baseline
    that has room; what has none is told.
    """
    from graph.evaluate.suggestions.compare import Without, contender
    from graph.taste import Blend, Fits, Sharing, baselines

    fits = Fits(held.known, telling)
    if tune:
        yield from _tuned(held, telling)
    else:
        yield contender(Blend(fits=fits), held)
        yield contender(Without(Blend(fits=fits), "friends"), held)
        if held.known.content is not None:
            yield contender(Without(Blend(fits=fits), "content"), held)
    found = baselines(held.known.users, held.known.items)
    for name, reason in found.left_out:
        complain(f"{name} is left out: {reason}")
    for model in found.models:
        yield contender(Sharing(model, fits), held)


def _tuned(held: "Held", telling: "Telling") -> "Iterator[Contender]":
    """The blend with and without friends, each with settings of its own; their choice is in its cost."""
    from graph.evaluate.suggestions.compare import BLEND, WITHOUT, Contender, Without, contender

    yield Contender(BLEND, lambda: contender(tuned(held, telling), held).fit())
    alone = replace(held, known=held.known.friendless())
    yield Contender(
        WITHOUT,
        lambda: contender(Without(tuned(alone, telling, name=WITHOUT), "friends"), held).fit(),
    )


def watched(one: "Contender", telling: "Telling | None" = None) -> "tuple[Lists, Cost]":
    """What a contender shows, and what that cost on this machine; said at once, for who waits."""
    from api.cli.measuring import growth, highest
    from graph.evaluate.suggestions.compare import Cost
    from graph.taste import quiet

    with growth() as held:
        tell = telling or quiet
        tell(f"{one.name}: fitting")
        began = time.perf_counter()
        answer = one.fit()
        learned = time.perf_counter()
        tell(f"{one.name}: everybody's list")
        found = answer()
        ended = time.perf_counter()
        cost = Cost(learned - began, ended - learned, held(), highest())
    complain(f"{one.name}: {cost.fit:.1f} s to fit, {cost.lists:.1f} s to list, {cost.peak / 1e9:.2f} GB")
    return found, cost


def told(found: "Evaluation") -> dict[str, Any]:
    """What `--json` prints: figures by model; intervals and differences beside them."""
    return {
        "users": found.known.users,
        "items": found.known.items,
        "known": int(found.known.chosen.nnz),
        "ties": int(found.known.friends.nnz),
        "held_out": found.held_out,
        "unasked": dict(found.unasked),
        "seconds": found.seconds,
        "peak_bytes": found.peak,
        "asked": dict(found.asked),
        "models": {
            name: {
                **{measure: estimate.value for measure, estimate in score.figures.items()},
                **score.breadth,
                "seconds_to_fit": score.cost.fit,
                "seconds_to_list": score.cost.lists,
                "bytes": score.cost.memory,
            }
            for name, score in found.models.items()
        },
        "intervals": {name: _intervals(score.figures) for name, score in found.models.items()},
        "groups": {
            name: {
                group: {
                    **{measure: estimate.value for measure, estimate in figures.items()},
                    **score.breadth_by_group[group],
                }
                for group, figures in score.by_group.items()
            }
            for name, score in found.models.items()
        },
        "group_intervals": {
            name: {group: _intervals(figures) for group, figures in score.by_group.items()}
            for name, score in found.models.items()
        },
        "blend_ahead_of": _differences(found.ahead),
        "friends_add": _differences(found.friends),
    }


def _intervals(figures: "Mapping[str, Estimate]") -> dict[str, list[float]]:
    return {measure: [estimate.low, estimate.high] for measure, estimate in figures.items()}


def _differences(found: "Mapping[str, Mapping[str, Difference]]") -> dict[str, Any]:
    return {
        name: {
            measure: {"value": one.by.value, "low": one.by.low, "high": one.by.high, "p": one.p}
            for measure, one in differences.items()
        }
        for name, differences in found.items()
    }


def drawn(found: "Evaluation") -> str:
    """NDCG@10 of every model, best first."""
    from api.cli.evaluate.pictures import Dot, dots

    figures = {name: score.figures["ndcg@10"] for name, score in found.models.items()}
    rows = [
        Dot(name, figure.value, figure.low, figure.high)
        for name, figure in sorted(figures.items(), key=lambda named: -named[1].value)
    ]
    return dots("What people chose, held out", "NDCG@10 with 95 % intervals over users", rows)


def shown(found: "Evaluation") -> str:
    """Accuracy, breadth and cost of every model, the blend's lead, and what friends add."""
    from api.cli.printing import drawn as printed

    tables = [accuracy(found), by_activity(found), breadth(found)]
    if found.ahead:
        tables.append(leads("The blend's lead, paired", "over", found.ahead))
    if found.friends:
        tables.append(leads("What friends add to the blend, paired", "to whom", _sized(found)))
    return "\n".join(map(printed, tables))


def _sized(found: "Evaluation") -> "dict[str, Mapping[str, Difference]]":
    return {f"{name} ({found.asked[name]:,})": lead for name, lead in found.friends.items()}


def accuracy(found: "Evaluation") -> "Table":
    """A row for each model, the best NDCG@10 first."""
    from api.cli.printing import figures, table, words

    measures = "recall@10", "ndcg@10", "recall@20", "ndcg@20"
    heads = [part for name in ("R@10", "N@10") for part in (figures(name), figures("95 %"))]
    columns = [words("model", least=21), *heads, *map(figures, ("R@20", "N@20", "MRR", "cold N@10"))]
    rows = []
    for name, score in sorted(found.models.items(), key=lambda named: -named[1].figures["ndcg@10"].value):
        recall, ndcg, *later = (score.figures[measure] for measure in measures)
        rest = [*later, score.figures["mrr"]]
        cold = score.by_group.get("cold", {}).get("ndcg@10")
        rows.append((
            name, f"{recall.value:.4f}", f"{recall.low:.3f}–{recall.high:.3f}",
            f"{ndcg.value:.4f}", f"{ndcg.low:.3f}–{ndcg.high:.3f}",
            *(f"{figure.value:.4f}" for figure in rest), f"{cold.value:.4f}" if cold else "–",
        ))  # fmt: skip
    known = found.known
    caption = (
        f"{known.users:,} users, {known.items:,} items, {known.chosen.nnz:,} choices known, "
        f"{known.friends.nnz:,} ties; {found.held_out:,} choices held out of {found.asked['all']:,} users. "
        "All items are ranked but those known. cold: users of fewer than five known choices."
    ) + unasked(found.unasked)
    return table("What people chose, held out", columns, rows, caption)


def unasked(why: "Mapping[str, int]") -> str:
    """Later choices of a log that are not asked about, in a sentence; nothing where there are none.

    >>> unasked({"of strangers": 1_200, "of others": 0})
    ' Not asked about: 1,200 choices of strangers.'
    """
    told = [f"{choices:,} choices {reason}" for reason, choices in why.items() if choices]
    return f" Not asked about: {', '.join(told)}." if told else ""


def by_activity(found: "Evaluation") -> "Table":
    """A row for each model, NDCG@10 by how much was known of a user."""
    from api.cli.printing import figures, table, words

    groups = [name for name in found.asked if name != "all"]
    rows = [
        (name, *(f"{score.by_group[group]['ndcg@10'].value:.4f}" for group in groups))
        for name, score in found.models.items()
    ]
    heads = [figures(f"{group} ({found.asked[group]:,})") for group in groups]
    return table(
        "NDCG@10 by how many choices were known of a user",
        [words("model", least=21), *heads],
        rows,
        "In brackets: how many users. cold: fewer than five. --json has every measure of every group.",
    )


def breadth(found: "Evaluation") -> "Table":
    """A row for each model: all its lists together, its time and memory."""
    from api.cli.printing import figures, table, words

    names = "coverage@10", "coverage3@10", "popularity@10", "gini@10", "novelty@10", "diversity@10"
    heads = "shown", "to 3 +", "popularity", "Gini", "novelty", "diversity", "fit s", "lists s", "GB"
    rows = [
        (
            name,
            *(f"{score.breadth[measure]:.1%}" for measure in names[:2]),
            f"{score.breadth[names[2]]:,.1f}",
            *(f"{score.breadth[measure]:.3f}" for measure in names[3:]),
            f"{score.cost.fit:.1f}", f"{score.cost.lists:.1f}", f"{score.cost.memory / 1e9:.2f}",
        )
        for name, score in found.models.items()
    ]  # fmt: skip
    caption = (
        "Of the first ten of all lists: items shown at all and to three users or more; how many had chosen a "
        "shown item; inequality of showings; surprise in bits; how unlike the items of one list are. GB: "
        "beyond what was held before. What an earlier row fitted already is not fitted or counted again. In "
        f"all {found.seconds:,.0f} s, and {found.peak / 1e9:.1f} GB at the most."
    )
    return table(
        "How broad the lists are, and what they cost",
        [words("model", 22), *map(figures, heads)],
        rows,
        caption,
    )


def leads(title: str, head: str, found: "Mapping[str, Mapping[str, Difference]]") -> "Table":
    """A row for each paired difference."""
    from api.cli.printing import figures, table, words

    columns = [words(head, 22)]
    columns += [figures(part) for name in ("R@10", "N@10") for part in (name, "95 %", "p")]
    rows = [
        (name, *(part for measure in ("recall@10", "ndcg@10") for part in _lead(lead[measure])))
        for name, lead in found.items()
    ]
    told = "95 %: by paired bootstrap over users. p: of a lead as large by chance, of the sign-flip test."
    return table(title, columns, rows, told)


def _lead(difference: "Difference") -> tuple[str, str, str]:
    by = difference.by
    return f"{by.value:+.4f}", f"{by.low:+.4f} to {by.high:+.4f}", f"{difference.p:.4f}"
