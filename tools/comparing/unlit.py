"""Unlit pictures of a mesh by scenegen's own tables and tracer."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from comparing.facts import EYES, FOV_DEG, SIZE_PX
from scenegen.assets.mesh import Mesh, bounds
from scenegen.geometry import View, pinhole
from scenegen.rays import pixel_rays
from scenegen.rendering.surfaces import build_table
from scenegen.rendering.surfels import EyeRays, gather_surfels
from scenegen.srgb import linear_to_srgb
from scenegen.tracing.raycaster import Body, Bvh, Scene, nearest
from scenegen.tracing.tracer import Hits

CONTESTED = 200
"""Coverage of pixels where surfaces of two colours coincide: each renderer shows the one or the other."""
THIN = 1e-4
"""Distance, as a share of that to the eye, within which surfaces coincide."""
LEAST_LEVELS = 8
"""Grey levels between two colours."""


def pictures(mesh: Mesh) -> NDArray[np.uint8]:
    """(3, S, S, 4) sRGB and coverage from EYES, the mesh brought to a half diagonal of 1 about 0."""
    low, high = bounds(mesh)
    radius = np.linalg.norm(high - low) / 2
    near = (mesh.vertices.astype(np.float64) - (low + high) / 2) / radius
    small = replace(mesh, vertices=np.where(np.isfinite(near), near, 0).astype(np.float32))
    scene = Scene((Body(small, Bvh(small), np.eye(4), 1),))
    table = build_table(small)
    return np.stack([_picture(scene, {small: table}, view(np.array(eye))) for eye in EYES])


def view(eye: NDArray[np.float64]) -> View:
    """A camera that looks from `eye` at 0, with +Y up."""
    forward = -eye / np.linalg.norm(eye)
    right = np.cross(forward, (0.0, 1.0, 0.0))
    right /= np.linalg.norm(right)
    pose = np.eye(4)
    pose[:3, :3] = np.stack([right, np.cross(forward, right), forward], axis=1)
    pose[:3, 3] = eye
    return View(pinhole(SIZE_PX, SIZE_PX, SIZE_PX / 2 / np.tan(np.deg2rad(FOV_DEG / 2))), pose)


def _picture(scene: Scene, tables: dict, seen: View) -> NDArray[np.uint8]:
    """(S, S, 4) albedo and light given off, as bytes, and coverage: 255, or CONTESTED."""
    rays = EyeRays(seen.position.astype(np.float32)[None], pixel_rays(seen), 1 / seen.camera.f_px)
    hits = nearest(scene, rays.origin, rays.directions)
    out = np.zeros((SIZE_PX * SIZE_PX, 4), np.uint8)
    out[:, :3], out[hits.instance > 0, 3] = _colors(scene, tables, rays, hits), 255
    out[_contested(scene, tables, rays, hits, out[:, :3]), 3] = CONTESTED
    return out.reshape(SIZE_PX, SIZE_PX, 4)


def _colors(scene: Scene, tables: dict, rays: EyeRays, hits: Hits) -> NDArray[np.uint8]:
    """(R, 3) sRGB of what the rays met, black where nothing."""
    surfels = gather_surfels(scene, tables, rays, hits)
    out = np.zeros((len(hits), 3), np.uint8)
    light = surfels.albedo if surfels.glow is None else surfels.albedo + surfels.glow
    out[surfels.ray] = np.rint(255 * linear_to_srgb(light)).T
    return out


def _contested(scene: Scene, tables: dict, rays: EyeRays, hits: Hits, colors: NDArray[np.uint8]) -> NDArray[np.integer]:
    """Rays that meet a surface of another colour when they come back from just behind the one that they met."""
    met = np.flatnonzero(hits.instance > 0)
    ways, t = rays.directions[met], hits.t[met]
    back = nearest(scene, rays.origin + ways * (t * (1 + THIN))[:, None], -ways)
    close = np.flatnonzero((back.instance > 0) & (back.t < 2 * THIN * t))
    there = replace(back.take(close), t=t[close])
    other = _colors(scene, tables, EyeRays(rays.origin, ways[close], rays.spread), there)
    apart = np.abs(other.astype(int) - colors[met[close]]).max(-1, initial=0)
    return met[close[apart > LEAST_LEVELS]]
