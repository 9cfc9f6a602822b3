"""scenegen: from room and object meshes to HDF5 shards of true correspondences.

    import scenegen as sg

    generator = sg.open_generator(rooms=3, pairs_per_room=4)          # what `scenegen render` takes, by the same names
    sample = generator.sample(generator.rooms()[0], 0)                # arrays, without a file
    xy0, xy1 = sample.matches()
    generator.write("out/first")                                      # shards
    samples = sg.open_shards("out/first", split="train")              # a lazy sequence of all samples

    scene = sg.build_scene([sg.read_mesh("room.glb"), (sg.read_mesh("mug.obj"), T_world_object)])
    view = sg.View(sg.pinhole(640, 480, 500.0), sg.look_at((2, 0, 1.5), (0, 0, 1)))         # and a sg.Lens
    frame = sg.render_view(scene, view)                               # rgb, depth, instance, normal
    found = sg.correspond(scene, view, other)                         # xy0, xy1, status

Names are loaded when they are first used: `import scenegen` alone loads nothing else.
"""

import importlib
from typing import TYPE_CHECKING, Any

from scenegen.version import __version__ as __version__

if TYPE_CHECKING:
    from scenegen.config import CamerasConfig, GenerationConfig, LightConfig, ObjectsConfig, Range, Size
    from scenegen.errors import ScenegenError
    from scenegen.front.by_hand import (
        OVERCAST,
        Correspondences,
        build_scene,
        correspond,
        make_mesh,
        read_mesh,
        render_view,
    )
    from scenegen.front.generator import Generator, open_generator
    from scenegen.front.shards import open_shards
    from scenegen.geometry import Camera, View, compose, look_at, pinhole
    from scenegen.lenses import Lens
    from scenegen.lights import Lighting, PointLight
    from scenegen.shards.reader import ShardReader, ShardSet
    from scenegen.shards.sample import Sample
    from scenegen.status import Status

_HOME = {
    "scenegen.config": ("CamerasConfig", "GenerationConfig", "LightConfig", "ObjectsConfig", "Range", "Size"),
    "scenegen.errors": ("ScenegenError",),
    "scenegen.front.by_hand": (
        *("OVERCAST", "Correspondences", "build_scene", "correspond", "make_mesh", "read_mesh", "render_view"),
    ),
    "scenegen.front.generator": ("Generator", "open_generator"),
    "scenegen.geometry": ("Camera", "View", "compose", "look_at", "pinhole"),
    "scenegen.lenses": ("Lens",),
    "scenegen.lights": ("Lighting", "PointLight"),
    "scenegen.front.shards": ("open_shards",),
    "scenegen.shards.reader": ("ShardReader", "ShardSet"),
    "scenegen.shards.sample": ("Sample",),
    "scenegen.status": ("Status",),
}
"""Where each public name lives."""

__all__ = [
    "OVERCAST",
    "Camera",
    "CamerasConfig",
    "Correspondences",
    "GenerationConfig",
    "Generator",
    "Lens",
    "LightConfig",
    "Lighting",
    "ObjectsConfig",
    "PointLight",
    "Range",
    "Sample",
    "ScenegenError",
    "ShardReader",
    "ShardSet",
    "Size",
    "Status",
    "View",
    "build_scene",
    "compose",
    "correspond",
    "look_at",
    "make_mesh",
    "open_generator",
    "open_shards",
    "pinhole",
    "read_mesh",
    "render_view",
]


def __getattr__(name: str) -> Any:
    """A public name, from where it lives."""
    for home, names in _HOME.items():
        if name in names:
            globals()[name] = value = getattr(importlib.import_module(home), name)
            return value
    raise AttributeError(f"module 'scenegen' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
