"""One staged scene seen by its cameras, as the arrays of a sample: pure but for the renderer's cache."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from scenegen.config import GenerationConfig
from scenegen.geometry import View, angle_between, choose_pixels
from scenegen.layers import LAYER, named
from scenegen.lights import Lighting
from scenegen.pipeline.layers import Taken
from scenegen.rendering.frame import Frame, Renderer
from scenegen.seeding import Stage, generator
from scenegen.shards.lens import coefficients
from scenegen.staging.stage import Layout
from scenegen.staging.viewpoints import ViewSet
from scenegen.tracing.raycaster import Scene
from scenegen.tracing.tracks import follow, trace

Arrays = dict[str, NDArray]


@dataclass(frozen=True)
class MadeSample:
    """The arrays of one sample by dataset name, without the leading sample axis, and what lies in its slots."""

    layers: dict[str, tuple[NDArray, ...]]
    """Image layers, one array per view: they are large, and copied once only, into the shard."""
    arrays: Arrays
    """All other datasets."""
    assets: tuple[tuple[str, str], ...]
    """(id, category) of the object in each slot."""
    rejected: dict[str, int]
    """Attempts at finding the cameras that were rejected, by reason."""
    names: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Names of the values of layers that have some, by layer: rows of the sample's own, of the shard's once in it."""

    def array(self, name: str) -> NDArray:
        """Any dataset of the sample as one array."""
        return np.stack(self.layers[name]) if name in self.layers else self.arrays[name]


def photograph(
    config: GenerationConfig,
    layout: Layout,
    view_set: ViewSet,
    lighting: tuple[Lighting, ...],
    renderer: Renderer,
    index: int,
) -> MadeSample:
    """Render all views of a set, trace the first and follow its rays into the others."""
    frames = tuple(renderer.render(layout.scene, v, light) for v, light in zip(view_set.views, lighting, strict=True))
    pictures = Taken(layout, view_set.views, frames)
    room_key = layout.stage.key
    rng = generator(config.seed, Stage.RAYS, room=room_key, sample=index)
    return MadeSample(
        layers={name: named(LAYER[name].made_by)(pictures) for name in config.layers},
        arrays={
            **_cameras(view_set.views),
            **_tracks(layout.scene, view_set.views, frames[0], choose_pixels(*config.size, config.cell, rng)),
            "objects/T_world_object": np.array([p.T_world_object for p in layout.placed]).reshape(-1, 4, 4),
            "sample/seed": np.array([room_key, layout.index, index], np.uint32),
            "sample/overlap": view_set.overlap.astype(np.float32),
            **_pair_measures(view_set.views),
            **_beside(config.layers, pictures),
        },
        assets=tuple((p.asset, p.category) for p in layout.placed),
        rejected=view_set.rejected,
        names={name: named(by)(pictures) for name in config.layers if (by := LAYER[name].named_by)},
    )


def _cameras(views: tuple[View, ...]) -> Arrays:
    """Intrinsics, lenses and poses, stacked over the views."""
    return coefficients([v.camera.lens for v in views]) | {
        "camera/K": np.stack([v.camera.K for v in views]),
        "camera/T_world_cam": np.stack([v.T_world_cam for v in views]),
    }


def _tracks(scene: Scene, views: tuple[View, ...], frame: Frame, xy0: NDArray[np.uint16]) -> Arrays:
    """The rays of view 0 and where they fall in the other views.

    The hits are those of the picture itself where the renderer traces rays.
    """
    width = views[0].camera.width
    pixel = xy0[:, 1].astype(np.int64) * width + xy0[:, 0]
    rays = trace(scene, views[0], xy0, frame.hits.take(pixel) if frame.hits else None)
    tracks = [follow(scene, rays, v) for v in views[1:]]
    return {
        "rays/xy0": rays.xy0,
        "rays/depth0": rays.depth0,
        "rays/instance": rays.instance,
        "rays/xy": np.stack([t.xy for t in tracks]),
        "rays/status": np.stack([t.status for t in tracks]),
    }


def _beside(layers: Iterable[str], pictures: Taken) -> Arrays:
    """What comes with layers besides pictures."""
    makers = (LAYER[name].beside for name in layers)
    return {name: array for by in makers if by for name, array in named(by)(pictures).items()}


def _pair_measures(views: tuple[View, ...]) -> Arrays:
    """Baseline and angle between the first view and each other one."""
    first, others = views[0], views[1:]
    baselines = [float(np.linalg.norm(v.position - first.position)) for v in others]
    angles = [np.degrees(angle_between(v.forward, first.forward)) for v in others]
    return {
        "sample/baseline_m": np.array(baselines, np.float32),
        "sample/view_angle_deg": np.array(angles, np.float32),
    }
