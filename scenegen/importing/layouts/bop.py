"""`bop`: SCENE/{rgb,depth}/NNNNNN.png, scene_camera.json, as data sets of the BOP challenge have it.

Depth is depth_scale mm a step, lengths are mm. Where no frame has a pose in the world, that of an object serves which
each frame shows once: the world then is the object's, and nothing else may have moved against it.
"""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenegen.errors import ImportingError
from scenegen.importing.frames import FrameSequence, RgbdFrame
from scenegen.importing.layouts.folders import find_picture, holding, usable
from scenegen.importing.layouts.seven_scenes import STRUCTURED_LIGHT
from scenegen.importing.pictures import reading
from scenegen.importing.poses import inverted, rigid

MM = 1e-3
Table = dict[str, Any]


def find(folder: Path) -> list[FrameSequence]:
    """The scenes below a folder. Raises ImportingError."""
    return [_sequence(name, place) for name, place in holding(folder, "scene_camera.json", "depth")]


def _sequence(name: str, folder: Path) -> FrameSequence:
    cameras = _table(folder / "scene_camera.json")
    numbers = sorted(cameras, key=lambda text: (len(text), text))
    posed = any("cam_R_w2c" in cameras[number] for number in numbers)
    objects = {} if posed else _object_poses(folder)
    frames, skipped = usable(
        name, folder, [lambda n=number: _frame(folder, n, cameras[n], objects) for number in numbers]
    )
    return FrameSequence(name, frames, STRUCTURED_LIGHT, skipped)


def _frame(folder: Path, number: str, camera: Table, objects: Table) -> RgbdFrame | str:
    stem = number.zfill(6)
    color = find_picture(folder / "rgb", stem) or find_picture(folder / "gray", stem)
    depth = find_picture(folder / "depth", stem)
    if not (color and depth):
        return "without a picture in rgb (or gray) or depth"
    place = camera if "cam_R_w2c" in camera else objects.get(number, {})
    suffix = "w2c" if "cam_R_w2c" in camera else "m2c"
    try:
        T = inverted(_pose(place[f"cam_R_{suffix}"], place[f"cam_t_{suffix}"]))
        K, scale = np.array(camera["cam_K"], np.float64).reshape(3, 3), float(camera.get("depth_scale", 1.0))
    except KeyError as error:
        return f"without {str(error).strip(chr(39))}"
    except (TypeError, ValueError) as error:
        raise ImportingError(f"{folder / 'scene_camera.json'}: entry {number} is not as BOP has it ({error})") from None
    return "whose pose is not finite, or no rotation" if T is None else RgbdFrame(color, depth, T, K, unit_m=scale * MM)


def _pose(rotation: list[float], translation_mm: list[float]) -> NDArray[np.float64] | None:
    R = np.array(rotation, np.float64).reshape(3, 3)
    return rigid(np.hstack([R, np.array(translation_mm, np.float64).reshape(3, 1) * MM]))


def _object_poses(folder: Path) -> Table:
    """By frame, the entry of the object that every frame shows exactly once, the one with the smallest number."""
    shown = _table(folder / "scene_gt.json")
    counts = [Counter(entry["obj_id"] for entry in entries) for entries in shown.values()]
    common = [obj for obj in (counts[0] if counts else ()) if all(count[obj] == 1 for count in counts)]
    if not common:
        raise ImportingError(
            f"{folder}: scene_camera.json has no poses (cam_R_w2c), and scene_gt.json no object that each frame shows "
            "once: give a scene with poses"
        )
    return {n: next(e for e in entries if e["obj_id"] == min(common)) for n, entries in shown.items()}


def _table(path: Path) -> Table:
    return reading(path, lambda p: dict(json.loads(p.read_text(encoding="utf-8"))), "a table of BOP")
