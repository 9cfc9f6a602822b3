"""nerfstudio: a transforms.json for each staged scene, with pictures, depth maps and a cloud of points.

After nerfstudio's documentation (docs/quickstart/data_conventions.md) and its data parser: camera axes x right, y up,
z backward; world +Z up, as ours, so `applied_transform` is the identity; rays are cast half a pixel inside the corner,
so half a pixel is added to the principal point; depth is z-depth in millimetres, 0 where unknown. A lens is k1 to k4,
p1 and p2 of the model OPENCV or OPENCV_FISHEYE, as OpenCV has them.
"""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from scenegen.export.cameras import INTRINSICS, corner_intrinsics, opengl_pose, transforms_intrinsics
from scenegen.export.choices import Suffix
from scenegen.export.folder import write_file
from scenegen.export.forms import Form
from scenegen.export.pictures import depth_png, encode_picture
from scenegen.export.points import Points, points_of
from scenegen.export.scenes import SceneSamples, picture_name
from scenegen.shards.sample import Sample

DISTORTION = ("k1", "k2", "k3", "k4", "p1", "p2")
"""Of a lens; k4 of OPENCV is one more power than ours has, and 0."""
MODELS = {"fisheye": "OPENCV_FISHEYE"}
"""Name of the camera model by our lens model, where it is not OPENCV."""
CLOUD = "points.ply"


def export_nerfstudio(scenes: Iterable[SceneSamples], out: Path, suffix: Suffix) -> None:
    """Write a folder for each scene. Raises ShardError where a shard is damaged, OSError where writing fails."""
    for scene in scenes:
        frames: list[dict[str, Any]] = []
        clouds: list[Points] = []
        model = "OPENCV"
        for sample in scene:
            frames += _frames(sample, out / scene.name, suffix)
            clouds.append(points_of(sample))
            model = MODELS.get(sample.lenses[0].model, "OPENCV")
        write_file(out / scene.name / CLOUD, point_cloud(clouds))
        write_file(
            out / scene.name / "transforms.json", (json.dumps(transforms(frames, model), indent=1) + "\n").encode()
        )


def transforms(frames: list[dict[str, Any]], model: str = "OPENCV") -> dict[str, Any]:
    """The content of transforms.json; intrinsics and lens stand at the top where all frames share them."""
    names = [name for name in (*INTRINSICS, *DISTORTION) if name in frames[0]]
    shared = {name: frames[0][name] for name in names if all(f[name] == frames[0][name] for f in frames)}
    if len(shared) < len(names):
        shared = {}
    return {
        "camera_model": model,
        **shared,
        "applied_transform": np.eye(4)[:3].tolist(),
        "ply_file_path": CLOUD,
        "frames": [{name: value for name, value in frame.items() if name not in shared} for frame in frames],
    }


def point_cloud(clouds: list[Points]) -> bytes:
    """A binary PLY file of points with colours."""
    table = np.empty(sum(len(c.xyz) for c in clouds), [("xyz", "<f4", 3), ("rgb", "u1", 3)])
    table["xyz"] = np.concatenate([c.xyz for c in clouds])
    table["rgb"] = np.concatenate([c.rgb for c in clouds])
    places = "".join(f"property float {axis}\n" for axis in "xyz")
    colors = "".join(f"property uchar {name}\n" for name in ("red", "green", "blue"))
    head = f"ply\nformat binary_little_endian 1.0\nelement vertex {len(table)}\n{places}{colors}end_header\n"
    return head.encode() + table.tobytes()


def _frames(sample: Sample, folder: Path, suffix: Suffix) -> Iterator[dict[str, Any]]:
    """The frames of a sample, once their pictures are written."""
    height, width = sample.rgb.shape[1:3]
    for view, rgb in enumerate(sample.rgb):
        name = picture_name(sample.index, view, suffix)
        write_file(folder / "images" / name, encode_picture(rgb, suffix))
        frame: dict[str, Any] = dict(transforms_intrinsics(corner_intrinsics(sample.K[view]), width, height))
        lens = sample.lenses[view]
        said = dict(zip(lens.names, lens.coefficients, strict=True))
        frame |= {name: said.get(name, 0.0) for name in DISTORTION if lens.bends}
        frame |= {"file_path": f"images/{name}", "transform_matrix": opengl_pose(sample.T_world_cam[view]).tolist()}
        if sample.depth is not None:
            depth_name = picture_name(sample.index, view, "png")
            write_file(folder / "depth" / depth_name, depth_png(sample.depth[view]))
            frame["depth_file_path"] = f"depth/{depth_name}"
        yield frame


FORM = Form(export_nerfstudio, lenses=True)
