"""`points.json`: two pictures, matched points, and a homography where the scene is one plane.

Keys: image1, image2 (file names beside it), points1, points2 ([[x, y], ...], the top-left pixel's centre at (0, 0)),
homography (3 x 3 by rows, image 1 to image 2; optional).
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from scenegen.counting import counted
from training.errors import DataError
from training.evaluation.benchmarks.benchmark import Points, Sight, Source
from training.evaluation.pair import Array, is_regular

NAME = "points.json"


@dataclass(frozen=True)
class PointsFile:
    """What such a file says."""

    images: tuple[Path, Path]
    points: Points
    homography: Array | None
    """(3, 3) float64."""


def sources_of(root: Path, wanted: Callable[[PointsFile], bool], read: Callable[[Path], Sight]) -> list[Source]:
    """A pair for each such file that is wanted, at or below a folder, by name; each is a scene of its own."""
    files = [(path, read_points_file(path)) for path in sorted(root.rglob(NAME))]
    named = [(pair_name(root, path), path, file) for path, file in files if wanted(file)]
    return [Source(name, name, (path, *file.images), partial(read, path)) for name, path, file in named]


def pair_name(root: Path, path: Path) -> str:
    """The file's folder from the root on, by which no two pairs are called alike."""
    return root.resolve().name if path.parent == root else path.parent.relative_to(root).as_posix()


def read_points_file(path: Path) -> PointsFile:
    """Read it. Raises DataError where it does not hold what it must."""
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        images = path.parent / content["image1"], path.parent / content["image2"]
        xy0, xy1 = (np.array(content[name], np.float64).reshape(-1, 2) for name in ("points1", "points2"))
        homography = None if content.get("homography") is None else np.array(content["homography"], np.float64)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        wanted = "image1, image2, points1, points2 ([[x, y], ...]) and perhaps homography"
        raise DataError(f"{path}: cannot be used ({type(error).__name__}: {error}); it must hold {wanted}") from None
    if len(xy0) != len(xy1):
        counts = f"has {counted(len(xy0), 'point')} in image 1 and {len(xy1)} in image 2"
        raise DataError(f"{path}: {counts}; give pairs of points")
    if homography is not None and not is_regular(homography, 3):
        raise DataError(
            f"{path}: its homography is not 3 x 3 numbers by rows, or singular; correct it, or leave it out"
        )
    return PointsFile(images, Points(xy0, xy1, np.ones(len(xy0), bool)), homography)
