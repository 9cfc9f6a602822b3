"""Surface elements to light: how they are lit, and the radiance that comes back along the rays.

Surfaces are Lambertian and opaque, so a point under equal lights has one colour from everywhere.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenegen.lights import Lighting, PointLight
from scenegen.rendering.surfels import Surfels, blocks, dot
from scenegen.tracing.raycaster import Scene, blocked

F32 = NDArray[np.float32]
Mask = NDArray[np.bool_]
SHADOW_OFFSET = 2e-4
"""Shadow rays end this far above the surface, as a share of the distances to the eye and to the lamp.

Without it, 1 in 1000 pixels of a scanned room fell into the shadow of its own neighbours' faces."""
SHADOW_REACH = 1.0 - 1e-4
"""Share of the way from the lamp to that end that is searched for blockers."""
LEAST_LIGHT = 1.0 / 512
"""Irradiance below which a lamp is not asked for shadows: under half a grey level of a mid grey."""


@dataclass(frozen=True, eq=False)
class Known:
    """What is known of N surface elements' shadows, so that no ray is spent on it; bit i speaks of lamp i."""

    lit: NDArray[np.uint8]
    """(N,), or (1,) for all: lamps that nothing blocks."""
    dark: NDArray[np.uint8]
    """(N,), or (1,) for all: lamps that do not arrive."""

    def of(self, lamp: int) -> tuple[Mask, Mask]:
        """Where a lamp is known to be unblocked, and where it is known not to arrive."""
        bit = np.uint8(1 << lamp)
        return self.lit & bit > 0, self.dark & bit > 0


NOTHING = Known(np.zeros(1, np.uint8), np.zeros(1, np.uint8))
"""Every lamp has to be asked everywhere."""
_NOWHERE = np.zeros(1, bool)


def illuminate(
    scene: Scene, surfels: Surfels, lighting: Lighting, known: Known = NOTHING
) -> tuple[F32, NDArray[np.uint8]]:
    """Radiance (3, N) towards the eye, and (N,) which lamps reach each element (bit i: lamp i)."""
    strengths = [lamp_strength(scene, surfels, lamp, *known.of(i)) for i, lamp in enumerate(lighting.lights)]
    return radiance(surfels, lighting, strengths)


def radiance(surfels: Surfels, lighting: Lighting, strengths: list[F32]) -> tuple[F32, NDArray[np.uint8]]:
    """Radiance (3, N) towards the eye, and (N,) which lamps arrive, given the strength (N,) of each lamp."""
    lit = np.zeros(len(surfels.ray), np.uint8)
    for i, strength in enumerate(strengths):
        lit |= (strength > 0).view(np.uint8) << i
    light = np.empty_like(surfels.albedo)
    for part in blocks(len(lit)):
        arriving = _ambient(surfels.normal[2, part], lighting)
        for lamp, strength in zip(lighting.lights, strengths, strict=True):
            arriving += strength[part] * np.asarray(lamp.color, np.float32)[:, None]
        arriving += surfels.emission[part] * (1 - arriving)
        np.multiply(arriving, surfels.albedo[:, part], out=light[:, part])
        if surfels.glow is not None:
            light[:, part] += surfels.glow[:, part]
    return light, lit


def _ambient(up: F32, lighting: Lighting) -> F32:
    """(3, N) ambient irradiance by the normal's z."""
    low, high = (np.asarray(c, np.float32)[:, None] for c in (lighting.ambient_down, lighting.ambient_up))
    out = np.empty((3, len(up)), np.float32)
    np.multiply(up, (high - low) / 2, out=out)
    out += (high + low) / 2
    return out


def lamp_strength(scene: Scene, surfels: Surfels, lamp: PointLight, lit: Mask = _NOWHERE, dark: Mask = _NOWHERE) -> F32:
    """(N,) share of a lamp's colour that arrives, cosine and shadows included; 0 where none does.

    Shadow rays are cast from the lamp, but not to elements (N,), or (1,) for all, known to be `lit` or `dark`.
    """
    strength = unshadowed(surfels, lamp)
    strength *= ~dark
    rows = np.flatnonzero((strength > 0) & ~lit)
    strength[rows[in_shadow(scene, surfels, rows, lamp)]] = 0
    return strength


def in_shadow(scene: Scene, surfels: Surfels, rows: NDArray[np.integer], lamp: PointLight) -> NDArray[np.bool_]:
    """(M,) whether something stands between a lamp and the elements `rows` (M,)."""
    here = np.asarray(lamp.position, np.float32)
    reach = np.take(surfels.point, rows, axis=1) - here[:, None]
    # the ways end just above the surface
    lift = np.sqrt(dot(reach, reach))
    lift += surfels.t[rows]
    lift *= np.float32(SHADOW_OFFSET)
    reach += np.take(surfels.side, rows, axis=1) * lift
    return blocked(scene, here[None], np.ascontiguousarray(reach.T), SHADOW_REACH)


def least_share(lamp: PointLight) -> np.float32:
    """Share of a lamp's colour below which its light would not be seen."""
    return np.float32(LEAST_LIGHT / max(*lamp.color, 1e-6))


def unshadowed(surfels: Surfels, lamp: PointLight) -> F32:
    """(N,) share of a lamp's colour that arrives if nothing stands in the way.

    It is 0 where the face looks away from the lamp, or where its light would not be seen.
    """
    strength = np.empty(len(surfels.ray), np.float32)
    here, falloff = np.asarray(lamp.position, np.float32)[:, None], np.float32(lamp.radius_m**2)
    for part in blocks(len(strength)):
        reach = surfels.point[:, part] - here
        distance_sq = dot(reach, reach)
        distance = np.sqrt(np.maximum(distance_sq, np.float32(1e-12)))
        out = np.multiply(dot(reach, surfels.normal[:, part]), -falloff, out=strength[part])
        distance_sq += falloff
        distance_sq *= distance
        out /= distance_sq
        seen = dot(reach, surfels.side[:, part]) < 0
        seen &= out > least_share(lamp)
        out *= seen
    return strength
