"""One sample from the room at hand: arrangements are tried until one gives its cameras something to see."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

from scenegen.config import CamerasConfig
from scenegen.errors import StagingError
from scenegen.lights import Lighting
from scenegen.pipeline.assemble import add_counts
from scenegen.pipeline.sample import MadeSample, photograph
from scenegen.pipeline.studio import Studio, load_object, room_stage, split_pool
from scenegen.staging.pool import Pool
from scenegen.staging.stage import Layout, RoomStage, build_layout, light, shoot
from scenegen.staging.viewpoints import NoViewsError, ViewSet

LAYOUT_TRIES = 6
"""Arrangements tried for a sample before it is given up."""


@dataclass(frozen=True)
class Staged:
    """A sample before it is photographed."""

    layout: Layout
    view_set: ViewSet
    lighting: tuple[Lighting, ...]
    rejected: dict[str, int]
    """Cameras rejected in arrangements given up before this one, by reason; `layout` counts those arrangements."""


def restage(studio: Studio, room: str, split: str, index: int) -> Staged:
    """The scene, cameras and lights of a sample that was made before.

    Raises AssetError where the room or an object cannot be read, StagingError where the sample does not come about.
    """
    studio.layouts.clear()
    return stage_sample(studio, room_stage(studio, room), split_pool(studio, split)[0], index)


def stage_sample(studio: Studio, stage: RoomStage, pool: Pool, index: int) -> Staged:
    """The first arrangement of objects that gives the cameras of a sample something to see.

    Raises StagingError after LAYOUT_TRIES arrangements.
    """
    rejected: dict[str, int] = {}
    for number in _layout_numbers(index, studio.config.objects.pairs_per_layout):
        layout = _layout(studio, stage, pool, number)
        try:
            view_set = shoot(layout, studio.config, index)
        except NoViewsError as error:
            rejected = add_counts([rejected, error.rejected, {"layout": 1}])
            continue
        return Staged(layout, view_set, light(layout, view_set, studio.config, index), rejected)
    reasons = ", ".join(f"{reason} {count}" for reason, count in rejected.items())
    raise StagingError(
        f"sample {index}: no cameras found in {LAYOUT_TRIES} arrangements ({reasons}); "
        f"{_advice(studio.config.cameras)} --target-distance-m, or leave this room out"
    )


def _advice(cameras: CamerasConfig) -> str:
    """What to change where no cameras are found."""
    lens = f"use another lens than --lens {cameras.lens}, " if cameras.optics.bends else ""
    if cameras.free:
        return f"{lens}widen --overlap, --baseline-m or"
    return f"{lens}use a shorter --rig, another --trajectory, fewer --views, widen"


def _layout_numbers(index: int, pairs_per_layout: int) -> Iterator[int]:
    """The arrangement a sample shares with its neighbours, then others that only it may use."""
    yield index // pairs_per_layout
    yield from (1_000_000 + LAYOUT_TRIES * index + k for k in range(LAYOUT_TRIES - 1))


def _layout(studio: Studio, stage: RoomStage, pool: Pool, number: int) -> Layout:
    """An arrangement of objects, kept while its samples are made."""
    if number not in studio.layouts:
        studio.layouts[number] = build_layout(stage, pool, partial(load_object, studio), studio.config, number)
    return studio.layouts[number]


def taken(studio: Studio, staged: Staged, index: int) -> MadeSample:
    """A staged sample, photographed and traced."""
    sample = photograph(studio.config, staged.layout, staged.view_set, staged.lighting, studio.renderer, index)
    return replace(sample, rejected=add_counts([sample.rejected, staged.rejected]))
