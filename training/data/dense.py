"""Dense truth of a pair of windows from depth and pose: where every pixel of view 0 lies in view 1, and if it is seen.

A pixel's surface point is X = z0 K0^-1 (x, y, 1) in camera 0, and z1 (u, v, 1) = K1 (R X + t) in view 1, where a lens
moves (x, y) to where a pinhole has the pixel first, and (u, v) to where the lens has it then: so the flow is exact
wherever view 0 has depth. Whether view 1 shows the point the tracer has said where shards
have the layer `visibility`; else it is asked of view 1's depth.
Inverse depth is affine over the picture of a plane, however slanted: interpolated between four pixels it needs no
tolerance for the slant, and disagrees with both sides of a depth edge, whose pixels are left out rather than guessed.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from scenegen.lenses import PINHOLE, Lens, jacobian, shift, straighten
from scenegen.shards import ShardReader, Status, known_config
from training.data.layers import Need, require_layers
from training.data.pairs import PairData, open_pairs, read_window
from training.data.transforms.homography import inside, moved, pixels, translation
from training.data.windows import Array, Windows
from training.settings import DataSettings

TOLERANCE = 2e-3
"""Relative difference of depth within which two points are one: 6 mm at 3 m.

Measured against the traced verdicts, in built-in and scanned rooms: of what is called covisible 0.997 or more is
visible (0.988 at a tolerance of 1e-2); of what is visible 0.96 is called covisible in pictures of 640 x 480, and 0.88
in 160 x 120, where a larger share lies beside a depth edge.
"""
NEED = Need(("depth",), "from which dense flow is computed", "leave out --dense or --truth depth")
NEAREST_M = 1e-3
"""Points less than this in front of view 1's camera, or behind it, have no flow."""


@dataclass(frozen=True)
class Link:
    """The way from pixels of one window to another's: z1 (u, v, 1) = z0 A (x, y, 1) + b."""

    A: Array
    """(3, 3) float64, K1 R K0^-1, of the windows' own intrinsics."""
    b: Array
    """(3,) float64, K1 t: camera 0's centre in homogeneous pixels of window 1."""
    lenses: tuple[Lens, Lens] = (PINHOLE, PINHOLE)
    K: tuple[Array, Array] = (np.eye(3), np.eye(3))
    """(3, 3) float64 each, the windows' intrinsics, for the lenses."""


def open_dense_pairs(path: Path, split: str, settings: DataSettings, seed: int) -> PairData:
    """The pairs that `open_pairs` gives, with flow and covisible pixels. Raises as it does.

    Raises DataError, too, when a shard has no depth layer; one is looked at where the manifest tells the layers.
    """
    pairs = open_pairs(path, split, settings, seed)
    layers = known_config(pairs.shards.folder).get("layers")
    promised = isinstance(layers, list) and "depth" in layers
    require_layers(pairs.shards, range(1 if promised else len(pairs.shards.entries)), NEED)
    return PairData(pairs.shards, pairs.picture, settings, seed, read_dense)


def read_dense(reader: ShardReader, row: int, view: int, windows: Windows) -> tuple[Array, Array]:
    """Flow (2, h, w) float32 and covisible pixels (h, w) bool of windows of a sample, as `PairItem` has them."""
    K, T_world_cam = reader.read("camera/K", row), reader.read("camera/T_world_cam", row)
    depth0 = read_window(reader, "depth", row, 0, windows.corner0, windows.size)
    corner1, depth1 = _depth1(reader, row, view, windows)
    K0, K1 = (_moved(K[v], corner) for v, corner in ((0, windows.corner0), (view, corner1)))
    lenses = reader.lenses(row)
    link = link_views(K0, T_world_cam[0], K1, T_world_cam[view], (lenses[0], lenses[view]))
    flow, covisible = dense_truth(link, depth0, depth1, _traced(reader, row, view, windows))
    if windows.warp is not None:
        flow, covisible = carried(flow, covisible, windows.warp @ translation(*np.subtract(corner1, windows.corner1)))
    return mirror_truth(flow, covisible) if windows.mirrored else (flow, covisible)


def _traced(reader: ShardReader, row: int, view: int, windows: Windows) -> Array | None:
    """(h, w) bool: what the tracer found visible of window 0 in the other view; None where no shard says so."""
    if not reader.holds("visibility"):
        return None
    verdicts = read_window(reader, "visibility", row, 0, windows.corner0, windows.size)
    return verdicts[..., view - 1] == Status.VISIBLE  # of view 0 the others are 1, 2, ...


def carried(flow: Array, covisible: Array, H: Array) -> tuple[Array, Array]:
    """The truth of a window 1 that is shown through a homography (3, 3), from where the flow ends to where it is seen.

    The flow is known where it was, except beyond the horizon; covisible is what ends in the window.
    """
    height, width = covisible.shape
    source = pixels(width, height)
    target = moved(H, source + flow)
    there = np.isfinite(target).all(0) & (covisible | flow.any(0))
    shown = np.where(there, target - source, 0).astype(np.float32)
    return shown, covisible & inside(target, width, height)


def _depth1(reader: ShardReader, row: int, view: int, windows: Windows) -> tuple[tuple[int, int], Array]:
    """View 1's depth and its first pixel: its window, or all of it where a warp may look beyond."""
    if windows.warp is None:
        return windows.corner1, read_window(reader, "depth", row, view, windows.corner1, windows.size)
    return (0, 0), reader.read("depth", row, view)


def link_views(
    K0: Array, T_world_cam0: Array, K1: Array, T_world_cam1: Array, lenses: tuple[Lens, Lens] = (PINHOLE, PINHOLE)
) -> Link:
    """The link of two cameras: intrinsics (3, 3) in pixels, rigid poses (4, 4) in metres."""
    R_cam1_world = T_world_cam1[:3, :3].T
    translation = R_cam1_world @ (T_world_cam0[:3, 3] - T_world_cam1[:3, 3])
    A = K1 @ R_cam1_world @ T_world_cam0[:3, :3] @ np.linalg.inv(K0)
    return Link(A, K1 @ translation, lenses, (K0, K1))


def dense_truth(link: Link, depth0: Array, depth1: Array, seen: Array | None = None) -> tuple[Array, Array]:
    """Flow (2, h, w) float32 in pixels (x, y), 0 where not known, and covisible pixels (h, w) bool.

    `depth0` and `depth1` are the windows' z-depths (h, w) in metres, 0 where nothing is hit; `seen` (h, w) bool are
    the pixels of window 0 that view 1 is known to see, where somebody knows better than its depth.
    """
    y, x = np.ogrid[: float(depth0.shape[0]), : float(depth0.shape[1])]
    flat_u, flat_v, z = _seen_from_view1(link, depth0, *_flat(link, x, y))
    known = (depth0 > 0) & (z > NEAREST_M)
    safe = np.where(known, z, 1)
    flat = np.stack([flat_u / safe, flat_v / safe])
    u, v = _bent(link, *flat)
    known &= np.isfinite(u)  # nothing lies beyond the reach of a lens
    flow = np.where(known, np.stack([u - x, v - y]), 0).astype(np.float32)
    inside = known & _within(u, depth1.shape[1]) & _within(v, depth1.shape[0])
    if seen is not None:
        return flow, inside & seen
    covisible = np.zeros(depth0.shape, np.bool_)
    covisible[inside] = _shown(link, depth1, np.stack([u, v])[:, inside], flat[:, inside], z[inside])
    return flow, covisible


def mirror_truth(flow: Array, covisible: Array) -> tuple[Array, Array]:
    """The truth of the same windows, both turned left to right."""
    turned = flow[..., ::-1] * np.array([-1, 1], np.float32)[:, None, None]
    return turned, np.ascontiguousarray(covisible[:, ::-1])


def _moved(K: Array, corner: tuple[int, int]) -> Array:
    """Intrinsics of the window whose top-left pixel is at `corner`."""
    return K - np.array([[0, 0, corner[0]], [0, 0, corner[1]], [0, 0, 0]])


def _seen_from_view1(link: Link, depth0: Array, x: Array, y: Array) -> Array:
    """(3, h, w) the points of view 0's pixels in homogeneous pixels of window 1; the third is their z-depth there."""
    across, down, ahead = link.A.T[:, :, None, None]
    return (across * x + (down * y + ahead)) * depth0 + link.b[:, None, None]


def _within(place: Array, side: int) -> Array:
    """Whether places along one axis lie in a window, its outer pixels' borders included."""
    return (place >= -0.5) & (place < side - 0.5)


def _flat(link: Link, x: Array, y: Array) -> tuple[Array, Array]:
    """Where a pinhole would have the pixels (x, y) of window 0; arrays that broadcast to (h, w)."""
    lens, K = link.lenses[0], link.K[0]
    if not lens.bends:
        return x, y
    places = np.broadcast_arrays((x - K[0, 2]) / K[0, 0], (y - K[1, 2]) / K[1, 1])
    across, down = straighten(lens, *places)
    return across * K[0, 0] + K[0, 2], down * K[1, 1] + K[1, 2]


def _bent(link: Link, u: Array, v: Array) -> tuple[Array, Array]:
    """Where the lens of view 1 has what a pinhole would have at (u, v) of window 1; NaN beyond its reach."""
    lens, K = link.lenses[1], link.K[1]
    if not lens.bends:
        return u, v
    across, down = shift(lens, (u - K[0, 2]) / K[0, 0], (v - K[1, 2]) / K[1, 1])
    return u + across * K[0, 0], v + down * K[1, 1]


def _shown(link: Link, depth1: Array, place: Array, flat: Array, z: Array) -> Array:
    """(N,) bool: whether window 1 shows points at places (2, N) and depth z (N,), and the side that view 0 sees.

    `flat` (2, N) is where a pinhole would have them. n . X = 1 is the plane of the surface there, and camera 1 is the
    origin: camera 0, at `link.b` in homogeneous pixels, is on its side where n . X < 1. A thin sheet has the same depth
    from behind.
    """
    inverse, slope_u, slope_v = _surface(depth1, *place)
    slope_u, slope_v = _slopes(link, flat, slope_u, slope_v)
    (u, v), (b_u, b_v, b_z) = flat, link.b
    same_side = inverse * b_z + slope_u * (b_u - u * b_z) + slope_v * (b_v - v * b_z) < 1
    return same_side & (np.abs(inverse * z - 1) <= TOLERANCE)


def _slopes(link: Link, flat: Array, slope_u: Array, slope_v: Array) -> tuple[Array, Array]:
    """Slopes (N,) along the pixels of a pinhole, of those along the pixels of view 1."""
    lens, K = link.lenses[1], link.K[1]
    if not lens.bends:
        return slope_u, slope_v
    xx, xy, yy = jacobian(lens, (flat[0] - K[0, 2]) / K[0, 0], (flat[1] - K[1, 2]) / K[1, 1])
    aspect = K[1, 1] / K[0, 0]
    return slope_u * xx + slope_v * xy * aspect, slope_u * xy / aspect + slope_v * yy


def _surface(depth: Array, u: Array, v: Array) -> tuple[Array, Array, Array]:
    """Inverse depth (0 where nothing is hit) at places (N,) and its slopes along u and v, bilinear in four pixels.

    In the outer pixels' outer halves it is extrapolated, so no pixel beyond the window is needed.
    """
    inverse = np.divide(1.0, depth, out=np.zeros(depth.shape), where=depth > 0)
    height, width = depth.shape
    x, y = (np.clip(np.floor(place), 0, side - 2).astype(np.intp) for place, side in ((u, width), (v, height)))
    first, right, below, opposite = (inverse.take(y * width + x + step) for step in (0, 1, width, width + 1))
    twist = opposite - below - right + first
    slope_u, slope_v = right - first + twist * (v - y), below - first + twist * (u - x)
    return first + (right - first) * (u - x) + slope_v * (v - y), slope_u, slope_v
