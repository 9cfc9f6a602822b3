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
from scenegen.tracing.raycaster import Scene, pixel_hits
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
    """The same by compiled code, where the tracer can be asked from it."""
    world = scene.world
    if not isinstance(world, PacketWorld):
        return visibility_readably(scene, view, others, hits)
    hits = pixel_hits(scene, view) if hits is None else hits
    width, height = view.camera.width, view.camera.height
    known = (*_located(scene, view, hits), hits.instance)
    status, order = np.empty((len(hits), len(others)), np.uint8), _order(width, height)
    for k, other in enumerate(others):
        camera = other.camera
        seen_by = camera.K, other.T_world_cam, camera.width, camera.height, camera.lens.numbers
        kernels.write_status(*world.asked("rtcIntersect", COHERENT), *known, seen_by, order, status[:, k])
    kernels.look_back(*world.asked("rtcIntersect", COHERENT), *known, view.position, order, status)
    return status.reshape(height, width, -1)


def _located(scene: Scene, view: View, hits: Hits) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Points (N, 3) and unit normals (N, 3) of what the pixels of a view met; not written where that is nothing."""
    points, normals = np.empty((2, len(hits), 3))
    shape = view.camera.height, view.camera.width
    across, down = (np.broadcast_to(part, shape) for part in pixel_plane(view.camera))
    order, starts = group_by_instance(hits.instance, max(body.instance for body in scene.bodies))
    for body in scene.bodies:
        mesh = body.mesh.vertices, body.mesh.faces, body.T_world_body, body.is_static
        rays = order[starts[body.instance] : starts[body.instance + 1]]
        kernels.locate(mesh, hits.primitive, rays, across, down, view.T_world_cam, hits.t, points, normals)
    return points, normals


@lru_cache(maxsize=2)
def _order(width: int, height: int) -> NDArray[np.intp]:
    """The pixels of a picture as packets take them; the same for every picture of a run."""
    return kernels.pixels_in_tiles(width, height)


try:
    from scenegen.tracing import compiled_dense as kernels
    from scenegen.tracing.compiled_planes import group_by_instance
    from scenegen.tracing.packet_tracer import COHERENT, PacketWorld

    visibility = _compiled
except ImportError:  # no Numba
    visibility = visibility_readably
