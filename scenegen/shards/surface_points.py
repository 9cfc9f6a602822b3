"""The same surface points in two views of any two samples: from depth, poses and instances alone.

A point in the frame of its object is the same in every layout and room that has the object; the frame of a room is the
world. So pixels that show one place of a chair, or of a wall, are found wherever that stands.
"""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from scenegen.errors import UsageError
from scenegen.geometry import inverse, lengths, pixel_grid, project, rotate, transform, unproject
from scenegen.instances import FIRST_OBJECT, ROOM
from scenegen.rays import pixel_widths
from scenegen.shards.dense import Cameras
from scenegen.shards.origin import Origin

Array = NDArray[Any]
TOLERANCE_PX = 1.5
"""Widths of a pixel by which what two pixels show may lie apart, unless told otherwise."""


class PosedLayers(Cameras, Protocol):
    """What surface points are made of; `Sample` has it."""

    @property
    def depth(self) -> Array | None:
        """(V, H, W) z-depth in metres; None where it was not read."""
        ...

    @property
    def instance(self) -> Array | None:
        """(V, H, W) what each pixel shows; None where it was not read."""
        ...

    @property
    def normal(self) -> Array | None:
        """(V, H, W, 3) normals in camera axes, turned to the camera; None where they were not read."""
        ...

    @property
    def T_world_object(self) -> Array:
        """(M, 4, 4) poses of the objects, scale included."""
        ...

    @property
    def object_id(self) -> Array:
        """(M,) identifiers of the assets in the slots, "" in an empty one."""
        ...

    @property
    def origin(self) -> Origin:
        """Room, and sources of room and objects."""
        ...


@dataclass(frozen=True)
class SameSurface:
    """Pixels of view a, and where view b shows the same surface points, row by row."""

    xy_a: NDArray[np.uint16]
    """(N, 2) pixels (x, y) of view a."""
    xy_b: NDArray[np.float32]
    """(N, 2) where their surface points project in view b, sub-pixel (x, y)."""
    apart_m: NDArray[np.float32]
    """(N,) how far from each other the points lie that the pixel of a and the nearest pixel of b show: metres in b."""
    instance_a: NDArray[np.uint16]
    """(N,) what the pixel of a shows: 1 the room, 2.. an object."""
    instance_b: NDArray[np.uint16]
    """(N,) the same of b: one object may stand in another slot there, or in several."""

    def __len__(self) -> int:
        return len(self.xy_a)


def object_points(sample: PosedLayers, view: int) -> NDArray[np.float64]:
    """(H, W, 3) the surface point of each pixel in the frame of what it shows.

    Of objects: metres at natural size, as the asset was loaded. Of the room: the world. NaN where nothing is hit.
    Raises IndexError for a view that is not there, UsageError where depth or instance were not read.
    """
    depth, instance = _pictures(sample, view)
    height, width = depth.shape
    camera = sample.K[view], sample.T_world_cam[view]
    points = unproject(*camera, pixel_grid(width, height), depth.ravel(), sample.lenses[view])
    points[instance.ravel() < ROOM] = np.nan
    for number in _there(instance):
        rows = np.flatnonzero(instance.ravel() == number)
        points[rows] = transform(inverse(_pose(sample, number)), points[rows])
    return points.reshape(height, width, 3)


def same_surface(
    sample_a: PosedLayers, view_a: int, sample_b: PosedLayers, view_b: int, tolerance_px: float = TOLERANCE_PX
) -> SameSurface:
    """The pixels of a view of one sample whose surface points a view of another, or of the same, sees as well.

    Objects of one source and id are the same, rooms likewise. A point is carried to where the object stands in b and
    projected there. It counts where the nearest pixel of b shows that object no further from the point than
    `tolerance_px` widths of a pixel there (depth / focal length, as wide as its lens makes it), and the same side of it
    where both samples have the layer `normal`: without it the two sides of a sheet thinner than that are one. In the
    order of instances, then of pixels. Raises IndexError for views that are not there, UsageError where depth or
    instance were not read.
    """
    a, b = _Looked.at(sample_a, view_a), _Looked.at(sample_b, view_b)
    pairs = [(i, j) for i, one in a.surfaces.items() for j, other in b.surfaces.items() if one == other]
    parts = [_carried(a, i, b, j, tolerance_px) for i, j in pairs]
    none = SameSurface(*(np.empty((0, 2)[:n], t) for n, t in ((2, "u2"), (2, "f4"), (1, "f4"), (1, "u2"), (1, "u2"))))
    return SameSurface(
        *(np.concatenate([getattr(p, name) for p in (none, *parts)]) for name in SameSurface.__dataclass_fields__)
    )


@dataclass(frozen=True)
class _Looked:
    """A view of a sample, for N pixels row by row."""

    sample: PosedLayers
    view: int
    points: Array
    """(N, 3) as `object_points`."""
    depth: Array
    """(H, W)."""
    instance: Array
    """(N,)."""
    surfaces: dict[int, tuple[str, ...]]
    """Source and id of each instance that the view shows."""

    @staticmethod
    def at(sample: PosedLayers, view: int) -> "_Looked":
        """Raises as `same_surface`."""
        depth, instance = _pictures(sample, view)
        surfaces = {number: _identity(sample, number) for number in (*_there(instance, ROOM),)}
        points = object_points(sample, view).reshape(-1, 3)
        return _Looked(sample, view, points, depth, instance.ravel(), surfaces)


def _carried(a: _Looked, i: int, b: _Looked, j: int, tolerance_px: float) -> SameSurface:
    """The pixels of instance i of a whose points view b shows on its instance j."""
    rows = np.flatnonzero(a.instance == i)
    K, T, lens = b.sample.K[b.view], b.sample.T_world_cam[b.view], b.sample.lenses[b.view]
    xy, z = project(K, T, transform(_pose(b.sample, j), a.points[rows]), lens)
    with np.errstate(invalid="ignore"):
        inside = (z > 0) & (xy > -0.5).all(1) & (xy < np.array(b.depth.shape[::-1]) - 0.5).all(1)
    rows, xy = rows[inside], xy[inside]
    x, y = np.rint(xy).astype(np.intp).T
    there = y * b.depth.shape[1] + x
    apart = lengths(b.points[there] - a.points[rows]) * np.linalg.norm(_pose(b.sample, j)[:3, 0])
    near = (b.instance[there] == j) & (apart <= tolerance_px * b.depth.ravel()[there] / pixel_widths(K, lens, xy))
    near[near] = _same_side(a, i, rows[near], b, j, there[near])
    width = a.depth.shape[1]
    numbers = (np.full(int(near.sum()), k, np.uint16) for k in (i, j))
    xy_a = np.stack([rows[near] % width, rows[near] // width], -1).astype(np.uint16)
    return SameSurface(xy_a, xy[near].astype(np.float32), apart[near].astype(np.float32), *numbers)


def _same_side(a: _Looked, i: int, rows: Array, b: _Looked, j: int, there: Array) -> NDArray[np.bool_]:
    """(N,) whether pixels of a and of b show one side of a surface; all of them where a sample has no normals."""
    one, other = _normals(a, i, rows), _normals(b, j, there)
    return np.ones(len(rows), bool) if one is None or other is None else np.einsum("ij,ij->i", one, other) > 0


def _normals(looked: _Looked, number: int, rows: Array) -> NDArray[np.float64] | None:
    """(N, 3) normals of pixels of an instance in its frame, of no unit length; None where they were not read."""
    sample = looked.sample
    if sample.normal is None:
        return None
    T_object_cam = inverse(_pose(sample, number)) @ sample.T_world_cam[looked.view]
    return rotate(T_object_cam, sample.normal[looked.view].reshape(-1, 3)[rows])


def _pictures(sample: PosedLayers, view: int) -> tuple[Array, Array]:
    """Depth and instances (H, W) of a view. Raises as `same_surface`."""
    if not 0 <= view < len(sample.K):
        raise IndexError(f"view {view} is not one of 0 to {len(sample.K) - 1}")
    if sample.depth is None or sample.instance is None:
        raise UsageError("surface points need the layers depth and instance: render with --layers rgb,depth,instance")
    return sample.depth[view], sample.instance[view]


def _there(instance: Array, least: int = FIRST_OBJECT) -> list[int]:
    """Instances from `least` on that a picture shows, ascending."""
    return (np.flatnonzero(np.bincount(instance.ravel(), minlength=least)[least:]) + least).tolist()


def _pose(sample: PosedLayers, number: int) -> NDArray[np.float64]:
    """(4, 4) from the frame of an instance to the world."""
    return np.eye(4) if number == ROOM else sample.T_world_object[number - FIRST_OBJECT]


def _identity(sample: PosedLayers, number: int) -> tuple[str, ...]:
    """What tells an instance from all others: its kind, source and id."""
    if number == ROOM:
        return "room", sample.origin.room_source, sample.origin.room
    return "object", sample.origin.object_source, str(sample.object_id[number - FIRST_OBJECT])
