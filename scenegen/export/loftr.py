"""loftr: an index of pairs, with pictures and depth maps, for LoFTR, EfficientLoFTR, XFeat, LiftFeat and JamMa.

Read in LoFTR df7ca80 (src/datasets/megadepth.py), EfficientLoFTR ffd4a46, XFeat e92685f (modules/dataset/megadepth/),
LiftFeat f5731c1, JamMa 24acce2. `index/SCENES/NAME.npz` is no NumPy archive but the bare pickle of a dict, as the
loaders delete a key of what they read. One index serves all of them: no path has a part that XFeat rewrites.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from scenegen.export.choices import Suffix
from scenegen.export.folder import write_file
from scenegen.export.forms import Form
from scenegen.export.megadepth import MOST_PX, Index, lost_to_megadepth, write_tree
from scenegen.export.pickles import pickled
from scenegen.export.scenes import SceneSamples

FOLDERS = {"train": "scene_info_0.1_0.7", "val": "scene_info_val_1500"}
"""Where the configurations of LoFTR look for the index of a split."""
ABOUT = """loftr: for the MegaDepth datasets of LoFTR, EfficientLoFTR, XFeat, LiftFeat and JamMa

LoFTR, EfficientLoFTR, JamMa: link this folder as data/megadepth, and val in it as test.
XFeat, LiftFeat: in another folder, link train as MegaDepth_v1 and index as train_data/megadepth_indices.
index/SCENES/NAME.npz is a bare pickle of a dict; a scene is one shard of the run. Lists: index/trainvaltest_list.
Pixels: the centre of the top-left one is (0, 0), as in the shard.
Poses: world to camera, OpenCV axes (x right, y down, z forward), metres.
Depth: z-depth in metres, float32, 0 = none.
Pairs: of one sample, each once. Overlap: the smaller of the two shares, above 0, at most 0.999999; XFeat takes pairs
above 0.3, LoFTR as its option min_overlap_score says.
Only at the size of the pictures are matches exact: where loaders shrink by s, they are off by (s-1)/2 pixels.
"""


def export_loftr(scenes: Iterable[SceneSamples], out: Path, suffix: Suffix) -> None:
    """Write tree, index and lists of each split. Raises ShardError for a damaged shard, OSError for the disk."""
    write_file(out / "README.txt", ABOUT.encode())
    lists: dict[str, list[str]] = {}
    for index in write_tree(scenes, out, suffix):
        folder = FOLDERS.get(index.split, f"scene_info_{index.split}")
        write_file(out / "index" / folder / f"{index.name}.npz", pickled(_scene_info(index)))
        lists.setdefault(index.split, []).append(f"{index.name}\n")
    for split, names in lists.items():
        write_file(out / "index" / "trainvaltest_list" / f"{split}_list.txt", "".join(names).encode())


def _scene_info(index: Index) -> dict[str, Any]:
    """The dict of a scene of N pictures.

    image_paths, depth_paths (N,) text below the folder of the split; intrinsics (N, 3, 3), poses (N, 4, 4) float64;
    pair_infos: ((i, j), overlap, 0) for each pair, where the last is what no loader uses.
    """
    return {
        "image_paths": np.array(index.images, dtype=object),
        "depth_paths": np.array(index.depths, dtype=object),
        "intrinsics": np.stack(index.K),
        "poses": np.stack(index.T_cam_world),
        "pair_infos": [(pair, overlap, 0) for pair, overlap in zip(index.pairs, index.overlaps, strict=True)],
    }


FORM = Form(export_loftr, layers=("depth",), most_px=MOST_PX, lost=lost_to_megadepth)
