"""Whether a room can be in metres, told by its size and by the height of a storey."""

import numpy as np

from scenegen.assets.alignment import Alignment, align
from scenegen.assets.mesh import Mesh, bounds
from scenegen.assets.source import Defect
from scenegen.errors import AssetError
from scenegen.seeding import Generator

SIZE_M = (2.0, 300.0)
"""Box diagonals that a room can have."""
STOREY_M = (1.6, 7.0)
"""Free heights that a storey has. The commonest ceiling in feet is at 8."""
HALL = 3.0
"""A room this many times wider than high may be a hall, and higher."""
UNITS = {"feet": 0.3048, "inches": 0.0254, "centimetres": 0.01, "millimetres": 0.001}
"""Units that rooms are often modelled in, in metres."""
_USUAL_M, _TRIAL_M = 2.6, 10.0


def check_size(room_id: str, mesh: Mesh, rng: Generator) -> None:
    """Raise AssetError `implausible_size` for a box that no room in metres has, with the unit it may be in."""
    low, high = bounds(mesh)
    size = float(np.linalg.norm(high - low))
    if SIZE_M[0] <= size <= SIZE_M[1]:
        return
    what = f"{room_id}: {size:.3g} m across, rooms are {SIZE_M[0]:g} to {SIZE_M[1]:g} m"
    raise AssetError("implausible_size", f"{what}; {_advice(_storey(mesh, size, rng))}")


def check_storey(room_id: str, mesh: Mesh, found: Alignment) -> tuple[Defect, ...]:
    """Refuse a room whose storeys are higher than any in metres; what may yet be right is a defect.

    `mesh` is levelled. Raises AssetError `implausible_size`.
    """
    low, high = bounds(mesh)
    storey = float(high[2]) if np.isnan(found.storey_m) else found.storey_m
    if STOREY_M[0] <= storey <= STOREY_M[1]:
        return ()
    hall = found.storeys < 1.3 and HALL * storey <= float(np.sqrt(np.prod((high - low)[:2])))
    if np.isnan(found.storey_m) or storey < STOREY_M[0] or hall:
        return (Defect("doubtful_unit", f"{storey:.3g} m high; state unit_m in assets.jsonl"),)
    what = f"{room_id}: a storey of {storey:.3g} m, rooms have {STOREY_M[0]:g} to {STOREY_M[1]:g} m"
    raise AssetError("implausible_size", f"{what}; {_advice(storey)}")


def likely_unit(storey: float) -> tuple[str, float] | None:
    """Name of the unit that a storey of this many units is in, and its metres; None where none fits."""
    off = {name: abs(np.log(storey * unit / _USUAL_M)) for name, unit in UNITS.items()}
    name = min(off, key=lambda n: off[n])
    return (name, UNITS[name]) if STOREY_M[0] <= storey * UNITS[name] <= 4 else None


def _advice(storey: float) -> str:
    """What to state about a room with such storeys (NaN: not known)."""
    unit = None if np.isnan(storey) else likely_unit(storey)
    if unit is None:
        return "state unit_m in assets.jsonl"
    return f"if it is in {unit[0]}, state unit_m {unit[1]:g} in assets.jsonl"


def _storey(mesh: Mesh, size: float, rng: Generator) -> float:
    """Height of a storey, in the file's units, of a room whose size is not one in metres; NaN where it has none."""
    trial = _TRIAL_M / size  # bands and steps of the search are those of a room in metres
    try:
        return align(mesh.vertices.astype(np.float64) * trial, mesh.faces, rng).storey_m / trial
    except AssetError:
        return float("nan")
