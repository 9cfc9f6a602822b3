"""The layouts that can be imported, by the names that users type, and how a folder is looked at by one of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from scenegen.errors import UsageError

if TYPE_CHECKING:
    from scenegen.importing.flat import PairSequence
    from scenegen.importing.frames import FrameSequence


@dataclass(frozen=True)
class ImportLayout:
    """One way in which data lies in a folder."""

    file: str
    """Module of `layouts` that reads it, imported when it is first asked."""
    wants: str
    """What it looks for, to follow "looks for"."""

    def find(self, folder: Path) -> "Sequence[FrameSequence] | Sequence[PairSequence]":
        """The sequences below a folder; none where it is of another layout. Raises ImportingError."""
        return import_module(f"scenegen.importing.layouts.{self.file}").find(folder)


FRAMES: dict[str, ImportLayout] = {
    "rgbd": ImportLayout("seven_scenes", "frame-*.color.png with .depth.png and .pose.txt (7-Scenes, 3DMatch)"),
    "tum": ImportLayout("tum", "rgb.txt, depth.txt and groundtruth.txt"),
    "scannet": ImportLayout("scannet", "color/, depth/, pose/ and intrinsic/"),
    "replica": ImportLayout("replica", "traj.txt and results/frame*, results/depth*"),
    "colmap": ImportLayout("colmap", "images/, sparse/ and stereo/depth_maps/ (image_undistorter, patch_match_stereo)"),
    "bop": ImportLayout("bop", "scene_camera.json beside rgb/ and depth/"),
    "nerfstudio": ImportLayout("nerfstudio", "transforms.json with depth_file_path"),
}
"""Layouts of sequences that measured depth, one line each."""
PAIRS: dict[str, ImportLayout] = {
    "matches": ImportLayout("matches", "files of x0 y0 x1 y1 (.npz .csv .txt .json) beside their two pictures"),
    "homography": ImportLayout(
        "homography", "points.json with a homography, or H_1_2 beside pictures 1 and 2 (HPatches)"
    ),
    "flow": ImportLayout("flow", "optical flow (.flo, KITTI's .png, .pfm, .npy) beside its pictures"),
    "stereo": ImportLayout("stereo", "im2, im6, disp2 or im0, im1, disp0 (Middlebury), or disp_occ_0/ (KITTI)"),
}
"""Layouts of pairs with matches, one line each."""
LAYOUTS: dict[str, ImportLayout] = FRAMES | PAIRS
"""All of them; nothing else knows a name of a layout."""
if TYPE_CHECKING:
    LayoutName = str
else:
    LayoutName = Literal[tuple(LAYOUTS)]
"""What the command line offers."""


def sequences(name: str, folder: Path) -> "tuple[FrameSequence | PairSequence, ...]":
    """The sequences that a layout finds below a folder, by name.

    Raises UsageError for an unknown layout, or where nothing is found; ImportingError where what is found is no use.
    """
    if name not in LAYOUTS:
        raise UsageError(f"--from {name}: is unknown: choose one of {', '.join(LAYOUTS)}")
    if not folder.is_dir():
        raise UsageError(f"--data {folder}: no such folder: check the path")
    found = sorted(LAYOUTS[name].find(folder), key=lambda sequence: sequence.name)
    if not found:
        raise UsageError(f"--data {folder}: --from {name} looks for {LAYOUTS[name].wants}, {_instead(name, folder)}")
    return tuple(found)


def _instead(name: str, folder: Path) -> str:
    """Another layout that the folder seems to be of."""
    others = [other for other, layout in LAYOUTS.items() if other != name and _finds(layout, folder)]
    return f"and finds none there; it looks like --from {others[0]}" if others else "and finds none there: check --data"


def _finds(layout: ImportLayout, folder: Path) -> bool:
    """Whether a layout finds anything; one that finds something broken has found it."""
    from scenegen.errors import ImportingError

    try:
        return bool(layout.find(folder))
    except ImportingError:
        return True
