"""All samples of one room, made into the content of a shard."""

from dataclasses import dataclass

from scenegen.assets.digest import assets_digest
from scenegen.config import GenerationConfig
from scenegen.errors import StagingError
from scenegen.pipeline.assemble import Album, add_counts, shard_content, statistics
from scenegen.pipeline.attempts import stage_sample, taken
from scenegen.pipeline.sample import MadeSample
from scenegen.pipeline.studio import Heard, Studio, room_stage, split_pool
from scenegen.pipeline.work import Progress
from scenegen.shards import remarks
from scenegen.shards.content import ShardContent
from scenegen.shards.heap import give_back_freed_memory
from scenegen.shards.manifest import ShardJob
from scenegen.shards.remarks import Remarks
from scenegen.staging.stage import RoomStage
from scenegen.version import __version__


@dataclass(frozen=True)
class Made:
    """A finished shard, not yet written."""

    content: ShardContent
    figures: dict[str, object]
    remarks: Remarks
    """What there is to say of its room and objects."""


def make_shard(studio: Studio, job: ShardJob, attributes: dict[str, str | int | float], progress: Progress) -> Made:
    """Make all samples of a shard.

    Raises AssetError where the room cannot be read, StagingError where no sample could be made.
    """
    stage = room_stage(studio, job.room)
    pool, object_split = split_pool(studio, job.split)
    studio.layouts.clear()
    studio.heard = Heard()
    give_back_freed_memory()
    album = Album(job.samples)
    given_up: list[str] = []
    for index in range(job.first_sample, job.first_sample + job.samples):
        try:
            album.add(taken(studio, stage_sample(studio, stage, pool, index), index))
        except StagingError as error:
            given_up.append(str(error))
        progress(1)
    replaced = add_counts(layout.replaced for layout in studio.layouts.values())
    if not (samples := album.samples):
        raise StagingError(f"room {job.room}: no sample could be made; {given_up[0]}")
    known = {"assets_sha256": _digest(studio, job, samples), "object_split": object_split}
    content = shard_content(album, {**attributes, **known})
    notes = {"given_up": len(given_up), "replaced_objects": replaced, "object_split": object_split}
    return Made(content, {**statistics(samples), **notes}, _remarks(studio, stage, samples))


def _remarks(studio: Studio, stage: RoomStage, samples: list[MadeSample]) -> Remarks:
    """Defects of the room and of the objects that stand in a sample, and objects that could not be used."""
    used = {object_id for s in samples for object_id, _ in s.assets}
    known = {f"room {stage.room.id}": stage.room.defects}
    known |= {f"object {i}": studio.heard.defects[i] for i in used if i in studio.heard.defects}
    return Remarks(
        {asset: remarks.by_code((d.code, d.detail) for d in defects) for asset, defects in known.items() if defects},
        {f"object {object_id}": skip for object_id, skip in studio.heard.skipped.items()},
    )


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
