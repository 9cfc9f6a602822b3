"""What views see, on a coarse grid of pixels, and how much of it they see together.

The share of view i's surface that view j sees is measured as the tracks are: the hit point of a pixel
of view i is projected into view j, and traced back. It is 1,200 rays a view, not a rendering.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from scenegen.geometry import Camera, View, lengths, project
from scenegen.rays import view_rays
from scenegen.tracing.planes import hit_planes
from scenegen.tracing.raycaster import Scene, blocked, nearest

Array = NDArray[np.float64]
FINE, COARSE = 40, 20
"""Pixels across the grid: every 16th, or every 32nd, of a picture of 640."""
TOLERANCE = 1e-3
"""Relative slack of the back-trace at normal incidence; divided by the cosine, down to 0.1."""


@dataclass(frozen=True, eq=False)
class SparseView:
    """First hits of G pixels of each of B views."""

    views: tuple[View, ...]
    depth: Array
    """(B, G) z-depth in metres, infinite where nothing is hit."""
    instance: NDArray[np.uint16]
    """(B, G) 0 nothing, 1 the room, 2.. the objects."""
    primitive: NDArray[np.int32]
    """(B, G) face of the body's mesh, -1 where nothing is hit."""
    points: Array
    """(B, G, 3) world metres; meaningless where nothing is hit."""
    normals: Array
    """(B, G, 3) unit geometric normals by winding, not turned to the view."""

    def take(self, rows: Sequence[int]) -> "SparseView":
        """Those of some of the views."""
        index, views = list(rows), tuple(self.views[row] for row in rows)
        depth, instance, primitive = self.depth[index], self.instance[index], self.primitive[index]
        return SparseView(views, depth, instance, primitive, self.points[index], self.normals[index])

    @property
    def hit(self) -> NDArray[np.bool_]:
        """(B, G) whether there is a surface."""
        return self.instance > 0

    @property
    def facing(self) -> Array:
        """(B, G) cosine between the normal and the direction to the camera; negative: seen from behind."""
        eyes = np.stack([v.position for v in self.views])[:, None]
        away = eyes - self.points
        length = lengths(away)
        return np.einsum("bgi,bgi->bg", away, self.normals) / np.where(length > 0, length, 1)


def grid_pixels(camera: Camera, across: int = FINE) -> Array:
    """(G, 2) an even grid of pixel positions, `across` to a row, in the middle of their cells."""
    return _grid(camera.width, camera.height, across)


@cache
def _grid(width: int, height: int, across: int) -> Array:
    """`grid_pixels` of a picture's size; not to be written to."""
    down = max(2, round(across * height / width))
    x = (np.arange(across) + 0.5) * width / across - 0.5
    y = (np.arange(down) + 0.5) * height / down - 0.5
    grid = np.stack(np.meshgrid(x, y), -1).reshape(-1, 2)
    grid.flags.writeable = False
    return grid


def sparse_view(scene: Scene, views: tuple[View, ...], across: int = FINE) -> SparseView:
    """Trace the grid of every view at once; all cameras have the same image size."""
    rays = np.stack([view_rays(v, grid_pixels(v.camera, across)) for v in views])
    eyes = np.stack([v.position for v in views])[:, None]
    flat = rays.reshape(-1, 3)
    hits = nearest(scene, np.broadcast_to(eyes, rays.shape).reshape(-1, 3), flat)
    depth = hits.t.astype(np.float64).reshape(rays.shape[:2])
    points = eyes + rays * np.where(np.isfinite(depth), depth, 0)[..., None]
    normals = _normals(scene, hits.instance, hits.primitive).reshape(rays.shape)
    shape = depth.shape
    return SparseView(views, depth, hits.instance.reshape(shape), hits.primitive.reshape(shape), points, normals)


def _normals(scene: Scene, instance: NDArray, primitive: NDArray) -> Array:
    """(R, 3) unit geometric normals of what was hit, zero where nothing was."""
    normals = np.nan_to_num(hit_planes(scene.bodies, instance, primitive)[1])
    length = np.sqrt(np.einsum("ij,ij->i", normals, normals))[:, None]
    return normals / np.where(length > 0, length, 1)


def seen_share(scene: Scene, seen: SparseView, by: tuple[View, ...]) -> Array:
    """(B,) share of the hit pixels of each sparse view that its partner view sees: in the picture and not covered.

    Args:
        scene: what may cover.
        seen: B sparse views.
        by: B views, or one for all.

    """
    partners = by * (len(seen.views) // len(by))
    inside = np.stack([_in_picture(v, p) for v, p in zip(partners, seen.points, strict=True)]) & seen.hit
    eyes = np.stack([v.position for v in partners])[:, None]
    away = eyes - seen.points
    cosine = np.einsum("bgi,bgi->bg", away, seen.normals) / np.maximum(lengths(away), 1e-9)
    # a leaf seen from its two sides is two surfaces
    inside &= cosine * seen.facing > 0
    rays = (-away * (1 - TOLERANCE / np.maximum(np.abs(cosine), 0.1))[..., None])[inside]
    visible = inside.copy()
    visible[inside] = ~blocked(scene, np.broadcast_to(eyes, away.shape)[inside], rays) if len(rays) else False
    return visible.sum(1) / np.maximum(seen.hit.sum(1), 1)


def _in_picture(view: View, points: Array) -> NDArray[np.bool_]:
    """(G,) whether points project into the picture."""
    xy, depth = project(view.camera.K, view.T_world_cam, points, view.camera.lens)
    size = np.array([view.camera.width, view.camera.height])
    with np.errstate(invalid="ignore"):
        return (depth > 0) & (xy >= -0.5).all(1) & (xy < size - 0.5).all(1)


def join_views(parts: Sequence[SparseView]) -> SparseView:
    """All views of several in one."""
    names = ("depth", "instance", "primitive", "points", "normals")
    arrays = (np.concatenate([getattr(each, name) for each in parts]) for name in names)
    return SparseView(tuple(view for each in parts for view in each.views), *arrays)


def overlap_matrix(scene: Scene, seen: SparseView) -> NDArray[np.float32]:
    """(V, V) float32: entry (i, j) is the share of view i's surface that view j sees; 1 on the diagonal."""
    matrix = np.eye(len(seen.views), dtype=np.float32)
    for column, view in enumerate(seen.views):
        rows = [row for row in range(len(seen.views)) if row != column]
        if rows:
            matrix[rows, column] = seen_share(scene, seen.take(rows), (view,))
    return matrix
