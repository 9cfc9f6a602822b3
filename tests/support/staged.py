"""Real samples for tests: staged, photographed and traced as a run does it, with the scene at hand."""

from dataclasses import replace

import measure_truth

from scenegen.config import GenerationConfig, LightConfig, Size
from scenegen.pipeline.studio import open_studio

SMALL = GenerationConfig(rooms=2, pairs_per_room=2, size=Size(160, 120), light=LightConfig(relight="off"))


def shown(config: GenerationConfig = SMALL, room: str = "", index: int = 0) -> measure_truth.Shown:
    """Sample `index` of the first room whose id contains `room`."""
    studio = open_studio(config, None)
    return measure_truth.shown(studio, measure_truth.prepared(studio, room), index)


def real_config(data, **changes) -> GenerationConfig:
    """The kitchen and the ShapeNet models of the shared test data."""
    return replace(
        SMALL,
        room_source=f"folder:{data / 'rooms'}",
        object_source=f"shapenet:{data / 'shapenet' / 'ShapeNetCore.v2'}",
        **changes,
    )
