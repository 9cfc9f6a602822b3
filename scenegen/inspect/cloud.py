"""What the 3-D viewers show of a sample, as arrays in the world: surface points and traced rays."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenegen.geometry import pixel_grid, unproject
from scenegen.inspect.points import far_apart
from scenegen.shards import Status
from scenegen.shards.sample import Sample

F64 = NDArray[np.float64]
REACHED = (Status.VISIBLE, Status.OCCLUDED, Status.AMBIGUOUS)
"""Statuses of points that lie in the other picture: their rays are drawn on to the other camera."""


@dataclass(frozen=True)
class Cloud:
    """Coloured points."""

    points: F64
    """(N, 3) world metres."""
    colors: NDArray[np.uint8]
    """(N, 3) sRGB."""


def view_cloud(sample: Sample, view: int) -> Cloud:
    """The surface that one view sees: a point for each pixel that hits something, row by row.

    Raises ValueError when the sample has no depth layer.
    """
    if sample.depth is None:
        raise ValueError("the sample has no depth layer")
    height, width = sample.depth.shape[1:]
    depth = sample.depth[view].ravel()
    hit = depth > 0
    xy = pixel_grid(width, height)[hit]
    points = unproject(sample.K[view], sample.T_world_cam[view], xy, depth[hit], sample.lenses[view])
    return Cloud(points, sample.rgb[view].reshape(-1, 3)[hit])


def ray_points(sample: Sample) -> F64:
    """(R, 3) world points that the rays of view 0 hit; NaN where they hit nothing."""
    depth = np.where(sample.depth0 > 0, sample.depth0, np.nan)
    return unproject(sample.K[0], sample.T_world_cam[0], sample.xy0, depth, sample.lenses[0])


def ray_cloud(sample: Sample) -> Cloud:
    """The hit points of the rays in the colours of view 0: what is there without a depth layer."""
    hit = sample.depth0 > 0
    x, y = sample.xy0[hit].T
    return Cloud(ray_points(sample)[hit], sample.rgb[0, y, x])


def clouds(sample: Sample) -> dict[str, Cloud]:
    """The clouds of all views by name; without a depth layer that of the rays of view 0 only."""
    if sample.depth is None:
        return {"rays": ray_cloud(sample)}
    return {f"view_{view}": view_cloud(sample, view) for view in range(len(sample.rgb))}


def status_points(sample: Sample, view: int) -> dict[Status, F64]:
    """Hit points (N, 3) of the rays by their status in `view`; statuses that have none are left out."""
    points, status = ray_points(sample), sample.status[view - 1]
    found = {code: points[(status == code) & np.isfinite(points[:, 0])] for code in Status}
    return {code: there for code, there in found.items() if len(there)}


def status_lines(sample: Sample, view: int, count: int) -> dict[Status, F64]:
    """Segments (N, 2, 3) of some rays by their status in `view`, statuses that have none left out.

    They go from camera 0 to the hit, and from there to the camera of `view` where the point lies in its
    picture. `count` rays are spread over view 0.
    """
    points = ray_points(sample)
    hit = np.flatnonzero(np.isfinite(points[:, 0]))
    some = hit[far_apart(sample.xy0[hit], count)]
    status = sample.status[view - 1][some]
    first, other = sample.T_world_cam[0, :3, 3], sample.T_world_cam[view, :3, 3]
    lines = {}
    for code in map(Status, np.unique(status)):
        ends = points[some[status == code]]
        lines[code] = _segments(first, ends)
        if code in REACHED:
            lines[code] = np.concatenate([lines[code], _segments(other, ends)])
    return lines


def _segments(start: F64, ends: F64) -> F64:
    """(N, 2, 3) segments from one point to many."""
    return np.stack([np.broadcast_to(start, ends.shape), ends], 1)
