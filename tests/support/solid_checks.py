"""What a solid part must be: closed, of a volume, in touch with the others."""

from collections.abc import Sequence

import numpy as np
from scipy.sparse.csgraph import connected_components

from scenegen.assets.mesh import Mesh


def volume(mesh: Mesh) -> float:
    """Signed volume of a closed mesh."""
    a, b, c = (mesh.vertices.astype(np.float64)[mesh.faces[:, k]] for k in range(3))
    return float((a * np.cross(b, c)).sum() / 6)


def is_closed(mesh: Mesh) -> bool:
    """Whether every edge is used once in each direction, by position."""
    _, merged = np.unique(np.round(mesh.vertices, 6), axis=0, return_inverse=True)
    f = merged.reshape(-1)[mesh.faces]
    f = f[(f[:, 0] != f[:, 1]) & (f[:, 1] != f[:, 2]) & (f[:, 2] != f[:, 0])]
    a, b = np.concatenate([f[:, [0, 1]], f[:, [1, 2]], f[:, [2, 0]]]).astype(np.int64).T
    forward, count = np.unique((a << 32) + b, return_counts=True)
    return bool((count == 1).all() and np.array_equal(forward, np.unique((b << 32) + a)))


def islands(parts: Sequence[Mesh], gap_m: float) -> int:
    """How many groups of parts there are of which no two boxes come nearer than `gap_m`."""
    low, high = (np.array([f(p.vertices, axis=0) for p in parts], float) for f in (np.min, np.max))
    near = ((low[:, None] <= high[None] + gap_m) & (high[:, None] >= low[None] - gap_m)).all(-1)
    return int(connected_components(near)[0])
