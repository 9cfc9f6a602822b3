"""What the name of a file tells of its axes, its unit and its category: formats' rules and data sets' habits."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Habit:
    """What holds for the meshes whose name fits."""

    pattern: re.Pattern[str]
    """Of the path below the folder."""
    up_axis: str = "z"
    unit_m: float | None = None
    """Metres per unit; None: to be told by the sizes of the folder."""
    why: str = ""
    """Why that unit, a few words."""
    category: str | None = None
    """Template of the category, filled with the groups of the pattern; None: the folder that the mesh is in."""
    assumed: bool = False
    """Whether the unit is a custom that may be wrong, and so is noted as a guess."""


def _habit(pattern: str, *values: object, **more: object) -> Habit:
    return Habit(re.compile(pattern, re.IGNORECASE), *values, **more)  # pyright: ignore[reportArgumentType]


GSO = _habit(r"(?:^|/)(?P<above>[^/]+)/meshes/model\.obj$", "z", 1.0, "Google Scanned Objects", category=r"\g<above>")
"""`NAME/meshes/model.obj`, its picture in `NAME/materials/textures/`."""
BOP = _habit(r"(?:^|(?P<above>[^/]+)/)models(_\w+)?/obj_\d+\.ply$", "z", 0.001, "BOP", category=r"\g<above>")
"""`models/obj_000001.ply`, also in models_eval, models_fine, models_cad, models_reconst (BOP's own file formats)."""
GLTF = _habit(r"\.(glb|gltf)$", "y", 1.0, "glTF is in metres")
"""glTF 2.0, 3.4: metres, +Y up."""
FORMATS = (
    GLTF,
    _habit(r"\.stl$", "z", 0.001, "STL is taken as millimetres", assumed=True),
    _habit(r"\.obj$", "y"),
    _habit(r""),
)
FOLDER = (GSO, BOP, *FORMATS)
"""The first that fits holds."""

_PLACE = re.compile(r"(?:^|/)(?P<place>scene\d{4})_\d{2}(?=/|$)")
_HM3D = re.compile(r"(?:^|/)(?P<number>\d{5})-\w+(?=/|$)")


def habit_of(name: str, habits: tuple[Habit, ...] = FOLDER) -> Habit:
    """The first habit that fits a path below the folder; the last one fits all."""
    return next((h for h in habits if h.pattern.search(name)), habits[-1])


def category_of(name: str, habit: Habit) -> str | None:
    """The category that a habit reads off the path; None where it reads none."""
    found = habit.pattern.search(name)
    if found is None or habit.category is None:
        return None
    return (found.groupdict().get("above") or "object").lower()


def place_of(room_id: str) -> str | None:
    """The place that several scans show: ScanNet's scene0002_00 and scene0002_01 are two scans of scene0002."""
    found = _PLACE.search(room_id)
    return None if found is None else found["place"]


def hm3d_split(room_id: str) -> str | None:
    """The published split of HM3D by the scene's number: 00000 to 00799 train, 00800 to 00899 val, then test."""
    found = _HM3D.search(room_id)
    if found is None:
        return None
    return ("train", "val", "test")[min(max(int(found["number"]) // 100 - 7, 0), 2)]
