"""Pictures with matched points that somebody set by hand: every `points.json`."""

from functools import partial
from pathlib import Path

import numpy as np

from training.errors import DataError
from training.evaluation.benchmarks.benchmark import Benchmark, Sight, Source
from training.evaluation.benchmarks.points_file import pair_name, points_files, read_points_file
from training.evaluation.benchmarks.sizes import LONG_320
from training.evaluation.truths.planar import within
from training.photo import read_photo


def find(root: Path) -> list[Source]:
    """A pair for each file with points; each is a scene of its own."""
    files = [(path, read_points_file(path)) for path in points_files(root)]
    return [
        Source(name, name, (path, *file.images), partial(read, path))
        for path, file in files
        if len(file.points.xy0)
        for name in [pair_name(root, path)]
    ]


def read(path: Path) -> Sight:
    """The pair of a `points.json`. Raises DataError, also for points outside of their picture, and ImageError."""
    file = read_points_file(path)
    image0, image1 = (read_photo(image) for image in file.images)
    for number, image, xy in ((1, image0, file.points.xy0), (2, image1, file.points.xy1)):
        outside = np.flatnonzero(~within(xy, (image.shape[1], image.shape[0])))
        if len(outside):
            (x, y), size = xy[outside[0]], f"{image.shape[1]}x{image.shape[0]} px"
            raise DataError(
                f"{path}: point ({x:g}, {y:g}) lies outside of image {number}, {size}; correct or remove it"
            )
    return Sight((image0, image1), points=file.points)


KIND = Benchmark("points annotated by hand", find, LONG_320)
