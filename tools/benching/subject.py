"""What is measured: pairs of one room, made in this process, on one core."""

import resource
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Any

from benching.clock import Clock, Timed, instrumented
from scenegen.assets.cache import AssetCache
from scenegen.assets.source import Room
from scenegen.config import GenerationConfig
from scenegen.pipeline.shard import make_shard, shard_attributes
from scenegen.pipeline.studio import Studio, open_studio
from scenegen.shards.manifest import ShardJob
from scenegen.shards.writer import encode_shard

BATCH = 8
"""Pairs of a shard."""
Change = Callable[[Room], Room]


@dataclass(frozen=True)
class Subject:
    """A room, where its objects come from, and how many pairs are made of it."""

    config: GenerationConfig
    room: str = ""
    """A part of the id of the room; the first that has it is taken."""
    pairs: int = 24
    codec: str = "gzip"

    def varied(self, **changes: Any) -> "Subject":
        """The same with another configuration."""
        return replace(self, config=replace(self.config, **changes))


@dataclass(frozen=True)
class Timing:
    """What making pairs took."""

    room: str
    pairs: int
    seconds: float
    written: int
    """Bytes of the shards."""
    triangles: int
    """Of the room."""

    @property
    def rate(self) -> float:
        """Pairs a second."""
        return self.pairs / self.seconds

    @property
    def ms(self) -> float:
        """Milliseconds a pair."""
        return 1000 * self.seconds / self.pairs


def opened(subject: Subject, change: Change | None = None) -> Studio:
    """A studio whose rooms are changed as they are read."""
    studio = open_studio(subject.config, AssetCache())
    if change is not None:
        load = studio.rooms.load
        object.__setattr__(studio, "rooms", Timed(studio.rooms, load=lambda room: change(load(room))))
    return studio


def room_of(subject: Subject, studio: Studio) -> str:
    """The id of the room that is measured. Leaves the program where there is none."""
    return room_named(subject.room, studio)


def room_named(part: str, studio: Studio) -> str:
    """The first room whose id contains `part`. Leaves the program where there is none."""
    ids = studio.rooms.ids()
    if found := next((room for room in ids if part in room), None):
        return found
    raise SystemExit(f"--room {part}: no room has that in its name; there are {len(ids)}, as {ids[0]}")


def timed(subject: Subject, studio: Studio, clock: Clock | None = None) -> Timing:
    """Make pairs of a room and measure; nothing is written. A first shard is not counted: it reads and compiles."""
    room = room_of(subject, studio)
    with instrumented(clock, studio) if clock else nullcontext():
        _shard(subject, studio, room, 0, min(subject.pairs, BATCH))
        if clock:
            clock.reset()
        started, made, written = time.perf_counter(), 0, 0
        while made < subject.pairs:
            count = min(BATCH, subject.pairs - made)
            written += _shard(subject, studio, room, made, count, clock)
            made += count
        seconds = time.perf_counter() - started
    assert studio.stage is not None, "a room was staged"
    return Timing(room, made, seconds, written, len(studio.stage.room.mesh.faces))


def _shard(subject: Subject, studio: Studio, room: str, first: int, count: int, clock: Clock | None = None) -> int:
    """Make and encode a shard: its bytes."""
    job = ShardJob(0, room, "train", first, count, "")
    made = make_shard(studio, job, shard_attributes(subject.config, job, 1, ""), lambda _: None)
    encode = clock.wrap(encode_shard, "encode") if clock else encode_shard
    return len(encode(made.content, subject.codec))


def peak_mb() -> float:
    """Most resident memory of this process so far, MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
