"""`rgbd`: frame-NNNNNN.color.png, .depth.png (16 bit, mm), .pose.txt (camera to world), as 7-Scenes and 3DMatch do.

`intrinsics.K.txt` or `camera-intrinsics.txt` beside the frames, or one folder up, serves both pictures.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scenegen.importing.frames import FrameSequence, RgbdFrame
from scenegen.importing.layouts.folders import find_picture, first_file, holding, read_matrix, usable
from scenegen.importing.poses import rigid
from scenegen.shards.by_depth import Noise

STRUCTURED_LIGHT = Noise(0.005, 0.0, 0.004)
"""Of the first Kinect and its like: the depth's spread is about 1.4 mm at 1 m and grows with the square."""
NO_DEPTH = 65535
K_FILES = ("intrinsics.K.txt", "camera-intrinsics.txt")


def find(folder: Path) -> list[FrameSequence]:
    """The sequences below a folder. Raises ImportingError."""
    return [_sequence(name, place) for name, place in holding(folder, "frame-*.color.*")]


def _sequence(name: str, folder: Path) -> FrameSequence:
    K_file = first_file(*(place / file for place in (folder, folder.parent) for file in K_FILES))
    K = read_matrix(K_file, 3, 3) if K_file else None
    stems = sorted(path.name.partition(".color.")[0] for path in folder.glob("frame-*.color.*"))
    frames, skipped = usable(name, folder, [lambda s=stem: _frame(folder, s, K) for stem in stems])
    return FrameSequence(name, frames, STRUCTURED_LIGHT, skipped)


def _frame(folder: Path, stem: str, K: NDArray[np.float64] | None) -> RgbdFrame | str:
    """A frame, or why it is no use."""
    color, depth, pose = (
        find_picture(folder, f"{stem}.color"),
        find_picture(folder, f"{stem}.depth"),
        folder / f"{stem}.pose.txt",
    )
    if not (color and depth):
        return "without a .depth picture"
    if not pose.is_file():
        return "without a .pose.txt"
    T = rigid(read_matrix(pose, 4, 4))
    return "whose pose is not finite, or no rotation" if T is None else RgbdFrame(color, depth, T, K, none=NO_DEPTH)
