"""The verdicts of `tracks` on every pixel of a view, in every other view: one byte each.

Asked of the rays only what projection leaves open: most pixels of a view lie outside of the others or are hidden, and
whether a second surface lies behind one matters where it is seen.
"""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from scenegen.geometry import View, pixel_grid
from scenegen.rays import pixel_plane
from scenegen.tracing.planes import hit_planes
from scenegen.tracing.raycaster import Scene, nearest, pixel_hits
from scenegen.tracing.tracer import Hits
from scenegen.tracing.tracks import follow, trace

Verdicts = NDArray[np.uint8]


def visibility_readably(scene: Scene, view: View, others: Sequence[View], hits: Hits | None = None) -> Verdicts:
    """(H, W, V) values of `Status`: of each pixel of a view, in each of V other views.

    `hits` are the first hits of the pixel centres, row by row, where a renderer has them.
    """
    width, height = view.camera.width, view.camera.height
    rays = trace(scene, view, pixel_grid(width, height).astype(np.uint16), hits)
    return np.stack([follow(scene, rays, other).status for other in others], -1).reshape(height, width, -1)


def _compiled(scene: Scene, view: View, others: Sequence[View], hits: Hits | None = None) -> Verdicts:
    """The same; what lies between the rays is compiled."""
    hits = pixel_hits(scene, view) if hits is None else hits
    width, height = view.camera.width, view.camera.height
    points, normals = hit_planes(scene.bodies, hits.instance, hits.primitive)
    plane = (np.broadcast_to(part, (height, width)) for part in pixel_plane(view.camera))
    kernels.locate(*plane, view.T_world_cam, hits.instance, hits.t, points, normals)
    status, order = np.empty((len(hits), len(others)), np.uint8), _order(width, height)
    for k, other in enumerate(others):
        _look(scene, points, normals, hits.instance, other, order, status[:, k])
    rows = np.empty(len(hits), np.intp)
    rows = rows[: kernels.seen(status, order, rows)]
    origins, directions = np.empty((2, len(rows), 3), np.float32)
    kernels.look_back(points, normals, view.position, rows, origins, directions)
    back = nearest(scene, origins, directions, in_order=True)
    kernels.call_doubled(hits.instance, rows, back.instance, back.t, status)
    return status.reshape(height, width, -1)


@lru_cache(maxsize=2)
def _order(width: int, height: int) -> NDArray[np.intp]:
    """The pixels of a picture as packets take them; the same for every picture of a run."""
    return kernels.in_tiles(width, height)


def _look(
    scene: Scene,
    points: NDArray[np.float64],
    normals: NDArray[np.float64],
    instance: NDArray[np.uint16],
    view: View,
    order: NDArray[np.intp],
    status: Verdicts,
) -> None:
    """Write the status (N,) of points in a view, but for a second surface behind them."""
    camera, T = view.camera, view.T_world_cam
    rows, towards = np.empty(len(points), np.intp), np.empty((len(points), 3), np.float32)
    count = kernels.aim(
        points, instance, camera.K, T, camera.lens.numbers, camera.width, camera.height, order, status, rows, towards
    )
    hits = nearest(scene, view.position[None], towards[:count])
    kernels.judge(points, normals, instance, view.position, rows[:count], hits.instance, hits.t, status)


try:
    from scenegen.tracing import compiled_dense as kernels

    visibility = _compiled
except ImportError:  # no Numba
    visibility = visibility_readably
