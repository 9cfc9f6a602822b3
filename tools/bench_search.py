"""What searching codes of one bit a channel costs and gives: bits counted, against distances of the descriptors.

    python tools/bench_search.py --run builtin --shards out/rooms
    python tools/bench_search.py --run runs/soft runs/infonce --shards out/rooms --pairs 24 --queries 200

Rays of held-out pairs are looked for among all pixels of the other view, by every way in turn, in one thread: `own`,
exactly, as the run compares descriptors; `signs`, the nearest code (`training/evaluation/codes.py`), ranked by the
descriptors where several are equally near; `signs + k`, those within k bits of the nearest, ranked likewise. PCK is the
share that ends within so many pixels of the truth; CPU time is of the search of one pair, the packing of both views'
codes included; the ratio is of `own` over it, the median over pairs.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table
from torch import Tensor

from scenegen.errors import ScenegenError
from scenegen.shards import ShardSet
from training.errors import TrainingError
from training.evaluation.benchmarks.shards import SPLIT, HeldOutPairs
from training.evaluation.codes import nearest_codes, nearest_of, packed
from training.evaluation.nearest import Metric, as_pixels, as_rows, comparable, nearest
from training.evaluation.pair import Pair
from training.models.describe import NetworkDescriptor
from training.weights.trained import open_trained

Array = NDArray[Any]
SLACK = (0, 2, 4)
"""Bits beyond the nearest within which descriptors are asked."""
PIXELS = (1, 3, 5)
Search = Callable[[Tensor, Tensor], Tensor]
"""From (Q, D) queries and a bank (N, D) to (Q,) rows of it."""


@dataclass(frozen=True)
class Found:
    """What one way found of one pair."""

    error_px: Array
    """(Q,) distances from the truth."""
    seconds: float
    """CPU time of the search."""


def ways(norm: Metric) -> Mapping[str, Search]:
    """Name to search."""
    by_signs = {f"signs + {slack}" if slack else "signs": partial(_by_signs, norm, slack) for slack in SLACK}
    return {"own": lambda queries, bank: nearest(queries, bank, norm)[0]} | by_signs


def _by_signs(norm: Metric, slack: int, queries: Tensor, bank: Tensor) -> Tensor:
    return nearest_of(queries, bank, nearest_codes(packed(queries), packed(bank), slack), norm)


@torch.no_grad()
def measure(run: Path, pairs: Sequence[Pair]) -> tuple[str, dict[str, list[Found]]]:
    """What the run is, and what every way found of every pair."""
    trained = open_trained(run)
    describe, found = NetworkDescriptor(str(run), trained.network), {}
    for pair in pairs:
        for name, each in searched(describe, trained.about.distance, pair):
            found.setdefault(name, []).append(each)
    return f"{run}, D = {trained.about.network.channels}, {trained.about.distance}", found


def searched(describe: NetworkDescriptor, distance: Any, pair: Pair) -> Iterator[tuple[str, Found]]:
    """Every way, in turn, on the visible rays of a pair."""
    maps = [describe(torch.from_numpy(image.transpose(2, 0, 1).copy())[None])[0] for image in pair.images]
    (first, norm), (second, _) = (comparable(each, distance) for each in maps)
    x, y = torch.from_numpy(pair.xy0[pair.visible]).long().unbind(1)
    queries, bank, true = first[:, y, x].T.contiguous(), as_rows(second), pair.xy1[pair.visible]
    for name, search in ways(norm).items():
        begin = time.process_time()
        rows = search(queries, bank)
        seconds = time.process_time() - begin
        reached = as_pixels(rows, second.shape[2]).numpy()
        yield name, Found(np.linalg.norm(reached - true, axis=1), seconds)


def table(title: str, found: Mapping[str, Sequence[Found]]) -> Table:
    """One row for each way."""
    grid = Table(title=title)
    for heading in ("search", *(f"PCK@{px}, %" for px in PIXELS), "CPU ms a pair", "own / this"):
        grid.add_column(heading, justify="left" if heading == "search" else "right")
    for name, each in found.items():
        errors = np.concatenate([one.error_px for one in each])
        shares = (f"{100 * np.mean(errors < px):.1f}" for px in PIXELS)
        ratio = np.median([own.seconds / one.seconds for own, one in zip(found["own"], each, strict=True)])
        grid.add_row(name, *shares, f"{1000 * np.median([one.seconds for one in each]):.1f}", f"{ratio:.1f}")
    return grid


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; 0 unless the request cannot be met."""
    words = _words(arguments)
    torch.set_num_threads(1)
    console = Console(highlight=False)
    try:
        shards = ShardSet(words.shards, split=SPLIT)
        pairs = list(HeldOutPairs(shards, words.queries, seed=0, limit=words.pairs))
        for run in words.run:
            console.print(table(*measure(run, pairs)))
    except (TrainingError, ScenegenError) as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return 0


def _words(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", type=Path, nargs="+", required=True, help="run folders, files of weights, or builtin")
    parser.add_argument("--shards", type=Path, required=True, help="folder of shards; their split val is measured")
    parser.add_argument("--pairs", type=int, default=24, help="held-out pairs at most")
    parser.add_argument("--queries", type=int, default=200, help="rays of each pair at most")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
