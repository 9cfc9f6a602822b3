"""`replica`: results/frame*.jpg, results/depth*.png, traj.txt, as NICE-SLAM renders it; cam_params.json one folder up.

Rendered depth has no noise but its steps, 6553.5 to the metre.
"""

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scenegen.importing.frames import FrameSequence, RgbdFrame
from scenegen.importing.layouts.folders import first_file, holding, usable
from scenegen.importing.pictures import find_pictures, read_numbers, reading
from scenegen.importing.poses import intrinsics, rigid
from scenegen.shards.by_depth import Noise

STEP_M = 1 / 6553.5
USUAL = (600.0, 600.0, 599.5, 339.5)
"""fx, fy, cx, cy of all its scenes, 1200 x 680."""
RENDERED = Noise(0.002, 0.002)


def find(folder: Path) -> list[FrameSequence]:
    """The sequences below a folder. Raises ImportingError."""
    return [_sequence(name, place) for name, place in holding(folder, "traj.txt", "results/frame*")]


def _sequence(name: str, folder: Path) -> FrameSequence:
    parameters = first_file(folder / "cam_params.json", folder.parent / "cam_params.json")
    K, step_m = reading(parameters, _camera, "camera parameters") if parameters else (intrinsics(*USUAL), STEP_M)
    poses = read_numbers(folder / "traj.txt", "a list of poses (16 numbers each)").reshape(-1, 4, 4)
    pictures = find_pictures(folder / "results")
    colors = [path for path in pictures if path.stem.startswith("frame")]
    depths = {path.stem.removeprefix("depth"): path for path in pictures if path.stem.startswith("depth")}

    def frame(number: int, color: Path) -> RgbdFrame | str:
        depth = depths.get(color.stem.removeprefix("frame"))
        T = rigid(poses[number]) if number < len(poses) else None
        if depth is None:
            return "without a depth picture"
        return "without a pose" if T is None else RgbdFrame(color, depth, T, K, unit_m=step_m)

    frames, skipped = usable(name, folder, [lambda n=n, c=c: frame(n, c) for n, c in enumerate(colors)])
    return FrameSequence(name, frames, RENDERED, skipped)


def _camera(path: Path) -> tuple[NDArray[np.float64], float]:
    """Intrinsics and metres of a step of the depth."""
    said = json.loads(path.read_text(encoding="utf-8"))["camera"]
    fx, fy, cx, cy, steps = (float(said[key]) for key in ("fx", "fy", "cx", "cy", "scale"))
    return intrinsics(fx, fy, cx, cy), 1 / steps
