"""The Embree renderer, compiled: the same pictures as `embree_renderer` makes, within a grey level, in less time."""

from collections.abc import Callable
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
from scenegen.rendering.compiled.surfels import WIDTH, fill
from scenegen.rendering.compiled.tables import Table, as_tuple
from scenegen.rendering.frame import BACKGROUND, Frame
from scenegen.rendering.shading import least_share
from scenegen.rendering.surfaces import build_table
from scenegen.srgb import decode
from scenegen.tracing.compiled_planes import grouped
from scenegen.tracing.packet_tracer import PacketWorld, columns
from scenegen.tracing.raycaster import Body, Bvh, Scene, nearest, pixel_hits
from scenegen.tracing.tracer import F32, Hits

Array = NDArray[Any]
TILE_PX = 8
"""Side of the tiles in whose order pixels get their samples."""
_SKY = np.stack([decode(np.array(BACKGROUND) / 255), BACKGROUND]).astype(np.float32)
"""(2, 3) radiance and bytes of rays that leave the scene."""


class CompiledRenderer:
    """Implements `Renderer`. Keeps the surface tables of the meshes that are still in use elsewhere."""

    name = "embree"

    def __init__(self) -> None:
        self._tables: WeakKeyDictionary[Mesh, Table] = WeakKeyDictionary()

    def render(self, scene: Scene, view: View, lighting: Lighting) -> Frame:
        """Photograph `scene` from `view`; see `Frame`."""
        shape = view.camera.height, view.camera.width
        wide = spreads(view.camera, *pixel_plane(view.camera))
        seen = self._seen(scene, view, pixel_hits(scene, view), pixel_rays(view), wide)
        inverse, label = np.empty(len(seen.rows), np.float32), np.empty(len(seen.rows), np.uint32)
        flags, follows = np.empty((2, len(seen.rows)), np.bool_)
        picture.inverses(seen.hits.t, inverse)
        picture.bent(inverse, shape, flags)
        picture.labels(seen.hits.instance, seen.material, label)
        lamps.following(label, flags, shape, follows)
        shares = _surveyed(_world(scene), seen, lighting, follows, shape)
        photo = _developed(seen, lighting, shares)
        self._refine(scene, view, lighting, edges(photo, flags, label, shape), photo)
        depth = np.where(seen.hits.instance > 0, seen.hits.t, np.float32(0))
        instance, normal = seen.hits.instance.reshape(shape), _normals(seen, view)
        return Frame(photo.rgb.reshape(*shape, 3), depth.reshape(shape), instance, normal.reshape(*shape, 3), seen.hits)

    def close(self) -> None:
        """Forget all surface tables."""
        self._tables.clear()

    def _table(self, body: Body) -> Table:
        """The surface table of a body's mesh, made where it is missing."""
        if body.mesh not in self._tables:
            self._tables[body.mesh] = as_tuple(build_table(body.mesh))
        return self._tables[body.mesh]

    def _seen(self, scene: Scene, view: View, hits: Hits, directions: F32, wide: Array) -> "_Seen":
        """The surface elements at hits of rays from the eye, whose `spreads` are `wide`."""
        rows = np.empty((len(hits), WIDTH), np.float32)
        material = np.zeros(len(hits), np.uint8)
        count = max(body.instance for body in scene.bodies)
        order, starts = grouped(hits.instance, count)
        eye = view.position.astype(np.float32)
        for body in scene.bodies:
            rays = order[starts[body.instance] : starts[body.instance + 1]]
            if len(rays):
                table, spread = self._table(body), (wide / body.scale).astype(np.float32)
                fill(table, body.rotation, rays, columns(hits), eye, directions, spread, rows, material)
        return _Seen(hits, rows, material)

    def _refine(self, scene: Scene, view: View, lighting: Lighting, pixels: Array, photo: "_Photo") -> None:
        """Overwrite some pixels by the mean of their centre sample and three more, in linear light."""
        directions, wide = bundle(view, sample_places(pixels, view.camera.width))
        hits = nearest(scene, view.position.astype(np.float32)[None], directions)
        seen = self._seen(scene, view, hits, directions, wide)
        image, samples = photo.lit.reshape(view.camera.height, -1), np.repeat(pixels, len(OFFSETS_PX))
        lit, dark = (np.take(unanimous(bits), samples) for bits in (image, ~image))
        lights = _ambient(lighting), _asked(_world(scene), seen, lighting, lit, dark), _lamp_colors(lighting)
        picture.averaged(pixels, seen.rows, hits.instance, *lights, _SKY, photo.light, photo.rgb)


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
    """What rays met, and what is there; rows of rays that met nothing are not written."""

    hits: Hits
    rows: F32
    """(R, 16) as `compiled.surfels` says."""
    material: NDArray[np.uint8]
    """(R,) low bits of the material's index."""


@dataclass(frozen=True, eq=False)
class _Photo:
    """A picture of one sample per pixel, to be refined."""

    rgb: NDArray[np.uint8]
    """(N, 3) sRGB."""
    light: F32
    """(N, 3) radiance."""
    lit: NDArray[np.uint8]
    """(N,) which lamps arrive, bit by bit."""


def _world(scene: Scene) -> PacketWorld:
    """The scene for compiled code."""
    world = scene.world
    assert isinstance(world, PacketWorld), type(world)
    return world


def _lamp(lamp: PointLight) -> tuple[F32, np.float32, np.float32]:
    """Position, square of the softening distance, and the least share that is asked for shadows."""
    return np.array(lamp.position, np.float32), np.float32(lamp.radius_m**2), least_share(lamp)


def _surveyed(world: PacketWorld, seen: _Seen, lighting: Lighting, follows: Array, shape: tuple[int, int]) -> F32:
    """(L, N) shares of the lamps' colours that arrive at the pixels of a picture."""

    def shade(_: int, position: F32, share: F32) -> None:
        lamps.survey(*world.occlusion, seen.rows, seen.hits.t, position, follows, shape, share)

    return _shaded(seen, lighting, shade)


def _asked(world: PacketWorld, seen: _Seen, lighting: Lighting, lit: Array, dark: Array) -> F32:
    """(L, N) the same of any rays, by a shadow ray each where bit i does not say that lamp i is `lit` or `dark`."""

    def shade(number: int, position: F32, share: F32) -> None:
        lamps.cast(*world.occlusion, seen.rows, seen.hits.t, position, lit, dark, np.uint8(1 << number), share)

    return _shaded(seen, lighting, shade)


def _shaded(seen: _Seen, lighting: Lighting, shade: Callable[[int, F32, F32], None]) -> F32:
    """(L, N) shares of the lamps' colours; `shade` takes a lamp's number, position and unshadowed shares."""
    shares = np.empty((len(lighting.lights), len(seen.rows)), np.float32)
    for number, (share, lamp) in enumerate(zip(shares, lighting.lights, strict=True)):
        position, falloff, least = _lamp(lamp)
        lamps.strengths(seen.rows, seen.hits.instance, position, falloff, least, share)
        shade(number, position, share)
    return shares


def _ambient(lighting: Lighting) -> F32:
    """(2, 3) ambient light from below and from above."""
    return np.array([lighting.ambient_down, lighting.ambient_up], np.float32)


def _lamp_colors(lighting: Lighting) -> F32:
    """(L, 3) linear."""
    return np.array([lamp.color for lamp in lighting.lights], np.float32).reshape(-1, 3)


def _developed(seen: _Seen, lighting: Lighting, shares: F32) -> _Photo:
    """The picture of what was seen, under `shares` (L, N) of the lamps' colours."""
    count = len(seen.rows)
    photo = _Photo(np.empty((count, 3), np.uint8), np.empty((count, 3), np.float32), np.empty(count, np.uint8))
    lights = _ambient(lighting), shares, _lamp_colors(lighting)
    picture.develop(seen.rows, seen.hits.instance, *lights, _SKY, photo.light, photo.lit, photo.rgb)
    return photo


def _normals(seen: _Seen, view: View) -> NDArray[np.int8]:
    """(N, 3) normals in camera axes."""
    out = np.empty((len(seen.rows), 3), np.int8)
    rotation = np.ascontiguousarray(view.T_world_cam[:3, :3].T, np.float32)
    picture.normals(seen.rows, seen.hits.instance, rotation, view.position.astype(np.float32), out)
    return out


def edges(photo: _Photo, flags: Array, label: Array, shape: tuple[int, int]) -> Array:
    """Flat indices of the pixels that need more samples; see `antialias.edge_pixels`."""
    score = np.empty(len(photo.rgb), np.float32)
    picture.contrasts(photo.rgb, flags, label, photo.lit, shape, score)
    return in_tiles(strongest(score), shape[1])


def in_tiles(pixels: Array, width: int) -> Array:
    """Flat indices in the order of tiles: rays of a packet are neighbours then."""
    y, x = pixels // width, pixels % width
    return pixels[np.argsort(y // TILE_PX * width + x // TILE_PX, kind="stable")]
