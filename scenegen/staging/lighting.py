"""The light of a view: one to three lamps in the free space, and light from all around.

Strengths are not drawn but set: shadow rays from points that the view sees tell how much of each lamp
arrives there, and how bright those surfaces are tells how much light they need. So no picture is black
or blown out, wherever the lamps stand.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenegen.assets.mesh import Mesh, mean_albedo
from scenegen.lights import Lighting, PointLight, Rgb
from scenegen.seeding import Generator
from scenegen.srgb import srgb_to_linear
from scenegen.staging.covisibility import SparseView
from scenegen.staging.freespace import FreeSpace
from scenegen.tracing.raycaster import Scene, blocked

Array = NDArray[np.float64]

RADIANCE = (0.18, 0.28)
"""Mean linear value of a picture, drawn within these bounds: a middle grey of about 0.43 to 0.56 when encoded."""
IRRADIANCE = (0.4, 1.3)
"""Bounds of the mean irradiance: dark rooms stay rather dark, bright ones bright."""
AMBIENT, AMBIENT_BAKED = (0.3, 0.5), (0.6, 0.8)
"""Share of the ambient light; the larger one where the colours of a scan hold light already."""
KELVIN = (2700.0, 7500.0)
"""Colour temperatures, uniform in their reciprocals."""
ADAPTATION = 0.4
"""How much of a lamp's tint is left after white balance: exponent of its linear RGB."""
STRONGEST = 2.5
"""Cap on a lamp's strength: one that is hidden from all that is seen is not driven up without end."""
LAMP_CLEARANCE_M = 0.35
"""Lamps stand in places at least this clear, where there are any."""
_LUMA = np.array([0.2126, 0.7152, 0.0722])


@dataclass(frozen=True, eq=False)
class Lit:
    """A sample of what a view sees, for measuring light on it."""

    points: Array
    """(N, 3) world metres."""
    normals: Array
    """(N, 3) unit, turned to the camera."""
    albedo: float
    """Mean luminance of the surfaces, linear, 0 to 1."""
    eye: Array
    """(3,) the camera."""


def lit_sample(scene: Scene, seen: SparseView) -> Lit:
    """What the first view of a sparse view sees."""
    hit = seen.hit[0]
    normals = seen.normals[0, hit] * np.sign(seen.facing[0, hit])[:, None]
    albedo = _albedo(scene, seen.instance[0, hit], seen.primitive[0, hit])
    return Lit(seen.points[0, hit], normals, albedo, seen.views[0].position)


def draw_lighting(
    rng: Generator, scene: Scene, free: FreeSpace, lit: Lit, ceiling_m: float, lights: tuple[int, int], baked: bool
) -> Lighting:
    """Draw the light of a view.

    Args:
        rng: makes every choice.
        scene: casts the shadows.
        free: places for lamps; at least one point.
        lit: what the view sees.
        ceiling_m: height of the ceiling.
        lights: number of lamps, lowest and highest.
        baked: the room's colours hold light already (scans): more of the light is ambient.

    """
    level = float(np.clip(rng.uniform(*RADIANCE) / max(lit.albedo, 1e-3), *IRRADIANCE))
    direct = level * (1 - rng.uniform(*(AMBIENT_BAKED if baked else AMBIENT)))
    count = int(rng.integers(lights[0], lights[1] + 1))
    places = np.stack([_place(rng, free, lit.eye, ceiling_m) for _ in range(count)])
    radii = rng.uniform(1.2, 3.0, count)
    arriving = _arriving(scene, places, radii, lit)
    strength = _strengths(arriving, rng.uniform(0.4, 1.0, count), direct)
    lamps = tuple(
        PointLight(_triple(place), _triple(power * lamp_color(rng)), float(radius))
        for place, radius, power in zip(places, radii, strength, strict=True)
    )
    # what hidden lamps cannot bring comes from all around
    return Lighting(lamps, *_ambient(rng, level - min(direct, float(arriving @ strength))))


def blackbody(kelvin: float) -> Array:
    """(3,) linear RGB of a black body, luminance 1; fit of the sRGB values by T. Helland, 1000 to 40000 K."""
    t = kelvin / 100
    red = 255.0 if t <= 66 else 329.698727446 * (t - 60) ** -0.1332047592
    green = 99.4708025861 * np.log(t) - 161.1195681661 if t <= 66 else 288.1221695283 * (t - 60) ** -0.0755148492
    blue = 255.0 if t >= 66 else 138.5177312231 * np.log(t - 10) - 305.0447927307 if t > 19 else 0.0
    linear = (np.clip([red, green, blue], 1, 255) / 255) ** 2.2
    return linear / (linear @ _LUMA)


def lamp_color(rng: Generator) -> Array:
    """(3,) tint of a lamp between warm and cool, luminance 1, half adapted to."""
    kelvin = 1 / rng.uniform(1 / KELVIN[1], 1 / KELVIN[0])
    tint = blackbody(kelvin) ** ADAPTATION
    return tint / (tint @ _LUMA)


def _place(rng: Generator, free: FreeSpace, eye: Array, ceiling_m: float) -> Array:
    """(3,) a free place: under the ceiling, at a wall, near the camera like a flash, or anywhere."""
    p, clearance = free.points, free.clearance
    wide = clearance >= LAMP_CLEARANCE_M
    weights: tuple[Callable[[], NDArray], ...] = (
        lambda: wide * np.exp(-np.maximum(0.85 * ceiling_m - p[:, 2], 0) / 0.15),
        lambda: wide * (clearance < 0.5) * (p[:, 2] > 0.8),
        lambda: wide * np.exp(-np.linalg.norm(p - eye, axis=1) / 0.25),
        lambda: np.maximum(clearance - 0.05, 0) * (p[:, 2] > 0.6),
    )
    weight = weights[int(rng.choice(4, p=[0.45, 0.2, 0.15, 0.2]))]()
    weight = weight if weight.sum() > 0 else clearance
    return p[rng.choice(len(p), p=weight / weight.sum())]


def _arriving(scene: Scene, places: Array, radii: Array, lit: Lit) -> Array:
    """(L,) mean irradiance that a lamp of strength 1 brings to the points, shadows included."""
    if not len(lit.points):
        return np.zeros(len(places))
    away = places[:, None] - lit.points
    far = np.linalg.norm(away, axis=-1)
    cosine = np.maximum(np.einsum("lni,ni->ln", away, lit.normals) / np.maximum(far, 1e-6), 0)
    fall = radii[:, None] ** 2 / (radii[:, None] ** 2 + far**2)
    starts = np.broadcast_to(lit.points + 2e-3 * lit.normals, away.shape).reshape(-1, 3)
    shadow = blocked(scene, starts, away.reshape(-1, 3) * 0.999).reshape(far.shape)
    return (cosine * fall * ~shadow).mean(1)


def _strengths(arriving: Array, weights: Array, wanted: float) -> Array:
    """(L,) strengths in the ratio of the weights that together bring the wanted mean, none above the cap."""
    return np.minimum(weights * wanted / max(float(arriving @ weights), 1e-6), STRONGEST)


def _ambient(rng: Generator, mean: float) -> tuple[Rgb, Rgb]:
    """Light on faces that look up and on faces that look down: slightly tinted, less from below."""
    below = rng.uniform(0.45, 0.8)
    up = 2 * mean / (1 + below)
    return _triple(up * lamp_color(rng) ** 0.5), _triple(up * below * lamp_color(rng) ** 0.5)


def _albedo(scene: Scene, instance: NDArray, primitive: NDArray) -> float:
    """Mean luminance of surfaces that were hit, by material and vertex colour; textures by their mean."""
    light = [
        _face_luminance(body.mesh, primitive[rows])
        for body in scene.bodies
        if len(rows := np.flatnonzero(instance == body.instance))
    ]
    return float(np.concatenate(light).mean()) if light else 0.5


def _face_luminance(mesh: Mesh, faces: NDArray) -> Array:
    """(N,) linear luminance of some faces."""
    base = np.array([mean_albedo(m) for m in mesh.materials])
    color = base[mesh.face_material[faces]]
    if mesh.colors is not None:
        color = color * srgb_to_linear(mesh.colors[mesh.faces[faces, 0]] / 255)
    return color @ _LUMA


def _triple(values: Array) -> Rgb:
    """Three plain floats."""
    return float(values[0]), float(values[1]), float(values[2])
