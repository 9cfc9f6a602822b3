"""One object in a view, cut out around it, and the surface points that two such views share."""

from dataclasses import dataclass

import numpy as np

from scenegen.lenses import Lens
from scenegen.shards import Origin, Status, same_surface
from training.data.pairs import FIRST_OBJECT, StoredView
from training.data.windows import Array, ViewRays


@dataclass(frozen=True)
class CutOut:
    """What `same_surface` asks of a sample, of one view and one object: the rest is cut away, or nothing.

    Pictures are (1, h, w, ...) windows whose top-left pixel is `corner`; K is that of the window.
    """

    corner: tuple[int, int]
    """Pixel (x, y) of the view."""
    depth: Array
    """(1, h, w) float32 z-depth in metres."""
    instance: Array
    """(1, h, w) uint16: FIRST_OBJECT where the object is seen, 0 elsewhere."""
    normal: Array | None
    """(1, h, w, 3) int8 in camera axes; None where the shard has none."""
    K: Array
    """(1, 3, 3) intrinsics in pixels."""
    lenses: tuple[Lens]
    """(1,) lens of the camera."""
    T_world_cam: Array
    """(1, 4, 4) pose of the camera."""
    T_world_object: Array
    """(1, 4, 4) pose of the object, scale included."""
    object_id: Array
    """(1,) text."""
    origin: Origin
    """Room and sources of the shard."""


def slots_seen(stored: StoredView) -> Array:
    """(H, W) rows of a view's objects in the tables of its sample; negative where it shows none."""
    return stored.reader.read("instance", stored.row, stored.view).astype(np.int32) - FIRST_OBJECT


def cut_out(stored: StoredView, seen: Array, slot: int) -> CutOut:
    """The object of a slot, seen at pixels (H, W) bool of a view, of which there is one at least."""
    x, y = (np.flatnonzero(seen.any(axis)) for axis in (0, 1))
    corner, size = (int(x[0]), int(y[0])), (int(x[-1] - x[0]) + 1, int(y[-1] - y[0]) + 1)
    reader, row, view = stored.reader, stored.row, stored.view
    K = reader.read("camera/K", row, view)
    K[:2, 2] -= corner
    return CutOut(
        corner=corner,
        depth=stored.window("depth", corner, size)[None],
        instance=FIRST_OBJECT * seen[None, y[0] : y[-1] + 1, x[0] : x[-1] + 1].astype(np.uint16),
        normal=stored.window("normal", corner, size)[None] if reader.holds("normal") else None,
        K=K[None],
        lenses=(reader.lenses(row)[view],),
        T_world_cam=reader.read("camera/T_world_cam", row, view)[None],
        T_world_object=reader.read("objects/T_world_object", row, slot)[None],
        object_id=reader.asset_ids[[int(reader.read("objects/asset", row, slot))]],
        origin=reader.origin,
    )


def shared(a: CutOut, b: CutOut) -> ViewRays:
    """The pixels of a whose surface points b shows, as rays from view 0 to view 1: all visible, all on an object."""
    found = same_surface(a, 0, b, 0)
    visible = np.full(len(found), Status.VISIBLE, np.uint8)
    xy0 = found.xy_a.astype(np.int32) + np.array(a.corner, np.int32)
    return ViewRays(xy0, found.xy_b + np.array(b.corner, np.float32), visible, np.ones(len(found), np.bool_))
