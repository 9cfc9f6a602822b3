"""Which part of each view is trained on: one window per view, and the rays carried into the windows' frames.

The window of view 0 lies around a visible ray, the window of view 1 where the matches of the first fall:
one window for both views would lose most matches. Mirroring turns both views at once, as a mirrored room
is a room; one mirrored view is none. A warp moves window 1 alone, after cutting (`data.warp`).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenegen.shards import Status
from training.data.warp import draw_warp, moves, warped
from training.errors import DataError
from training.settings import DataSettings

Array = NDArray[Any]

TRIES = 8
"""Pairs of windows that are tried before the best of them is taken."""
JITTER0 = 0.25
"""How far the ray that view 0's window is laid around may be from its middle, per axis, in sides of the window."""
JITTER1 = 0.125
"""How far view 1's window may be from the median of the matches, per axis, in sides of the window."""

_VISIBLE = np.uint8(Status.VISIBLE)  # compared with a wider type, the verdicts would be widened first


@dataclass(frozen=True)
class ViewRays:
    """Rays traced from view 0, seen by one other view."""

    xy0: Array
    """(R, 2) integer pixels (x, y) of view 0."""
    xy1: Array
    """(R, 2) float32 projections (x, y) into the other view; NaN (0 once carried) where there is none."""
    status: Array
    """(R,) uint8 verdicts, see `Status`."""
    foreground: Array
    """(R,) bool: whether the ray hits a placed object."""

    def __len__(self) -> int:
        return len(self.status)

    def only(self, chosen: Array) -> "ViewRays":
        """The rays at a boolean mask or at indices."""
        chosen = np.flatnonzero(chosen) if chosen.dtype == bool else chosen
        # an index expression moves pairs fifteen times slower
        return ViewRays(
            *(np.take(array, chosen, axis=0) for array in (self.xy0, self.xy1, self.status, self.foreground))
        )


@dataclass(frozen=True)
class Windows:
    """A window in each view, of one size, both mirrored left to right or neither."""

    corner0: tuple[int, int]
    """Top-left pixel (x, y) in view 0."""
    corner1: tuple[int, int]
    """Top-left pixel (x, y) in view 1."""
    size: tuple[int, int]
    """Width and height in pixels."""
    mirrored: bool = False
    """Whether both windows are turned left to right after cutting."""
    warp: Array | None = None
    """(3, 3) from pixels of window 1 as cut to those of it as shown, before mirroring; None where it is as cut."""


def window_size(picture: tuple[int, int], crop: int) -> tuple[int, int]:
    """Width and height of the windows of a picture (width, height): `crop` squared, or all of it when 0.

    Raises DataError when the picture is smaller than the window.
    """
    width, height = picture
    if crop > min(picture):
        advice = f"use --crop {min(picture)} or less, or render larger pictures"
        raise DataError(f"the pictures are {width}x{height}, smaller than a window of {crop}x{crop}: {advice}")
    return (crop, crop) if crop else picture


def choose_windows(
    rays: ViewRays, picture: tuple[int, int], settings: DataSettings, rng: np.random.Generator
) -> tuple[Windows, int]:
    """Windows with at least `min_matches` positives, else the best of a few, and how many positives they hold.

    `picture` is (width, height). Raises DataError when the picture is smaller than the window.
    """
    size = window_size(picture, settings.crop)
    visible = np.flatnonzero(rays.status == _VISIBLE)
    best, most = Windows((0, 0), (0, 0), size), -1  # any candidate is better: of these no match is counted
    for _ in range(TRIES if len(visible) else 0):
        windows, matches = _candidate(rays, visible, picture, size, settings, rng)
        positives = count_matches(matches, windows)
        if positives > most:
            best, most = windows, positives
        if most >= settings.min_matches:
            break
    return best, max(most, 0)


def count_matches(rays: ViewRays, windows: Windows) -> int:
    """How many positives the windows keep."""
    return int((carry(rays, windows).status == _VISIBLE).sum())


def carry(rays: ViewRays, windows: Windows) -> ViewRays:
    """The rays that start in window 0, in the windows' frames: xy0 int32, exact; xy1 float32.

    A visible point outside window 1, beyond [-0.5, side - 0.5), becomes OUT_OF_VIEW. A projection that does
    not exist becomes (0, 0), so that nothing after this meets NaN.
    """
    kept = rays.only(_inside(rays.xy0, windows.corner0, windows.size))
    xy0 = _mirrored(_shifted(kept.xy0.astype(np.int32), windows.corner0), windows)
    xy1 = _shifted(kept.xy1, windows.corner1)
    xy1 = _mirrored(xy1 if windows.warp is None else warped(xy1, windows.warp), windows)
    outside = (kept.status == _VISIBLE) & ~_inside(xy1, (0, 0), windows.size)
    np.copyto(xy1, 0, where=np.isnan(xy1))
    return ViewRays(xy0, xy1, np.where(outside, np.uint8(Status.OUT_OF_VIEW), kept.status), kept.foreground)


def turned(window: Array, windows: Windows) -> Array:
    """An (h, w, 3) window of a picture as a (3, h, w) array of its own, mirrored if the windows are."""
    return np.ascontiguousarray((window[:, ::-1] if windows.mirrored else window).transpose(2, 0, 1))


def _inside(xy: Array, corner: tuple[int, int], size: tuple[int, int]) -> Array:
    """(R,) bool: whether pixels (R, 2) lie in the window at `corner`, its outer pixels' borders included."""
    (left, top), (width, height) = corner, size
    border = 0.5 if xy.dtype.kind == "f" else 0  # whole pixels are compared as they are, in half the time
    x, y = xy[:, 0].copy(), xy[:, 1].copy()  # next to each other, in half the time again
    across = (x >= left - border) & (x < left + width - border)
    return across & (y >= top - border) & (y < top + height - border)


def _shifted(xy: Array, corner: tuple[int, int]) -> Array:
    """(R, 2) pixels moved, in place, to the frame of the window at `corner`."""
    x, y = xy[:, 0], xy[:, 1]  # by column: arithmetic over the pairs takes several times longer
    x -= corner[0]
    y -= corner[1]
    return xy


def _mirrored(xy: Array, windows: Windows) -> Array:
    """(R, 2) pixels of a window turned, in place, if the windows are."""
    if windows.mirrored:
        x = xy[:, 0]
        np.subtract(xy.dtype.type(windows.size[0] - 1), x, out=x)
    return xy


def _candidate(
    rays: ViewRays,
    visible: Array,
    picture: tuple[int, int],
    size: tuple[int, int],
    settings: DataSettings,
    rng: np.random.Generator,
) -> tuple[Windows, ViewRays]:
    """Windows around one of the `visible` rays and around the middle of the matches that start near it, and these."""
    ray = rays.xy0[visible[rng.integers(len(visible))]]
    corner0 = _corner(ray + _jitter(JITTER0, size, rng), picture, size)
    matches = rays.only(_inside(rays.xy0, corner0, size) & (rays.status == _VISIBLE))
    corner1 = _corner(np.median(matches.xy1, axis=0) + _jitter(JITTER1, size, rng), picture, size)
    mirrored = bool(rng.random() < settings.flip_p)
    warp = draw_warp(size, settings.warp, rng) if moves(settings.warp) else None
    return Windows(corner0, corner1, size, mirrored, warp), matches


def _jitter(share: float, size: tuple[int, int], rng: np.random.Generator) -> Array:
    """(2,) float64 uniform shift in pixels, up to `share` of the window's sides."""
    return rng.uniform(-share, share, 2) * size


def _corner(middle: Array, picture: tuple[int, int], size: tuple[int, int]) -> tuple[int, int]:
    """The top-left pixel of the window around `middle` (x, y), moved into the picture."""
    corner = np.rint(middle - (np.array(size) - 1) / 2)
    x, y = np.clip(corner, 0, np.array(picture) - size).astype(int).tolist()
    return x, y
