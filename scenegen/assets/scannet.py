"""ScanNet's labels: `sceneNNNN_NN_vh_clean_2.labels.ply` beside a scan says what each vertex of the thinned scan is.

Its property `label` is a number of NYU40, the forty classes of Gupta et al. (CVPR 2013) that ScanNet's benchmark is
stated in; 0 is unannotated. A face of the scan that is used, thinned or whole, gets the label of the labelled face that
is nearest to it.
"""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from scenegen.assets.limits import Limits
from scenegen.assets.mesh import Mesh
from scenegen.assets.nyu40 import NYU40
from scenegen.assets.reading import read_mesh_file
from scenegen.assets.source import Defect
from scenegen.errors import AssetError

REACH_M = 0.05
"""Farther from a labelled face nothing is known."""
LEAST_NEAR = 0.5
"""Share of a scan's faces that must lie near labelled ones: fewer, and these are another scan's labels."""
_SCAN = re.compile(r"(?P<scene>.+)_vh_clean(_2)?(\.labels)?\.ply$", re.IGNORECASE)


def labels_file(scan: Path) -> Path | None:
    """The file that labels a scan, by the names of ScanNet; None where there is none."""
    found = _SCAN.match(scan.name)
    path = found and scan.with_name(f"{found['scene']}_vh_clean_2.labels.ply")
    return path if path and path.is_file() else None


def labelled_by_file(
    mesh: Mesh, path: Path, root: Path, limits: Limits
) -> tuple[Mesh, dict[int, str], tuple[Defect, ...]]:
    """The mesh with the labels of a file, their names, and why it has none where they cannot be used."""
    try:
        other, _ = read_mesh_file(path, root=root, limits=limits)
        label = _carried(mesh, other, path.name)
    except AssetError as error:
        return replace(mesh, face_label=None), {}, (Defect("bad_annotation", str(error)),)
    return replace(mesh, face_label=label), {int(k): NYU40[k - 1] for k in np.unique(label) if k}, ()


def _carried(mesh: Mesh, other: Mesh, name: str) -> NDArray[np.int32]:
    """(F,) the label of each face. Raises AssetError where the other mesh has none that fit."""
    values = other.face_label
    if values is None:
        raise AssetError("no_labels", f"{name}: has no property label")
    if values.max(initial=0) > len(NYU40):
        raise AssetError("other_labels", f"{name}: has the label {values.max()}, and NYU40 ends at {len(NYU40)}")
    distance, index = KDTree(_middles(other)).query(_middles(mesh), distance_upper_bound=REACH_M)
    known = np.isfinite(distance)
    if known.mean() < LEAST_NEAR:
        raise AssetError("other_place", f"{name}: {known.mean():.0%} of the scan's faces lie near one that has a label")
    return np.where(known, np.maximum(np.append(values, 0)[index], 0), 0).astype(np.int32)


def _middles(mesh: Mesh) -> NDArray:
    """(F, 3) middles of the faces."""
    return mesh.vertices[mesh.faces].mean(1, dtype=np.float64)
