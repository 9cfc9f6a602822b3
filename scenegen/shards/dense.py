"""Flow between any two views of a sample, from what is stored: depth, cameras, and the layer `visibility`.

The layer says what is seen and what is not, by tracing rays; where a pixel lies follows from its depth.
"""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from scenegen.errors import UsageError
from scenegen.geometry import pixel_grid, project, unproject
from scenegen.lenses import Lens
from scenegen.status import Status


class Cameras(Protocol):
    """The cameras of a sample."""

    @property
    def K(self) -> NDArray[Any]:
        """(V, 3, 3) intrinsics in pixels."""
        ...

    @property
    def lenses(self) -> tuple[Lens, ...]:
        """(V,) lenses."""
        ...

    @property
    def T_world_cam(self) -> NDArray[Any]:
        """(V, 4, 4) poses."""
        ...


class Seen(Cameras, Protocol):
    """What flow is made of; `Sample` has it."""

    @property
    def depth(self) -> NDArray[Any] | None:
        """(V, H, W) z-depth in metres; None where it was not read."""
        ...

    @property
    def visibility(self) -> NDArray[Any] | None:
        """(V, H, W, V-1) verdicts; None where they were not read."""
        ...


@dataclass(frozen=True)
class Flow:
    """All pixels of one view, found in another."""

    xy: NDArray[np.float32]
    """(H, W, 2) where the surface point of each pixel projects in the other view, sub-pixel (x, y), whether it is seen
    there or not; NaN where there is no projection."""
    displacement: NDArray[np.float32]
    """(H, W, 2) `xy` less the pixel's own place."""
    status: NDArray[np.uint8]
    """(H, W) values of `Status`."""

    @property
    def visible(self) -> NDArray[np.bool_]:
        """(H, W) where it is a true correspondence."""
        return self.status == Status.VISIBLE


def flow(sample: Seen, view: int, other: int) -> Flow:
    """The flow from one view of a sample to another one.

    Raises IndexError unless they are two views of the sample, UsageError where depth or visibility were not read.
    """
    if view == other or not {view, other} <= set(range(len(sample.K))):
        raise IndexError(f"views {view} and {other} are not two of 0 to {len(sample.K) - 1}")
    if sample.depth is None or sample.visibility is None:
        raise UsageError("flow needs the layers depth and visibility: render with --layers rgb,depth,visibility")
    height, width = sample.depth[view].shape
    xy, _ = carried(sample, view, other)
    status = sample.visibility[view][..., other - (other > view)]
    return Flow(_picture(xy, height), _picture(xy - pixel_grid(width, height), height), status)


def carried(sample: Seen, view: int, other: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Where the points of all pixels of a view fall in another one, (H W, 2), and their depth there, (H W,).

    By depth and cameras alone: what hides them is not asked. NaN where nothing was hit. The sample has depth.
    """
    assert sample.depth is not None
    height, width = sample.depth.shape[1:]
    return carried_pixels(sample, pixel_grid(width, height), sample.depth[view].ravel(), view, other)


def carried_pixels(
    sample: Cameras, xy: NDArray[Any], depth_m: NDArray[Any], view: int, other: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """`carried` for some pixels (N, 2) of the view and their depths (N,)."""
    K, T, lenses = sample.K, sample.T_world_cam, sample.lenses
    points = unproject(K[view], T[view], xy, np.where(depth_m > 0, depth_m, np.nan), lenses[view])
    return project(K[other], T[other], points, lenses[other])


def _picture(values: NDArray[np.float64], height: int) -> NDArray[np.float32]:
    """(H W, 2) values of pixels as a picture."""
    return values.reshape(height, -1, 2).astype(np.float32)
