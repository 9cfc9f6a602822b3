"""Gravity and floor of a scanned room: which way is up, and where the floor lies.

A scan may be tilted, y-down, oblique, open at the top, seen from one side only, and full of tables. The
search never looks at the extents of a box. Candidate axes are the peaks of the area-weighted face
normals over the whole sphere; for each, both ways round, RANSAC over near-horizontal planes finds the
lowest large plane with nearly all of the scene above it; the candidate that best explains the scene as a
room wins:

- a large floor, next to nothing below it, and little level relief just above it (walls have frames and switches);
- level surfaces at the height of tables, desks and counters, seen from above rather than from below;
- surfaces are either level or upright (furniture is turned about the vertical only);
- a little more surface in the lower half than in the upper.

Everything is measured on a random sample of the surface, drawn with a generator that is handed in.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scenegen.errors import AssetError
from scenegen.geometry import angle_between, compose, normalize, rotation_between, transform
from scenegen.seeding import Generator

Array = NDArray[np.float64]

SAMPLES = 12_000
"""Surface points that all cues are measured on."""
HYPOTHESES = 192
"""Planes that RANSAC tries per candidate direction."""
BAND_M = 0.03
"""A point this near a plane belongs to it: fused depth is about this noisy."""
LEVEL_RAD = np.deg2rad(20)
"""A face this near level may be part of a floor; a plane this far from its candidate is refused."""
HINT_RAD = np.deg2rad(30)
"""How far the floor's normal may lie from a hinted up axis."""
TABLE_M, RELIEF_M, UNDER_M = (0.6, 1.2), (0.08, 0.35), (0.1, 1.8)
"""Heights above a floor of table tops, of relief that floors lack, and of undersides that scans rarely see."""
_LARGE, _BELOW, _PEAKS = 0.2, 0.1, 8


@dataclass(frozen=True)
class Alignment:
    """Where the floor of a room was found."""

    T_world_scan: Array
    """(4, 4) rigid: floor normal to +Z, floor to z = 0, the box centred in x and y."""
    up: Array
    """(3,) unit floor normal in the scan's frame."""
    floor_share: float
    """Area of the floor over the whole area."""
    residual_rad: float
    """Angle between the floor's normal and the vertical that the walls agree on; NaN without walls."""
    confidence: float
    """0 (another direction is as likely) to 1 (far ahead of every other)."""


@dataclass(frozen=True)
class Surface:
    """A sample of a surface: equal shares of the area."""

    points: Array
    """(S, 3)"""
    normals: Array
    """(S, 3) unit, by winding."""
    facing: float
    """0..1: how far windings can be trusted to look to where the scene was seen from (1), or not at all (0)."""


@dataclass(frozen=True)
class _Floor:
    """A candidate: unit normal, offset along it, and how well it explains the scene."""

    up: Array
    height: float
    share: float
    score: float


def align(
    vertices: ArrayLike,
    faces: ArrayLike,
    rng: Generator,
    hint: ArrayLike | None = None,
    authored: ArrayLike | None = None,
) -> Alignment:
    """Find gravity and floor of a room given as (N, 3) vertices in metres and (F, 3) faces.

    `hint` is an up direction known to within 30 degrees; `authored` one that the format promises, which may be
    wrong. Raises AssetError ("no_floor") where no
    large plane has the scene above it.
    """
    vertices, faces = np.asarray(vertices, np.float64), np.asarray(faces)
    surface = sample_surface(vertices, faces, rng)
    floors = [f for up in _directions(surface, hint, authored) if (f := _floor(surface, up, rng)) is not None]
    floors = [f for f in floors if hint is None or angle_between(f.up, hint) <= HINT_RAD]
    if not floors:
        raise AssetError("no_floor", "no floor found: no large plane has the scene above it; check the mesh")
    floors.sort(key=lambda f: -f.score - _authored(f.up, authored))
    best = floors[0]
    T = floor_transform(vertices[np.unique(faces)], best.up, best.height)
    return Alignment(T, best.up, best.share, _wall_residual(surface, best.up), _confidence(floors))


def floor_transform(points: Array, up: Array, height: float) -> Array:
    """`T_world_scan` that takes `up` to +Z, the plane `up . x = height` to z = 0, and centres (N, 3) points in x, y."""
    T = compose(rotation_between(up, (0, 0, 1)))
    turned = transform(T, points)
    middle = (turned.min(0) + turned.max(0)) / 2
    T[:3, 3] = (-middle[0], -middle[1], -height)
    return T


def sample_surface(vertices: Array, faces: NDArray, rng: Generator, count: int = SAMPLES) -> Surface:
    """Points spread evenly over the area, with the normals of their faces.

    Raises AssetError ("no_area") for a mesh without any area.
    """
    a, b, c = (vertices[faces[:, i]] for i in range(3))
    vectors = np.cross(b - a, c - a)
    area = np.linalg.norm(vectors, axis=1)
    if not np.isfinite(area).all() or area.sum() <= 0:
        raise AssetError("no_area", "the mesh has no area: every face is degenerate")
    # One draw per equal slice of the area: even, and one face more or less shifts little.
    at = (np.arange(count) + rng.random(count)) / count * area.sum()
    face = np.minimum(np.searchsorted(np.cumsum(area), at), len(faces) - 1)
    u, v = rng.random((2, count, 1))
    u, v = np.where(u + v > 1, 1 - u, u), np.where(u + v > 1, 1 - v, v)
    points = a[face] + u * (b - a)[face] + v * (c - a)[face]
    normals = normalize(vectors[face])
    inward = np.sum((np.median(points, axis=0) - points) * normals, axis=1)
    # Outward shells are modelled, not scanned, and say nothing about the furniture: no trust, rather than -1.
    return Surface(points, normals, float(np.clip(4 * np.mean(np.sign(inward)), 0, 1)))


def _directions(surface: Surface, hint: ArrayLike | None, authored: ArrayLike | None) -> list[Array]:
    """Signed directions that may be up: the peaks of the normals, both ways, or those near the hint."""
    peaks = [s * p for p in normal_peaks(surface.normals) for s in (1.0, -1.0)]
    if hint is None:
        return peaks if authored is None else [*peaks, normalize(authored)]
    return [p for p in peaks if angle_between(p, hint) <= HINT_RAD] + [normalize(hint)]


def normal_peaks(normals: Array, width_rad: float = float(np.deg2rad(8))) -> list[Array]:
    """Directions (either sign) around which most of the (S, 3) unit normals gather, strongest first, at most 8.

    A half sphere of 1,500 directions votes; a peak is refined by the mean of its normals.
    """
    grid = _half_sphere(1500)
    votes = (np.abs(grid @ normals[::3].T) > np.cos(width_rad)).sum(1)
    peaks: list[Array] = []
    for _ in range(2 * _PEAKS):
        rough = grid[int(np.argmax(votes))]
        votes[np.abs(grid @ rough) > np.cos(2 * width_rad)] = 0
        peak = _mean_axis(normals, rough, 1.25 * width_rad)
        if all(abs(peak @ p) < np.cos(width_rad) for p in peaks):
            peaks.append(peak)
    return peaks[:_PEAKS]


def _half_sphere(count: int) -> Array:
    """About even directions (count, 3) over the upper half of the sphere (golden spiral)."""
    z = (np.arange(count) + 0.5) / count
    turn = np.arange(count) * np.pi * (3 - np.sqrt(5))
    r = np.sqrt(1 - z * z)
    return np.stack([r * np.cos(turn), r * np.sin(turn), z], axis=1)


def _mean_axis(normals: Array, axis: Array, width_rad: float) -> Array:
    """Mean direction, sign ignored, of the normals around an axis; two rounds."""
    for _ in range(2):
        along = normals @ axis
        near = np.abs(along) > np.cos(width_rad)
        axis = normalize((np.sign(along[near])[:, None] * normals[near]).sum(0)) if near.any() else axis
    return axis


def _floor(surface: Surface, up: Array, rng: Generator) -> _Floor | None:
    """The lowest large plane about square to `up` with the scene above it, refined and scored, or None."""
    level = surface.points[np.abs(surface.normals @ up) > np.cos(LEVEL_RAD)]
    if len(level) < 12:
        return None
    normals, heights = _hypotheses(level, up, rng)
    size = (np.abs(level @ normals.T - heights) < BAND_M).sum(0)
    above = surface.points[::6] @ normals.T - heights
    sound = (size >= _LARGE * size.max()) & ((above < -2 * BAND_M).mean(0) < _BELOW)
    if not sound.any():
        return None
    # Height of each plane under one and the same place, then the fullest plane around the lowest.
    centre = surface.points.mean(0)
    depth = heights - normals @ centre
    lowest = depth[sound].min()
    best = int(np.argmax(np.where(sound & (depth < lowest + 2 * BAND_M), size, -1)))
    normal, height = _refined(level, normals[best], heights[best])
    return _scored(surface, normal, height)


def _hypotheses(level: Array, up: Array, rng: Generator) -> tuple[Array, Array]:
    """RANSAC planes (H, 3) normals and (H,) offsets through three points that lie about equally high."""
    order = np.argsort(level @ up, kind="stable")
    rank = rng.integers(0, len(level), HYPOTHESES)
    reach = max(len(level) // 20, 2)
    near = np.clip(rank[:, None] + rng.integers(-reach, reach + 1, (HYPOTHESES, 2)), 0, len(level) - 1)
    a, b, c = level[order[rank]], level[order[near[:, 0]]], level[order[near[:, 1]]]
    normals = normalize(np.cross(b - a, c - a))
    normals *= np.sign(normals @ up)[:, None]
    # A poor triple falls back to the candidate itself: every point then still gives one plane.
    normals = np.where((normals @ up > np.cos(LEVEL_RAD / 2))[:, None], normals, up)
    return normals, np.sum(normals * a, axis=1)


def _refined(level: Array, normal: Array, height: float) -> tuple[Array, float]:
    """Least-squares plane through the points within the band, which narrows as the plane settles."""
    for band in BAND_M * np.array([2, 2, 2, 1, 1]):
        inliers = level[np.abs(level @ normal - height) < band]
        if len(inliers) < 3:
            break
        centre = inliers.mean(0)
        fitted = np.linalg.svd(inliers - centre, full_matrices=False)[2][2]
        fitted *= np.sign(fitted @ normal) or 1.0
        if fitted @ normal < np.cos(LEVEL_RAD / 2):  # a narrow strip says nothing about its own tilt
            break
        normal, height = fitted, float(centre @ fitted)
    return normal, float(height)


def _scored(surface: Surface, up: Array, height: float) -> _Floor:
    """How well a floor explains the scene, by the cues of the module's text.

    The weights were set on real scans and synthetic rooms.
    """
    along = surface.normals @ up
    rise = surface.points @ up - height
    top = max(float(np.quantile(rise, 0.995)), 4 * BAND_M)
    level = np.abs(along) > np.cos(LEVEL_RAD / 2)
    from_above = level * (1 + surface.facing * np.sign(along)) / 2
    from_below = level - from_above
    floor = np.mean(from_above * (np.abs(rise) < 2 * BAND_M))
    tables = np.mean(from_above * _within(rise, TABLE_M))
    relief = np.mean(from_above * _within(rise, RELIEF_M))
    undersides = np.mean(from_below * _within(rise, UNDER_M))
    square = np.mean(level | (np.abs(along) < np.sin(LEVEL_RAD / 2)))
    lower_half = 0.5 - np.mean(np.clip(rise / top, 0, 1))
    below = np.mean(rise < -2 * BAND_M)
    score = floor + 3 * tables - relief / 2 - undersides + square + 0.3 * lower_half - 3 * below
    return _Floor(up, height, float(np.mean(level & (np.abs(rise) < 2 * BAND_M))), float(score))


def _within(values: Array, limits: tuple[float, float]) -> NDArray[np.bool_]:
    """Which values lie between two limits."""
    return (values > limits[0]) & (values < limits[1])


def _wall_residual(surface: Surface, up: Array) -> float:
    """Angle between `up` and the direction most square to all near-upright faces; NaN where the walls do not fix it."""
    walls = surface.normals[np.abs(surface.normals @ up) < np.sin(LEVEL_RAD / 2)]
    if len(walls) < 3:
        return float("nan")
    spread, axes = np.linalg.eigh(walls.T @ walls / len(walls))
    if spread[1] < 0.02:  # all walls parallel
        return float("nan")
    angle = angle_between(axes[:, 0], up)
    return min(angle, np.pi - angle)


def _authored(up: Array, authored: ArrayLike | None) -> float:
    """Much for the promised axis; else a little for +Z, then +Y: this decides between equals only."""
    if authored is not None:
        return 0.6 * (angle_between(up, authored) < LEVEL_RAD)
    return 0.03 * (up[2] > 0.999) + 0.02 * (up[1] > 0.999)


def _confidence(floors: list[_Floor]) -> float:
    """Lead of the best floor over the best one that points elsewhere, cut to 0..1."""
    others = [f.score for f in floors[1:] if angle_between(f.up, floors[0].up) > LEVEL_RAD]
    return float(np.clip((floors[0].score - max(others)) * 10, 0, 1)) if others else 1.0
