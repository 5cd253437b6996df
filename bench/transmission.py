"""Transmission: found again in generated shops of fresh seeds, calibrated on real logs.

    SHAREGRAPH_DATA=… python -m bench.transmission > bench/results/transmission.txt       a quarter of an hour
    python -m bench.transmission --seeds 1 --users 300 --events 6000                        a smoke test

Seeds are none that anything was set on. Real logs are told where SHAREGRAPH_DATA says where they are; what is
asked of them is a share by u after the cut, and each v who had opened an earlier share of u's before it.
"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from api.cli.evaluate.transmission import found_again
from bench.measured import public_logs, tell_where
from graph.generate import ShopModel

FIRST = 21
LOGS = {"taobao-share": "share_triples.tsv", "higgs": "higgs-activity_time.txt.gz"}


def asked(*arguments: str) -> dict[str, Any]:
    """What `sharegraph evaluate transmission … --json` prints."""
    command = ["sharegraph", "evaluate", "transmission", *arguments, "--json"]
    print("$", *(Path(word).name if "/" in word else word for word in command), flush=True)
    module = [sys.executable, "-m", "api.cli", *command[1:]]
    done = subprocess.run(module, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def said(figure: dict[str, float], digits: int) -> str:
    """A figure with its interval."""
    return f"{figure['value']:.{digits}f} ({figure['low']:.{digits}f} to {figure['high']:.{digits}f})"


def told_of_shop(found: dict[str, Any]) -> None:
    """One generated shop: ours, the oracles, the shops outside the model."""
    ours = found["models"].pop("ours")
    for name, one in {"as drawn": ours, **found["scenarios"]}.items():
        correlation = said(one["rank_correlation"], 3)
        print(
            f"    {name:28} {one['ties']:6,} ties  held {said(one['coverage'], 3)}  rank {correlation}",
            end="",
        )
        print(f"  bias {one['bias']:+.3f}  {one['learned_by']}")
    for name, one in found["models"].items():
        print(f"    oracle, {name:39} rank {said(one['rank_correlation'], 3)}", flush=True)


def told_of_seed(model: ShopModel) -> None:
    """One more shop as it is drawn, beside the oracle that knows the law."""
    found = found_again(model, oracles=1)
    held = f"{found.coverage.value:.3f} ({found.coverage.low:.3f} to {found.coverage.high:.3f})"
    print(f"    seed {model.seed}  {found.ties:6,} ties  held {held}", end="")
    for name, rank in found.correlation.items():
        print(f"  {name} {rank.value:.3f}", end="")
    print(f"  bias {found.bias:+.3f}", flush=True)


def told_of_log(found: dict[str, Any]) -> None:
    """One real log: every model, our curve."""
    print(f"    a trial: {found['trial']}")
    print(f"    {found['trials']:,} trials, {found['happened']:,} opened; ours is {found['learned_by']!r}")
    for name, one in found["models"].items():
        print(f"    {name:12} ECE {said(one['ece'], 4)}  log-likelihood {said(one['log_likelihood'], 4)}")
    for step in found["models"]["ours"]["curve"]:
        print(
            f"        foretold {step['foretold']:.4f}  came {said(step['happened'], 4)}  {step['trials']:,}"
        )


def main(arguments: Sequence[str] | None = None) -> None:
    """Everything, in the order of the docstring."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    for name, default in (("seeds", 6), ("users", 2_000), ("events", 40_000)):
        options.add_argument(f"--{name}", type=int, default=default)
    chosen = options.parse_args(arguments)
    logs = public_logs(options, *LOGS) if os.environ.get("SHAREGRAPH_DATA") else None
    tell_where("numpy", "scipy", "numba")
    size = "--users", str(chosen.users), "--events", str(chosen.events)
    told_of_shop(asked(*size, "--seed", str(FIRST)))
    print("as drawn, other seeds")
    for seed in range(FIRST + 1, FIRST + chosen.seeds):
        told_of_seed(ShopModel(users=chosen.users, events=chosen.events, seed=seed))
    if logs is not None:
        for format_, file in LOGS.items():
            told_of_log(asked(str(logs / format_ / file), "--format", format_))


if __name__ == "__main__":
    main()
