"""Scenes of one's own: meshes at their places, cameras, light; pictures and matches as the generator makes them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scenegen.assets import reading
from scenegen.assets.mesh import Material, Mesh
from scenegen.errors import UsageError, check_fields, shown, typed
from scenegen.geometry import Camera, View, choose_pixels, shaped
from scenegen.lights import MOST_LAMPS, Lighting
from scenegen.renderers import RUNS_ANYWHERE
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


@typed(UsageError)
def make_mesh(vertices: ArrayLike, faces: ArrayLike, color: tuple[float, float, float] = (0.7, 0.7, 0.7)) -> Mesh:
    """A mesh of one colour (sRGB in [0, 1]): vertices (N, 3) in metres, faces (F, 3) indices of them, flat shading.

    Raises UsageError where an array has another shape, a vertex is not finite, a face names a vertex that is none, or
    the colour is none.
    """
    xyz, triangles = shaped("vertices", vertices, "N", 3), _indices(faces)
    with np.errstate(over="ignore"):
        xyz = xyz.astype(np.float32)
    if not np.isfinite(xyz).all():
        raise UsageError("vertices: must be finite, each of them")
    if triangles.min() < 0 or triangles.max() >= len(xyz):
        raise UsageError(f"faces name vertices {triangles.min()} to {triangles.max()}: there are 0 to {len(xyz) - 1}")
    if not all(0 <= part <= 1 for part in color):
        raise UsageError(f"color {shown(color)}: must be three numbers from 0 to 1")
    return Mesh(xyz, triangles.astype(np.int32), np.zeros(len(triangles), np.int32), (Material("plain", color),))


def _indices(faces: ArrayLike) -> NDArray[Any]:
    """(F, 3) whole numbers. Raises UsageError."""
    if not len(shaped("faces", faces, "F", 3)):
        raise UsageError("faces of shape (0, 3): must be (F, 3), one or more")
    triangles = np.asarray(faces)
    if triangles.dtype.kind not in "iu":
        raise UsageError(f"faces of {triangles.dtype}: must be whole numbers, as faces.astype(int) makes them")
    return triangles


@typed(UsageError)
def read_mesh(path: Path | str) -> Mesh:
    """A mesh file (.ply .obj .glb .gltf .stl .off) with its textures, in its own axes and unit. Raises AssetError."""
    return reading.read_mesh_file(Path(path))[0]


@typed(UsageError)
def build_scene(parts: Iterable[Mesh | tuple[Mesh, ArrayLike]]) -> Scene:
    """Meshes at their places: alone where the mesh is in the world frame (+Z up, metres), or with `T_world_object`.

    Instances count from 1 in this order. Raises UsageError where there is none, or a place is no similarity (4, 4).
    """
    placed = [_placed(part) for part in parts]
    if not placed:
        raise UsageError("a scene needs at least one mesh")
    return Scene(tuple(Body(mesh, Bvh(mesh), _similarity(T), k) for k, (mesh, T) in enumerate(placed, 1)))


def _placed(part: Mesh | Sequence[Any]) -> tuple[Mesh, ArrayLike]:
    match part:
        case Mesh():
            return part, np.eye(4)
        case [Mesh() as mesh, T]:
            return mesh, T
    raise UsageError(f"part of type {type(part).__name__}: must be a mesh, or (mesh, T_world_object)")


def _similarity(T: ArrayLike) -> NDArray[np.float64]:
    matrix = shaped("T_world_object", T, 4, 4)
    if _scale_of(matrix):
        return matrix
    raise UsageError("T_world_object: must be (4, 4), a rotation times one scale, and a shift; mirror the mesh instead")


def _scale_of(T: NDArray[np.float64]) -> float:
    """The scale of a similarity (4, 4); 0 where the matrix is none."""
    if np.isfinite(T).all() and np.array_equal(T[3], (0, 0, 0, 1)):
        gram = T[:3, :3].T @ T[:3, :3]
        square = np.trace(gram) / 3
        if np.linalg.det(T[:3, :3]) > 0 and np.abs(gram - square * np.eye(3)).max() <= _SIMILAR * square:
            return float(np.sqrt(square))
    return 0.0


def _checked(view: View) -> View:
    """A view that can be. Raises UsageError for a camera without pixels or focal length, and for no rigid place."""
    check_fields(view, UsageError)
    check_fields(view.camera, UsageError)
    T = shaped("T_world_cam", view.T_world_cam, 4, 4)
    if abs(_scale_of(T) - 1) > _SIMILAR:
        raise UsageError("T_world_cam: must be (4, 4), a rotation and a shift, as look_at gives it")
    return View(replace(view.camera, K=_intrinsics(view.camera)), T)


def _intrinsics(camera: Camera) -> NDArray[np.float64]:
    """K of a camera that can be. Raises UsageError."""
    K = shaped("K", camera.K, 3, 3)
    if min(camera.width, camera.height) < 1 or not all(0 < f < np.inf for f in (K[0, 0], K[1, 1])):
        size = f"{camera.width} x {camera.height} px"
        raise UsageError(f"camera of {size}, focal length {K[0, 0]:g}, {K[1, 1]:g} px: all must be above 0")
    if not np.isfinite(K).all() or (K[[0, 1, 2, 2, 2], [1, 0, 0, 1, 2]] != (0, 0, 0, 0, 1)).any():
        raise UsageError("K: must be [[fx, 0, cx], [0, fy, cy], [0, 0, 1]], all finite")
    return K


def _check_light(lighting: Lighting) -> None:
    """Raise UsageError for light that cannot be."""
    check_fields(lighting, UsageError)
    if len(lighting.lights) > MOST_LAMPS:
        raise UsageError(f"lighting of {len(lighting.lights)} lamps: {MOST_LAMPS} at most")
    for lamp in lighting.lights:
        check_fields(lamp, UsageError)
    colors = [lighting.ambient_up, lighting.ambient_down, *(lamp.color for lamp in lighting.lights)]
    places = [(*lamp.position, lamp.radius_m) for lamp in lighting.lights]
    if not all(0 <= part < np.inf for color in colors for part in color) or not np.isfinite(places).all():
        raise UsageError("lighting: colors must be 0 or more, and all its numbers finite")


@typed(UsageError)
def render_view(scene: Scene, view: View, lighting: Lighting = OVERCAST, renderer: str = RUNS_ANYWHERE) -> Frame:
    """One picture with depth, instances and normals of its pixels.

    Raises UsageError for an unknown renderer, more than MOST_LAMPS, a view that cannot be, and a lens that folds the
    picture over or that the renderer cannot draw through, RenderError where it cannot start.
    """
    _check_light(lighting)
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


@typed(UsageError)
def correspond(
    scene: Scene, view0: View, view1: View, cell: tuple[int, int] = (2, 4), seed: int = 0
) -> Correspondences:
    """Trace one random pixel in each cell (width, height) of `view0`, and back from `view1`.

    Raises UsageError for a view that cannot be, a lens of `view0` that folds its picture over, a cell without pixels,
    and a seed below 0.
    """
    if min(cell) < 1 or seed < 0:
        raise UsageError(f"cell {cell[0]} x {cell[1]} px, seed {seed}: give 1 x 1 px or more, and a seed of 0 or more")
    first, other = _checked(view0), _checked(view1)
    xy0 = choose_pixels(first.camera.width, first.camera.height, cell, generator(seed, Stage.RAYS))
    rays = trace(scene, first, xy0)
    track = follow(scene, rays, other)
    return Correspondences(rays.xy0, rays.depth0, rays.instance, track.xy, track.status)
