"""Pairs per second on one core, and where the time goes.

    python tools/bench_pairs.py                                    (built-in library)
    python tools/bench_pairs.py --room-source folder:ROOMS --room redkitchen \
        --object-source shapenet:SHAPENET --pairs 40

Everything runs in this process, so the figures are those of one core. Times are exclusive: a part's
time leaves out the parts inside it. Shares and ratios can be compared between machines; seconds
cannot. `rays alone` is the time spent inside Embree; the ratio says what the rest costs on top.
"""

import argparse
import os
import resource
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from typing import Any

# as in a worker, and before NumPy is imported: one core is one core
os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"))

import scenegen.pipeline.sample as sample_module
import scenegen.pipeline.studio as studio_module
from scenegen.assets.cache import AssetCache
from scenegen.config import GenerationConfig, LightConfig, ObjectsConfig, Range
from scenegen.pipeline.plan import Job
from scenegen.pipeline.studio import make_shard, open_studio, shard_attributes
from scenegen.rendering.compiled import lamps
from scenegen.shards.heap import keep_freed_memory
from scenegen.shards.writer import encode_shard
from scenegen.tracing.embreex_tracer import EmbreexWorld
from scenegen.tracing.packet_tracer import PacketWorld

PARTS = (
    "load",
    "stage",
    "primary rays",
    "shadow rays",
    "track rays",
    "stage rays",
    "shading",
    "tracks",
    "encode",
    "other",
)


class Clock:
    """Exclusive time by part: entering a part stops the clock of the one around it."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._stack = ["other"]
        self._since = time.perf_counter()

    @property
    def part(self) -> str:
        """The part that is running."""
        return self._stack[-1]

    def _switch(self) -> None:
        now = time.perf_counter()
        self.seconds[self._stack[-1]] += now - self._since
        self._since = now

    def wrap(self, name: str | Callable[["Clock"], str], function: Callable[..., Any]) -> Callable[..., Any]:
        """The same function, its time booked to a part (or to one chosen by where it is called from)."""

        def timed(*args: Any, **kwargs: Any) -> Any:
            part = name if isinstance(name, str) else name(self)
            self._switch()
            self._stack.append(part)
            try:
                return function(*args, **kwargs)
            finally:
                self._switch()
                self._stack.pop()

        return timed

    def reset(self) -> None:
        """Forget what was measured so far."""
        self._switch()
        self.seconds.clear()


def ray_part(clock: Clock) -> str:
    """What first-hit rays are for, by the part that casts them."""
    return {"shading": "primary rays", "tracks": "track rays"}.get(clock.part, "stage rays")


def instrument(clock: Clock, studio: Any) -> None:
    """Book the parts of the pipeline."""
    for world in (PacketWorld, EmbreexWorld):
        for name in ("pixels", "nearest"):
            setattr(world, name, clock.wrap(ray_part, getattr(world, name)))
        world.blocked = clock.wrap(lambda c: "shadow rays" if c.part == "shading" else "stage rays", world.blocked)
    for name in ("survey", "cast"):  # rays and what decides where they go, in one
        setattr(lamps, name, clock.wrap("shadow rays", getattr(lamps, name)))
    for name in ("prepare_room", "build_layout", "shoot", "light"):
        setattr(studio_module, name, clock.wrap("stage", getattr(studio_module, name)))
    sample_module._tracks = clock.wrap("tracks", sample_module._tracks)
    object.__setattr__(studio, "renderer", Timed(studio.renderer, render=clock.wrap("shading", studio.renderer.render)))
    studio.shelf.load = clock.wrap("load", studio.shelf.load)
    object.__setattr__(studio, "rooms", Timed(studio.rooms, load=clock.wrap("load", studio.rooms.load)))


class Timed:
    """An object with some of its methods replaced."""

    def __init__(self, inner: Any, **methods: Any) -> None:
        self._inner = inner
        self.__dict__.update(methods)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


def options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--room-source", default="procedural")
    parser.add_argument("--object-source", default="procedural")
    parser.add_argument("--room", default="", help="a part of the id of the room to use")
    parser.add_argument("--pairs", type=int, default=24)
    parser.add_argument("--objects", type=int, default=0, help="objects in each layout; 0: 1 to 15")
    parser.add_argument("--lights", type=int, default=0, help="lights of each view; 0: 1 to 3")
    parser.add_argument("--layers", default="rgb,depth,instance,normal")
    return parser.parse_args()


def configuration(args: argparse.Namespace) -> GenerationConfig:
    """What is generated."""
    config = GenerationConfig(
        rooms=1, room_source=args.room_source, object_source=args.object_source, layers=tuple(args.layers.split(","))
    )
    if args.objects:
        config = replace(config, objects=ObjectsConfig(objects=Range(args.objects, args.objects)))
    if args.lights:
        config = replace(config, light=LightConfig(lights=Range(args.lights, args.lights)))
    return config


def main() -> None:
    """Make pairs of one room, eight at a time, and print the table."""
    args = options()
    keep_freed_memory()
    config = configuration(args)
    studio = open_studio(config, AssetCache())
    room = next(r for r in studio.rooms.ids() if args.room in r)
    clock, batch = Clock(), 8
    instrument(clock, studio)
    make_shard(
        studio,
        Job(0, room, "train", 0, 1, ""),
        attributes := shard_attributes(config, Job(0, room, "train", 0, 1, ""), 1, ""),
        lambda _: None,
    )
    clock.reset()
    started, made, written = time.perf_counter(), 0, 0
    while made < args.pairs:
        shard = make_shard(studio, Job(0, room, "train", made, batch, ""), attributes, lambda _: None)
        written += len(clock.wrap("encode", encode_shard)(shard.content))
        made += batch
        print(f"{made:5d} pairs, peak memory {peak_mb():.0f} MB", flush=True)
    seconds = time.perf_counter() - started
    report(clock, room, made, seconds, written)


def peak_mb() -> float:
    """Most resident memory of this process so far, MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def report(clock: Clock, room: str, made: int, seconds: float, written: int) -> None:
    """Print where the time went."""
    clock._switch()
    rays = sum(v for k, v in clock.seconds.items() if k.endswith("rays"))
    print(f"\n{room}: {made} pairs in {seconds:.1f} s on one core: {made / seconds:.2f} pairs/s")
    for part in PARTS:
        share = clock.seconds[part]
        print(f"  {part:14s} {1000 * share / made:8.1f} ms per pair {100 * share / seconds:6.1f} %")
    print(
        f"  rays alone     {1000 * rays / made:8.1f} ms per pair; the whole pair takes {seconds / rays:.2f} times that"
    )
    print(f"  {written / made / 1e6:.2f} MB per pair, peak memory {peak_mb():.0f} MB")


if __name__ == "__main__":
    main()
