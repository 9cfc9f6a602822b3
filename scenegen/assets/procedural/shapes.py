"""Primitive shapes as small meshes: outward winding, unit normals, uv in metres / `texture_scale_m`.

The public names of the shape makers; flat ones have split vertices, curved ones smooth normals.
"""

from scenegen.assets.mesh import concatenate
from scenegen.assets.procedural.flat_shapes import box, clip_ears, extrude, patch, polygon, rounded_box
from scenegen.assets.procedural.round_shapes import cylinder, frustum, lathe, sphere, tube
from scenegen.assets.procedural.shape_base import (
    fit_uv,
    grid_faces,
    labelled,
    move,
    piece,
    place,
    shift_uv,
    smoothed,
    turn,
)

__all__ = [
    "box",
    "clip_ears",
    "concatenate",
    "cylinder",
    "extrude",
    "fit_uv",
    "frustum",
    "grid_faces",
    "labelled",
    "lathe",
    "move",
    "patch",
    "piece",
    "place",
    "polygon",
    "rounded_box",
    "shift_uv",
    "smoothed",
    "sphere",
    "tube",
    "turn",
]
