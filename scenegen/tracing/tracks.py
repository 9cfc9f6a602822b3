"""Correspondences by ray tracing: pixel to surface, surface to every other view, and back.

One random pixel is drawn in each cell of the first view (even coverage by pixel, not by area),
traced to the mesh, projected to another view at sub-pixel position, and traced back from there. The
first surface met on the way back decides the status; nothing is ever dropped.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenegen.geometry import View, project, unproject
from scenegen.rays import view_rays
from scenegen.status import Status
from scenegen.tracing.raycaster import Scene, nearest, surface
from scenegen.tracing.tracer import Hits

F64 = NDArray[np.float64]
F32 = NDArray[np.float32]
Mask = NDArray[np.bool_]

RELATIVE_TOLERANCE = 5e-5
"""Distance tolerance at normal incidence per metre of distance: 0.15 mm at 3 m, some 200 float32 steps."""
MIN_COSINE = 0.05
"""Incidence below which the tolerance grows no further (87 degrees)."""
BAND = 3.0
"""Occluders nearer to the surface than BAND tolerances are too close to call: ambiguous."""


@dataclass(frozen=True)
class TracedRays:
    """R traced pixels of the first view and the surface points they show."""

    view: View
    xy0: NDArray[np.uint16]
    """(R, 2) pixels of the first view."""
    depth0: F32
    """(R,) z-depth, metres; 0 where nothing was hit."""
    instance: NDArray[np.uint16]
    """(R,) 0 where nothing was hit."""
    points: F64
    """(R, 3) world metres: exactly `unproject(xy0, depth0)`; NaN where nothing was hit."""
    normals: F64
    """(R, 3) geometric normals, turned towards the first camera; NaN where nothing was hit."""
    doubled: Mask
    """(R,) whether another surface lies within the tolerance of the one hit."""

    def __len__(self) -> int:
        return len(self.xy0)


@dataclass(frozen=True)
class Track:
    """Where the R points fall in one other view, and whether they are seen there."""

    xy: F32
    """(R, 2) sub-pixel position; true also where occluded or outside; NaN where there is none: behind the camera, or
    so far outside that it is beyond the reach of the lens."""
    status: NDArray[np.uint8]
    """(R,) values of `Status`."""


def tolerance_m(distance_m: F64, cosine: F64, scale: float = 1.0) -> F64:
    """Distance below which two hits are one surface: relative to distance, wider at grazing incidence."""
    return scale * RELATIVE_TOLERANCE * distance_m / np.maximum(np.abs(cosine), MIN_COSINE)


def trace(
    scene: Scene, view: View, xy0: NDArray[np.uint16], hits: Hits | None = None, scale: float = 1.0
) -> TracedRays:
    """Trace pixels (R, 2) of a view to the mesh.

    `hits` are the first hits of the same pixels where a renderer has them already: then picture and
    labels come from one and the same ray. `scale` widens all tolerances, here and below: verdicts that
    it changes hang on rounding.
    """
    directions = view_rays(view, xy0.astype(np.float64))
    found = nearest(scene, view.position[None], directions) if hits is None else hits
    exact = surface(scene, found, view.position[None], directions)
    hit = found.instance > 0
    depth = np.where(hit, exact.t, 0).astype(np.float32)
    points = unproject(view.camera.K, view.T_world_cam, xy0, np.where(hit, depth, np.nan), view.camera.lens)
    facing = np.sign(np.einsum("ij,ij->i", exact.normals, directions))
    normals = exact.normals * -facing[:, None]
    doubled = _doubled(scene, view, points, normals, found.instance, scale)
    return TracedRays(view, xy0, depth, found.instance, points, normals, doubled)


def _doubled(scene: Scene, view: View, points: F64, normals: F64, instance: NDArray[np.uint16], scale: float) -> Mask:
    """(R,) whether a second surface lies within the tolerance behind the hit.

    A short ray is cast back from one tolerance behind the surface; on a single sheet it meets that very sheet, at 1. Of
    the same body a second sheet in the nearer half of the tolerance is taken for the first. There is no way back to an
    eye that lies on a surface.
    """
    out = np.zeros(len(points), bool)
    rows = np.flatnonzero((instance > 0) & (points != view.position).any(1))
    away = points[rows] - view.position
    distance = np.linalg.norm(away, axis=1)
    cosine = np.einsum("ij,ij->i", normals[rows], away) / distance
    step = away * (tolerance_m(distance, cosine, scale) / distance)[:, None]
    back = nearest(scene, points[rows] + step, -step, in_order=True)
    out[rows] = (back.instance != instance[rows]) | (back.t < 0.5)
    # a ray that finds nothing on the way back slipped past an edge: not a second surface
    out[rows[back.instance == 0]] = False
    return out


def follow(scene: Scene, rays: TracedRays, view: View, scale: float = 1.0) -> Track:
    """Project every point into another view, trace back, and give it a status."""
    xy, z = project(view.camera.K, view.T_world_cam, rays.points, view.camera.lens)
    xy = xy.astype(np.float32)
    status = _before_tracing(rays, view, xy, z)
    rows = np.flatnonzero(status == Status.VISIBLE)
    towards = rays.points[rows] - view.position
    status[rows] = judge(rays, rows, view, nearest(scene, view.position[None], towards), scale)
    return Track(xy, status)


def _before_tracing(rays: TracedRays, view: View, xy: F32, z: F64) -> NDArray[np.uint8]:
    """What projection alone decides; VISIBLE where tracing must decide."""
    width, height = view.camera.width, view.camera.height
    with np.errstate(invalid="ignore"):
        inside = (xy > -0.5).all(1) & (xy[:, 0] < width - 0.5) & (xy[:, 1] < height - 0.5)
        front = z > 0
    status = np.where(inside, Status.VISIBLE, Status.OUT_OF_VIEW)
    status[~front] = Status.BEHIND_CAMERA
    status[rays.instance == 0] = Status.NO_HIT
    return status.astype(np.uint8)


def judge(rays: TracedRays, rows: NDArray[np.int64], view: View, hits: Hits, scale: float = 1.0) -> NDArray[np.uint8]:
    """Status of the points `rows` given the first hits of the rays `view.position + t (point - position)`.

    t = 1 is the point itself. Any tracer's hits may be judged, which is how tracers are compared.
    Visible: the first surface met is the point's own, within the tolerance, from the side that the
    first view saw. Ambiguous: coincident or too close to call. Occluded: a nearer surface.
    """
    towards = rays.points[rows] - view.position
    distance = np.linalg.norm(towards, axis=1)
    cosine = np.einsum("ij,ij->i", rays.normals[rows], towards) / distance
    tolerance = tolerance_m(distance, cosine, scale)
    gap = (1.0 - hits.t.astype(np.float64)) * distance
    near = (np.abs(gap) <= tolerance) & (hits.instance == rays.instance[rows])
    visible = near & (cosine < 0) & ~rays.doubled[rows]
    occluded = ~near & (gap > BAND * tolerance)
    return np.select([visible, occluded], [Status.VISIBLE, Status.OCCLUDED], Status.AMBIGUOUS).astype(np.uint8)
