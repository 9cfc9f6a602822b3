"""The Embree renderer, compiled: the same pictures as `embree_renderer` makes, within a grey level, in less time."""

from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from scenegen.assets.mesh import Material, Mesh
from scenegen.geometry import View, look_at, pinhole
from scenegen.lights import Lighting, PointLight
from scenegen.rays import bundle, pixel_plane, pixel_rays, spreads
from scenegen.rendering.antialias import OFFSETS_PX, sample_places, strongest, unanimous
from scenegen.rendering.compiled import lamps, picture
from scenegen.rendering.compiled.rows import PAINT_WIDTH, PLACE_WIDTH
from scenegen.rendering.compiled.surfels import Elements, fill_surfels
from scenegen.rendering.compiled.tables import Table, as_tuple
from scenegen.rendering.frame import BACKGROUND, Frame
from scenegen.rendering.shading import least_share
from scenegen.rendering.surfaces import build_table
from scenegen.srgb import srgb_to_linear
from scenegen.tracing.compiled_planes import group_by_instance
from scenegen.tracing.packet_tracer import PacketWorld, hit_arrays
from scenegen.tracing.raycaster import Body, Bvh, Scene, nearest, pixel_hits
from scenegen.tracing.tracer import F32, Hits

Array = NDArray[Any]
TILE_PX = 8
"""Side of the tiles in whose order pixels get their samples."""
_SKY = np.stack([srgb_to_linear(np.array(BACKGROUND) / 255), BACKGROUND]).astype(np.float32)
"""(2, 3) radiance and bytes of rays that leave the scene."""


class CompiledRenderer:
    """Implements `Renderer`. Keeps the surface tables of the meshes that are still in use elsewhere."""

    name = "embree"

    def __init__(self) -> None:
        self._tables: WeakKeyDictionary[Mesh, Table] = WeakKeyDictionary()

    def render(self, scene: Scene, view: View, lighting: Lighting) -> Frame:
        """Photograph `scene` from `view`; see `Frame`."""
        shape = view.camera.height, view.camera.width
        hits, wide = pixel_hits(scene, view), spreads(view.camera, *pixel_plane(view.camera))
        normal = np.zeros((len(hits), 3), np.int8)
        seen = self._seen(scene, view, hits, pixel_rays(view), wide, lighting, normal)
        inverse, label = np.empty(len(hits), np.float32), np.empty(len(hits), np.uint32)
        flags, follows = np.empty((2, len(hits)), np.bool_)
        picture.inverses(hits.t, inverse)
        picture.mark_bends(inverse, shape, flags)
        picture.surface_labels(hits.instance, seen.elements.material, label)
        lamps.following(label, flags, shape, follows)
        _survey(_world(scene), seen, lighting, follows, shape)
        photo = _developed(seen, lighting)
        self._refine(scene, view, lighting, _edges(photo, flags, label, shape), seen, photo)
        depth = np.where(hits.instance > 0, hits.t, np.float32(0)).reshape(shape)
        return Frame(photo.rgb.reshape(*shape, 3), depth, hits.instance.reshape(shape), normal.reshape(*shape, 3), hits)

    def close(self) -> None:
        """Forget all surface tables."""
        self._tables.clear()

    def _table(self, body: Body) -> Table:
        """The surface table of a body's mesh, made where it is missing."""
        if body.mesh not in self._tables:
            self._tables[body.mesh] = as_tuple(build_table(body.mesh))
        return self._tables[body.mesh]

    def _seen(
        self, scene: Scene, view: View, hits: Hits, directions: F32, wide: Array, lighting: Lighting, normal: Array
    ) -> "_Seen":
        """The surface elements at hits of rays from the eye, whose `spreads` are `wide`."""
        elements = Elements(
            np.empty((len(hits), PLACE_WIDTH), np.float32),
            np.empty((PAINT_WIDTH, len(hits)), np.float32),
            np.zeros(len(hits), np.uint8),
            np.zeros((len(lighting.lights), len(hits)), np.float32),
            normal,
        )
        order, starts = group_by_instance(hits.instance, max(body.instance for body in scene.bodies))
        eye, turn = view.position.astype(np.float32), np.ascontiguousarray(view.T_world_cam[:3, :3].T, np.float32)
        lamp_rows = _lamps(lighting)
        for body in scene.bodies:
            rays = order[starts[body.instance] : starts[body.instance + 1]]
            if len(rays):
                table, spread = self._table(body), (wide / body.scale).astype(np.float32)
                way = directions, spread, lamp_rows, turn
                fill_surfels(table, body.rotation, rays, hit_arrays(hits), eye, *way, elements)
        return _Seen(hits, elements)

    def _refine(
        self, scene: Scene, view: View, lighting: Lighting, pixels: Array, seen: "_Seen", photo: "_Photo"
    ) -> None:
        """Overwrite some pixels by the mean of their centre sample and three more, in linear light."""
        directions, wide = bundle(view, sample_places(pixels, view.camera.width))
        hits = nearest(scene, view.position.astype(np.float32)[None], directions)
        more = self._seen(scene, view, hits, directions, wide, lighting, np.empty((0, 3), np.int8))
        image, samples = photo.lit.reshape(view.camera.height, -1), np.repeat(pixels, len(OFFSETS_PX))
        lit, dark = (np.take(unanimous(bits), samples) for bits in (image, ~image))
        _cast(_world(scene), more, lighting, lit, dark)
        lights = _ambient(lighting), _lamp_colors(lighting), _SKY
        picture.averaged(pixels, seen.light, more.light, *lights, photo.rgb)


def warmed(renderer: CompiledRenderer) -> CompiledRenderer:
    """The renderer after a first small picture: all is compiled now, and kept for the workers that start later."""
    corners = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0]], np.float32)
    mesh = Mesh(corners, np.array([[0, 1, 2]], np.int32), np.zeros(1, np.int32), (Material("first"),))
    view = View(pinhole(8, 8, 8.0), look_at((0.2, 0.2, 1.0), (0.3, 0.3, 0.0)))
    lighting = Lighting((PointLight((0, 0, 1), (1, 1, 1)),), (0.1, 0.1, 0.1), (0.1, 0.1, 0.1))
    renderer.render(Scene((Body(mesh, Bvh(mesh), np.eye(4), 1),)), view, lighting)
    return renderer


@dataclass(frozen=True, eq=False)
class _Seen:
    """What rays met, and what is there."""

    hits: Hits
    elements: Elements

    @property
    def light(self) -> tuple[Array, Array, Array]:
        """Paint, instance and shares: what light that reaches the eye hangs on."""
        return self.elements.paint, self.hits.instance, self.elements.shares


@dataclass(frozen=True, eq=False)
class _Photo:
    """A picture of one sample per pixel, to be refined."""

    rgb: NDArray[np.uint8]
    """(N, 3) sRGB."""
    lit: NDArray[np.uint8]
    """(N,) which lamps arrive, bit by bit."""


def _world(scene: Scene) -> PacketWorld:
    """The scene for compiled code."""
    world = scene.world
    assert isinstance(world, PacketWorld), type(world)
    return world


def _lamps(lighting: Lighting) -> F32:
    """(L, 5) positions, squares of the softening distances, and the least shares that are asked for shadows."""
    rows = [(*lamp.position, lamp.radius_m**2, least_share(lamp)) for lamp in lighting.lights]
    return np.array(rows, np.float32).reshape(-1, 5)


def _survey(world: PacketWorld, seen: _Seen, lighting: Lighting, follows: Array, shape: tuple[int, int]) -> None:
    """Take the shares of lamps from the pixels of a picture that are in their shadow."""
    places, shares = seen.elements.place, seen.elements.shares
    for lamp, share in zip(_lamps(lighting), shares, strict=True):
        lamps.shadow_by_plan(*world.occlusion, places, seen.hits.t, lamp[:3], follows, shape, share)


def _cast(world: PacketWorld, seen: _Seen, lighting: Lighting, lit: Array, dark: Array) -> None:
    """The same of any rays, by a shadow ray each where bit i does not say that lamp i is `lit` or `dark`."""
    places, shares = seen.elements.place, seen.elements.shares
    for number, (lamp, share) in enumerate(zip(_lamps(lighting), shares, strict=True)):
        bit = np.uint8(1 << number)
        lamps.cast(*world.occlusion, places, seen.hits.t, lamp[:3], lit, dark, bit, share)


def _ambient(lighting: Lighting) -> F32:
    """(2, 3) ambient light from below and from above."""
    return np.array([lighting.ambient_down, lighting.ambient_up], np.float32)


def _lamp_colors(lighting: Lighting) -> F32:
    """(L, 3) linear."""
    return np.array([lamp.color for lamp in lighting.lights], np.float32).reshape(-1, 3)


def _developed(seen: _Seen, lighting: Lighting) -> _Photo:
    """The picture of what was seen."""
    paint, instance, shares = seen.light
    photo = _Photo(np.empty((len(instance), 3), np.uint8), np.empty(len(instance), np.uint8))
    lights = _ambient(lighting), shares, _lamp_colors(lighting), _SKY
    picture.develop(paint, instance, *lights, photo.lit, photo.rgb)
    return photo


def _edges(photo: _Photo, flags: Array, label: Array, shape: tuple[int, int]) -> Array:
    """Flat indices of the pixels that need more samples; see `antialias.edge_pixels`."""
    score = np.empty(len(photo.rgb), np.float32)
    picture.contrasts(photo.rgb, flags, label, photo.lit, shape, score)
    return _in_tiles(strongest(score), shape[1])


def _in_tiles(pixels: Array, width: int) -> Array:
    """Flat indices in the order of tiles: rays of a packet are neighbours then."""
    y, x = pixels // width, pixels % width
    return pixels[np.argsort(y // TILE_PX * width + x // TILE_PX, kind="stable")]
