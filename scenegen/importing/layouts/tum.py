"""`tum`: rgb.txt, depth.txt, groundtruth.txt as the TUM RGB-D benchmark has them; the clocks are matched.

Depth is 16 bit, 5000 to the metre, registered to the colour; intrinsics are not on the disk.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scenegen.errors import ImportingError
from scenegen.importing.frames import FrameSequence, RgbdFrame
from scenegen.importing.layouts.folders import holding, usable
from scenegen.importing.layouts.seven_scenes import STRUCTURED_LIGHT
from scenegen.importing.pictures import read_numbers, reading
from scenegen.importing.poses import of_quaternion
from scenegen.shards.by_depth import Noise

MOST_APART_S = 0.02
"""Times of colour, depth and pose that still belong together."""
STEP_M = 1 / 5000
NOISE: Noise = STRUCTURED_LIGHT


def find(folder: Path) -> list[FrameSequence]:
    """The sequences below a folder. Raises ImportingError."""
    return [_sequence(name, place) for name, place in holding(folder, "rgb.txt", "depth.txt")]


def _sequence(name: str, folder: Path) -> FrameSequence:
    colors, depths = _listed(folder / "rgb.txt"), _listed(folder / "depth.txt")
    poses = read_numbers(folder / "groundtruth.txt", "a list of poses (time tx ty tz qx qy qz qw)")
    if poses.shape[1] != 8 or not len(poses):
        raise ImportingError(f"{folder / 'groundtruth.txt'}: its rows are not time tx ty tz qx qy qz qw: mend it")
    depth_times = np.array([time for time, _ in depths])

    def frame(time: float, color: Path) -> RgbdFrame | str:
        d, p = nearest_time(depth_times, time), nearest_time(poses[:, 0], time)
        if d is None:
            return f"without depth within {MOST_APART_S:g} s"
        if p is None:
            return f"without a pose within {MOST_APART_S:g} s"
        x, y, z, w = poses[p, 4:]
        T = of_quaternion((w, x, y, z), poses[p, 1:4])
        return "whose pose is not finite" if T is None else RgbdFrame(color, depths[d][1], T, unit_m=STEP_M)

    frames, skipped = usable(name, folder, [lambda t=time, c=color: frame(t, c) for time, color in colors])
    return FrameSequence(name, frames, NOISE, skipped)


def nearest_time(times: NDArray[np.float64], time: float) -> int | None:
    """Row of the time that is nearest; None where none is within MOST_APART_S."""
    row = int(np.argmin(np.abs(times - time))) if len(times) else 0
    return row if len(times) and abs(times[row] - time) <= MOST_APART_S else None


def _listed(path: Path) -> list[tuple[float, Path]]:
    """(time, file) of each line of a list, in the order of time."""

    def read(file: Path) -> list[tuple[float, Path]]:
        lines = [line.split() for line in file.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
        return sorted((float(words[0]), file.parent / words[1]) for words in lines if words)

    return reading(path, read, "a list of times and files")
