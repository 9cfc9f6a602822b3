"""Categories of pixels by another way than they are made: for `verify --deep`.

Rays are traced one by one by Embree's own calls, in structures of their own, and every face is called by the name of
its label in the source; nothing comes from the picture.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from scenegen.assets.face_names import UNKNOWN
from scenegen.instances import FIRST_OBJECT, ROOM
from scenegen.pipeline.layers import Made, Taken, category_names
from scenegen.tracing.raycaster import Bvh, Scene, pixel_hits
from scenegen.tracing.tracer import Hits, tracer

SECOND = "embreex"
"""The tracer that is asked."""


def retraced_categories(taken: Taken) -> Made:
    """Categories (H, W) of each view, rows of `category_names`; `taken` needs no pictures."""
    by = tracer(SECOND)
    scene = Scene(tuple(replace(body, bvh=Bvh(body.mesh, by)) for body in taken.scene.bodies))
    row = {name: k for k, name in reversed(list(enumerate(category_names(taken))))}
    return tuple(
        np.array([row[name] for name in _names(taken, pixel_hits(scene, view))], np.uint16).reshape(
            view.camera.height, view.camera.width
        )
        for view in taken.views
    )


def _names(taken: Taken, hits: Hits) -> list[str]:
    """The name of what each ray hit."""
    room, placed = taken.layout.stage.room, taken.layout.placed
    label = np.zeros(len(room.mesh.faces), np.int32) if room.mesh.face_label is None else room.mesh.face_label
    of_object = {k: each.category for k, each in enumerate(placed, FIRST_OBJECT)}
    of_room = [room.categories.get(k, UNKNOWN) or UNKNOWN for k in _taken(label, hits).tolist()]
    return [of_room[i] if k == ROOM else of_object.get(k, UNKNOWN) for i, k in enumerate(hits.instance.tolist())]


def _taken(label: NDArray[np.int32], hits: Hits) -> NDArray[np.int32]:
    """(R,) labels of the faces of the room that were hit; of no meaning elsewhere."""
    return label[np.where(hits.instance == ROOM, hits.primitive, 0)]
