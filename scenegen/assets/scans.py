"""Whether a mesh was scanned or modelled, told by its triangles."""

import numpy as np

from scenegen.assets.cleaning import component_sizes
from scenegen.assets.mesh import Mesh, face_vectors

LEAST_FACES = 1000
"""A scan with fewer would tell nothing of a room."""
FINE = 1 / 200
"""Share of the area of the face in its middle (half of the area lies in smaller faces): a scan's walls are many
small triangles, a modelled wall is two."""
ONE_PIECE = 0.5
"""Share of the area that one connected part of a scan holds; models are put together from parts."""


def looks_scanned(mesh: Mesh) -> bool:
    """Whether a room's mesh looks like a fused scan: one large piece of many small triangles.

    False where it is plainly modelled: few or large faces, loose parts, several plain colours without a picture. In
    doubt False: what belongs to a model is then kept.
    """
    colors = {m.color for m in mesh.materials}
    painted = len(colors) > 1 and mesh.colors is None and all(m.texture is None for m in mesh.materials)
    if painted or len(mesh.faces) < LEAST_FACES:
        return False
    area = np.linalg.norm(face_vectors(mesh), axis=1)
    part, _ = component_sizes(mesh)
    largest = float(np.bincount(part, area).max())
    return _middle(area) <= FINE * float(area.sum()) and largest >= ONE_PIECE * float(area.sum())


def _middle(area: np.ndarray) -> float:
    """The (F,) face area that half of all area lies below."""
    ordered = np.sort(area)
    along = np.cumsum(ordered)
    return float(ordered[min(int(np.searchsorted(along, along[-1] / 2)), len(ordered) - 1)])
