"""Pictures with matched points that somebody set by hand: every `points.json`."""

from pathlib import Path

import numpy as np

from training.errors import DataError
from training.evaluation.benchmarks.benchmark import Benchmark, Sight, Source
from training.evaluation.benchmarks.points_file import read_points_file, sources_of
from training.evaluation.benchmarks.sizes import LONG_320
from training.evaluation.pair import size_of
from training.evaluation.truths.planar import in_picture
from training.photo import read_photo


def find(root: Path) -> list[Source]:
    """A pair for each file with points; each is a scene of its own."""
    return sources_of(root, lambda file: len(file.points.xy0) > 0, read)


def read(path: Path) -> Sight:
    """The pair of a `points.json`. Raises DataError, also for points outside of their picture, and ImageError."""
    file = read_points_file(path)
    image0, image1 = (read_photo(image) for image in file.images)
    for number, image, xy in ((1, image0, file.points.xy0), (2, image1, file.points.xy1)):
        outside = np.flatnonzero(~in_picture(xy, size_of(image)))
        if len(outside):
            (x, y), (width, height) = xy[outside[0]], size_of(image)
            where = f"point ({x:g}, {y:g}) lies outside of image {number}, {width}x{height} px"
            raise DataError(f"{path}: {where}; correct or remove it")
    return Sight((image0, image1), points=file.points)


KIND = Benchmark("points annotated by hand", find, LONG_320)
