"""Class names of the parts of rooms, NYUv2's forty, and how parts get them while they are built."""

from scenegen.assets.mesh import Mesh
from scenegen.assets.nyu40 import NYU40
from scenegen.assets.procedural import shapes

LABELS: dict[str, int] = {name: k + 1 for k, name in enumerate(NYU40)}
"""Number of a class by its name."""


def tag(label: str, parts: list[Mesh]) -> list[Mesh]:
    """The parts under one class name."""
    return [shapes.labelled(p, LABELS[label]) for p in parts]


def tag_rest(label: str, parts: list[Mesh]) -> list[Mesh]:
    """The parts, those without a class under this one."""
    return [p if p.face_label is not None else shapes.labelled(p, LABELS[label]) for p in parts]
