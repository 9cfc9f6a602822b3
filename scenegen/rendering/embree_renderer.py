"""The default renderer: Embree's hits, shaded by NumPy. No display, no driver, no OpenGL."""

from collections.abc import Mapping
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from scenegen.assets.mesh import Mesh
from scenegen.geometry import View
from scenegen.lights import Lighting
from scenegen.rays import bundle, pixel_plane, pixel_rays, spreads
from scenegen.rendering.antialias import OFFSETS_PX, bends_of_depth, edge_pixels, sample_places, unanimous
from scenegen.rendering.frame import BACKGROUND, Frame
from scenegen.rendering.shading import Known, illuminate, radiance
from scenegen.rendering.shadows import plan_shadows, surveyed_strength
from scenegen.rendering.surfaces import SurfaceTable, build_table
from scenegen.rendering.surfels import EyeRays, Surfels, gather_surfels
from scenegen.rendering.tone import tone_map
from scenegen.srgb import srgb_to_linear
from scenegen.tracing.raycaster import Scene, nearest, pixel_hits

F32 = NDArray[np.float32]
_SKY = srgb_to_linear(np.array(BACKGROUND) / 255).astype(np.float32)


class EmbreeRenderer:
    """Ray traced pictures. Keeps the surface tables of the meshes that are still in use elsewhere."""

    name = "embree"

    def __init__(self) -> None:
        self._tables: WeakKeyDictionary[Mesh, SurfaceTable] = WeakKeyDictionary()

    def render(self, scene: Scene, view: View, lighting: Lighting) -> Frame:
        """Photograph `scene` from `view`; see `Frame`."""
        tables = self._tables_of(scene)
        shape = view.camera.height, view.camera.width
        rays = EyeRays(_origin(view), pixel_rays(view), spreads(view.camera, *pixel_plane(view.camera)))
        hits = pixel_hits(scene, view)
        surfels = gather_surfels(scene, tables, rays, hits)
        depth = np.where(hits.instance > 0, hits.t, np.float32(0)).reshape(shape)
        instance = hits.instance.reshape(shape)
        bent, label = bends_of_depth(depth), _labels(surfels, instance)
        plan = plan_shadows(label, bent, _numbers(surfels.ray, shape))
        strengths = [surveyed_strength(scene, surfels, lamp, plan) for lamp in lighting.lights]
        light, lit = radiance(surfels, lighting, strengths)
        rgb = scatter(surfels.ray, tone_map(light), shape, BACKGROUND)
        first = _FirstPass(plan.surfel, light, _image(surfels.ray, lit, shape))
        pixels = edge_pixels(rgb, bent, label | first.lit)
        rgb.reshape(-1, 3)[pixels] = self._refine(scene, view, lighting, pixels, first)
        return Frame(rgb, depth, instance, scatter(surfels.ray, camera_normals(surfels, view), shape), hits)

    def close(self) -> None:
        """Forget all surface tables."""
        self._tables.clear()

    def _tables_of(self, scene: Scene) -> Mapping[Mesh, SurfaceTable]:
        """Surface tables of all meshes of the scene, made where they are missing."""
        for body in scene.bodies:
            if body.mesh not in self._tables:
                self._tables[body.mesh] = build_table(body.mesh)
        return self._tables

    def _refine(
        self, scene: Scene, view: View, lighting: Lighting, pixels: NDArray[np.intp], first: "_FirstPass"
    ) -> NDArray[np.uint8]:
        """SRGB bytes (N, 3) of some pixels from their centre sample and three more, averaged in linear light."""
        directions, spread = bundle(view, sample_places(pixels, view.camera.width))
        rays = EyeRays(_origin(view), directions, spread)
        surfels = gather_surfels(scene, self._tables, rays, nearest(scene, rays.origin, rays.directions))
        light, _ = illuminate(scene, surfels, lighting, _known(first.lit, pixels[surfels.ray // len(OFFSETS_PX)]))
        more = _spread(surfels.ray, light, len(directions))
        total = _light_at(first, pixels)
        for sample in range(len(OFFSETS_PX)):
            total += more[:, sample :: len(OFFSETS_PX)]
        return tone_map(total / np.float32(1 + len(OFFSETS_PX))).T


@dataclass(frozen=True, eq=False)
class _FirstPass:
    """What the samples at the pixels' centres gave."""

    surfel: NDArray[np.int32]
    """(H, W) which surface element is seen at the pixel, -1 where none is."""
    light: F32
    """(3, N) radiance of the surface elements."""
    lit: NDArray[np.uint8]
    """(H, W) which lamps reach the pixel."""


def _known(lit: NDArray[np.uint8], pixels: NDArray[np.intp]) -> Known:
    """What is known between the centres of pixels: what all neighbours agree on, they share."""
    return Known(np.take(unanimous(lit), pixels), np.take(unanimous(~lit), pixels))


def _origin(view: View) -> F32:
    """(1, 3) float32 eye."""
    return view.position.astype(np.float32)[None]


def _numbers(ray: NDArray[np.intp], shape: tuple[int, int]) -> NDArray[np.int32]:
    """(H, W) place of each flat pixel in `ray` (N,), -1 where it has none."""
    out = np.full(shape, -1, np.int32)
    out.ravel()[ray] = np.arange(len(ray), dtype=np.int32)
    return out


def _light_at(first: _FirstPass, pixels: NDArray[np.intp]) -> F32:
    """(3, N) radiance at the centres of some pixels; the sky's where nothing was hit."""
    surfel = np.take(first.surfel.ravel(), pixels)
    # -1 takes the last one, which is overwritten
    out = np.take(first.light, surfel, axis=1, mode="wrap") if first.light.size else np.empty((3, len(pixels)))
    return np.where(surfel < 0, _SKY[:, None], out)


def _spread(ray: NDArray[np.intp], light: F32, count: int) -> F32:
    """(3, count) radiance along all rays; the sky's where nothing was hit."""
    out = np.empty((3, count), np.float32)
    for channel in range(3):
        out[channel] = _SKY[channel]
        out[channel, ray] = light[channel]
    return out


def scatter(
    ray: NDArray[np.intp], values: NDArray, shape: tuple[int, int], blank: tuple[int, int, int] = (0, 0, 0)
) -> NDArray:
    """Image (H, W, 3) of one-byte values (3, N) at flat pixels `ray`, `blank` elsewhere."""
    # four-byte words are moved in one go; three separate bytes are not
    words = np.zeros((values.shape[1], 4), values.dtype)
    pixels = np.full(shape[0] * shape[1], np.array([*blank, 0], values.dtype).view(np.uint32)[0])
    image = np.empty((len(pixels), 3), values.dtype)
    for channel in range(3):
        words[:, channel] = values[channel]
    pixels[ray] = words.view(np.uint32)[:, 0]
    for channel in range(3):
        image[:, channel] = pixels.view(values.dtype)[channel::4]
    return image.reshape(*shape, 3)


def _image(ray: NDArray[np.intp], values: NDArray[np.uint8], shape: tuple[int, int]) -> NDArray[np.uint8]:
    """(H, W) image of values (N,) at flat pixels `ray`, 0 elsewhere."""
    out = np.zeros(shape, values.dtype)
    out.ravel()[ray] = values
    return out


def _labels(surfels: Surfels, instance: NDArray[np.uint16]) -> NDArray[np.uint32]:
    """(H, W) words that differ where body or material differ; the low byte is free."""
    material = _image(surfels.ray, surfels.material, instance.shape).astype(np.uint32)
    return np.asarray(instance.astype(np.uint32) << 16 | material << 8, np.uint32)


def camera_normals(surfels: Surfels, view: View) -> NDArray[np.int8]:
    """(3, N) normals in camera axes times 127, on the eye's side even where a smooth normal is not."""
    rotation, eye = view.T_world_cam[:3, :3].T.astype(np.float32), _origin(view)[0]
    normal = rotation @ surfels.normal
    along = np.einsum("ij,ij->j", surfels.normal, surfels.point)
    along -= eye @ surfels.normal
    away = np.flatnonzero(along > 0)
    toward = rotation @ (surfels.point[:, away] - eye[:, None])
    normal[:, away] = _grazing(normal[:, away], toward)
    normal *= np.float32(127)
    return np.rint(normal, out=normal).astype(np.int8)


def _grazing(normal: NDArray, toward: NDArray) -> NDArray:
    """Normals (3, N) without their part along the ray: as far turned away as can be seen."""
    along = np.einsum("ij,ij->j", normal, toward) / np.einsum("ij,ij->j", toward, toward)
    flat = normal - along * toward
    return flat / np.maximum(np.linalg.norm(flat, axis=0), np.float32(1e-6))
