"""Staging: the free space of a room, the objects in it, the cameras that look at them, and the light.

stage = prepare_room(room, root_seed)
layout = build_layout(stage, Pool(ids_by_category), load, config, layout=0)
view_set = shoot(layout, config, sample=0)
lighting = light(layout, view_set, config, sample=0)
"""

from scenegen.staging.objects import Load, LoadedObject, PlacedObject, loaded_object
from scenegen.staging.pool import Pool
from scenegen.staging.stage import Layout, RoomStage, build_layout, light, prepare_room, shoot
from scenegen.staging.viewpoints import NoViewsError, ViewSet

__all__ = [
    "Layout",
    "Load",
    "LoadedObject",
    "NoViewsError",
    "PlacedObject",
    "Pool",
    "RoomStage",
    "ViewSet",
    "build_layout",
    "light",
    "loaded_object",
    "prepare_room",
    "shoot",
]
