"""HPatches sequences (Balntas et al., CVPR 2017): `{i,v}_NAME/{1..6}.ppm` and `H_1_k`, from picture 1 to picture k.

Without the eight sequences that D2-Net and all after it leave out for their size: 108 sequences, 540 pairs of the whole
set. Pictures are resized to a shorter side of 480 px, and homographies with them (the variant of glue-factory).
"""

from functools import partial
from pathlib import Path

import numpy as np

from training.errors import DataError
from training.evaluation.benchmarks.benchmark import Benchmark, Sight, Source
from training.evaluation.benchmarks.sizes import SHORT_480
from training.evaluation.pair import Array, is_regular, size_of
from training.evaluation.truths.planar import PlanarTruth
from training.photo import read_photo

LEFT_OUT = frozenset(
    ("i_contruction", "i_crownnight", "i_dc", "i_pencils", "i_whitebuilding", "v_artisans", "v_astronautis", "v_talent")
)
"""Sequences that are not measured."""


def find(root: Path) -> list[Source]:
    """The pairs (1, k) of every sequence at or below a folder; a sequence is a scene."""
    return [
        Source(folder.name, f"{folder.name}-1-{k}", _files(folder, k), partial(read, folder, k))
        for folder in sorted({path.parent for path in root.rglob("H_1_2")})
        if folder.name not in LEFT_OUT
        for k in range(2, 7)
        if (folder / f"H_1_{k}").is_file()
    ]


def read(folder: Path, k: int) -> Sight:
    """Picture 1 beside picture k. Raises DataError and ImageError."""
    path0, path1, path_H = _files(folder, k)
    H, image0, image1 = _matrix(path_H), read_photo(path0), read_photo(path1)
    return Sight((image0, image1), PlanarTruth(H, size_of(image1)), homography=H)


def _files(folder: Path, k: int) -> tuple[Path, Path, Path]:
    return folder / "1.ppm", folder / f"{k}.ppm", folder / f"H_1_{k}"


def _matrix(path: Path) -> Array:
    """(3, 3); the files have double blanks."""
    try:
        H = np.array(path.read_text(encoding="ascii").split(), np.float64)
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: cannot be read ({error}); it must hold 9 numbers") from None
    if H.size != 9:
        raise DataError(f"{path}: holds {H.size} numbers, not the 9 of a homography")
    if not is_regular(H.reshape(3, 3), 3):
        raise DataError(f"{path}: its homography is not finite, or singular; correct or remove it")
    return H.reshape(3, 3)


KIND = Benchmark("HPatches, short side 480 px", find, SHORT_480)
