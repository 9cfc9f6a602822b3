"""Pictures of planes with a fitted homography: folders with a `points.json` that has one."""

from functools import partial
from pathlib import Path

from training.evaluation.benchmarks.benchmark import Benchmark, Sight, Source
from training.evaluation.benchmarks.points_file import has_homography, pair_name, points_files, read_points_file
from training.evaluation.benchmarks.sizes import LONG_320
from training.evaluation.truths.planar import PlanarTruth
from training.photo import read_photo


def find(root: Path) -> list[Source]:
    """A pair for each file with a homography; each is a scene of its own."""
    return [
        Source(name, name, (path, *read_points_file(path).images), partial(read, path))
        for path in points_files(root)
        if has_homography(path)
        for name in [pair_name(root, path)]
    ]


def read(path: Path) -> Sight:
    """The pair of a `points.json`. Raises DataError and ImageError."""
    file = read_points_file(path)
    assert file.homography is not None
    image0, image1 = (read_photo(image) for image in file.images)
    truth = PlanarTruth(file.homography, (image1.shape[1], image1.shape[0]))
    return Sight((image0, image1), truth, homography=file.homography)


KIND = Benchmark("planes, by homography", find, LONG_320)
