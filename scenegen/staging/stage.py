"""From a room to lit views: room stage, layouts of objects, views, light. The only seeds of staging are drawn here."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from scenegen.assets.face_names import FaceNames, face_names
from scenegen.assets.source import Room
from scenegen.config import GenerationConfig
from scenegen.errors import StagingError
from scenegen.geometry import inverse, transform
from scenegen.lights import Lighting
from scenegen.seeding import Stage, generator, stable_key
from scenegen.staging.freespace import FreeSpace, free_space
from scenegen.staging.lighting import draw_lighting, lit_sample
from scenegen.staging.objects import Load, PlacedObject
from scenegen.staging.placement import Space, place_objects
from scenegen.staging.pool import Pool
from scenegen.staging.support import find_supports
from scenegen.staging.surfaces import distance, room_skin
from scenegen.staging.viewpoints import CAMERA_CLEARANCE_M, CameraSpace, NoViewsError, ViewSet, shoot_views
from scenegen.tracing.raycaster import Body, Bvh, Scene

Array = NDArray[np.float64]

LEAST_OBJECTS = (0.002, 0.015)
"""Bounds of the share of a picture that must show objects: layouts of one small thing need little."""
LEAST_FREE = 30
"""Free points, and free points clear enough for a camera, that a room must have."""
OBJECT_CLEARANCE_M = 0.4
"""Least distance of a camera from an object: nearer, and it fills the picture."""
NEAR_MIDDLE_M = 1.5
"""Objects this near the innermost one count for the middle that cameras look at."""


@dataclass(frozen=True, eq=False)
class RoomStage:
    """An empty room, ready to be furnished; made once per room."""

    space: Space
    """Mesh, BVH, free space, supports."""
    scene: Scene
    """The room alone."""
    root_seed: int
    baked: bool
    """Whether the colours of the room hold light already (scans)."""

    @property
    def room(self) -> Room:
        """The room."""
        return self.space.room

    @property
    def free(self) -> FreeSpace:
        """Its free space."""
        return self.space.free

    @cached_property
    def names(self) -> FaceNames:
        """What its faces are called."""
        return face_names(self.room)

    @property
    def key(self) -> int:
        """The room's number in all spawn keys."""
        return stable_key(self.room.id)


@dataclass(frozen=True, eq=False)
class Layout:
    """A furnished room; several samples are taken of it."""

    stage: RoomStage
    index: int
    scene: Scene
    """Room (instance 1) and objects (2..)."""
    placed: tuple[PlacedObject, ...]
    camera_space: CameraSpace
    """What cameras may stand in and look at."""
    replaced: dict[str, int]
    """Draws of objects that came to nothing, by reason."""


def prepare_room(room: Room, root_seed: int, baked: bool = False) -> RoomStage:
    """BVH, free space and supports of a room.

    Raises StagingError where two cameras cannot stand in it.
    """
    bvh, surface = Bvh(room.mesh), room_skin(room.mesh)
    rng = generator(root_seed, Stage.ROOM, room=stable_key(room.id))
    free = free_space(room, bvh, surface, rng)
    if min(len(free), int((free.clearance >= CAMERA_CLEARANCE_M).sum())) < LEAST_FREE:
        raise StagingError(
            f"room {room.id}: too small for two cameras (almost no free space inside); "
            "check that it is in metres and a closed room, or leave it out"
        )
    space = Space(room, bvh, surface, free, find_supports(room.mesh, bvh, free, room.ceiling_m))
    return RoomStage(space, Scene((Body(room.mesh, bvh, np.eye(4), 1),)), root_seed, baked)


def build_layout(stage: RoomStage, objects: Pool, load: Load, config: GenerationConfig, layout: int) -> Layout:
    """Furnish a room with objects of a pool; `load` gives them ready to place."""
    rng = generator(stage.root_seed, Stage.PLACEMENT, room=stage.key, layout=layout)
    placed = place_objects(stage.space, objects, load, config.objects, rng)
    scene = Scene((*stage.scene.bodies, *(p.body() for p in placed.objects)))
    camera_space = CameraSpace(
        scene=scene,
        points=_camera_places(stage.free, placed.objects),
        target=_target(stage.free, placed.middle, placed.objects),
        ceiling_m=stage.room.ceiling_m,
        winding=stage.free.winding,
        least_objects=_least_objects(placed.objects),
    )
    return Layout(stage, layout, scene, placed.objects, camera_space, placed.replaced)


def shoot(layout: Layout, config: GenerationConfig, sample: int) -> ViewSet:
    """Place the cameras of one sample. Raises NoViewsError, a StagingError, where this layout offers none."""
    rng = generator(layout.stage.root_seed, Stage.VIEWPOINT, room=layout.stage.key, layout=layout.index, sample=sample)
    try:
        return shoot_views(layout.camera_space, config.cameras, config.size, config.views, rng)
    except NoViewsError as error:
        where = f"room {layout.stage.room.id}, layout {layout.index}, sample {sample}"
        raise NoViewsError(f"{where}: {error}", error.rejected) from None


def light(layout: Layout, view_set: ViewSet, config: GenerationConfig, sample: int) -> tuple[Lighting, ...]:
    """The light of each view: its own when `relight` is on and cameras stand free, else that of the first for all."""
    own = config.light.relight == "on" and config.cameras.free
    drawn = [_light(layout, view_set, config, sample, view) for view in range(len(view_set.views) if own else 1)]
    return tuple(drawn) if own else tuple(drawn * len(view_set.views))


def _light(layout: Layout, view_set: ViewSet, config: GenerationConfig, sample: int, view: int) -> Lighting:
    """The light of one view, measured on what it sees."""
    stage = layout.stage
    rng = generator(stage.root_seed, Stage.LIGHT, room=stage.key, layout=layout.index, sample=sample, view=view)
    lit = lit_sample(layout.scene, view_set.seen[view])
    lights = int(config.light.lights[0]), int(config.light.lights[1])
    return draw_lighting(rng, layout.scene, stage.free, lit, stage.room.ceiling_m, lights, stage.baked)


def _camera_places(free: FreeSpace, placed: tuple[PlacedObject, ...]) -> Array:
    """(K, 3) free points far enough from the room and from all objects, and outside their boxes."""
    points = free.points[free.clearance >= CAMERA_CLEARANCE_M]
    for item in placed:
        near = np.linalg.norm(points - item.center, axis=1) < item.scale * item.loaded.size_m / 2 + OBJECT_CLEARANCE_M
        local = transform(inverse(item.T_world_object), points[near])
        inside = ((local >= item.loaded.low) & (local <= item.loaded.high)).all(1)
        close = np.isfinite(distance(item.loaded.skin, local, OBJECT_CLEARANCE_M / item.scale))
        points = np.delete(points, np.flatnonzero(near)[inside | close], axis=0)
    return points


def _target(free: FreeSpace, middle: Array, placed: tuple[PlacedObject, ...]) -> Array:
    """(3,) the middle of the objects around the one nearest to the heart of the layout, or the heart itself.

    It is moved to the nearest free point: the mean of things on a table may lie inside the table.
    """
    if not placed:
        return middle
    centers = np.array([p.center for p in placed])
    heart = centers[np.argmin(np.linalg.norm(centers - middle, axis=1))]
    mean = centers[np.linalg.norm(centers - heart, axis=1) < NEAR_MIDDLE_M].mean(0)
    return free.points[np.argmin(np.linalg.norm(free.points - mean, axis=1))]


def _least_objects(placed: tuple[PlacedObject, ...]) -> float:
    """A quarter of what the objects would cover, seen from 2 m at f = 500 px of 640 x 480; within the bounds."""
    if not placed:
        return 0.0
    covered = sum((0.5 * p.scale * p.loaded.size_m) ** 2 for p in placed) * (500 / 2) ** 2 / (640 * 480)
    return float(np.clip(covered / 4, *LEAST_OBJECTS))
