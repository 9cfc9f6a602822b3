"""One sample of a shard as NumPy arrays.

What an imported shard lacks (`schema.absent`) is blank in its samples: NaN for cameras, depth and measures, 0 for
instances, -1 for objects.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenegen.lenses import Lens
from scenegen.shards.dense import Flow, flow
from scenegen.shards.origin import Origin
from scenegen.shards.surface_points import object_points
from scenegen.status import Status

Array = NDArray[Any]


@dataclass(frozen=True)
class Sample:
    """One staged scene seen by V views: arrays as `schema.FIELDS` describes them, without the sample axis."""

    index: int
    """Number of the sample in its shard."""
    rgb: Array
    """(V, H, W, 3) uint8 sRGB pictures."""
    depth: Array | None
    """(V, H, W) float32 z-depth in metres, 0 where nothing is hit; None when absent or not asked for."""
    instance: Array | None
    """(V, H, W) uint16: 0 nothing, 1 the room, 2.. objects; None when absent or not asked for."""
    normal: Array | None
    """(V, H, W, 3) int8, unit normals x 127; None when absent or not asked for."""
    visibility: Array | None
    """(V, H, W, V-1) uint8 verdicts on each pixel in the other views, its own left out; None as above."""
    semantic: Array | None
    """(V, H, W) uint16 rows of `names["semantic"]`, 0 where the category is not known; None as above."""
    others: Mapping[str, Array | None]
    """Layers that have no attribute of their own here, by name; see `layer`."""
    names: dict[str, Array]
    """Names of the values of layers that have some, as text, by layer: `names["semantic"][sample.semantic]`."""
    K: Array
    """(V, 3, 3) float64 intrinsics in pixels."""
    lenses: tuple[Lens, ...]
    """(V,) lenses: what happens to (x/z, y/z) before `K`; pinholes where the shard states none."""
    T_world_cam: Array
    """(V, 4, 4) float64 poses: x_world = T_world_cam @ x_cam."""
    xy0: Array
    """(R, 2) uint16 traced pixels of view 0."""
    depth0: Array
    """(R,) float32 z-depth of the hits in view 0, metres."""
    ray_instance: Array
    """(R,) uint16 instance that each ray hit."""
    xy: Array
    """(V-1, R, 2) float32 where the hits project in views 1.., NaN where they do not."""
    status: Array
    """(V-1, R) uint8 verdicts, see `Status`."""
    object_asset: Array
    """(M,) int32 rows of `ShardReader.asset_ids`, -1 in an empty slot."""
    object_id: Array
    """(M,) text, identifiers of the objects in their source, "" in an empty slot."""
    T_world_object: Array
    """(M, 4, 4) float64 poses of the objects, scale included."""
    box: Array | None
    """(M, 8, 3) float64 corners of the objects' boxes in the world, NaN in an empty slot; None where absent."""
    seen_px: Array | None
    """(M, V) uint32 pixels of each view that show an object; None where absent."""
    alone_px: Array | None
    """(M, V) uint32 pixels of each view that would show it if nothing else were there; None where absent."""
    seed: Array
    """(3,) uint32 spawn key: room key, layout, sample."""
    overlap: Array
    """(V, V) float32 share of the surface pixels of view i that view j sees."""
    baseline_m: Array
    """(V-1,) float32 distance of the camera centres of view 0 and views 1.., metres."""
    view_angle_deg: Array
    """(V-1,) float32 angle between the optical axes of view 0 and views 1.., degrees."""
    origin: Origin
    """Room, and sources of room and objects."""

    @property
    def has_lenses(self) -> bool:
        """Whether any of its cameras is another one than a pinhole: `K` alone is not the camera then."""
        return any(lens.bends for lens in self.lenses)

    @property
    def has_cameras(self) -> bool:
        """Whether intrinsics, poses and the depth of the rays are known: not of matches that were imported alone."""
        return bool(np.isfinite(self.K).all())

    @property
    def seen_share(self) -> NDArray[np.float64] | None:
        """(M, V) share of each object that each view sees, of what lies in its picture; NaN where nothing would.

        `seen_px` / `alone_px`: 1 where nothing hides it. None where absent.
        """
        if self.seen_px is None or self.alone_px is None:
            return None
        with np.errstate(invalid="ignore"):
            return self.seen_px / self.alone_px

    def layer(self, name: str) -> Array | None:
        """(V, H, W, ...) a layer by its name; None when absent or not asked for."""
        return self.others[name] if name in self.others else getattr(self, name)

    def flow(self, view: int, other: int) -> Flow:
        """Where each pixel of a view lies in another one, and what is seen of it there. Raises as `dense.flow`."""
        return flow(self, view, other)

    def object_points(self, view: int) -> NDArray[np.float64]:
        """(H, W, 3) the point of each pixel in the frame of its object, or of the room. See `surface_points`."""
        return object_points(self, view)

    def matches(self, view: int = 1) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """True correspondences of view 0 and `view`: two (M, 2) float32 arrays of pixels (x, y).

        Raises IndexError unless 1 <= view < V.
        """
        if not 1 <= view < len(self.rgb):
            raise IndexError(f"view {view} is not one of 1 to {len(self.rgb) - 1}")
        seen = self.status[view - 1] == Status.VISIBLE
        return self.xy0[seen].astype(np.float32), self.xy[view - 1][seen]
