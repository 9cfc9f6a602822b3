"""`homography`: two pictures and the matrix that takes pixels of the first to the second.

Either `points.json` with `image1`, `image2` and `homography` (3 x 3), or as HPatches has it: 1.ppm to 6.ppm and H_1_2
to H_1_6. All of a picture is taken to lie in the plane.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scenegen.errors import ImportingError
from scenegen.importing.flat import Dense, PairSequence
from scenegen.importing.layouts.folders import find_picture, holding, read_matrix
from scenegen.importing.layouts.pair_names import named_pictures
from scenegen.importing.options import ImportOptions
from scenegen.importing.pictures import reading
from scenegen.status import Status

F64 = NDArray[np.float64]


@dataclass(frozen=True)
class PlanarPair:
    """Two pictures of a plane, or of one place."""

    file: Path
    pictures: tuple[Path, Path]

    @property
    def files(self) -> tuple[Path, ...]:
        """All files that it is made of."""
        return (*self.pictures, self.file)

    def truth(self, options: ImportOptions) -> Dense:
        """The map of every place. Raises ImportingError where the matrix is none."""
        H = _matrix(self.file)
        if not np.isfinite(H).all() or abs(np.linalg.det(H)) < 1e-12:
            raise ImportingError(f"{self.file}: its homography is not finite, or singular: mend or remove it")
        return Dense(lambda xy: transfer_by_homography(H, xy))


def transfer_by_homography(H: F64, xy: F64) -> tuple[F64, NDArray[np.uint8]]:
    """Places (N, 2) by a homography (3, 3), NaN beyond its horizon, and verdicts (N,): visible, or behind the camera.

    The sign of a homography is free: the picture's first corner is taken to lie before the camera.
    """
    mapped = np.concatenate([xy, np.ones((len(xy), 1))], 1) @ (H * (np.sign(H[2, 2]) or 1.0)).T
    front = mapped[:, 2] > 0
    places = mapped[:, :2] / np.where(front, mapped[:, 2], np.nan)[:, None]
    return places, np.where(front, Status.VISIBLE, Status.BEHIND_CAMERA).astype(np.uint8)


def find(folder: Path) -> list[PairSequence]:
    """The pairs below a folder, those of one folder together. Raises ImportingError."""
    found = {name: [pair for list_pairs in FORMS for pair in list_pairs(place)] for name, place in holding(folder, "*")}
    return [PairSequence(name, tuple(pairs)) for name, pairs in found.items() if pairs]


def _of_points(folder: Path) -> list[PlanarPair]:
    """Pairs of JSON files with a homography."""
    said = {path: reading(path, _json, "JSON") for path in sorted(folder.glob("*.json"))}
    return [PlanarPair(path, named_pictures(path, values)) for path, values in said.items() if "homography" in values]


def _of_hpatches(folder: Path) -> list[PlanarPair]:
    """Pairs of the first picture with each other one."""
    pairs = []
    for path in sorted(path for path in folder.glob("H_*_*") if path.is_file()):
        first, second = path.stem.split("_")[1:3]
        pictures = find_picture(folder, first), find_picture(folder, second)
        if pictures[0] is None or pictures[1] is None:
            raise ImportingError(f"{path}: there is no picture {first} or {second} beside it: add it, or remove this")
        pairs.append(PlanarPair(path, (pictures[0], pictures[1])))
    return pairs


FORMS: tuple[Callable[[Path], list[PlanarPair]], ...] = (_of_points, _of_hpatches)
"""The ways in which homographies lie beside pictures."""


def _matrix(path: Path) -> F64:
    if path.suffix == ".json":
        return reading(path, lambda p: np.array(_json(p)["homography"], np.float64).reshape(3, 3), "a homography")
    return read_matrix(path, 3, 3)


def _json(path: Path) -> dict[str, object]:
    said = json.loads(path.read_text(encoding="utf-8"))
    return said if isinstance(said, dict) else {}
