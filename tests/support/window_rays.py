"""Rays and pictures whose windows are known."""

import numpy as np

from scenegen.shards import Status
from training.data.windows import ViewRays

PICTURE = (60, 44)


def index_picture(view):
    """A picture whose pixels say where they are: (x, y, view)."""
    y, x = np.mgrid[0 : PICTURE[1], 0 : PICTURE[0]]
    return np.stack([x, y, np.full_like(x, view)], -1).astype(np.uint8)


def random_rays(rng, count=300, visible=0.7):
    """Rays anywhere, matches of visible rays inside view 1, of others anywhere or nowhere."""
    status = np.where(rng.random(count) < visible, Status.VISIBLE, rng.integers(0, 6, count)).astype(np.uint8)
    inside = rng.uniform(-0.5, np.array(PICTURE) - 0.501, (count, 2))
    anywhere = rng.uniform(-100, 200, (count, 2))
    xy1 = np.where((status == Status.VISIBLE)[:, None], inside, anywhere).astype(np.float32)
    xy1[np.isin(status, [Status.NO_HIT, Status.BEHIND_CAMERA])] = np.nan
    return ViewRays(rng.integers(0, PICTURE, (count, 2)).astype(np.uint16), xy1, status, rng.random(count) < 0.4)


def all_visible(xy0, xy1):
    """Rays at pixels of view 0, each seen in view 1, none on an object."""
    return ViewRays(xy0.astype(np.uint16), xy1, np.full(len(xy0), Status.VISIBLE, np.uint8), np.zeros(len(xy0), bool))
