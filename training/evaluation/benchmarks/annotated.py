"""Pictures with matched points that somebody set by hand: every `points.json`."""

from functools import partial
from pathlib import Path

from training.evaluation.benchmarks.benchmark import Benchmark, Sight, Source
from training.evaluation.benchmarks.points_file import points_files, read_points_file
from training.evaluation.benchmarks.sizes import LONG_320
from training.photo import read_photo


def find(root: Path) -> list[Source]:
    """A pair for each file with points; each is a scene of its own."""
    files = [(path, read_points_file(path)) for path in points_files(root)]
    return [
        Source(path.parent.name, path.parent.name, (path, *file.images), partial(read, path))
        for path, file in files
        if len(file.points.xy0)
    ]


def read(path: Path) -> Sight:
    """The pair of a `points.json`. Raises DataError and ImageError."""
    file = read_points_file(path)
    image0, image1 = (read_photo(image) for image in file.images)
    return Sight((image0, image1), points=file.points)


KIND = Benchmark("points annotated by hand", find, LONG_320)
