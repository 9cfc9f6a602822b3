"""Shapes that caps and helmets are made from: domes and rings over a plan."""

from collections.abc import Sequence

import numpy as np

from scenegen.assets.mesh import Mesh
from scenegen.assets.procedural import finishes as fin
from scenegen.assets.procedural import solids as s
from scenegen.assets.procedural.solids import Array

Parts = list[Mesh]


def dome(f: fin.Finish, inner: fin.Finish, plan: Array, h: float, power: float, z0: float, wall: float) -> Parts:
    """An open dome over a plan (N, 2), outside and inside, standing at z0."""
    t = np.linspace(0, np.pi / 2, 10)
    steps = [(max(float(np.cos(a)), 0.0) ** power, float(np.sin(a))) for a in t]
    steps[-1] = (0.0, 1.0)
    n, thin = len(plan), wall / float(np.abs(plan).max())
    outer = [np.c_[plan * k, np.full(n, z0 + h * z)] for k, z in steps]
    inside = [np.c_[plan * max(k - thin, 0), np.full(n, z0 + (h - wall) * z)] for k, z in steps]
    return [s.loft(f, outer, bottoms=False), s.flipped(s.loft(inner, [outer[0], *inside], bottoms=False))]


def levels(plan: Array, steps: Sequence[tuple[float, float]]) -> list[Array]:
    """Rings (N, 3) of a plan, one for each (scale, height)."""
    return [np.c_[plan * k, np.full(len(plan), z)] for k, z in steps]


def closed(plan: Array, z: float) -> Array:
    """(N + 1, 3) path once around a plan at height z."""
    return np.c_[np.vstack([plan, plan[:1]]), np.full(len(plan) + 1, z)]
