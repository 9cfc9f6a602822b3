"""dust3r: folders for the Habitat dataset that DUSt3R trains on, which pairs the first of five views with another one.

Read in DUSt3R 4c24a6e (dust3r/datasets/habitat.py). Beside the list of each split, `SHARD/KEY_N.jpeg`,
`KEY_N_depth.exr` (float32 z-depth in metres, 0 = none) and `KEY_N_camera_params.json` for N = 1 to 5. Pixels are
counted as in the shard, poses are camera to world: nothing is converted. Pictures are JPEG, as the names say.
"""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scenegen.export.choices import Suffix
from scenegen.export.exr import depth_exr
from scenegen.export.folder import write_file
from scenegen.export.forms import Form
from scenegen.export.pictures import encode_picture
from scenegen.export.scenes import SceneSamples
from scenegen.shards.reader import ShardReader

VIEWS = 5
"""The loader opens files of five numbers, whatever is there."""
CAMERA = ("K", "T_world_cam")
ABOUT = """dust3r: for the Habitat dataset of DUSt3R

Habitat("all", split="train", ROOT=THIS_FOLDER, resolution=(512, 384)). It reads EXR with OpenCV, which must be built
with OpenEXR: the wheel opencv-python-headless 4.12 is, 5.0.0 is not, and gives None for every depth map.
Pixels: the centre of the top-left one is (0, 0), as in the shard.
Poses: camera to world, OpenCV axes (x right, y down, z forward), metres; the world is that of the shard.
Depth: z-depth in metres, float32, 0 = none.
View 1 is the one whose pixels were traced; the loader pairs it with one of 2 to 5.
"""


def export_dust3r(scenes: Iterable[SceneSamples], out: Path, suffix: Suffix) -> None:
    """Write the samples and the list of each split. Raises ShardError for a damaged shard, OSError for the disk."""
    write_file(out / "README.txt", ABOUT.encode())
    lists: dict[str, list[str]] = {}
    for scene in scenes:
        for row in scene.rows:
            name = f"{scene.shard}/sample{row:03d}"  # no "_" in the key: the loader splits labels there
            for ending, data in _sample_files(scene.reader, row):
                write_file(out / f"{name}_{ending}", data)
            lists.setdefault(scene.entry.split, []).append(f"{name}\n")
    for split, names in lists.items():
        write_file(out / f"Habitat_all_scenes_{split}.txt", "".join(names).encode())


def _sample_files(reader: ShardReader, row: int) -> Iterator[tuple[str, bytes]]:
    """(ending, bytes) of the files of a sample; views are numbered from 1. What they do not hold is not unpacked."""
    for view in range(VIEWS):
        yield f"{view + 1}.jpeg", encode_picture(reader.read("rgb", row, view), "jpg")
        yield f"{view + 1}_depth.exr", depth_exr(reader.read("depth", row, view))
        yield f"{view + 1}_camera_params.json", camera_json(*(reader.read(f"camera/{n}", row, view) for n in CAMERA))


def camera_json(K: NDArray[np.float64], T_world_cam: NDArray[np.float64]) -> bytes:
    """Intrinsics (3, 3), rotation (3, 3) and translation (3,) from camera to world, of the pose (4, 4)."""
    camera = {
        "camera_intrinsics": K.tolist(),
        "R_cam2world": T_world_cam[:3, :3].tolist(),
        "t_cam2world": T_world_cam[:3, 3].tolist(),
    }
    return (json.dumps(camera) + "\n").encode()


def lost_to_dust3r(name: str) -> str | None:
    """Why the loader would not find a shard of this name, in a clause; None where it does."""
    return "the list has a name a line" if len(f"{name}/".splitlines()) > 1 else None


FORM = Form(export_dust3r, layers=("depth",), views=VIEWS, lost=lost_to_dust3r)
