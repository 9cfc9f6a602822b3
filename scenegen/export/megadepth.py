"""Pictures and depth maps as the loaders of MegaDepth find them: one tree, over which several indices may lie.

Below the folder of a split, `imgs/SHARD/sampleNNN_viewV.png` and `depth_undistorted/SHARD/sampleNNN_viewV.h5` (one
dataset `depth`, float32 z-depth in metres, 0 = none). What these loaders call a scene is a shard here: all samples of a
room, so that an index holds many pairs. Pairs are of one sample: what else a room shows was lit and furnished anew.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import combinations, groupby
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scenegen.export.choices import Suffix
from scenegen.export.folder import write_file
from scenegen.export.pictures import depth_h5, encode_picture
from scenegen.export.scenes import SceneSamples, picture_name
from scenegen.geometry import inverse
from scenegen.shards.sample import Sample

Array = NDArray[np.float64]

MOST_OVERLAP = 0.999999
"""Loaders leave out a pair unless its overlap is below 1."""
MOST_PX = 2000
"""LoFTR and its kin pad depth maps to this size, and stop at larger ones."""
LOST = (
    (re.compile(r"\d{4}"), "RoMa and DKM leave out four digits that are a scene of MegaDepth"),
    (re.compile(r".*\s.*", re.DOTALL), "the lists of LoFTR end a name at a blank"),
    (re.compile(r"\..*"), "XFeat leaves out files that begin with a dot"),
    (
        re.compile(r".*(images.*|Undistorted_SfM)"),
        "XFeat and LiftFeat rewrite 'images' and 'Undistorted_SfM/' in paths",
    ),
)
"""Names that a loader would not find, and why: found by reading RoMa a1494f8, LoFTR df7ca80 and XFeat e92685f."""


@dataclass
class Index:
    """The pictures of one shard and the pairs among them; pictures are numbered from 0, arrays in our conventions."""

    split: str
    name: str
    """Of the shard, unique in its run."""
    images: list[str] = field(default_factory=list)
    """Paths below the folder of the split."""
    depths: list[str] = field(default_factory=list)
    K: list[Array] = field(default_factory=list)
    """(3, 3) each; the centre of the top-left pixel is (0, 0)."""
    T_cam_world: list[Array] = field(default_factory=list)
    """(4, 4) each, world to camera."""
    pairs: list[tuple[int, int]] = field(default_factory=list)
    """Numbers of pictures of one sample that overlap, the lower one first."""
    overlaps: list[float] = field(default_factory=list)
    """The smaller share of the two pictures' surface that the other one sees; above 0, below 1."""


def lost_to_megadepth(name: str) -> str | None:
    """Why a loader would not find a shard of this name, in a clause; None where all do."""
    return next((why for pattern, why in LOST if pattern.fullmatch(name)), None)


def write_tree(scenes: Iterable[SceneSamples], out: Path, suffix: Suffix) -> Iterator[Index]:
    """The index of each shard that has a pair, once its pictures and depth maps are written.

    Raises ShardError where a shard is damaged, OSError where writing fails.
    """
    for (split, name), parts in groupby(scenes, key=lambda scene: (scene.entry.split, scene.shard)):
        index = Index(split, name)
        for scene in parts:
            for sample in scene:
                _add_sample(index, sample, _write_files(sample, out / split, name, suffix))
        if index.pairs:
            yield index


def _add_sample(index: Index, sample: Sample, files: list[tuple[str, str]]) -> None:
    """Add the views of a sample, under the paths of pictures and depth maps, and its pairs."""
    first = len(index.images)
    index.images += [image for image, _ in files]
    index.depths += [depth for _, depth in files]
    index.K += list(sample.K)
    index.T_cam_world += [inverse(T) for T in sample.T_world_cam]
    for i, j in combinations(range(len(files)), 2):
        overlap = min(float(sample.overlap[i, j]), float(sample.overlap[j, i]))
        if overlap > 0:
            index.pairs.append((first + i, first + j))
            index.overlaps.append(min(overlap, MOST_OVERLAP))


def _write_files(sample: Sample, folder: Path, shard: str, suffix: Suffix) -> list[tuple[str, str]]:
    """Write pictures and depth maps of a sample; their paths below `folder`."""
    assert sample.depth is not None  # as the format asks for
    files = []
    for view, rgb in enumerate(sample.rgb):
        image = f"imgs/{shard}/{picture_name(sample.index, view, suffix)}"
        depth = f"depth_undistorted/{shard}/{picture_name(sample.index, view, 'h5')}"
        write_file(folder / image, encode_picture(rgb, suffix))
        write_file(folder / depth, depth_h5(sample.depth[view]))
        files.append((image, depth))
    return files
