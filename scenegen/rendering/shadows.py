"""Shadows of a whole picture with fewer rays: between pixels that agree, their answer is taken over.

Shadow rays are cast at every fourth pixel of every fourth row, and wherever the surface is not smooth
around. In between, first at every second pixel and then at all, a pixel whose two or four settled
neighbours show the same smooth surface and all see the lamp, or all do not, does as they do; where they
disagree a ray is cast. A shadow narrower than four pixels may be missed; labels and depth never depend on it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenegen.lights import PointLight
from scenegen.rendering.shading import in_shadow, unshadowed
from scenegen.rendering.surfels import Surfels
from scenegen.tracing.raycaster import Scene

LIT, DARK = 1, 2
STEPS = (2, 1)
"""Distances in pixels from the pixels of each round to their settled neighbours."""
F32 = NDArray[np.float32]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class ShadowPlan:
    """Which pixels of a picture may take over the shadows of their neighbours."""

    follows: Flags
    """(H, W) pixels between settled ones of the same smooth surface."""
    surfel: NDArray[np.int32]
    """(H, W) which surface element is seen at a pixel, -1 where none is."""


def plan_shadows(label: NDArray[np.uint32], bent: Flags, surfel: NDArray[np.int32]) -> ShadowPlan:
    """Find the pixels that may follow.

    Args:
        label: (H, W) words that differ where the surface differs; below 2**32 - 1.
        bent: (H, W) where the surface is not the plane through its neighbours.
        surfel: (H, W) which surface element is seen at a pixel, -1 where none is.

    """
    own, follows = label + np.uint32(1), np.zeros(label.shape, bool)
    for near, out in zip(_rounds(own), _rounds(follows), strict=True):
        out |= agreed_neighbours(near) == near
    follows &= ~bent
    return ShadowPlan(follows, surfel)


def _rounds(image: NDArray) -> Iterator[NDArray]:
    """Views of an image: for each round the pixels that are settled in it, between those settled before."""
    return (image[::step, ::step] for step in STEPS)


def agreed_neighbours(image: NDArray) -> NDArray:
    """(H, W) what the neighbours of even row and column agree on; 0 where they do not, at themselves, at borders."""
    known = image[::2, ::2]
    rows, columns = 2 * (known.shape[0] - 1), 2 * (known.shape[1] - 1)
    across = np.where(known[:, :-1] == known[:, 1:], known[:, :-1], 0)
    out = np.zeros_like(image)
    out[::2, 1:columns:2] = across
    out[1:rows:2, ::2] = np.where(known[:-1] == known[1:], known[:-1], 0)
    out[1:rows:2, 1:columns:2] = np.where(across[:-1] == across[1:], across[:-1], 0)
    return out


def surveyed_strength(scene: Scene, surfels: Surfels, lamp: PointLight, plan: ShadowPlan) -> F32:
    """(N,) share of a lamp's colour that arrives, as `shading.lamp_strength`, for surfels of a whole picture."""
    strength = unshadowed(surfels, lamp)
    state, waiting = np.zeros(plan.follows.shape, np.uint8), np.zeros(plan.follows.shape, bool)
    waiting.ravel()[surfels.ray] = strength > 0

    def settle(at: Flags, state: NDArray[np.uint8], surfel: NDArray[np.int32]) -> None:
        """Cast rays at some pixels."""
        place = np.nonzero(at)
        state[place] = np.where(in_shadow(scene, surfels, surfel[place], lamp), np.uint8(DARK), np.uint8(LIT))

    settle(waiting & ~plan.follows, state, plan.surfel)
    waiting &= plan.follows
    for now, left, surfel in zip(_rounds(state), _rounds(waiting), _rounds(plan.surfel), strict=True):
        np.copyto(now, agreed_neighbours(now), where=left)
        settle(left & (now == 0), now, surfel)
        left[:] = False
    strength *= np.take(state.ravel(), surfels.ray) != DARK
    return strength
