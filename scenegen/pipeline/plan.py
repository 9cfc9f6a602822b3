"""What a run has to make: one job per shard, decided from the configuration and the sources alone."""

import hashlib
from dataclasses import dataclass

from scenegen.assets.source import ObjectSource, RoomSource
from scenegen.config import GenerationConfig
from scenegen.errors import UsageError
from scenegen.layers import LAYER
from scenegen.seeding import Stage, generator, stable_key
from scenegen.shards.manifest import ShardJob
from scenegen.staging.pool import Pool

MAX_SAMPLES = 128
"""Samples in one shard at most."""
MAX_BYTES = 256 << 20
"""Raw bytes of the samples of one shard at most: a shard is built in memory."""
MAX_NAME_BYTES = 160
"""Bytes of a room's id that its file names keep: with split, hash and what temporary files add they stay below 255."""
RAY_BYTES, TRACK_BYTES = 10, 9


@dataclass(frozen=True)
class RunPlan:
    """All jobs of a run."""

    jobs: tuple[ShardJob, ...]
    assets_sha256: str
    """sha256 over the names of the sources, the chosen rooms and all object ids: the same inputs to choose from."""


def make_plan(config: GenerationConfig, rooms: RoomSource, objects: ObjectSource) -> RunPlan:
    """Cut a run into shards. Raises UsageError when there are fewer rooms than asked for."""
    chosen = choose_rooms(config, rooms)
    most = samples_per_shard(config)
    jobs: list[ShardJob] = []
    for room in chosen:
        split = rooms.split(room)
        for part, first in enumerate(range(0, config.pairs_per_room, most)):
            samples = min(most, config.pairs_per_room - first)
            jobs.append(ShardJob(len(jobs), room, split, first, samples, file_name(split, room, part)))
    return RunPlan(tuple(jobs), listing_digest(rooms, chosen, objects))


def samples_per_shard(config: GenerationConfig) -> int:
    """How many samples a shard holds: as many as fit MAX_BYTES, at most MAX_SAMPLES."""
    return max(1, min(MAX_SAMPLES, MAX_BYTES // sample_bytes(config)))


def sample_bytes(config: GenerationConfig) -> int:
    """Raw bytes of a sample: its pictures, layers, rays and tracks."""
    pixels = config.size.width * config.size.height * config.views
    images = pixels * sum(LAYER[name].bytes_per_pixel(config.views) for name in config.layers)
    rays = config.rays * (RAY_BYTES + TRACK_BYTES * (config.views - 1))
    return images + rays


def choose_rooms(config: GenerationConfig, rooms: RoomSource) -> tuple[str, ...]:
    """The rooms of a run, sorted: drawn with the seed, so that a larger run contains a smaller one.

    A source may prefer an order of its own.
    """
    ids = rooms.ids()
    if config.rooms > len(ids):
        raise UsageError(f"--rooms {config.rooms}: {config.room_source} has only {len(ids)}; ask for at most that many")
    drawn = tuple(ids[i] for i in generator(config.seed, Stage.SELECTION).permutation(len(ids)))
    return tuple(sorted(rooms.in_order(drawn)[: config.rooms]))


def file_name(split: str, room: str, part: int) -> str:
    """Name of a shard's file: split, room and part; safe on every file system, which count bytes of names."""
    safe = "".join(c if c.isalnum() or c in "-_." else "_" for c in room)
    digest = hashlib.sha256(room.encode()).hexdigest()
    if len(safe.encode()) > MAX_NAME_BYTES:
        safe = safe.encode()[:MAX_NAME_BYTES].decode(errors="ignore") + "-" + digest[:12]
    elif safe != room:
        safe += "-" + digest[:6]
    return f"{split}-{safe}-{part:03d}.h5"


def objects_for(split: str, objects: ObjectSource) -> tuple[Pool, str]:
    """Objects for rooms of a split, and the name of the objects' split.

    Rooms held out (val, test) get objects held out. A library too small to be split is used whole
    and says so: its split is "all". Where a split is known from the ids alone those of the split are listed;
    elsewhere an object is asked for its split when it is drawn, and here as many as it takes to find one that fits.
    """
    wanted = "train" if split == "train" else "val"
    everything = objects.ids()
    kept = {c: tuple(i for i in ids if objects.listed_split(i) in (wanted, None)) for c, ids in everything.items()}
    kept = {c: ids for c, ids in kept.items() if ids}

    def fits(object_id: str) -> bool:
        """Whether an object is of that split."""
        return objects.split(object_id) == wanted

    return (Pool(kept, fits), wanted) if any(map(fits, _mixed(kept))) else (Pool(everything), "all")


def _mixed(ids: dict[str, tuple[str, ...]]) -> list[str]:
    """All ids, in an order that has nothing to do with their names: neighbours may be copies of each other."""
    return sorted((i for members in ids.values() for i in members), key=stable_key)


def listing_digest(rooms: RoomSource, chosen: tuple[str, ...], objects: ObjectSource) -> str:
    """Digest of what there is to choose from; the contents are digested in each shard."""
    digest = hashlib.sha256()
    for line in (rooms.name, *chosen, objects.name, *(i for ids in objects.ids().values() for i in ids)):
        digest.update(line.encode() + b"\n")
    return digest.hexdigest()
