"""One imported sample: two pictures, what matches between them, and the cameras where they are known."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenegen.geometry import angle_between
from scenegen.status import Status

F64 = NDArray[np.float64]
F32 = NDArray[np.float32]


@dataclass(frozen=True)
class JudgedRays:
    """Pixels of view 0 and what became of them in view 1."""

    xy0: NDArray[np.uint16]
    """(R, 2) pixels of view 0."""
    xy: F32
    """(R, 2) where they fall in view 1, NaN where nowhere."""
    status: NDArray[np.uint8]
    """(R,) verdicts."""

    def __len__(self) -> int:
        return len(self.xy0)

    def padded(self, count: int) -> "JudgedRays":
        """The same with rays that hit nothing, at pixel (0, 0), until there are `count`."""
        more = count - len(self)
        return JudgedRays(
            np.concatenate([self.xy0, np.zeros((more, 2), np.uint16)]),
            np.concatenate([self.xy, np.full((more, 2), np.nan, np.float32)]),
            np.concatenate([self.status, np.full(more, Status.NO_HIT, np.uint8)]),
        )


@dataclass(frozen=True)
class Geometry:
    """Depth and cameras of both views."""

    depth: F32
    """(2, H, W) z-depth, 0 where nothing was measured."""
    K: F64
    """(2, 3, 3)."""
    T_world_cam: F64
    """(2, 4, 4)."""
    overlap: F64
    """(2, 2) share of the measured surface of view i that view j sees."""

    def depth0(self, xy0: NDArray[np.uint16]) -> F32:
        """(R,) depth of pixels of view 0."""
        x, y = xy0.astype(np.int64).T
        return self.depth[0, y, x]

    @property
    def baseline_m(self) -> float:
        """Distance of the camera centres."""
        return float(np.linalg.norm(self.T_world_cam[1, :3, 3] - self.T_world_cam[0, :3, 3]))

    @property
    def view_angle_deg(self) -> float:
        """Angle between the optical axes."""
        return float(np.degrees(angle_between(self.T_world_cam[0, :3, 2], self.T_world_cam[1, :3, 2])))


@dataclass(frozen=True)
class ImportedSample:
    """A pair of pictures."""

    index: int
    """Number of the sample in its sequence."""
    rgb: tuple[NDArray[np.uint8], NDArray[np.uint8]]
    """Two (H, W, 3) pictures of one size."""
    rays: JudgedRays
    geometry: Geometry | None
    """None where matches alone are known."""
    left_out: int = 0
    """Matches of the data that are not among the rays."""
