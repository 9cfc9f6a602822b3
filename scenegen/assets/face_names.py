"""What the faces of a room are called: the labels of its mesh, by name."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenegen.assets.source import Room

UNKNOWN = "unknown"
"""Name of what has no name."""


@dataclass(frozen=True, eq=False)
class FaceNames:
    """The categories of the faces of a mesh."""

    names: tuple[str, ...]
    """Those that a face has, sorted; without `UNKNOWN`."""
    of_face: NDArray[np.uint16]
    """(F,) 1 + row of `names`, 0 where a face has none."""


def face_names(room: Room) -> FaceNames:
    """Categories of the faces of a room: none where it has no labels, or its labels no names."""
    label = room.mesh.face_label
    if label is None:
        return FaceNames((), np.zeros(len(room.mesh.faces), np.uint16))
    labels, row = np.unique(label, return_inverse=True)
    words = [room.categories.get(int(k), UNKNOWN) or UNKNOWN for k in labels]
    names = tuple(sorted(set(words) - {UNKNOWN}))
    number = {UNKNOWN: 0} | {name: k for k, name in enumerate(names, 1)}
    return FaceNames(names, np.array([number[word] for word in words], np.uint16)[row.reshape(-1)])
