"""The light of a view: one to three lamps in the free space, and light from all around.

Strengths are not drawn but set: shadow rays to points that the views see tell how much of each lamp
arrives, and the lamps are scaled so that the mean irradiance is the same by design. So no picture is
black or blown out, wherever the lamps stand.
"""

import numpy as np
from numpy.typing import NDArray

from scenegen.lights import Lighting, PointLight, Rgb
from scenegen.seeding import Generator
from scenegen.staging.freespace import FreeSpace
from scenegen.tracing.raycaster import Scene, blocked

Array = NDArray[np.float64]

IRRADIANCE = (0.8, 1.1)
"""Mean irradiance of what is seen, drawn within these bounds; 1 shows white as white before tone mapping."""
AMBIENT, AMBIENT_BAKED = (0.3, 0.5), (0.6, 0.8)
"""Share of the ambient light; the larger one where the colours of a scan hold light already."""
KELVIN = (2700.0, 7500.0)
"""Colour temperatures, uniform in their reciprocals."""
ADAPTATION = 0.5
"""How much of a lamp's tint is left after white balance: exponent of its linear RGB."""
STRONGEST = 6.0
"""Cap on a lamp's strength: one that is hidden from all that is seen is not driven up without end."""
LAMP_CLEARANCE_M = 0.25
"""Lamps stand in places at least this clear, where there are any."""
_LUMA = np.array([0.2126, 0.7152, 0.0722])


def draw_lighting(
    rng: Generator,
    scene: Scene,
    free: FreeSpace,
    seen: tuple[Array, Array],
    eye: Array,
    ceiling_m: float,
    lights: tuple[int, int] = (1, 3),
    baked: bool = False,
) -> Lighting:
    """Draw the light of a view.

    Args:
        rng: makes every choice.
        scene: casts the shadows.
        free: places for lamps; at least one point.
        seen: (N, 3) points that are seen and (N, 3) unit normals turned to the camera.
        eye: (3,) the camera.
        ceiling_m: height of the ceiling.
        lights: number of lamps, lowest and highest.
        baked: the room's colours hold light already (scans): more of the light is ambient.

    """
    level = rng.uniform(*IRRADIANCE)
    share = rng.uniform(*(AMBIENT_BAKED if baked else AMBIENT))
    places = np.stack([_place(rng, free, eye, ceiling_m) for _ in range(rng.integers(lights[0], lights[1] + 1))])
    radii = rng.uniform(1.2, 3.0, len(places))
    weights = rng.uniform(0.4, 1.0, len(places))
    arriving = _arriving(scene, places, radii, *seen)
    strength = _strengths(arriving, weights, level * (1 - share))
    lamps = tuple(
        PointLight(_triple(place), _triple(power * lamp_color(rng)), float(radius))
        for place, radius, power in zip(places, radii, strength, strict=True)
    )
    # what the lamps cannot bring, because they are hidden, comes from all around
    missing = max(0.0, level * (1 - share) - float(arriving @ strength))
    up, down = _ambient(rng, level * share + 0.7 * missing)
    return Lighting(lamps, up, down)


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
    p = free.points
    open_air = np.maximum(free.clearance - 0.05, 0)
    high = np.exp(-np.maximum(0.85 * ceiling_m - p[:, 2], 0) / 0.15)
    wide = free.clearance >= LAMP_CLEARANCE_M
    weights = (
        high * wide,
        wide * (free.clearance < 0.5) * (p[:, 2] > 0.8),
        wide * np.exp(-np.linalg.norm(p - eye, axis=1) / 0.25),
        open_air * (p[:, 2] > 0.6),
    )
    weight = weights[int(rng.choice(4, p=[0.45, 0.2, 0.15, 0.2]))]
    weight = weight if weight.sum() > 0 else free.clearance
    return p[rng.choice(len(p), p=weight / weight.sum())]


def _arriving(scene: Scene, places: Array, radii: Array, points: Array, normals: Array) -> Array:
    """(L,) mean irradiance that a lamp of strength 1 brings to the points, shadows included."""
    if not len(points):
        return np.zeros(len(places))
    away = places[:, None] - points
    far = np.linalg.norm(away, axis=-1)
    cosine = np.maximum(np.einsum("lni,ni->ln", away, normals) / np.maximum(far, 1e-6), 0)
    fall = radii[:, None] ** 2 / (radii[:, None] ** 2 + far**2)
    starts = np.broadcast_to(points + 2e-3 * normals, away.shape).reshape(-1, 3)
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


def _triple(values: Array) -> Rgb:
    """Three plain floats."""
    return float(values[0]), float(values[1]), float(values[2])
