"""Pictures of planes with a fitted homography: folders with a `points.json` that has one."""

from pathlib import Path

from training.evaluation.benchmarks.benchmark import Benchmark, Sight, Source
from training.evaluation.benchmarks.points_file import read_points_file, sources_of
from training.evaluation.benchmarks.sizes import LONG_320
from training.evaluation.pair import size_of
from training.evaluation.truths.planar import PlanarTruth
from training.photo import read_photo


def find(root: Path) -> list[Source]:
    """A pair for each file with a homography; each is a scene of its own."""
    return sources_of(root, lambda file: file.homography is not None, read)


def read(path: Path) -> Sight:
    """The pair of a `points.json`. Raises DataError and ImageError."""
    file = read_points_file(path)
    assert file.homography is not None
    image0, image1 = (read_photo(image) for image in file.images)
    truth = PlanarTruth(file.homography, size_of(image1))
    return Sight((image0, image1), truth, homography=file.homography)


KIND = Benchmark("planes, by homography", find, LONG_320)
