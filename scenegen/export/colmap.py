"""COLMAP: a sparse model for each staged scene, with the visible rays as points and their tracks.

`SCENE/images/` and `SCENE/sparse/0/{cameras,images,points3D}.bin` make a COLMAP workspace. The binary files follow
COLMAP's documentation of its output format (docs/format.rst), little-endian; the corner of the top-left pixel is
(0, 0), so half a pixel is added to ours. Every view has its own camera: PINHOLE, or with a lens OPENCV (FULL_OPENCV
where there is a k3) or OPENCV_FISHEYE. Poses are world to camera.
"""

import struct
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scenegen.export.cameras import HALF_PX, canonical_quaternion, corner_intrinsics, focal_and_center
from scenegen.export.choices import Suffix
from scenegen.export.folder import write_file
from scenegen.export.forms import Form
from scenegen.export.pictures import write_pictures
from scenegen.export.points import Points, points_of, reprojection_px
from scenegen.export.scenes import SceneSamples
from scenegen.geometry import inverse
from scenegen.lenses import Lens
from scenegen.shards.sample import Sample

PINHOLE, OPENCV, OPENCV_FISHEYE, FULL_OPENCV = 1, 4, 5, 6
"""COLMAP's numbers of camera models (src/colmap/sensor/models.h); parameters are fx, fy, cx, cy, then `distortion`."""
_OBSERVATION = np.dtype([("xy", "<f8", 2), ("point", "<i8")])


@dataclass
class SparseModel:
    """The three files of a sparse model, as their records so far."""

    cameras: list[bytes] = field(default_factory=list)
    images: list[bytes] = field(default_factory=list)
    points: list[bytes] = field(default_factory=list)
    point_count: int = 0

    def files(self) -> dict[str, bytes]:
        """The bytes of each file."""
        return {
            "cameras.bin": _counted(len(self.cameras), self.cameras),
            "images.bin": _counted(len(self.images), self.images),
            "points3D.bin": _counted(self.point_count, self.points),
        }


def export_colmap(scenes: Iterable[SceneSamples], out: Path, suffix: Suffix) -> None:
    """Write a workspace for each scene. Raises ShardError where a shard is damaged, OSError where writing fails."""
    for scene in scenes:
        model = SparseModel()
        for sample in scene:
            _add_sample(model, sample, write_pictures(sample, out / scene.name / "images", suffix))
        for name, data in model.files().items():
            write_file(out / scene.name / "sparse" / "0" / name, data)


def _add_sample(model: SparseModel, sample: Sample, names: list[str]) -> None:
    """Add the views of a sample, under the names of their pictures, and its points."""
    points, first_image = points_of(sample), len(model.images) + 1
    ids = np.arange(len(points.xyz)) + model.point_count + 1
    for view, name in enumerate(names):
        model.cameras.append(_camera(first_image + view, sample, view))
        model.images.append(_image(first_image + view, sample, view, name, points, ids))
    model.points += _points(points, reprojection_px(points, sample), ids, first_image)
    model.point_count += len(ids)


def _counted(count: int, records: list[bytes]) -> bytes:
    return struct.pack("<Q", count) + b"".join(records)


def _camera(number: int, sample: Sample, view: int) -> bytes:
    """Id, model, width, height, parameters."""
    height, width = sample.rgb.shape[1:3]
    K, (model, more) = corner_intrinsics(sample.K[view]), distortion(sample.lenses[view])
    parameters = (*focal_and_center(K), *more)
    return struct.pack(f"<IiQQ{len(parameters)}d", number, model, width, height, *parameters)


def distortion(lens: Lens) -> tuple[int, tuple[float, ...]]:
    """COLMAP's number of the model, and its parameters beyond the intrinsics.

    FULL_OPENCV has k1, k2, p1, p2, k3 and three of a divisor, which is 1 here.
    """
    if lens.model == "brown":
        return (FULL_OPENCV, (*lens.coefficients, 0, 0, 0)) if lens.coefficients[4] else (OPENCV, lens.coefficients[:4])
    return (OPENCV_FISHEYE if lens.bends else PINHOLE), lens.coefficients


def _image(number: int, sample: Sample, view: int, name: str, points: Points, ids: NDArray[np.int64]) -> bytes:
    """Id, pose, camera, name, and the observed points in the order of `ids`."""
    T_cam_world = inverse(sample.T_world_cam[view])
    pose = struct.pack("<4d3d", *canonical_quaternion(T_cam_world[:3, :3]), *T_cam_world[:3, 3])
    seen = points.seen[view]
    observations = np.empty(seen.sum(), _OBSERVATION)
    observations["xy"], observations["point"] = points.xy[view, seen] + HALF_PX, ids[seen]
    head = struct.pack("<I", number) + pose + struct.pack("<I", number) + name.encode() + b"\0"
    return head + struct.pack("<Q", len(observations)) + observations.tobytes()


def _points(points: Points, error_px: NDArray[np.float64], ids: NDArray[np.int64], first_image: int) -> list[bytes]:
    """Records of points with their tracks, those with tracks of one length together."""
    seen = points.seen
    place = np.cumsum(seen, axis=1) - 1  # of a point among the observations of each image
    records = []
    for length in np.unique(seen.sum(0)):
        chosen = np.flatnonzero(seen.sum(0) == length)
        point, view = np.nonzero(seen[:, chosen].T)
        table = np.empty(len(chosen), _point_type(int(length)))
        table["id"], table["xyz"], table["rgb"] = ids[chosen], points.xyz[chosen], points.rgb[chosen]
        table["error"], table["length"] = error_px[chosen], length
        table["track"][..., 0] = (first_image + view).reshape(-1, length)
        table["track"][..., 1] = place[view, chosen[point]].reshape(-1, length)
        records.append(table.tobytes())
    return records


def _point_type(length: int) -> np.dtype:
    """The record of a point that `length` images see."""
    return np.dtype(
        [
            ("id", "<u8"),
            ("xyz", "<f8", 3),
            ("rgb", "u1", 3),
            ("error", "<f8"),
            ("length", "<u8"),
            ("track", "<u4", (length, 2)),
        ]
    )


FORM = Form(export_colmap, lenses=True)
