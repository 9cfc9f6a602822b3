"""The split of an asset by its surface: what has one surface has one split, under whatever names.

**The decision.** Copies come under other ids, in other formats (six digits of text against binary float32), other
units, axes, triangulations and textures, and must still fall on the same side of train and val. A digest of rounded
coordinates flips between formats, and uniting copies by comparison would need all assets of a source read before the
first can be used, and would let a new asset move others. So the split is a function of the one surface alone: of
three numbers that no turn, mirror, move, scale or triangulation changes, each an integral over the whole surface, so
that rounded coordinates move them by less than they were rounded. They are taken coarsely, in steps of some 3 %, and
the steps are hashed. Other things of nearly the same proportions share a split; that does no harm.

Two copies whose numbers fall on both sides of a step may still part. Rounding to six digits moves the numbers by 1e-6,
at most 4e-6 (tests/scenegen/assets/test_proportions.py), and a new step means another split one time in three: 1 pair
in 30,000 is parted, at worst 1 in 8,000. Nothing less than comparing all with all would be surer. The numbers are
computed in float64, as the eigenvalues of the surface's second moments.
"""

import numpy as np
from numpy.typing import NDArray

from scenegen.assets.mesh import Mesh
from scenegen.assets.source import four_fifths

F64 = NDArray[np.float64]

STEPS = 32
"""Steps per unit of the ratios, and per factor of e of the compactness. A whole number: ratios of 0 and 1, which
flat and round things have, lie in the middle of a step."""


def proportions(mesh: Mesh) -> F64:
    """(3,) float64: compactness and the two ratios of the surface's spreads along its principal axes.

    With s1 >= s2 >= s3 the standard deviations of the surface, weighted by area A: log(s1 / sqrt(A)), s2 / s1, s3 / s1.
    Faces that coincide (same corners, either way round) count once.
    """
    corners = _triangles(mesh)
    edges = corners[:, 1:] - corners[:, :1]
    area = np.linalg.norm(np.cross(edges[:, 0], edges[:, 1]), axis=1) / 2
    total = area.sum()
    if not total > 0:
        return np.zeros(3)
    corners = corners - (area @ corners.mean(1)) / total
    # the exact second moment of a triangle: (9 m m^T + sum of c c^T) / 12, with m its middle and c its corners
    middle = corners.mean(1)
    moment = 9 * np.einsum("f,fi,fj->ij", area, middle, middle) + np.einsum("f,fki,fkj->ij", area, corners, corners)
    spread = np.sqrt(np.maximum(np.linalg.eigvalsh(moment / (12 * total)), 0))[::-1]
    return np.array([np.log(spread[0] / np.sqrt(total)), spread[1] / spread[0], spread[2] / spread[0]])


def surface_key(mesh: Mesh) -> str:
    """The proportions in steps, as text: equal for copies, and for other things of nearly the same form."""
    return " ".join(str(int(step)) for step in np.rint(proportions(mesh) * STEPS))


def surface_split(mesh: Mesh) -> str:
    """`train` for four fifths of all surfaces, `val` for the rest."""
    return four_fifths(f"surface:{surface_key(mesh)}")


def _triangles(mesh: Mesh) -> F64:
    """(F, 3, 3) float64 corners, in units of the box's diagonal; coinciding faces once."""
    corners = mesh.vertices[mesh.faces].astype(np.float64)
    low, high = corners.min((0, 1)), corners.max((0, 1))
    corners = (corners - (low + high) / 2) / max(float(np.linalg.norm(high - low)), 1e-300)
    grid = np.rint(corners * (1 << 20)).astype(np.int64) + (1 << 20)
    keys = np.sort(grid @ np.array([1 << 42, 1 << 21, 1]), axis=1)
    return corners[np.sort(np.unique(keys, axis=0, return_index=True)[1])]
