"""`nerfstudio`: transforms.json with depth_file_path for its frames; cameras look along -z, depth is in mm.

Pixel (0, 0) is the corner of the top-left one there.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np

from scenegen.errors import ImportingError
from scenegen.importing.frames import FrameSequence, RgbdFrame
from scenegen.importing.layouts.folders import holding, usable
from scenegen.importing.pictures import reading
from scenegen.importing.poses import OPENGL_OPENCV, intrinsics, rigid
from scenegen.shards.by_depth import Noise

UNKNOWN_SENSOR = Noise(0.01, 0.01)
DISTORTION = ("k1", "k2", "k3", "k4", "p1", "p2")


def find(folder: Path) -> list[FrameSequence]:
    """The sequences below a folder. Raises ImportingError."""
    return [_sequence(name, place) for name, place in holding(folder, "transforms.json")]


def _sequence(name: str, folder: Path) -> FrameSequence:
    path = folder / "transforms.json"
    said = reading(path, lambda p: dict(json.loads(p.read_text(encoding="utf-8"))), "transforms of nerfstudio")
    items = said.get("frames", [])
    frames, skipped = usable(name, folder, [lambda i=item: _frame(path, said, i) for item in items])
    return FrameSequence(name, frames, UNKNOWN_SENSOR, skipped)


def _frame(path: Path, said: dict[str, Any], frame: dict[str, Any]) -> RgbdFrame | str:
    both = {**said, **frame}
    if bent := [key for key in DISTORTION if both.get(key)]:
        raise ImportingError(f"{path}: its pictures are distorted ({bent[0]}): undistort them first")
    if "depth_file_path" not in frame:
        return "without depth_file_path"
    try:
        fx, fy, cx, cy = (float(both[key]) for key in ("fl_x", "fl_y", "cx", "cy"))
        K = intrinsics(fx, fy, cx, cy, corner=True)
        pose, color = np.array(frame["transform_matrix"], np.float64), path.parent / frame["file_path"]
    except (KeyError, TypeError, ValueError) as error:
        raise ImportingError(f"{path}: a frame lacks, or has as no number, {error}: mend it") from None
    T = rigid(pose @ OPENGL_OPENCV) if pose.shape == (4, 4) else None
    if T is None:
        return "whose pose is not finite, or no rotation"
    return RgbdFrame(color, path.parent / frame["depth_file_path"], T, K)
