"""`scannet`: color/N.jpg, depth/N.png (16 bit, mm), pose/N.txt, intrinsic/ as ScanNet's SensReader exports them.

Colour and depth have sizes and intrinsics of their own; poses that were lost are infinite.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scenegen.errors import ImportingError
from scenegen.importing.frames import FrameSequence, RgbdFrame
from scenegen.importing.layouts.folders import find_picture, holding, read_matrix, usable
from scenegen.importing.layouts.seven_scenes import STRUCTURED_LIGHT
from scenegen.importing.pictures import find_pictures
from scenegen.importing.poses import rigid

MOST_OFFSET = 1e-3
"""Departure of a camera's extrinsics from the identity that moves no pixel."""


def find(folder: Path) -> list[FrameSequence]:
    """The sequences below a folder. Raises ImportingError."""
    found = holding(folder, "color", "depth", "pose", "intrinsic/intrinsic_color.txt")
    return [_sequence(name, place) for name, place in found]


def _sequence(name: str, folder: Path) -> FrameSequence:
    for camera in ("color", "depth"):
        _require_registered(folder / "intrinsic" / f"extrinsic_{camera}.txt")
    K, K_depth = (
        read_matrix(folder / "intrinsic" / f"intrinsic_{camera}.txt", 4, 4)[:3, :3] for camera in ("color", "depth")
    )
    pictures = sorted(find_pictures(folder / "color"), key=lambda path: (len(path.stem), path.stem))
    frames, skipped = usable(name, folder, [lambda p=path: _frame(folder, p, K, K_depth) for path in pictures])
    return FrameSequence(name, frames, STRUCTURED_LIGHT, skipped)


def _frame(folder: Path, color: Path, K: NDArray[np.float64], K_depth: NDArray[np.float64]) -> RgbdFrame | str:
    depth, pose = find_picture(folder / "depth", color.stem), folder / "pose" / f"{color.stem}.txt"
    if depth is None:
        return "without a depth picture"
    if not pose.is_file():
        return "without a pose"
    T = rigid(read_matrix(pose, 4, 4))
    return "whose pose is not finite, or no rotation" if T is None else RgbdFrame(color, depth, T, K, K_depth)


def _require_registered(path: Path) -> None:
    """Raise ImportingError where colour and depth were not taken from one point."""
    if path.is_file() and np.abs(read_matrix(path, 4, 4) - np.eye(4)).max() > MOST_OFFSET:
        raise ImportingError(
            f"{path}: the depth was measured from another point than the colour: register it to the colour first"
        )
