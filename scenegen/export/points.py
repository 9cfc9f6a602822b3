"""The traced rays of a sample as points in space, and where its views see them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenegen.geometry import project, unproject
from scenegen.shards import Status
from scenegen.shards.sample import Sample


@dataclass(frozen=True)
class Points:
    """Surface points that at least two views of a sample see: those of its visible rays."""

    xyz: NDArray[np.float64]
    """(N, 3) in the world, metres."""
    rgb: NDArray[np.uint8]
    """(N, 3) colour in view 0, sRGB."""
    xy: NDArray[np.float64]
    """(V, N, 2) pixels, the centre of the top-left one at (0, 0); NaN where a view does not see the point."""

    @property
    def seen(self) -> NDArray[np.bool_]:
        """(V, N) whether a view sees a point."""
        return np.isfinite(self.xy[..., 0])


def points_of(sample: Sample) -> Points:
    """The points of a sample."""
    visible = sample.status == Status.VISIBLE
    kept = visible.any(0)
    xy0 = sample.xy0[kept]
    others = np.where(visible[:, kept, None], sample.xy[:, kept].astype(np.float64), np.nan)
    return Points(
        xyz=unproject(sample.K[0], sample.T_world_cam[0], xy0, sample.depth0[kept], sample.lenses[0]),
        rgb=sample.rgb[0][xy0[:, 1], xy0[:, 0]],
        xy=np.concatenate([xy0[None].astype(np.float64), others]),
    )


def reprojection_px(points: Points, sample: Sample) -> NDArray[np.float64]:
    """(N,) mean distance of the points' projections from their pixels, over the views that see them."""
    cameras = zip(sample.K, sample.T_world_cam, sample.lenses, points.xy, strict=True)
    off = np.stack([np.linalg.norm(project(K, T, points.xyz, lens)[0] - xy, axis=1) for K, T, lens, xy in cameras])
    return np.nanmean(off, axis=0) if off.size else np.zeros(0)
