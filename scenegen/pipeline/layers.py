"""The makers of the layers of a sample, and what differs between two of them (`scenegen.layers` is the table)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenegen.assets.face_names import UNKNOWN, FaceNames
from scenegen.geometry import View
from scenegen.instances import FIRST_OBJECT, ROOM
from scenegen.rendering.frame import Frame
from scenegen.staging.stage import Layout
from scenegen.tracing import dense
from scenegen.tracing.raycaster import Scene, pixel_hits

Made = tuple[NDArray[Any], ...]
"""One array (H, W, ...) for each view."""
Mask = NDArray[np.bool_]

DEPTH_TOLERANCE = 1e-4
"""Relative difference of depth above which a pixel counts as different."""
COLOR_TOLERANCE = 2
"""Grey levels above which a pixel counts as different."""


@dataclass(frozen=True)
class Taken:
    """A furnished room, the cameras that look at it, and their pictures."""

    layout: Layout
    views: tuple[View, ...]
    frames: tuple[Frame, ...]

    @property
    def scene(self) -> Scene:
        """Room and objects."""
        return self.layout.scene


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


def category_names(taken: Taken) -> tuple[str, ...]:
    """Names of the values of `semantic`: unknown, those of the room, and that of the object in each slot."""
    return (UNKNOWN, *taken.layout.stage.names.names, *(placed.category for placed in taken.layout.placed))


def semantic(taken: Taken) -> Made:
    """Categories (H, W), rows of `category_names`: of objects by instance, of the room by the face that is hit."""
    names, alone = taken.layout.stage.names, taken.layout.stage.scene
    return tuple(
        _categories(names, frame.instance, (frame.hits or pixel_hits(alone, view)).primitive)
        for view, frame in zip(taken.views, taken.frames, strict=True)
    )


def _categories(names: FaceNames, instance: NDArray[np.uint16], primitive: NDArray[np.int32]) -> NDArray[np.uint16]:
    """(H, W) rows, given instances (H, W) and the faces (H W,) that are hit where it is the room."""
    of_objects = instance.astype(np.int32) + (1 + len(names.names) - FIRST_OBJECT)
    rows = np.where(instance >= FIRST_OBJECT, of_objects, 0).astype(np.uint16)
    face = primitive.reshape(instance.shape)
    of_room = (instance == ROOM) & (face >= 0)
    rows[of_room] = names.of_face[face[of_room]]
    return rows


def colors_differ(a: NDArray[Any], b: NDArray[Any]) -> Mask:
    """Pixels of which a channel differs by more than COLOR_TOLERANCE."""
    return np.asarray((np.abs(a.astype(np.int16) - b) > COLOR_TOLERANCE).any(-1))


def depths_differ(a: NDArray[Any], b: NDArray[Any]) -> Mask:
    """Pixels whose depth differs by more than DEPTH_TOLERANCE of it."""
    return np.abs(a - b) > DEPTH_TOLERANCE * np.maximum(np.abs(b), 1e-3)
