"""Whether a view is worth taking: reason codes from what a coarse grid of its pixels sees."""

import numpy as np
from numpy.typing import NDArray

from scenegen.staging.covisibility import SparseView

Array = NDArray[np.float64]

MOST_HOLES = 0.25
"""Largest share of pixels that see nothing."""
NEAR_M, MOST_NEAR = 0.3, 0.15
"""Largest share of pixels nearer than this z-depth."""
MOST_PLANE = 0.8
"""Largest share of pixels on one plane: more is a view into a wall, or of the floor alone."""
PLANE_COSINE, PLANE_M = 0.98, 0.03
"""How well a pixel's normal and place must agree with a plane to lie on it."""
MOST_BEHIND = 0.15
"""Largest share of the room that is seen from behind, where its winding can be trusted."""


def reason_codes(seen: SparseView, winding: int, least_objects: float) -> list[str]:
    """One reason code for each of B views, "" for a good one; the first that holds, in this order.

    `hole`, `inside_object`, `too_close`, `back_faces`, `wall`, `no_objects`.

    Args:
        seen: B sparse views.
        winding: as `FreeSpace.winding`.
        least_objects: share of pixels that must show objects.

    """
    near = seen.depth < NEAR_M
    close = near.mean(1) > MOST_NEAR
    own = ((seen.instance > 1) & near).sum(1) > 0.5 * near.sum(1)
    objects = (seen.instance > 1).mean(1)
    checks = {
        "hole": 1 - seen.hit.mean(1) > MOST_HOLES,
        "inside_object": close & own,
        "too_close": close,
        "back_faces": _behind(seen, winding) > MOST_BEHIND,
        "wall": _largest_plane(seen) > MOST_PLANE,
        "no_objects": objects < least_objects,
    }
    return [next((code for code, bad in checks.items() if bad[i]), "") for i in range(len(seen.views))]


def _behind(seen: SparseView, winding: int) -> Array:
    """(B,) share of the room's pixels that show its back; 0 where its winding cannot be trusted."""
    room = seen.instance == 1
    return (room & (seen.facing * winding < 0)).sum(1) / np.maximum(room.sum(1), 1)


def _largest_plane(seen: SparseView, tries: int = 16) -> Array:
    """(B,) share of pixels on the best of some planes, each through one of a few evenly spread pixels."""
    count = seen.depth.shape[1]
    seeds = np.linspace(0, count - 1, tries + 2)[1:-1].astype(int)
    n, p = seen.normals[:, seeds], seen.points[:, seeds]
    aligned = np.abs(np.einsum("bgi,bsi->bsg", seen.normals, n)) > PLANE_COSINE
    offset = np.einsum("bgi,bsi->bsg", seen.points, n) - np.einsum("bsi,bsi->bs", p, n)[..., None]
    on = aligned & (np.abs(offset) < PLANE_M) & (seen.instance == 1)[:, None]
    return on.mean(2).max(1)
