"""What one worker keeps between shards: sources, renderer, the room at hand and the objects it has met."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial

from scenegen.assets.cache import AssetCache
from scenegen.assets.digest import assets_digest
from scenegen.assets.library import open_objects, open_rooms
from scenegen.assets.mesh import Mesh
from scenegen.assets.source import Defect, ObjectSource, RoomSource
from scenegen.config import GenerationConfig
from scenegen.errors import AssetError, StagingError
from scenegen.lights import Lighting
from scenegen.pipeline.assemble import Album, add_counts, figures, shard_content
from scenegen.pipeline.plan import objects_for
from scenegen.pipeline.sample import MadeSample, photograph
from scenegen.recent import Recent
from scenegen.rendering.choice import open_renderer
from scenegen.rendering.frame import Renderer
from scenegen.shards import remarks
from scenegen.shards.content import ShardContent
from scenegen.shards.heap import give_back_freed_memory
from scenegen.shards.manifest import ShardJob
from scenegen.shards.remarks import Remarks, Skip
from scenegen.staging.objects import LoadedObject, loaded_object
from scenegen.staging.pool import Pool
from scenegen.staging.stage import Layout, RoomStage, build_layout, light, prepare_room, shoot
from scenegen.staging.viewpoints import NoViewsError, ViewSet
from scenegen.version import __version__

LAYOUT_TRIES = 6
"""Arrangements tried for a sample before it is given up."""
SHELF_BYTES = 300 << 20
"""Memory for objects kept for the next layouts."""
TRIANGLE_BYTES = 250
"""Memory of a triangle, all told: mesh, BVH, shading table."""

TEXEL_BYTES = 3 + 4
"""Memory of a texel of any mip level: its colour, and the renderer's word of it."""

Progress = Callable[[int], None]


class ObjectCache:
    """Objects with their BVHs, the least recently used ones put away first."""

    def __init__(self, source: ObjectSource, limit: int = SHELF_BYTES) -> None:
        self._source = source
        self._objects: Recent[str, LoadedObject] = Recent(lambda each: memory_bytes(each.model.mesh), limit)

    def load(self, object_id: str) -> LoadedObject:
        """The object, from memory or from its source. Raises AssetError where it cannot be used."""
        return self._objects.get(object_id, lambda: loaded_object(self._source.load(object_id)))


def memory_bytes(mesh: Mesh) -> int:
    """Memory that an object takes once it was drawn: triangles, mip levels, the renderer's words of their texels."""
    used = [t for m in mesh.materials for t in (m.texture, m.glow_texture) if t is not None]
    texels = sum(level.size // 3 for levels in {id(t.levels): t.levels for t in used}.values() for level in levels)
    return TRIANGLE_BYTES * len(mesh.faces) + TEXEL_BYTES * texels


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
    shelf: ObjectCache
    stage: RoomStage | None = None
    """The room at hand: a room of several shards is prepared once."""
    layouts: dict[int, Layout] = field(default_factory=dict)
    """Arrangements in the room at hand, by number; forgotten after each shard."""
    heard: Heard = field(default_factory=Heard)
    """What loading said of objects; forgotten after each shard."""
    pools: dict[str, tuple[Pool, str]] = field(default_factory=dict)
    """Objects for the rooms of a split, with the name of their own split: tens of thousands, listed once."""


@dataclass(frozen=True)
class Made:
    """A finished shard, not yet written."""

    content: ShardContent
    figures: dict[str, object]
    remarks: Remarks
    """What there is to say of its room and objects."""


def open_studio(config: GenerationConfig, cache: AssetCache | None) -> Studio:
    """Open the sources and start the renderer. Raises UsageError or RenderError."""
    objects = open_objects(config.object_source, cache)
    return Studio(
        config, open_rooms(config.room_source, cache), objects, open_renderer(config.renderer), ObjectCache(objects)
    )


def make_shard(studio: Studio, job: ShardJob, attributes: dict[str, str | int | float], progress: Progress) -> Made:
    """Make all samples of a shard.

    Raises AssetError where the room cannot be read, StagingError where no sample could be made.
    """
    stage = room_stage(studio, job.room)
    pool, object_split = _pool(studio, job.split)
    studio.layouts.clear()
    studio.heard = Heard()
    give_back_freed_memory()
    album = Album(job.samples)
    given_up: list[str] = []
    for index in range(job.first_sample, job.first_sample + job.samples):
        try:
            album.add(_sample(studio, stage, pool, index))
        except StagingError as error:
            given_up.append(str(error))
        progress(1)
    replaced = add_counts(layout.replaced for layout in studio.layouts.values())
    if not (samples := album.samples):
        raise StagingError(f"room {job.room}: no sample could be made; {given_up[0]}")
    known = {"assets_sha256": _digest(studio, job, samples), "object_split": object_split}
    content = shard_content(album, {**attributes, **known})
    notes = {"given_up": len(given_up), "replaced_objects": replaced, "object_split": object_split}
    return Made(content, {**figures(samples), **notes}, _remarks(studio, stage, samples))


def _remarks(studio: Studio, stage: RoomStage, samples: list[MadeSample]) -> Remarks:
    """Defects of the room and of the objects that stand in a sample, and objects that could not be used."""
    used = {object_id for s in samples for object_id, _ in s.assets}
    known = {f"room {stage.room.id}": stage.room.defects}
    known |= {f"object {i}": studio.heard.defects[i] for i in used if i in studio.heard.defects}
    return Remarks(
        {asset: remarks.by_code((d.code, d.detail) for d in defects) for asset, defects in known.items() if defects},
        {f"object {object_id}": skip for object_id, skip in studio.heard.skipped.items()},
    )


def load_object(studio: Studio, object_id: str) -> LoadedObject:
    """An object, and what there is to say of it kept. Raises AssetError where it cannot be used."""
    try:
        loaded = studio.shelf.load(object_id)
    except AssetError as error:
        studio.heard.skipped[object_id] = Skip(error.reason, str(error))
        raise
    studio.heard.defects[object_id] = loaded.model.defects
    return loaded


def _pool(studio: Studio, split: str) -> tuple[Pool, str]:
    """What `plan.objects_for` says of a split."""
    if split not in studio.pools:
        studio.pools[split] = objects_for(split, studio.objects)
    return studio.pools[split]


def room_stage(studio: Studio, room: str) -> RoomStage:
    """A room ready to be furnished. Raises AssetError where it cannot be read, StagingError where it is too small."""
    if studio.stage is None or studio.stage.room.id != room:
        studio.stage = None  # the memory of the old room is free before the new one is read
        studio.stage = prepare_room(studio.rooms.load(room), studio.config.seed, studio.rooms.baked_light)
    return studio.stage


def _sample(studio: Studio, stage: RoomStage, pool: Pool, index: int) -> MadeSample:
    """One sample, photographed. Raises StagingError where it had to be given up."""
    return taken(studio, stage_sample(studio, stage, pool, index), index)


def taken(studio: Studio, staged: "Staged", index: int) -> MadeSample:
    """A staged sample, photographed and traced."""
    sample = photograph(studio.config, staged.layout, staged.shot, staged.lighting, studio.renderer, index)
    return replace(sample, rejected=add_counts([sample.rejected, staged.rejected]))


def restage(studio: Studio, room: str, split: str, index: int) -> "Staged":
    """The scene, cameras and lights of a sample that was made before.

    Raises AssetError where the room or an object cannot be read, StagingError where the sample does not come about.
    """
    studio.layouts.clear()
    return stage_sample(studio, room_stage(studio, room), _pool(studio, split)[0], index)


@dataclass(frozen=True)
class Staged:
    """A sample before it is photographed."""

    layout: Layout
    shot: ViewSet
    lighting: tuple[Lighting, ...]
    rejected: dict[str, int]
    """Cameras rejected in arrangements given up before this one, by reason; `layout` counts those arrangements."""


def stage_sample(studio: Studio, stage: RoomStage, pool: Pool, index: int) -> Staged:
    """The first arrangement of objects that gives the cameras of a sample something to see.

    Raises StagingError after LAYOUT_TRIES arrangements.
    """
    rejected: dict[str, int] = {}
    for number in _layout_numbers(index, studio.config.objects.pairs_per_layout):
        layout = _layout(studio, stage, pool, number)
        try:
            shot = shoot(layout, studio.config, index)
        except NoViewsError as error:
            rejected = add_counts([rejected, error.rejected, {"layout": 1}])
            continue
        return Staged(layout, shot, light(layout, shot, studio.config, index), rejected)
    reasons = ", ".join(f"{reason} {count}" for reason, count in rejected.items())
    free = studio.config.cameras.free
    advice = (
        "widen --overlap, --baseline-m or"
        if free
        else "use a shorter --rig, another --trajectory, fewer --views, widen"
    )
    raise StagingError(
        f"sample {index}: no cameras found in {LAYOUT_TRIES} arrangements ({reasons}); "
        f"{advice} --target-distance-m, or leave this room out"
    )


def _layout_numbers(index: int, pairs_per_layout: int) -> Iterator[int]:
    """The arrangement a sample shares with its neighbours, then others that only it may use."""
    yield index // pairs_per_layout
    yield from (1_000_000 + LAYOUT_TRIES * index + k for k in range(LAYOUT_TRIES - 1))


def _layout(studio: Studio, stage: RoomStage, pool: Pool, number: int) -> Layout:
    """An arrangement of objects, kept while its samples are made."""
    if number not in studio.layouts:
        studio.layouts[number] = build_layout(stage, pool, partial(load_object, studio), studio.config, number)
    return studio.layouts[number]


def _digest(studio: Studio, job: ShardJob, samples: list[MadeSample]) -> str:
    """Digest of all assets of a shard. Raises AssetError where a source file has gone."""
    used = sorted({object_id for s in samples for object_id, _ in s.assets})
    return assets_digest(
        {f"room {job.room}": studio.rooms.digest(job.room)} | {f"object {i}": studio.objects.digest(i) for i in used}
    )


def shard_attributes(
    config: GenerationConfig, job: ShardJob, num_shards: int, licenses: str
) -> dict[str, str | int | float]:
    """Root attributes of a shard; nothing of the machine, the time or the folders."""
    portable = config.portable()
    return {
        "generator_version": __version__,
        "config_json": portable.to_json(),
        "config_sha256": portable.sha256(),
        "seed": config.seed,
        "shard_index": job.index,
        "num_shards": num_shards,
        "room": job.room,
        "split": job.split,
        "license": licenses,
    }
