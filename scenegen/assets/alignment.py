"""Gravity and floor of a room: which way is up, and where the floor lies.

A room may be tilted, y-down, oblique, open at the top, seen from one side only, of several storeys, and full of
tables. The search never looks at the extents of a box. Candidate axes are the peaks of the area-weighted face normals
over the whole sphere; for each, both ways round, RANSAC over near-horizontal planes finds the lowest large plane with
nearly all of the scene above it; the candidate that best explains the scene as a room wins (`upright`):

- a large floor, next to nothing below it, and little level relief just above it (walls have frames and switches);
- level surfaces at the height of tables, desks and counters, seen from above rather than from below;
- surfaces are either level or upright (furniture is turned about the vertical only), slopes are roofs;
- in each storey, free space begins on the floor or on furniture, ends at a ceiling, and is as high as storeys are;
- a little more of the furniture in the lower half than in the upper.

Everything is measured on random samples of the surface, drawn with a generator that is handed in.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scenegen.assets.columns import Columns, columns
from scenegen.assets.directions import normal_peaks
from scenegen.assets.floors import BAND_M, LEVEL_RAD, Floor, lowest_floor
from scenegen.assets.surface import Surface, sample_surface
from scenegen.assets.upright import score
from scenegen.errors import AssetError
from scenegen.geometry import angle_between, compose, normalize, rotation_between, transform
from scenegen.seeding import Generator

Array = NDArray[np.float64]

SAMPLES, DENSE_SAMPLES = 12_000, 100_000
"""Surface points that planes are found on, and those that make the walls of free space."""
HINT_RAD = float(np.deg2rad(30))
"""How far the floor's normal may lie from a hinted up axis."""
LEAD = 3.4
"""Lead of the best direction over any other that makes a confidence of one half. Measured, see `upright`."""
PROMISE, HEADSTAND = 7.0, 3.0
"""Lead that another direction needs over the one that the format promises, and what its opposite needs beyond: files
with another axis up are common, files that stand on their head are not."""
_SAME_RAD = float(np.deg2rad(1))


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
    """0 (another direction is as likely) to 1 (far ahead of every other). Of rooms with 0.5 or more at most one in a
    hundred was wrong where it was measured (tools/measure_upright.py)."""
    storey_m: float
    """Height of the free space of a storey, in units of the vertices; NaN where nothing is closed above."""
    storeys: float
    """Closed spaces one above the other, on average over the columns."""
    contradicts: bool = False
    """Whether this is not the direction that the format promises."""


@dataclass(frozen=True)
class _Candidate:
    """A floor, how well it explains the scene, and its columns."""

    floor: Floor
    score: float
    columns: Columns


def align(
    vertices: ArrayLike,
    faces: ArrayLike,
    rng: Generator,
    hint: ArrayLike | None = None,
    authored: ArrayLike | None = None,
) -> Alignment:
    """Find gravity and floor of a room given as (N, 3) vertices in metres and (F, 3) faces.

    `hint` is an up direction known to within 30 degrees; `authored` one that the format promises: it is used unless
    the room plainly stands otherwise. Raises AssetError ("no_floor") where no large plane has the scene above it.
    """
    vertices, faces = np.asarray(vertices, np.float64), np.asarray(faces)
    surface = sample_surface(vertices, faces, rng, SAMPLES)
    floors = [f for up in _directions(surface, hint, authored) if (f := lowest_floor(surface, up, rng)) is not None]
    floors = [f for f in floors if hint is None or angle_between(f.up, hint) <= HINT_RAD]
    if not floors:
        raise AssetError("no_floor", "no floor found: no large plane has the scene above it; check the mesh")
    candidates = _judged(floors, surface, sample_surface(vertices, faces, rng, DENSE_SAMPLES), authored)
    best = max(candidates, key=lambda c: c.score + _usual(c.floor.up))
    up, height = best.floor.up, best.floor.height
    return Alignment(
        T_world_scan=floor_transform(vertices[np.unique(faces)], up, height),
        up=up,
        floor_share=_floor_share(surface, best.floor),
        residual_rad=_wall_residual(surface, up),
        confidence=_confidence(best, candidates),
        storey_m=best.columns.storey_m,
        storeys=best.columns.storeys,
        contradicts=authored is not None and angle_between(up, authored) > LEVEL_RAD,
    )


def floor_transform(points: Array, up: Array, height: float) -> Array:
    """`T_world_scan` that takes `up` to +Z, the plane `up . x = height` to z = 0, and centres (N, 3) points in x, y."""
    T = compose(rotation_between(up, (0, 0, 1)))
    turned = transform(T, points)
    middle = (turned.min(0) + turned.max(0)) / 2
    T[:3, 3] = (-middle[0], -middle[1], -height)
    return T


def _directions(surface: Surface, hint: ArrayLike | None, authored: ArrayLike | None) -> list[Array]:
    """Signed directions that may be up: the peaks of the normals, both ways, or those near the hint."""
    peaks = [s * p for p in normal_peaks(surface.normals) for s in (1.0, -1.0)]
    if hint is not None:
        return [p for p in peaks if angle_between(p, hint) <= HINT_RAD] + [normalize(hint)]
    return peaks if authored is None else [*peaks, normalize(authored)]


def _judged(floors: list[Floor], surface: Surface, dense: Surface, authored: ArrayLike | None) -> list[_Candidate]:
    """Every floor with its score; the columns of an axis are made once."""
    judged: list[_Candidate] = []
    for floor in floors:
        known = _known_columns(judged, floor.up)
        along = columns(dense.points, dense.area, floor.up) if known is None else known
        judged.append(_Candidate(floor, score(surface, along, floor) + _promise(floor.up, authored), along))
    return judged


def _promise(up: Array, authored: ArrayLike | None) -> float:
    """What the promise of a format adds to a direction's score."""
    if authored is None:
        return 0.0
    angle = angle_between(up, authored)
    return PROMISE * (angle <= LEVEL_RAD) - HEADSTAND * (angle >= np.pi - LEVEL_RAD)


def _known_columns(judged: list[_Candidate], up: Array) -> Columns | None:
    """The columns of a candidate along about the same axis, seen the right way round."""
    for other in judged:
        if angle_between(other.floor.up, up) < _SAME_RAD:
            return other.columns
        if angle_between(other.floor.up, -up) < _SAME_RAD:
            return other.columns.overturned()
    return None


def _floor_share(surface: Surface, floor: Floor) -> float:
    """Share of the surface that is level and lies at the floor."""
    level = np.abs(surface.normals @ floor.up) > np.cos(LEVEL_RAD / 2)
    return float(np.mean(level & (np.abs(surface.points @ floor.up - floor.height) < 2 * BAND_M)))


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


def _usual(up: Array) -> float:
    """A little for +Z, then +Y: modelled rooms stand upright, and this decides between near equals only."""
    return 0.5 * (up[2] > 0.999) + 0.35 * (up[1] > 0.999)


def _confidence(best: _Candidate, candidates: list[_Candidate]) -> float:
    """Lead of the chosen floor over the best one that points elsewhere, 0..1."""
    others = [c.score for c in candidates if angle_between(c.floor.up, best.floor.up) > LEVEL_RAD]
    lead = max(best.score - max(others), 0.0) if others else np.inf
    return float(lead / (lead + LEAD)) if np.isfinite(lead) else 1.0
