"""Frames of a sequence that measured depth: what a layout finds, and how one becomes a picture with depth."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scenegen.errors import ImportingError
from scenegen.geometry import Scaling, pixel_directions, pixel_grid
from scenegen.importing.depth_files import READERS
from scenegen.importing.fit import Fit
from scenegen.importing.pictures import picture_size, read_color, read_plane, reading
from scenegen.shards.by_depth import DepthView, Noise

F64 = NDArray[np.float64]
F32 = NDArray[np.float32]
ALIKE = 0.01
"""Relative difference of the proportions of two pictures that show the same."""


@dataclass(frozen=True)
class RgbdFrame:
    """One picture with its depth and its camera, as they lie on the disk."""

    color: Path
    depth: Path
    T_world_cam: F64
    """(4, 4) rigid, camera to world."""
    K: F64 | None = None
    """(3, 3) intrinsics of the colour picture; None where only the options can say them."""
    K_depth: F64 | None = None
    """(3, 3) intrinsics of the depth picture where it has its own; the centre of both cameras is one."""
    unit_m: float = 1e-3
    """Metres of one step of the depth."""
    none: int | None = None
    """Value that stands for no depth, besides 0 and what is not finite."""


@dataclass(frozen=True)
class FrameSequence:
    """Frames of one place that did not change: pairs of them are chosen."""

    name: str
    """The room of its samples."""
    frames: tuple[RgbdFrame, ...]
    """In the order of their names or times."""
    noise: Noise
    skipped: Counter[str] = field(default_factory=Counter)
    """Frames that are no use, by reason."""


def read_depth(frame: RgbdFrame) -> F32:
    """(H, W) z-depth in metres, 0 where nothing was measured. Raises ImportingError."""
    read = READERS.get(frame.depth.suffix.lower())
    stored = reading(frame.depth, read, "a depth picture") if read else read_plane(frame.depth)
    if stored.dtype == np.uint8:
        raise ImportingError(f"{frame.depth}: has 8 bits, too few for depth: give 16-bit PNG, or .npy in metres")
    depth = stored.astype(np.float32) * np.float32(frame.unit_m)
    known = np.isfinite(depth) & (depth > 0)
    if frame.none is not None:
        known &= stored != frame.none
    return np.where(known, depth, np.float32(0))


def view_size(frame: RgbdFrame) -> tuple[int, int]:
    """(width, height) of the colour picture."""
    return picture_size(frame.color)


def depth_view(frame: RgbdFrame, given: Callable[[int, int], F64 | None], size: tuple[int, int]) -> DepthView:
    """The depth of a frame in a frame of pixels of `size`, registered to the colour picture.

    `given` says the intrinsics of a picture of some size where the data has none. Each pixel takes the nearest depth.
    Raises ImportingError where there are no intrinsics, or depth and colour have other proportions.
    """
    fit = Fit(view_size(frame), size)
    K = frame.K if frame.K is not None else given(*fit.size)
    if K is None:
        raise ImportingError(
            f"{frame.color}: nothing says the camera's intrinsics: give --focal-px, or --intrinsics FX,FY,CX,CY"
        )
    if not np.isfinite(K).all() or K[0, 0] <= 0 or K[1, 1] <= 0 or K[0, 1] or K[1, 0] or tuple(K[2]) != (0, 0, 1):
        raise ImportingError(f"{frame.color}: its intrinsics are no pinhole's without skew: mend them, or rectify it")
    depth = read_depth(frame)
    return DepthView(_registered(frame, depth, K, fit), fit.scaling.intrinsics(K), frame.T_world_cam)


def color_view(frame: RgbdFrame, size: tuple[int, int]) -> NDArray[np.uint8]:
    """(H, W, 3) the colour picture of a frame in a frame of pixels of `size`. Raises ImportingError."""
    return Fit(view_size(frame), size).color(read_color(frame.color))


def _registered(frame: RgbdFrame, depth: F32, K: F64, fit: Fit) -> F32:
    """(H, W) the depth of each pixel of the fitted colour picture; 0 beyond it."""
    width, height = depth.shape[1], depth.shape[0]
    out = np.zeros((fit.frame[1], fit.frame[0]), np.float32)
    inner = out[: fit.inner[1], : fit.inner[0]]
    if frame.K_depth is None and (width, height) == fit.inner == fit.size:
        inner[:] = depth
        return out
    K_depth = _of_same_field(frame, K, fit.size, (width, height)) if frame.K_depth is None else frame.K_depth
    x, y = _nearest(fit, K, K_depth).T
    there = (x >= 0) & (y >= 0) & (x < width) & (y < height)
    found = depth[np.where(there, y, 0), np.where(there, x, 0)]
    inner[:] = np.where(there, found, np.float32(0)).reshape(inner.shape)
    return out


def _nearest(fit: Fit, K: F64, K_depth: F64) -> NDArray[np.int64]:
    """(N, 2) the depth pixel nearest to each pixel of the fitted colour picture: one ray through one centre."""
    rays = pixel_directions(K, fit.scaling.back(pixel_grid(*fit.inner)))
    xy = rays[:, :2] * (K_depth[0, 0], K_depth[1, 1]) + K_depth[:2, 2]
    return np.floor(xy + 0.5).astype(np.int64)


def _of_same_field(frame: RgbdFrame, K: F64, size: tuple[int, int], depth_size: tuple[int, int]) -> F64:
    """Intrinsics of a depth picture that shows what the colour picture shows, in another number of pixels."""
    across, down = depth_size[0] / size[0], depth_size[1] / size[1]
    if abs(across / down - 1) > ALIKE:
        sizes = f"{depth_size[0]}x{depth_size[1]} beside {size[0]}x{size[1]}"
        raise ImportingError(
            f"{frame.depth}: has other proportions than its colour picture ({sizes}), so where one lies on the other "
            "is not known: register the depth to the colour first"
        )
    return Scaling(np.array([across, down])).intrinsics(K)
