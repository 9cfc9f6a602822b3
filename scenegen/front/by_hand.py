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

    Raises UsageError where an array has another shape, a vertex is not finite, a face names a vertex that is none, or
    the colour is none.
    """
    xyz, triangles = np.asarray(vertices, np.float32), np.asarray(faces, np.int64)
    if xyz.ndim != 2 or xyz.shape[1] != 3 or not np.isfinite(xyz).all():
        raise UsageError(f"vertices of shape {xyz.shape}: must be (N, 3) and finite")
    if triangles.ndim != 2 or triangles.shape[1] != 3 or not len(triangles):
        raise UsageError(f"faces of shape {triangles.shape}: must be (F, 3), one or more")
    if triangles.min() < 0 or triangles.max() >= len(xyz):
        raise UsageError(f"faces name vertices {triangles.min()} to {triangles.max()}: there are 0 to {len(xyz) - 1}")
    if len(color) != 3 or not all(0 <= part <= 1 for part in color):
        raise UsageError(f"color {color}: must be three numbers from 0 to 1")
    return Mesh(xyz, triangles.astype(np.int32), np.zeros(len(triangles), np.int32), (Material("plain", color),))


def read_mesh(path: Path | str) -> Mesh:
    """A mesh file (.ply .obj .glb .gltf .stl .off) with its textures, in its own axes and unit. Raises AssetError."""
    return reading.read_mesh_file(Path(path))[0]


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
    if _scale_of(matrix):
        return matrix
    raise UsageError("T_world_object: must be (4, 4), a rotation times one scale, and a shift; mirror the mesh instead")


def _scale_of(T: NDArray[np.float64]) -> float:
    """The scale of a similarity (4, 4); 0 where the matrix is none."""
    if T.shape == (4, 4) and np.isfinite(T).all() and np.array_equal(T[3], (0, 0, 0, 1)):
        gram = T[:3, :3].T @ T[:3, :3]
        square = np.trace(gram) / 3
        if np.linalg.det(T[:3, :3]) > 0 and np.abs(gram - square * np.eye(3)).max() <= _SIMILAR * square:
            return float(np.sqrt(square))
    return 0.0


def _checked(view: View) -> View:
    """A view that can be. Raises UsageError for a camera without pixels or focal length, and for no rigid place."""
    camera = view.camera
    if min(camera.width, camera.height) < 1 or not 0 < camera.f_px < np.inf:
        raise UsageError(
            f"camera of {camera.width} x {camera.height} px, focal length {camera.f_px:g} px: all must be above 0"
        )
    if abs(_scale_of(np.asarray(view.T_world_cam, np.float64)) - 1) > _SIMILAR:
        raise UsageError("T_world_cam: must be (4, 4), a rotation and a shift, as look_at gives it")
    return view


def render_view(scene: Scene, view: View, lighting: Lighting = OVERCAST, renderer: str = "embree") -> Frame:
    """One picture with depth, instances and normals of its pixels.

    Raises UsageError for an unknown renderer, more than MOST_LAMPS, a view that cannot be, and a lens that folds the
    picture over or that the renderer cannot draw through, RenderError where it cannot start.
    """
    if len(lighting.lights) > MOST_LAMPS:
        raise UsageError(f"lighting of {len(lighting.lights)} lamps: {MOST_LAMPS} at most")
    return _renderer(renderer).render(scene, _checked(view), lighting)


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

    Raises UsageError for a view that cannot be, a lens of `view0` that folds its picture over, a cell without pixels,
    and a seed below 0.
    """
    if min(cell) < 1 or seed < 0:
        raise UsageError(f"cell {cell[0]} x {cell[1]} px, seed {seed}: give 1 x 1 px or more, and a seed of 0 or more")
    xy0 = choose_pixels(view0.camera.width, view0.camera.height, cell, generator(seed, Stage.RAYS))
    rays = trace(scene, _checked(view0), xy0)
    track = follow(scene, rays, _checked(view1))
    return Correspondences(rays.xy0, rays.depth0, rays.instance, track.xy, track.status)
