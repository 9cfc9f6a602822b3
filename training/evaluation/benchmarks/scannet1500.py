"""ScanNet-1500 (SuperGlue's pairs, as LoFTR ships them): relative pose, pictures of 640 x 480.

    test.npz             name (1500, 4) [scene, sub-scene, frame, frame], rel_pose (1500, 12 or 16): camera 0 to 1
    intrinsics.npz       one (3, 3) a scene, of the pictures at 640 x 480
    scans_test/sceneSSSS_TT/color/N.jpg   (or sceneSSSS_TT/color/N.jpg)

The list is public; the pictures need ScanNet's own licence.
"""

from functools import partial
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from scenegen.errors import first_line
from scenegen.geometry import Scaling
from training.errors import DataError
from training.evaluation.benchmarks.benchmark import Benchmark, Sight, Source
from training.evaluation.benchmarks.sizes import exact
from training.evaluation.pair import Array, RelativePose, is_regular
from training.photo import read_photo

LIST, INTRINSICS = "test.npz", "intrinsics.npz"
SIZE = (640, 480)
"""Width and height that the intrinsics are of."""


def find(root: Path) -> list[Source]:
    """The pairs of every list at or below a folder; a scene of ScanNet is a scene."""
    folders = sorted({path.parent for path in root.rglob(LIST) if (path.parent / INTRINSICS).is_file()})
    return [source for folder in folders for source in _sources(folder)]


def _sources(folder: Path) -> list[Source]:
    names, poses, intrinsics = _lists(folder)
    return [
        _source(folder, names[row].tolist(), pose, intrinsics) for row, pose in enumerate(poses.reshape(len(names), -1))
    ]


def _source(folder: Path, name: list[int], pose: Array, intrinsics: dict[str, Array]) -> Source:
    scene, first, second = f"scene{name[0]:04d}_{name[1]:02d}", name[2], name[3]
    if scene not in intrinsics:
        raise DataError(f"{folder / INTRINSICS}: has no intrinsics of {scene}; take the file that belongs to the list")
    files = _picture(folder, scene, first), _picture(folder, scene, second)
    T_1_0 = np.eye(4)
    T_1_0[:3] = pose[:12].reshape(3, 4)
    K = intrinsics[scene]
    return Source(scene, f"{scene}-{first}-{second}", files, partial(read, files, T_1_0, K), (T_1_0, K))


def read(files: tuple[Path, Path], T_1_0: Array, K: Array) -> Sight:
    """Two pictures; `K` (3, 3) is moved from 640 x 480 to the pictures' own size. Raises ImageError."""
    images = read_photo(files[0]), read_photo(files[1])
    K0, K1 = (np.linalg.inv(_scale(image).matrix) @ K for image in images)
    return Sight(images, pose=RelativePose(K0, K1, T_1_0))


def _scale(image: Array) -> Scaling:
    return Scaling(np.array(SIZE) / image.shape[1::-1])


def _lists(folder: Path) -> tuple[Array, Array, dict[str, Array]]:
    """Names (N, 4), poses (N, ...) and intrinsics by scene."""
    try:
        with np.load(folder / LIST, allow_pickle=False) as content:
            names, poses = content["name"].astype(int), content["rel_pose"].astype(np.float64)
        with np.load(folder / INTRINSICS, allow_pickle=False) as content:
            intrinsics = {name: content[name].astype(np.float64) for name in content.files}
        _check(names, poses, intrinsics)
    except (OSError, ValueError, TypeError, KeyError, EOFError, BadZipFile) as error:
        wanted = f"{LIST} must hold name and rel_pose, {INTRINSICS} one 3 x 3 a scene"
        raise DataError(f"{folder}: its lists cannot be read ({first_line(error)}); {wanted}") from None
    return names, poses, intrinsics


def _check(names: Array, poses: Array, intrinsics: dict[str, Array]) -> None:
    """ValueError unless the lists have their shapes, and finite numbers."""
    if names.ndim != 2 or names.shape[1] != 4 or len(poses) != len(names):
        raise ValueError(f"names {names.shape}, poses {poses.shape}")
    if len(poses) and (poses[0].size < 12 or not np.isfinite(poses).all()):
        raise ValueError("its poses are not 12 finite numbers each")
    for name, K in intrinsics.items():
        if not is_regular(K, 3):
            raise ValueError(f"the intrinsics of {name} are not 3 x 3 finite numbers, or singular")


def _picture(folder: Path, scene: str, frame: int) -> Path:
    """Where the pictures lie, below the lists or beside them."""
    tried = [folder / "scans_test", folder, folder.parent / "scans_test"]
    paths = [place / scene / "color" / f"{frame}.jpg" for place in tried]
    return next((path for path in paths if path.is_file()), paths[0])


KIND = Benchmark("ScanNet-1500, 640 x 480", find, partial(exact, size=SIZE))
