"""Where the objects of a sample are, and how much of each a view sees."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenegen.geometry import View, project, transform
from scenegen.instances import FIRST_OBJECT
from scenegen.pipeline.layers import Taken
from scenegen.rays import pixel_plane, view_rays
from scenegen.rendering.frame import Frame
from scenegen.staging.objects import PlacedObject
from scenegen.tracing.raycaster import Scene, nearest

CORNERS = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)])
"""Corners of a box, (8, 3): 0 low, 1 high."""


def objects_seen(taken: Taken) -> dict[str, NDArray[Any]]:
    """Boxes (M, 8, 3) in the world, and the pixels (M, V) that show an object, and would if it were alone."""
    placed = taken.layout.placed
    shape = (len(placed), len(taken.views))
    seen, hidden = np.zeros(shape, np.uint32), np.zeros(shape, np.uint32)
    for v, frame in enumerate(taken.frames):
        counts = np.bincount(frame.instance.ravel(), minlength=FIRST_OBJECT + len(placed))
        seen[:, v] = counts[FIRST_OBJECT : FIRST_OBJECT + len(placed)]
    boxes = np.array([_box(each) for each in placed], np.float64).reshape(-1, 8, 3)
    for m, each in enumerate(placed):
        scene = Scene((each.body(),))
        hidden[m] = [
            hidden_pixels(scene, boxes[m], view, frame, FIRST_OBJECT + m)
            for view, frame in zip(taken.views, taken.frames, strict=True)
        ]
    return {"objects/box": boxes, "objects/seen_px": seen, "objects/alone_px": seen + hidden}


def _box(placed: PlacedObject) -> NDArray[np.float64]:
    """(8, 3) corners in the world of the box along the axes of the object's frame, in the order of `CORNERS`."""
    low, high = placed.loaded.low, placed.loaded.high
    return transform(placed.T_world_object, low + CORNERS * (high - low))


def hidden_pixels(alone: Scene, corners: NDArray[np.float64], view: View, frame: Frame, instance: int) -> int:
    """How many pixels of a picture would show an object that show something nearer; `alone` has that object only.

    Asked of the rays only where something lies before the far end of its box.
    """
    xy, z = project(view.camera.K, view.T_world_cam, corners)
    x, y = _bent_window(corners, view) if view.camera.lens.bends else _window(xy, z, view)
    depth = frame.depth[y, x]
    row, column = np.nonzero((frame.instance[y, x] != instance) & (depth > 0) & (depth < z.max(initial=0)))
    if not len(row):
        return 0
    rays = view_rays(view, np.stack([column + x.start, row + y.start], -1).astype(np.float64))
    return int(np.count_nonzero(nearest(alone, view.position[None], rays, in_order=True).instance))


def _window(xy: NDArray[np.float64], z: NDArray[np.float64], view: View) -> tuple[slice, slice]:
    """The columns and rows that can show a box, by its projected corners: all where one is not before the camera."""
    size = np.array([view.camera.width, view.camera.height])
    if not (z > 0).all():
        return (slice(0, 0), slice(0, 0)) if (z <= 0).all() else (slice(0, int(size[0])), slice(0, int(size[1])))
    low = np.clip(np.floor(xy.min(0)), 0, size).astype(int)
    high = np.clip(np.ceil(xy.max(0)) + 1, 0, size).astype(int)
    return slice(int(low[0]), int(high[0])), slice(int(low[1]), int(high[1]))


def _bent_window(corners: NDArray[np.float64], view: View) -> tuple[slice, slice]:
    """The same through a lens, which bends a box's edges: of the pixels whose rays pass between its corners."""
    place, z = project(np.eye(3), view.T_world_cam, corners)
    if not (z > 0).all():
        return _window(place, z, view)
    (left, above), (right, below) = place.min(0), place.max(0)
    x, y = pixel_plane(view.camera)
    inside = (x >= left) & (x <= right) & (y >= above) & (y <= below)
    columns, rows = (np.flatnonzero(inside.any(axis)) for axis in (0, 1))
    return _around(columns), _around(rows)


def _around(numbers: NDArray[np.intp]) -> slice:
    """From the first to the last of ascending numbers."""
    return slice(int(numbers[0]), int(numbers[-1]) + 1) if len(numbers) else slice(0, 0)
