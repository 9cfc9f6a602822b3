"""Scenes of one's own: meshes at their places, cameras, light; pictures and matches as the generator makes them."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scenegen.assets import reading
from scenegen.assets.mesh import Material, Mesh
from scenegen.errors import UsageError
from scenegen.geometry import View, choose_pixels
from scenegen.lights import MOST_LAMPS, Lighting
from scenegen.rendering.choice import open_renderer
from scenegen.rendering.frame import Frame, Renderer
from scenegen.seeding import Stage, generator
from scenegen.status import Status
from scenegen.tracing.raycaster import Body, Bvh, Scene
from scenegen.tracing.tracks import follow, trace

OVERCAST = Lighting(lights=(), ambient_up=(0.9, 0.9, 0.9), ambient_down=(0.5, 0.5, 0.5))
"""Light from everywhere, most from above; no shadows."""
_SIMILAR = 1e-4
"""Largest relative difference of the axes of a similarity."""


def make_mesh(vertices: ArrayLike, faces: ArrayLike, color: tuple[float, float, float] = (0.7, 0.7, 0.7)) -> Mesh:
    """A mesh of one colour (sRGB in [0, 1]): vertices (N, 3) in metres, faces (F, 3) indices of them, flat shading.

    Raises UsageError where an array has another shape, a vertex is not finite, or a face names a vertex that is none.
    """
    xyz, triangles = np.asarray(vertices, np.float32), np.asarray(faces, np.int32)
    if xyz.ndim != 2 or xyz.shape[1] != 3 or not np.isfinite(xyz).all():
        raise UsageError(f"vertices of shape {xyz.shape}: must be (N, 3) and finite")
    if triangles.ndim != 2 or triangles.shape[1] != 3 or not len(triangles):
        raise UsageError(f"faces of shape {triangles.shape}: must be (F, 3), one or more")
    if triangles.min() < 0 or triangles.max() >= len(xyz):
        raise UsageError(f"faces name vertices {triangles.min()} to {triangles.max()}: there are 0 to {len(xyz) - 1}")
    return Mesh(xyz, triangles, np.zeros(len(triangles), np.int32), (Material("plain", color),))


def read_mesh(path: Path | str) -> Mesh:
    """A mesh file (.ply .obj .glb .gltf .stl .off) with its textures, in its own axes and unit. Raises AssetError."""
    return reading.read_mesh(Path(path))[0]


def build_scene(parts: Iterable[Mesh | tuple[Mesh, ArrayLike]]) -> Scene:
    """Meshes at their places: alone where the mesh is in the world frame (+Z up, metres), or with `T_world_object`.

    Instances count from 1 in this order. Raises UsageError where there is none, or a place is no similarity (4, 4).
    """
    placed = [part if isinstance(part, tuple) else (part, np.eye(4)) for part in parts]
    if not placed:
        raise UsageError("a scene needs at least one mesh")
    return Scene(tuple(Body(mesh, Bvh(mesh), _similarity(T), k) for k, (mesh, T) in enumerate(placed, 1)))


def _similarity(T: ArrayLike) -> NDArray[np.float64]:
    matrix = np.asarray(T, np.float64)
    if matrix.shape == (4, 4) and np.isfinite(matrix).all() and np.array_equal(matrix[3], (0, 0, 0, 1)):
        gram = matrix[:3, :3].T @ matrix[:3, :3]
        scale = np.trace(gram) / 3
        if np.linalg.det(matrix[:3, :3]) > 0 and np.abs(gram - scale * np.eye(3)).max() <= _SIMILAR * scale:
            return matrix
    raise UsageError("T_world_object: must be (4, 4), a rotation times one scale, and a shift; mirror the mesh instead")


def render_view(scene: Scene, view: View, lighting: Lighting = OVERCAST, renderer: str = "embree") -> Frame:
    """One picture with depth, instances and normals of its pixels.

    Raises UsageError for an unknown renderer, more than MOST_LAMPS, and a lens that folds the picture over or that the
    renderer cannot draw through, RenderError where it cannot start.
    """
    if len(lighting.lights) > MOST_LAMPS:
        raise UsageError(f"lighting of {len(lighting.lights)} lamps: {MOST_LAMPS} at most")
    return _renderer(renderer).render(scene, view, lighting)


@cache
def _renderer(name: str) -> Renderer:
    return open_renderer(name)


@dataclass(frozen=True, eq=False)
class Correspondences:
    """Traced pixels of one view, and where their surface points fall in another one."""

    xy0: NDArray[np.uint16]
    """(R, 2) pixels of the first view."""
    depth0: NDArray[np.float32]
    """(R,) z-depth there, metres; 0 where nothing is hit."""
    instance: NDArray[np.uint16]
    """(R,) instance hit, 0 where none is."""
    xy1: NDArray[np.float32]
    """(R, 2) places in the other view, sub-pixel, also of occluded points; NaN where there is none."""
    status: NDArray[np.uint8]
    """(R,) values of `Status`."""

    @property
    def visible(self) -> NDArray[np.bool_]:
        """(R,) which of them are matches."""
        return self.status == Status.VISIBLE


def correspond(
    scene: Scene, view0: View, view1: View, cell: tuple[int, int] = (2, 4), seed: int = 0
) -> Correspondences:
    """Trace one random pixel in each cell (width, height) of `view0`, and back from `view1`.

    Raises UsageError for a lens of `view0` that folds its picture over.
    """
    xy0 = choose_pixels(view0.camera.width, view0.camera.height, cell, generator(seed, Stage.RAYS))
    rays = trace(scene, view0, xy0)
    track = follow(scene, rays, view1)
    return Correspondences(rays.xy0, rays.depth0, rays.instance, track.xy, track.status)
