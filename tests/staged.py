"""Real samples for tests: staged, photographed and traced as a run does it, with the scene at hand."""

from dataclasses import dataclass, replace

import numpy as np

from scenegen.config import GenerationConfig, LightConfig, Size
from scenegen.pipeline.plan import objects_for
from scenegen.pipeline.sample import Sample, photograph
from scenegen.pipeline.studio import Staged, Studio, open_studio, stage_sample
from scenegen.staging.stage import prepare_room

SMALL = GenerationConfig(rooms=2, pairs_per_room=2, size=Size(160, 120), light=LightConfig(relight="off"))


@dataclass(frozen=True)
class Shown:
    """A sample together with what it shows."""

    studio: Studio
    staged: Staged
    sample: Sample

    @property
    def scene(self):
        return self.staged.layout.scene

    @property
    def views(self):
        return self.staged.shot.views


def shown(config: GenerationConfig = SMALL, room: str = "", index: int = 0) -> Shown:
    """Sample `index` of the first room whose id contains `room`."""
    studio = open_studio(config, None)
    room_id = next(r for r in studio.rooms.ids() if room in r)
    stage = prepare_room(studio.rooms.load(room_id), config.seed, baked=studio.rooms.name != "procedural")
    ids, _ = objects_for(studio.rooms.split(room_id), studio.objects)
    staged = stage_sample(studio, stage, ids, index)
    sample = photograph(config, staged.layout, staged.shot, staged.lighting, studio.renderer, index)
    return Shown(studio, staged, sample)


def real_config(data, **changes) -> GenerationConfig:
    """The kitchen and the ShapeNet models of the shared test data."""
    return replace(
        SMALL,
        room_source=f"folder:{data / 'rooms'}",
        object_source=f"shapenet:{data / 'shapenet' / 'ShapeNetCore.v2'}",
        **changes,
    )


def flat(depth, radius=1, share=0.02):
    """(H, W) pixels whose neighbourhood is one smooth surface: no depth edge and no hole."""
    shifts = range(-radius, radius + 1)
    stack = np.stack([np.roll(depth, (dy, dx), (0, 1)) for dy in shifts for dx in shifts])
    mask = (stack.min(0) > 0) & (stack.max(0) - stack.min(0) < share * np.maximum(stack.min(0), 1e-6))
    mask[:radius] = mask[-radius:] = False
    mask[:, :radius] = mask[:, -radius:] = False
    return mask
