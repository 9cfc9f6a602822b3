"""Shadows of a whole picture with fewer rays: between pixels that agree, their answer is taken over.

Shadow rays are cast at every second pixel of every second row, and wherever the surface is not smooth
around. In between, a pixel whose two or four cast neighbours show the same smooth surface and all see
the lamp, or all do not, does as they do. A shadow narrower than two pixels may be missed; labels and
depth never depend on it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenegen.lights import PointLight
from scenegen.rendering.shading import Surfels, candidates, in_shadow
from scenegen.tracing.raycaster import Scene

LIT, DARK = 1, 2
F32 = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Survey:
    """Which pixels of a picture may take over the shadows of their neighbours."""

    follows: NDArray[np.bool_]
    """(H, W) pixels between cast ones of the same smooth surface."""


def survey(label: NDArray[np.uint32], bent: NDArray[np.bool_]) -> Survey:
    """Find the pixels that may follow.

    Args:
        label: (H, W) words that differ where the surface differs; below 2**32 - 1.
        bent: (H, W) where the surface is not the plane through its neighbours.

    """
    own = label + np.uint32(1)
    return Survey((between(own) == own) & ~bent)


def between(image: NDArray) -> NDArray:
    """(H, W) what the cast neighbours of a pixel agree on; 0 where they do not, or at cast pixels and borders."""
    known = image[::2, ::2]
    rows, columns = 2 * (known.shape[0] - 1), 2 * (known.shape[1] - 1)
    across = np.where(known[:, :-1] == known[:, 1:], known[:, :-1], 0)
    out = np.zeros_like(image)
    out[::2, 1:columns:2] = across
    out[1:rows:2, ::2] = np.where(known[:-1] == known[1:], known[:-1], 0)
    out[1:rows:2, 1:columns:2] = np.where(across[:-1] == across[1:], across[:-1], 0)
    return out


def surveyed_strength(scene: Scene, surfels: Surfels, lamp: PointLight, plan: Survey) -> F32:
    """(N,) share of a lamp's colour that arrives, as `shading.lamp_strength`, for surfels of a whole picture."""
    strength, ends, rows = candidates(surfels, lamp)
    pixel = surfels.ray[rows]
    follows = plan.follows.ravel()[pixel]
    cast = np.flatnonzero(~follows)
    dark = np.zeros(len(rows), bool)
    dark[cast] = in_shadow(scene, lamp, ends[cast])
    state = np.zeros(plan.follows.shape, np.uint8)
    state.ravel()[pixel[cast]] = np.where(dark[cast], np.uint8(DARK), np.uint8(LIT))
    agreed = between(state).ravel()[pixel]
    dark[follows & (agreed == DARK)] = True
    doubtful = np.flatnonzero(follows & (agreed == 0))
    dark[doubtful] = in_shadow(scene, lamp, ends[doubtful])
    strength[rows[dark]] = 0
    return strength
