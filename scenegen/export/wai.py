"""wai: scenes in the WAI layout, which MapAnything trains on: scene_meta.json, pictures, depth maps, covisibility.

Read in MapAnything f7ebafb (data_processing/README.md, mapanything/utils/wai/, mapanything/datasets/wai/). Pixels and
poses are as in the shard: K counts from the centre of the top-left pixel, `transform_matrix` is camera to world with
OpenCV axes. Covisibility is our overlap within a sample and 0 across samples, which were never compared.
"""

import io
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenegen.export.cameras import transforms_intrinsics
from scenegen.export.choices import Suffix
from scenegen.export.exr import depth_exr
from scenegen.export.folder import write_file
from scenegen.export.forms import Form
from scenegen.export.pictures import write_pictures
from scenegen.export.scenes import SceneSamples, picture_name
from scenegen.shards.sample import Sample

MODALITIES = {
    "image": {"frame_key": "image", "format": "image"},
    "depth": {"frame_key": "depth", "format": "depth"},
}
LISTED_AS = "dynamicreplica"
"""The dataset whose loader asks for pictures and depth alone, keeps all depth, and takes it for metric."""
ABOUT = f"""wai: for the datasets of MapAnything in WAI layout

DynamicReplicaWAI(ROOT="THIS_FOLDER/scenes", dataset_metadata_dir="THIS_FOLDER/metadata", split="train", num_views=2,
covisibility_thres=0.25, resolution=(518, 392), transform="imgnorm", data_norm_type="dinov2"): that class takes what is
here as it is. The lists in metadata are named for it ({LISTED_AS}_scene_list_SPLIT.npy); other classes ask for more, or
drop the farthest depth.
Pixels: the centre of the top-left one is (0, 0), as in the shard.
Poses: camera to world, OpenCV axes (x right, y down, z forward), metres; the world is that of the shard, +Z up.
Depth: z-depth in metres, float32 OpenEXR, 0 = none. It is read with OpenCV, which must be built with OpenEXR.
Covisibility: share of the surface in view i (row) that view j (column) sees, 0 for views of different samples.
"""


def export_wai(scenes: Iterable[SceneSamples], out: Path, suffix: Suffix) -> None:
    """Write a folder for each scene, and the lists. Raises ShardError for a damaged shard, OSError for the disk."""
    write_file(out / "README.txt", ABOUT.encode())
    lists: dict[str, list[str]] = {}
    for scene in scenes:
        _write_scene(scene, out / "scenes" / scene.name, suffix)
        lists.setdefault(scene.entry.split, []).append(scene.name)
    for split, names in lists.items():
        write_file(out / "metadata" / split / f"{LISTED_AS}_scene_list_{split}.npy", npy(np.array(names)))


def _write_scene(scene: SceneSamples, folder: Path, suffix: Suffix) -> None:
    frames: list[dict[str, Any]] = []
    overlaps: list[NDArray[np.float32]] = []
    for sample in scene:
        frames += _frames(sample, folder, suffix)
        overlaps.append(sample.overlap)
    matrix = covisibility(overlaps)
    name = f"pairwise_covisibility--{len(matrix)}x{len(matrix)}.npy"
    write_file(folder / "covisibility" / "v0" / name, npy(matrix))
    write_file(folder / "scene_meta.json", (json.dumps(scene_meta(scene.name, frames), indent=1) + "\n").encode())


def scene_meta(name: str, frames: list[dict[str, Any]]) -> dict[str, Any]:
    """The content of scene_meta.json."""
    return {
        "scene_name": name,
        "dataset_name": "scenegen",
        "version": "0.1",
        "shared_intrinsics": False,
        "camera_model": "PINHOLE",
        "camera_convention": "opencv",
        "frames": frames,
        "scene_modalities": {},
        "frame_modalities": MODALITIES,
    }


def covisibility(overlaps: list[NDArray[np.float32]]) -> NDArray[np.float32]:
    """(F, F) shares of all frames of a scene, from (V, V) of each sample; 1 on the diagonal: loaders divide by it."""
    ends = np.cumsum([len(overlap) for overlap in overlaps])
    matrix = np.zeros((ends[-1], ends[-1]), np.float32)
    for overlap, end in zip(overlaps, ends, strict=True):
        matrix[end - len(overlap) : end, end - len(overlap) : end] = overlap
    np.fill_diagonal(matrix, 1)
    return matrix


def npy(array: NDArray[Any]) -> bytes:
    """An array as an .npy file. Loaders map a matrix from byte 128 on: there NumPy ends the head of a small one."""
    stream = io.BytesIO()
    np.save(stream, array, allow_pickle=False)
    return stream.getvalue()


def _frames(sample: Sample, folder: Path, suffix: Suffix) -> Iterator[dict[str, Any]]:
    """The frames of a sample, once pictures and depth maps are written."""
    assert sample.depth is not None  # as the format asks for
    height, width = sample.rgb.shape[1:3]
    for view, image in enumerate(write_pictures(sample, folder / "images", suffix)):
        depth = picture_name(sample.index, view, "exr")
        write_file(folder / "depth" / depth, depth_exr(sample.depth[view]))
        yield {
            "frame_name": Path(image).stem,
            "file_path": f"images/{image}",
            "image": f"images/{image}",
            "depth": f"depth/{depth}",
            "transform_matrix": sample.T_world_cam[view].tolist(),
            **transforms_intrinsics(sample.K[view], width, height),
        }


FORM = Form(export_wai, layers=("depth",))
