"""Two views of one picture and the whole truth about them, in closed form from the map between them."""

from dataclasses import dataclass

import numpy as np

from scenegen.shards import Status
from training.data.image_settings import ImageSettings
from training.data.sampling import sampled
from training.data.transforms.homography import Array, grid, inside, moved, scaling, translation
from training.data.transforms.transform import Looks, Transform
from training.data.windows import ViewRays

CELL_PX = (2, 4)
"""Width and height of the cells that one ray each starts from: 1/8 of the pixels, as in shards."""


@dataclass(frozen=True)
class WindowTruth:
    """Where each pixel of view 0's window is found in view 1's."""

    flow: Array
    """(2, h, w) float32 T(p) - p in pixels (x, y); 0 where view 0 looks outside of the picture."""
    covisible: Array
    """(h, w) bool: both windows show that very point of the picture."""
    rays: ViewRays
    """One random pixel of each cell: VISIBLE, OUT_OF_VIEW, or NO_HIT outside of the picture."""

    @property
    def matches(self) -> int:
        """Rays that view 1 shows."""
        return int((self.rays.status == Status.VISIBLE).sum())


def draw_looks(
    size: tuple[int, int], side_px: int, settings: ImageSettings[Transform], rng: np.random.Generator
) -> Looks:
    """Where two windows look at a picture of `size` (width, height), in its frame: a canvas, and the transform."""
    canvas_px = round(settings.canvas * side_px)
    extent_px = rng.uniform(*settings.part) * min(size)
    corner = rng.random(2) * (np.array(size) - extent_px)
    H_picture_from_canvas = translation(*corner) @ scaling(extent_px / canvas_px)
    return settings.ranges.looks(side_px, canvas_px, rng).within(H_picture_from_canvas)


def truth(looks: Looks, size: tuple[int, int], side_px: int, rng: np.random.Generator) -> WindowTruth:
    """The truth of two windows that look at a picture of `size` (width, height)."""
    pixels = grid(side_px)
    known = inside(moved(looks.H_frame_from_0, pixels), *size)
    target = np.where(known, moved(looks.H_1_from_0, pixels), pixels)
    covisible = known & inside(target, side_px, side_px)
    return WindowTruth((target - pixels).astype(np.float32), covisible, _rays(known, covisible, target, rng))


def windows(
    picture: Array, looks: Looks, side_px: int, transform: Transform, rng: np.random.Generator
) -> tuple[Array, Array]:
    """Both windows (3, h, w) uint8 of a picture (H, W, 3) uint8, the second with its appearance changed."""
    pixels = grid(side_px)
    view0, view1 = (sampled(picture, moved(H, pixels)) for H in (looks.H_frame_from_0, looks.H_frame_from_1))
    return channels_first(view0), channels_first(transform.appearance(view1, rng))


def channels_first(window: Array) -> Array:
    """(h, w, 3) as a (3, h, w) array of its own."""
    return np.ascontiguousarray(window.transpose(2, 0, 1))


def _rays(known: Array, covisible: Array, target: Array, rng: np.random.Generator) -> ViewRays:
    """A ray from one random pixel of each whole cell of view 0's window."""
    side_px, (width, height) = len(known), CELL_PX
    top, left = np.mgrid[: side_px // height * height : height, : side_px // width * width : width]
    x, y = left + rng.integers(0, width, left.shape), top + rng.integers(0, height, top.shape)
    x, y = x.ravel(), y.ravel()
    seen, hit = covisible[y, x], known[y, x]
    status = np.where(seen, Status.VISIBLE, np.where(hit, Status.OUT_OF_VIEW, Status.NO_HIT)).astype(np.uint8)
    xy1 = np.where(hit, target[:, y, x], 0).astype(np.float32)
    return ViewRays(
        np.stack([x, y], -1).astype(np.int32), np.ascontiguousarray(xy1.T), status, np.zeros(len(x), np.bool_)
    )
