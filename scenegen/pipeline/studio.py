"""What one worker keeps between shards: sources, renderer, the room at hand and the objects it has met."""

from dataclasses import dataclass, field

from scenegen.assets.cache import AssetCache
from scenegen.assets.library import open_objects, open_rooms
from scenegen.assets.source import Defect, ObjectSource, RoomSource
from scenegen.config import GenerationConfig
from scenegen.errors import AssetError
from scenegen.pipeline.object_cache import ObjectCache
from scenegen.pipeline.plan import objects_for
from scenegen.rendering.choice import open_renderer
from scenegen.rendering.frame import Renderer
from scenegen.shards.remarks import Skip
from scenegen.staging.objects import LoadedObject
from scenegen.staging.pool import Pool
from scenegen.staging.stage import Layout, RoomStage, prepare_room


@dataclass
class Heard:
    """What loading objects said, by id."""

    defects: dict[str, tuple[Defect, ...]] = field(default_factory=dict)
    skipped: dict[str, Skip] = field(default_factory=dict)


@dataclass
class Studio:
    """The tools of one worker."""

    config: GenerationConfig
    rooms: RoomSource
    objects: ObjectSource
    renderer: Renderer
    object_cache: ObjectCache
    stage: RoomStage | None = None
    """The room at hand: a room of several shards is prepared once."""
    layouts: dict[int, Layout] = field(default_factory=dict)
    """Arrangements in the room at hand, by number; forgotten after each shard."""
    heard: Heard = field(default_factory=Heard)
    """What loading said of objects; forgotten after each shard."""
    pools: dict[str, tuple[Pool, str]] = field(default_factory=dict)
    """Objects for the rooms of a split, with the name of their own split: tens of thousands, listed once."""


def open_studio(config: GenerationConfig, cache: AssetCache | None) -> Studio:
    """Open the sources and start the renderer. Raises UsageError or RenderError."""
    objects = open_objects(config.object_source, cache)
    return Studio(
        config, open_rooms(config.room_source, cache), objects, open_renderer(config.renderer), ObjectCache(objects)
    )


def room_stage(studio: Studio, room: str) -> RoomStage:
    """A room ready to be furnished. Raises AssetError where it cannot be read, StagingError where it is too small."""
    if studio.stage is None or studio.stage.room.id != room:
        studio.stage = None  # the memory of the old room is free before the new one is read
        studio.stage = prepare_room(studio.rooms.load(room), studio.config.seed, studio.rooms.baked_light)
    return studio.stage


def split_pool(studio: Studio, split: str) -> tuple[Pool, str]:
    """What `plan.objects_for` says of a split."""
    if split not in studio.pools:
        studio.pools[split] = objects_for(split, studio.objects)
    return studio.pools[split]


def load_object(studio: Studio, object_id: str) -> LoadedObject:
    """An object, and what there is to say of it kept. Raises AssetError where it cannot be used."""
    try:
        loaded = studio.object_cache.load(object_id)
    except AssetError as error:
        studio.heard.skipped[object_id] = Skip(error.reason, str(error))
        raise
    studio.heard.defects[object_id] = loaded.model.defects
    return loaded
