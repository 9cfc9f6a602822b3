"""MegaDepth-1500 (LoFTR's five lists of 300 pairs): relative pose of photographs.

    SCENE_LOW_HIGH.npz (`0015_0.1_0.3.npz`, ...) in one folder: image_paths, intrinsics (3, 3), poses (4, 4) world to
    camera, pair_infos [((i, j), overlap, ...), ...]; the files are pickles in spite of their name
    Undistorted_SfM/SCENE/images/...: beside that folder or up to three folders above it

Only the types that such a list needs are unpickled.
"""

import pickle
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from scenegen.errors import first_line
from training.errors import DataError
from training.evaluation.benchmarks.benchmark import Benchmark, Sight, Source
from training.evaluation.benchmarks.sizes import long_side
from training.evaluation.pair import Array, RelativePose, is_regular
from training.photo import read_photo

LISTS = "00[0-9][0-9]_0.[0-9]_0.[0-9].npz"
NEEDED = frozenset(
    {
        ("numpy", "dtype"),
        ("numpy", "ndarray"),
        ("numpy.core.multiarray", "_reconstruct"),
        ("numpy._core.multiarray", "_reconstruct"),
        ("numpy.core.multiarray", "scalar"),
        ("numpy._core.multiarray", "scalar"),
        ("_codecs", "encode"),
    }
)
"""All that is unpickled."""


def find(root: Path) -> list[Source]:
    """The pairs of every list at or below a folder; a list is of one scene of MegaDepth, and the scene is drawn."""
    return [source for path in sorted(root.rglob(LISTS)) for source in _sources(path)]


def _sources(path: Path) -> list[Source]:
    content = read_list(path)
    scene = path.name.partition("_")[0]
    try:
        root = _root(path, content)
        return [_source(path, scene, root, content, *info[0]) for info in content["pair_infos"]]
    except (TypeError, ValueError, LookupError) as error:
        raise DataError(
            f"{path}: a pair of its list cannot be used ({first_line(error)}); get the assets of LoFTR"
        ) from None


def _source(path: Path, scene: str, root: Path, content: dict[str, Any], i: int, j: int) -> Source:
    files = root / content["image_paths"][i], root / content["image_paths"][j]
    T0, T1 = (_finite(content["poses"][number], 4) for number in (i, j))
    K0, K1 = (_finite(content["intrinsics"][number], 3) for number in (i, j))
    pose = RelativePose(K0, K1, T1 @ np.linalg.inv(T0))
    return Source(scene, f"{path.stem}-{i}-{j}", files, partial(read, files, pose), (K0, K1, T0, T1))


def _finite(value: Any, side: int) -> Array:
    """(side, side) float64 that can be inverted. Raises ValueError and TypeError where it is none."""
    matrix = np.array(value, np.float64)
    if not is_regular(matrix, side):
        raise ValueError(f"a pose or intrinsics are not {side} x {side} finite numbers, or singular")
    return matrix


def read(files: tuple[Path, Path], pose: RelativePose) -> Sight:
    """Two photographs. Raises ImageError."""
    return Sight((read_photo(files[0]), read_photo(files[1])), pose=pose)


def read_list(path: Path) -> dict[str, Any]:
    """What a list holds. Raises DataError."""
    try:
        with path.open("rb") as file:
            content = _Lists(file).load()
        missing = {"image_paths", "intrinsics", "poses", "pair_infos"} - set(content)
    except (OSError, pickle.UnpicklingError, EOFError, TypeError, AttributeError, ValueError, LookupError) as error:
        raise DataError(f"{path}: is no list of LoFTR ({error}); get the assets of zju3dv/LoFTR") from None
    if missing:
        raise DataError(f"{path}: lacks {', '.join(sorted(missing))}; get the assets of zju3dv/LoFTR")
    return content


class _Lists(pickle.Unpickler):
    """Arrays, texts and numbers, and nothing that runs."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__(file, encoding="latin1")

    def find_class(self, module: str, name: str, /) -> Any:
        """A type, where it is needed."""
        if (module, name) not in NEEDED:
            raise pickle.UnpicklingError(f"it wants {module}.{name}, which no list needs")
        return super().find_class(module, name)


def _root(path: Path, content: dict[str, Any]) -> Path:
    """The folder that the paths of pictures begin in."""
    first = next((name for name in content["image_paths"] if name is not None), "")
    return next((folder for folder in list(path.parents)[:4] if (folder / first).is_file()), path.parent)


KIND = Benchmark("MegaDepth-1500, long side 640 px", find, partial(long_side, side=640))
