"""What to show whom, on public folders and logs, beside every baseline; and what showing more of it costs.

    SHAREGRAPH_DATA=… python -m bench.suggestions                        # everything, about ten minutes
    SHAREGRAPH_DATA=… python -m bench.suggestions --parts lastfm --tune  # half an hour
    python -m bench.suggestions --smoke

`lastfm`: dealt 8:1:1 by user with three seeds, then on the parts that SocialLGN published. `ciao`: its
validation part. `taobao`: a log cut in time, with what is served. `diversity`: the curves on Last.fm.
`knobs`: the same on the validation parts on which the knobs of the order were chosen.
`beibei`: which item a group that works is about, given who starts it. `large`: twenty thousand people made
up, whose folder has to be done in minutes; only if it is asked for. Weights of the blend are learned on a cut
of what is known; with `--tune` the settings of its sources are too. Every command is printed as it could be
typed.
"""

import argparse
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from api.cli.evaluate.diversity import curved
from api.cli.evaluate.diversity import shown as curves_shown
from api.cli.evaluate.groups import evaluated as groups_evaluated
from api.cli.evaluate.groups import shown as groups_shown
from api.cli.evaluate.heldout import part_of
from api.cli.evaluate.suggestions import evaluated, held_of, shown
from api.cli.loading import Format
from bench import crowd
from bench.measured import public_logs, tell_where
from graph.evaluate.suggestions.compare import Evaluation
from graph.generate import ShopModel, generate
from loaders.writing import write

SEEDS = 0, 1, 2
DEAL = "8:1:1"
STARTERS = 40_000
CHOSEN_ON = 0, 2
"""Deals of Last.fm on whose validation parts the knobs were chosen."""
USERS, EVENTS, SHOP = 10_000, 200_000, 11
"""The generated shop, that of bench.order."""
PUBLISHED = "SEPT .2127/.2057, MHCN .2123/.2068, LightGCN .2064/.1972 (RecBole-GNN's table)"
MAIN = "recall@10", "ndcg@10"


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the parts asked for."""
    said = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    said.add_argument(
        "--parts", nargs="+", choices=PARTS, default=[part for part in PARTS if part != "large"]
    )
    said.add_argument("--tune", action="store_true", help="choose settings first")
    said.add_argument("--smoke", action="store_true", help="a small folder made up")
    chosen = said.parse_args(arguments)
    public = not chosen.smoke and chosen.parts != ["large"]
    data = public_logs(said) if public else Path()
    tell_where("numpy", "numba", "scipy")
    if chosen.smoke:
        smoke()
        return
    for part in chosen.parts:
        PARTS[part](data, tune=chosen.tune)


def lastfm(data: Path, *, tune: bool) -> None:
    """Three deals of everybody's listens, the means over them, and the published parts."""
    found = [suggested(data, "lastfm", split=DEAL, tune=tune, seed=seed) for seed in SEEDS]
    print(f"\nMeans over seeds {SEEDS}, R@10/N@10. Published, on other deals: {PUBLISHED}")
    for name in found[0].models:
        recall, ndcg = (np.mean([one.models[name].figures[key].value for one in found]) for key in MAIN)
        print(f"    {name:24}{recall:.4f} / {ndcg:.4f}")
    suggested(data, "lastfm", tune=tune)


def ciao(data: Path, *, tune: bool) -> None:
    """Ratings and trust."""
    suggested(data, "ciao", tune=tune)


def taobao(data: Path, *, tune: bool) -> None:
    """Shares as they happened."""
    suggested(data, "taobao-share", written=Format.TAOBAO_SHARE, tune=tune)


def diversity(data: Path, *, tune: bool) -> None:
    """The curves of the blend."""
    for seed in SEEDS:
        curves(data, "lastfm", split=DEAL, tune=tune, seed=seed)


def knobs(data: Path, *, tune: bool) -> None:
    """The curves on validation parts, of two deals of Last.fm and of a generated shop."""
    for seed in CHOSEN_ON:
        curves(data, "lastfm", split=DEAL, tune=tune, seed=seed, validation=True)
    with TemporaryDirectory() as home:
        print(
            f"\n$ sharegraph generate --users {USERS} --events {EVENTS} --seed {SHOP} --out shop", flush=True
        )
        write(generate(ShopModel(users=USERS, events=EVENTS, seed=SHOP)), Path(home) / "shop", "csv")
        curves(Path(home), "shop", validation=True)


def beibei(data: Path, *, tune: bool) -> None:
    """Groups that worked, given who started them; settings are always chosen inside the first part."""
    del tune
    print(f"\n$ sharegraph evaluate groups beibei --most {STARTERS}", flush=True)
    began = time.perf_counter()
    print(groups_shown(groups_evaluated(str(data / "beibei"), most=STARTERS)))
    _took(began)


def large(data: Path, *, tune: bool) -> None:
    """A folder made up, of the size that has to be done in a quarter of an hour, an hour with `--tune`."""
    del data
    with TemporaryDirectory() as home:
        crowd.write(Path(home) / "crowd", crowd.FULL, seed=0)
        suggested(Path(home), "crowd", tune=tune)


def smoke() -> None:
    """Both commands on three hundred people who are made up."""
    with TemporaryDirectory() as home:
        crowd.write(Path(home) / "made-up", crowd.SMALL, seed=7)
        suggested(Path(home), "made-up", split=DEAL)
        curves(Path(home), "made-up", split=DEAL)


def suggested(
    data: Path,
    name: str,
    *,
    written: Format = Format.SHAREGRAPH,
    split: str | None = None,
    tune: bool = False,
    seed: int = 0,
) -> Evaluation:
    """What `sharegraph evaluate suggestions` prints, and the figures."""
    began = _typed("suggestions", name, written=written, split=split, tune=tune, seed=seed)
    asked = held_of([str(data / name)], written, split, 0.8, seed)
    found = evaluated(asked, tune=tune, seed=seed)
    print(shown(found))
    _took(began)
    return found


def curves(
    data: Path,
    name: str,
    *,
    split: str | None = None,
    tune: bool = False,
    seed: int = 0,
    validation: bool = False,
) -> None:
    """What `sharegraph evaluate diversity` prints."""
    part_said = f"{name} --validation" if validation else name
    began = _typed("diversity", part_said, written=Format.SHAREGRAPH, split=split, tune=tune, seed=seed)
    part = part_of([str(data / name)], Format.SHAREGRAPH, split, 0.8, seed, validation=validation)
    print(curves_shown(curved(part, tune=tune, seed=seed)))
    _took(began)


def _typed(which: str, name: str, *, written: Format, split: str | None, tune: bool, seed: int) -> float:
    words = [name, *(["--format", written.value] if written is not Format.SHAREGRAPH else [])]
    words += [*(["--split", split] if split else []), *(["--tune"] if tune else [])]
    print(f"\n$ sharegraph evaluate {which} {' '.join(words)} --seed {seed}", flush=True)
    return time.perf_counter()


def _took(began: float) -> None:
    print(f"{time.perf_counter() - began:.0f} s", flush=True)


PARTS: dict[str, Callable[..., None]] = {
    "lastfm": lastfm,
    "ciao": ciao,
    "taobao": taobao,
    "diversity": diversity,
    "knobs": knobs,
    "beibei": beibei,
    "large": large,
}


if __name__ == "__main__":
    main()
