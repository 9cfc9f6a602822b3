"""scene-info: `prep_scene_info/NAME.npy` with pictures and depth maps, which DKM, RoMa, DeDoDe and LoMa train on.

Read in RoMa a1494f8 (romatch/datasets/megadepth.py), DKM ef57565, DeDoDe 6d15618, LoMa b865749. The folder of a
split is the root of a builder, which takes every file of its prep_scene_info. A file is `numpy.save` of one dict.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from scenegen.export.cameras import corner_intrinsics
from scenegen.export.choices import Suffix
from scenegen.export.folder import write_file
from scenegen.export.forms import Form
from scenegen.export.megadepth import Index, lost_to_megadepth, write_tree
from scenegen.export.pickles import pickled_npy
from scenegen.export.scenes import SceneSamples

ABOUT = """scene-info: for the MegaDepth builders of RoMa, DKM, DeDoDe and LoMa

Root of a builder is the folder of a split: MegadepthBuilder("train").build_scenes(split="train_loftr").
prep_scene_info/NAME.npy is numpy.save of a dict; a scene is one shard of the run.
Pixels: the corner of the top-left one is (0, 0), its centre (0.5, 0.5): K has half a pixel more than the shard.
Poses: world to camera, OpenCV axes (x right, y down, z forward), metres.
Depth: z-depth in metres, float32, 0 = none.
Pairs: of one sample, each once. Overlap: the smaller of the two shares, above 0, at most 0.999999.
Loaders resize depth maps smoothly, also over edges: render at the training size, or expect rims.
DeDoDe's detections are not here.
"""


def export_scene_info(scenes: Iterable[SceneSamples], out: Path, suffix: Suffix) -> None:
    """Write tree and index of each split. Raises ShardError for a damaged shard, OSError for the disk."""
    write_file(out / "README.txt", ABOUT.encode())
    for index in write_tree(scenes, out, suffix):
        write_file(out / index.split / "prep_scene_info" / f"{index.name}.npy", pickled_npy(_scene_info(index)))


def _scene_info(index: Index) -> dict[str, Any]:
    """The dict of a scene: N pictures, P pairs.

    image_paths, depth_paths (N,) text below the root; intrinsics (N, 3, 3), poses (N, 4, 4) float64; pairs (P, 2)
    int64, overlaps (P,) float64.
    """
    return {
        "image_paths": np.array(index.images, dtype=object),
        "depth_paths": np.array(index.depths, dtype=object),
        "intrinsics": np.stack([corner_intrinsics(K) for K in index.K]),
        "poses": np.stack(index.T_cam_world),
        "pairs": np.array(index.pairs, dtype=np.int64),
        "overlaps": np.array(index.overlaps, dtype=np.float64),
    }


FORM = Form(export_scene_info, layers=("depth",), lost=lost_to_megadepth)
