"""The makers of the layers of a sample, and what differs between two of them (`scenegen.layers` is the table)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenegen.geometry import View
from scenegen.rendering.frame import Frame
from scenegen.tracing import dense
from scenegen.tracing.raycaster import Scene

Made = tuple[NDArray[Any], ...]
"""One array (H, W, ...) for each view."""
Mask = NDArray[np.bool_]

DEPTH_TOLERANCE = 1e-4
"""Relative difference of depth above which a pixel counts as different."""
COLOR_TOLERANCE = 2
"""Grey levels above which a pixel counts as different."""


@dataclass(frozen=True)
class Taken:
    """A scene, the cameras that look at it, and their pictures."""

    scene: Scene
    views: tuple[View, ...]
    frames: tuple[Frame, ...]


def _of_frames(name: str) -> Callable[[Taken], Made]:
    """The maker of a layer that renderers make with the picture."""
    return lambda taken: tuple(getattr(frame, name) for frame in taken.frames)


rgb, depth, instance, normal = map(_of_frames, ("rgb", "depth", "instance", "normal"))
"""Makers of what a `Frame` has."""


def visibility(taken: Taken) -> Made:
    """Verdicts (H, W, V-1) on the pixels of each view in the others; by the hits of the picture where it has some."""
    return tuple(
        dense.visibility(taken.scene, view, taken.views[:i] + taken.views[i + 1 :], frame.hits)
        for i, (view, frame) in enumerate(zip(taken.views, taken.frames, strict=True))
    )


def colors_differ(a: NDArray[Any], b: NDArray[Any]) -> Mask:
    """Pixels of which a channel differs by more than COLOR_TOLERANCE."""
    return np.asarray((np.abs(a.astype(np.int16) - b) > COLOR_TOLERANCE).any(-1))


def depths_differ(a: NDArray[Any], b: NDArray[Any]) -> Mask:
    """Pixels whose depth differs by more than DEPTH_TOLERANCE of it."""
    return np.abs(a - b) > DEPTH_TOLERANCE * np.maximum(np.abs(b), 1e-3)
