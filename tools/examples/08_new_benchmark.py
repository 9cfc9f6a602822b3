"""A benchmark of one's own, pictures beside themselves shifted by some pixels: 08_new_benchmark.py FOLDER OUT."""

import sys
from functools import partial
from pathlib import Path

import numpy as np

from training.cli import main
from training.evaluation.benchmarks import registry
from training.evaluation.benchmarks.benchmark import Benchmark, Sight, Source
from training.evaluation.benchmarks.sizes import LONG_320
from training.evaluation.pair import size_of
from training.evaluation.truths.planar import PlanarTruth
from training.photo import read_photo

SHIFT_PX = 12


def find(root: Path) -> list[Source]:
    """Every PNG below a folder; each is a scene of its own."""
    return [Source(path.stem, path.stem, (path,), partial(read, path)) for path in sorted(root.rglob("*.png"))]


def read(path: Path) -> Sight:
    """A picture without its right border, beside the same without its left border."""
    left, right = read_photo(path)[:, :-SHIFT_PX], read_photo(path)[:, SHIFT_PX:]
    H = np.array([[1.0, 0, -SHIFT_PX], [0, 1, 0], [0, 0, 1]])
    return Sight((left, right), PlanarTruth(H, size_of(right)), homography=H)


KIND = Benchmark("shifted pictures", find, LONG_320)

if __name__ == "__main__":
    sys.modules["training.evaluation.benchmarks.shifted"] = sys.modules[__name__]
    registry.FILES["shifted"] = "shifted"
    folder, out = sys.argv[1:] if len(sys.argv) == 3 else sys.exit(f"usage: {sys.argv[0]} FOLDER OUT")
    words = ["--run", "builtin", "--benchmark", "shifted", "--queries", "100", "--grid", "24", "--pictures", "0"]
    sys.exit(main(["eval-photos", "--data", folder, "--out", out, *words]))
