"""Where the cameras of a sample stand: the paper's sampling, then validity and measured overlap.

A pass draws 100 cameras among the free points that meet the limits of distance, height, separation and
angle, and keeps those that see their target past everything in the scene. They are looked through in
batches on a coarse grid; the first good one is taken. A pass without one relaxes the limits as the
paper's generator does, at most four times.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from scenegen.config import CamerasConfig
from scenegen.errors import StagingError
from scenegen.geometry import View, lengths, look_at, pinhole
from scenegen.seeding import Generator
from scenegen.staging.arranged import Arrangement, arrangement, way_is_clear
from scenegen.staging.covisibility import COARSE, FINE, SparseView, join_views, overlap_matrix, seen_share, sparse_view
from scenegen.staging.validity import reason_codes
from scenegen.tracing.raycaster import Scene, nearest

Array = NDArray[np.float64]

DRAWS, PASSES = 100, 5
"""Cameras drawn in a pass, and passes (paper)."""
BATCH = 6
"""Cameras looked through at once."""
STARTS = 8
"""First cameras tried for a sample."""
LOOKS = 60
"""Cameras looked through, at most, for each place in a sample and each first camera."""
CAMERA_CLEARANCE_M = 0.2
"""Least distance of a camera from any surface."""
BELOW_CEILING_M = 0.1
"""Cameras stay this far below the ceiling (paper)."""
GAZE_Z = (-0.94, 0.7)
"""z of viewing directions: from 70 degrees down to 44 degrees up; ceilings have little to show."""


class NoViewsError(StagingError):
    """No cameras were found for a sample; `rejected` counts those that were drawn, by reason."""

    def __init__(self, message: str, rejected: dict[str, int]) -> None:
        super().__init__(message)
        self.rejected = rejected

    def __reduce__(self) -> tuple[type["NoViewsError"], tuple[str, dict[str, int]]]:
        return (NoViewsError, (str(self), self.rejected))


@dataclass(frozen=True, eq=False)
class CameraSpace:
    """What cameras may stand in and look at."""

    scene: Scene
    """Room and objects."""
    points: Array
    """(K, 3) places for cameras, clear of everything."""
    target: Array
    """(3,) the middle of what is to be seen, world metres."""
    ceiling_m: float
    winding: int
    """As `FreeSpace.winding`."""
    least_objects: float
    """Share of a picture that must show objects; 0 without any."""


@dataclass(frozen=True, eq=False)
class ViewSet:
    """The cameras of a sample."""

    views: tuple[View, ...]
    overlap: NDArray[np.float32]
    """(V, V) entry (i, j): share of view i's surface that view j sees; 1 on the diagonal."""
    rejected: dict[str, int]
    """Cameras that were drawn and not taken, by reason."""
    relaxed: int
    """Passes in which limits had been relaxed before the sample stood; 0: all limits hold as configured."""
    seen: tuple[SparseView, ...]
    """What each view alone sees on a COARSE grid."""


@dataclass(frozen=True)
class _Limits:
    """The ranges that a camera must meet; relaxed from pass to pass."""

    distance: tuple[float, float]
    height: tuple[float, float]
    baseline: tuple[float, float]
    angle_deg: float

    def relaxed(self) -> "_Limits":
        """Lower ends x 0.8, upper ends x 1.2, 10 degrees more up to 90 (paper); a larger angle stays."""
        angle_deg = max(self.angle_deg, min(self.angle_deg + 10, 90.0))
        return _Limits(_wider(self.distance), _wider(self.height), _wider(self.baseline), angle_deg)


def _wider(limits: tuple[float, float]) -> tuple[float, float]:
    """A range relaxed once."""
    return limits[0] * 0.8, limits[1] * 1.2


@dataclass
class _Search:
    """The state of one sample's search: generator, configuration, and what was rejected."""

    space: CameraSpace
    config: CamerasConfig
    size: tuple[int, int]
    rng: Generator
    rejected: Counter[str]
    relaxed: int = 0


def shoot_views(
    space: CameraSpace, config: CamerasConfig, size: tuple[int, int], views: int, rng: Generator
) -> ViewSet:
    """Draw the cameras of one sample. Raises NoViewsError, with the counts by reason, where none can be found."""
    search = _Search(space, config, size, rng, Counter())
    for _ in range(STARTS):
        view_set = _attempt(search, views)
        if view_set is not None:
            return replace(view_set, rejected=_counts(search.rejected))
    counts = ", ".join(f"{reason} {n}" for reason, n in search.rejected.most_common(5))
    message = f"no {views} cameras that see the same things after {STARTS} starts ({counts})"
    raise NoViewsError(message, _counts(search.rejected))


def _counts(rejected: Counter[str]) -> dict[str, int]:
    """Sorted by reason, without zeros."""
    return {reason: n for reason, n in sorted(rejected.items()) if n}


@dataclass(frozen=True, eq=False)
class _Look:
    """A camera that passed all tests, and what it sees."""

    coarse: SparseView
    fine: SparseView
    shares: tuple[float, float] = (1.0, 1.0)
    """Of the first camera's surface the share that this one sees, and the other way round."""

    @property
    def view(self) -> View:
        """The camera."""
        return self.fine.views[0]


def _attempt(search: _Search, count: int) -> ViewSet | None:
    """One first camera and the others for it; None where that came to nothing."""
    search.relaxed = 0
    first = next(_good(search, None), None)
    if first is None:
        return None
    arrange = arrangement(search.config)
    others = islice(_good(search, first), count - 1) if arrange is None else _arranged(search, first, arrange, count)
    looks = [first, *others]
    if len(looks) < count:
        return None
    views, coarse = tuple(look.view for look in looks), tuple(look.coarse for look in looks)
    return ViewSet(views, _overlap(search.space.scene, looks), {}, search.relaxed, coarse)


def _arranged(search: _Search, first: _Look, arrange: Arrangement, count: int) -> list[_Look]:
    """The other cameras of a rig or a path; none where one has no room or sees nothing."""
    space, scene = search.space, search.space.scene
    eye = first.view
    target = eye.position + eye.forward * float(lengths((space.target - eye.position)[None])[0])
    views = arrange(eye, target, count, search.rng)[1:]
    if not way_is_clear(scene, (eye, *views), CAMERA_CLEARANCE_M):
        search.rejected["blocked"] += 1
        return []
    coarse = sparse_view(scene, views, COARSE)
    reasons = Counter(reason for reason in reason_codes(coarse, space.winding, space.least_objects) if reason)
    if reasons:
        search.rejected.update(reasons)
        return []
    fine = sparse_view(scene, views, FINE)
    back = seen_share(scene, fine, (first.view,))
    forth = seen_share(scene, join_views([first.fine] * len(views)), views)
    shares = np.stack([forth, back], -1).astype(float)
    return [
        _Look(coarse.take([k]), fine.take([k]), (float(shares[k, 0]), float(shares[k, 1]))) for k in range(len(views))
    ]


def _overlap(scene: Scene, looks: Sequence[_Look]) -> NDArray[np.float32]:
    """`overlap_matrix` of the cameras, of which the first row and column are known."""
    matrix = np.ones((len(looks), len(looks)), np.float32)
    matrix[0], matrix[:, 0] = np.array([look.shares for look in looks]).T
    matrix[1:, 1:] = overlap_matrix(scene, join_views([look.fine for look in looks[1:]]))
    return matrix


def _good(search: _Search, first: _Look | None) -> Iterator[_Look]:
    """Cameras that pass all tests, alone or as partners of the first one, in the order they were drawn."""
    for coarse, reason in islice(_looked_through(search, first.view if first else None), LOOKS):
        found = reason or (_partner(search, coarse, first) if first else _alone(search, coarse))
        if isinstance(found, str):
            search.rejected[found] += 1
        else:
            yield found


def _looked_through(search: _Search, first: View | None) -> Iterator[tuple[SparseView, str]]:
    """What cameras see that meet the limits, each with a reason code, "" where it is good."""
    space = search.space
    for views in _drawn(search, first):
        while batch := tuple(islice(views, BATCH)):
            seen = sparse_view(space.scene, batch, COARSE)
            for row, reason in enumerate(reason_codes(seen, space.winding, space.least_objects)):
                yield seen.take([row]), reason


def _alone(search: _Search, coarse: SparseView) -> _Look:
    """A first camera, which has no overlap to meet."""
    return _Look(coarse, sparse_view(search.space.scene, coarse.views, FINE))


def _partner(search: _Search, coarse: SparseView, first: _Look) -> _Look | str:
    """The camera, or `overlap_low` or `overlap_high` where either direction of its overlap is out of range."""
    scene, (low, high) = search.space.scene, search.config.overlap
    forth = float(seen_share(scene, first.fine, coarse.views)[0])
    if not low <= forth <= high:  # most fail here, which needs no new look
        return _out_of_range(forth, low)
    fine = sparse_view(scene, coarse.views, FINE)
    back = float(seen_share(scene, fine, first.fine.views)[0])
    return _Look(coarse, fine, (forth, back)) if low <= back <= high else _out_of_range(back, low)


def _out_of_range(share: float, low: float) -> str:
    """The reason code of a share that is not in range."""
    return "overlap_low" if share < low else "overlap_high"


def _drawn(search: _Search, first: View | None) -> Iterator[Iterator[View]]:
    """The cameras of each pass that meet the limits and see their target."""
    config = search.config
    limits = _Limits(config.target_distance_m, config.camera_height_m, config.baseline_m, config.max_angle_deg)
    for number in range(PASSES):
        search.relaxed = max(search.relaxed, number)
        places = _places(search.space, limits, first)
        if len(places):
            yield _cameras(search, places[search.rng.integers(len(places), size=DRAWS)], limits, first)
        else:
            search.rejected["no_candidates"] += 1
        limits = limits.relaxed()


def _places(space: CameraSpace, limits: _Limits, first: View | None) -> Array:
    """(K, 3) free points within the limits of distance, height and separation."""
    p = space.points
    top = min(limits.height[1], space.ceiling_m - BELOW_CEILING_M)
    keep = _between(lengths(p - space.target), limits.distance) & _between(p[:, 2], (limits.height[0], top))
    if first is not None:
        keep &= _between(lengths(p - first.position), limits.baseline)
    return p[keep]


def _between(values: Array, limits: tuple[float, float]) -> NDArray[np.bool_]:
    """Whether values lie in a closed range."""
    return (values >= limits[0]) & (values <= limits[1])


def _cameras(search: _Search, places: Array, limits: _Limits, first: View | None) -> Iterator[View]:
    """Cameras at (N, 3) places that look at jittered targets, those that see theirs and look the right way."""
    jitter = search.config.target_jitter_m
    targets = search.space.target + np.c_[search.rng.uniform(-jitter, jitter, (len(places), 2)), np.zeros(len(places))]
    gaze = targets - places
    gaze /= lengths(gaze)[:, None]
    keep = _between(gaze[:, 2], GAZE_Z)
    if first is not None:
        keep &= gaze @ first.forward >= np.cos(np.deg2rad(limits.angle_deg))
    clear = _sees(search.space.scene, places, targets)
    search.rejected["angle"] += int((~keep).sum())
    search.rejected["line_of_sight"] += int((keep & ~clear).sum())
    roll = np.deg2rad(search.rng.uniform(*search.config.roll_deg, len(places)))
    focal = search.rng.uniform(*search.config.focal_px, len(places)) * search.size[0] / 640
    lens = search.config.optics
    return (
        View(pinhole(*search.size, float(focal[i]), lens), look_at(places[i], targets[i], float(roll[i])))
        for i in np.flatnonzero(keep & clear)
    )


def _sees(scene: Scene, places: Array, targets: Array) -> NDArray[np.bool_]:
    """(N,) whether the way to the target is free, up to the object around it, and ends on something beyond."""
    hits = nearest(scene, places, targets - places)
    clear = np.isfinite(hits.t) & (hits.t >= 1.0)
    for body in scene.bodies[1:]:
        middle, radius = body.sphere
        clear |= (hits.instance == body.instance) & (lengths(targets - middle) < radius)
    return clear
