"""Window 1 turned, scaled, stretched and bent: views of a plane that no camera of the shards has taken.

Rooms are seen by cameras that stand upright. What is to be told apart in photographs is turned and scaled as well, so
the window of view 1 is sampled anew through a homography about its middle, and the matches are carried along.
"""

import numpy as np

from training.data.transforms.homography import Array, bend, linear, moved, pixels, rotation, translation
from training.settings import WarpSettings


def moves(settings: WarpSettings) -> bool:
    """Whether any range is open."""
    return settings != WarpSettings()


def draw_warp(size: tuple[int, int], settings: WarpSettings, rng: np.random.Generator) -> Array:
    """(3, 3) float64, from pixels of a window of `size` (width, height) as cut to those of it as shown.

    A ratio of at most `zoom` is uniform in its logarithm: halves are as likely as doubles.
    """
    angle, axis = np.deg2rad(rng.uniform(-1, 1) * settings.warp_rotation_deg), rng.uniform(0, np.pi)
    scale, stretch = (most ** rng.uniform(-1, 1) for most in (settings.warp_zoom, np.sqrt(settings.warp_stretch)))
    along = rotation(axis) @ np.diag([stretch, 1 / stretch]) @ rotation(-axis)
    bent = bend(settings.warp_perspective_std, min(size), rng)
    middle = (np.array(size) - 1) / 2
    return translation(*middle) @ bent @ linear(scale * rotation(angle) @ along) @ translation(*-middle)


def places(warp: Array, corner: tuple[int, int], size: tuple[int, int]) -> Array:
    """(2, h, w) float64 where in the picture the pixels of the shown window lie, cut at `corner` (x, y)."""
    return moved(translation(*corner) @ np.linalg.inv(warp), pixels(*size))


def warped(xy: Array, warp: Array) -> Array:
    """Points (R, 2) of the window as cut, where they are shown; NaN beyond the horizon, and where they are NaN."""
    return moved(warp, xy.T.astype(np.float64)).T.astype(xy.dtype)
