"""Optical flow between any two views: Middlebury's .flo files, and masks that say what is seen.

A scene is `images/`, `flow/` and `masks/`. For each ordered pair of views i, j of a sample, `sampleNNN_i_j.flo` holds
the displacement of every pixel of view i to view j: the float 202021.25, width and height as int32, then (H, W, 2)
float32 (vision.middlebury.edu/flow); 1e10, Middlebury's mark of unknown flow, where a pixel has no projection. A pixel
that is hidden or outside of view j has its true displacement. `sampleNNN_i_j.npz` has `status` (H, W) uint8, whose
codes are in README.txt, and `visible` (H, W) bool. `pairs_SPLIT.txt` lists both pictures, the flow and the masks of
each pair.
"""

from collections.abc import Iterable, Iterator
from itertools import permutations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scenegen.export.choices import Suffix
from scenegen.export.folder import write_file
from scenegen.export.forms import Form
from scenegen.export.pictures import npz, write_pictures
from scenegen.export.scenes import SceneSamples
from scenegen.shards.sample import Sample
from scenegen.shards.schema import STATUS

LAYERS = ("depth", "visibility")
"""What it is made of."""
TAG = np.float32(202021.25)
"""First number of a .flo file."""
UNKNOWN = np.float32(1e10)
"""Flow that there is none of."""
CODES = ", ".join(f"{code} {name}" for name, code in STATUS.items())
ABOUT = f"""Optical flow in Middlebury's .flo format, from view i to view j of a sample, for every ordered pair.

Displacements are in pixels, x to the right and y down, of pixel centres; the centre of the top-left pixel is (0, 0).
1e10 stands where a pixel has no projection. Hidden pixels and those that leave the picture have their true
displacement: use masks/NAME.npz, with `visible`, and `status`: {CODES}.
Lines of pairs_SPLIT.txt: picture i, picture j, flow, masks; paths below the folder of the split.
"""


def export_flow(scenes: Iterable[SceneSamples], out: Path, suffix: Suffix) -> None:
    """Write the scenes of each split. Raises ShardError for a damaged shard, OSError for the disk."""
    write_file(out / "README.txt", ABOUT.encode())
    for scene in scenes:
        split = scene.entry.split
        lines = [line for sample in scene for line in _write(sample, out / split, scene.name, suffix)]
        with (out / f"pairs_{split}.txt").open("a", encoding="utf-8") as stream:
            stream.writelines(lines)


def flo(displacement: NDArray[np.float32]) -> bytes:
    """(H, W, 2) displacements as a .flo file; NaN becomes UNKNOWN."""
    height, width = displacement.shape[:2]
    values = np.where(np.isnan(displacement), UNKNOWN, displacement).astype("<f4")
    return TAG.astype("<f4").tobytes() + np.array([width, height], "<i4").tobytes() + values.tobytes()


def _write(sample: Sample, folder: Path, scene: str, suffix: Suffix) -> Iterator[str]:
    """Write pictures, flow and masks of a sample; the line of each pair."""
    names = write_pictures(sample, folder / scene / "images", suffix)
    pictures = [f"{scene}/images/{name}" for name in names]
    for i, j in permutations(range(len(pictures)), 2):
        found, name = sample.flow(i, j), f"sample{sample.index:03d}_{i}_{j}"
        flow, masks = f"{scene}/flow/{name}.flo", f"{scene}/masks/{name}.npz"
        write_file(folder / flow, flo(found.displacement))
        write_file(folder / masks, npz({"status": found.status, "visible": found.visible}))
        yield f"{pictures[i]} {pictures[j]} {flow} {masks}\n"


FORM = Form(export_flow, lenses=True, layers=LAYERS)
