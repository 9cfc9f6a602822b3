"""Class names of the parts of rooms, NYUv2's forty, and how parts get them while they are built."""

from scenegen.assets.mesh import Mesh
from scenegen.assets.procedural import shapes

_NAMES = (
    "wall floor cabinet bed chair sofa table door window bookshelf picture counter blinds desk shelves curtain "
    "dresser pillow mirror floor_mat clothes ceiling books refrigerator television paper towel shower_curtain box "
    "whiteboard person night_stand toilet sink lamp bathtub bag otherstructure otherfurniture otherprop "
)
NYU40: tuple[str, ...] = tuple(_NAMES.split())
"""The 40 class names of NYUv2; class k of a label is entry k - 1."""
LABELS: dict[str, int] = {name: k + 1 for k, name in enumerate(NYU40)}


def tag(label: str, parts: list[Mesh]) -> list[Mesh]:
    """The parts under one class name."""
    return [shapes.labelled(p, LABELS[label]) for p in parts]


def tag_rest(label: str, parts: list[Mesh]) -> list[Mesh]:
    """The parts, those without a class under this one."""
    return [p if p.face_label is not None else shapes.labelled(p, LABELS[label]) for p in parts]
