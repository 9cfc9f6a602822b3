"""Where the time of a picture goes: processor time of each part of the compiled renderer, on one core, and of its twin.

    python tools/bench_render.py                                             # a built-in room
    python tools/bench_render.py --rooms FOLDER --room kitchen --objects ShapeNetCore.v2 --save out.png

Times are exclusive (a part's own, without the parts listed apart), the smallest of the repetitions, and of the
processor, so that a busy machine disturbs them less. The twin is the NumPy renderer with the same rays; both take
turns.
"""

import argparse
import os
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from PIL import Image

from scenegen.assets.folder_rooms import FolderRooms
from scenegen.assets.procedural.rooms import ProceduralRooms
from scenegen.assets.shapenet import ShapeNetObjects
from scenegen.assets.source import Room
from scenegen.geometry import View, compose, look_at, pinhole, quaternion_rotation
from scenegen.lights import Lighting, PointLight
from scenegen.rendering import compiled_renderer
from scenegen.rendering.compiled import lamps, picture
from scenegen.rendering.embree_renderer import EmbreeRenderer
from scenegen.tracing.raycaster import Body, Bvh, Scene

PARTS: tuple[tuple[ModuleType, str, str], ...] = (
    (compiled_renderer, "pixel_rays", "directions of pixels"),
    (compiled_renderer, "pixel_hits", "primary rays (Embree)"),
    (compiled_renderer, "nearest", "rays of more samples (Embree)"),
    (compiled_renderer, "grouped", "order by body"),
    (compiled_renderer, "fill", "surface elements, lamps and normal layer"),
    (lamps, "following", "where shadows may be taken over"),
    (lamps, "survey", "shadows, with their rays (Embree)"),
    (lamps, "cast", "shadows of more samples (Embree)"),
    (picture, "develop", "light and bytes"),
    (picture, "contrasts", "edges"),
    (picture, "averaged", "means of samples"),
)


class Stopwatch:
    """Exclusive processor time by label, of functions replaced by timed ones."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._nested: list[float] = []

    def watch(self, owner: Any, name: str, label: str) -> None:
        """Replace `owner.name` by a function that adds its own time to `label`."""
        inner = getattr(owner, name)
        setattr(owner, name, lambda *args, **kwargs: self.run(label, lambda: inner(*args, **kwargs)))

    def run(self, label: str, action: Callable[[], Any]) -> Any:
        """Do `action` and book its time, less that of the actions within."""
        self._nested.append(0.0)
        start = time.thread_time()
        result = action()
        spent = time.thread_time() - start
        self.seconds[label] = self.seconds.get(label, 0.0) + spent - self._nested.pop()
        if self._nested:
            self._nested[-1] += spent
        return result


def load_room(folder: str | None, name: str | None) -> Room:
    """A built-in room, or one of a folder of meshes."""
    source = FolderRooms(folder) if folder else ProceduralRooms()
    ids = source.ids()
    return source.load(next((i for i in ids if name and name in i), ids[0]))


def furnish(room: Room, folder: str | None, count: int) -> Scene:
    """The room with objects that float anywhere in its middle."""
    bodies = [Body(room.mesh, Bvh(room.mesh), np.eye(4), 1)]
    rng = np.random.default_rng(3)
    source = ShapeNetObjects(folder) if folder else None
    ids = [i for of_category in source.ids().values() for i in of_category] if source else []
    for instance, object_id in enumerate(ids[:: max(1, len(ids) // count)][:count] if source else [], start=2):
        assert source is not None
        model = source.load(object_id)
        size = rng.uniform(0.3, 0.75) / model.size_m
        place = rng.uniform([-1.2, -0.8, 0.4], [1.2, 0.8, 1.6])
        T = compose(quaternion_rotation(rng.normal(size=4)), place, size)
        bodies.append(Body(model.mesh, Bvh(model.mesh), T, instance))
    return Scene(tuple(bodies))


def photograph(room: Room) -> tuple[View, Lighting]:
    """A view across the room and two lamps."""
    low, high = room.mesh.vertices.min(0), room.mesh.vertices.max(0)
    corner = [high[0] - 0.5, low[1] + 0.5, 1.6]
    view = View(pinhole(640, 480, 500), look_at(corner, [low[0] * 0.3, high[1] * 0.3, 0.9]))
    lamps = (
        PointLight((0.3, 0.2, room.ceiling_m - 0.3), (0.75, 0.70, 0.62), 2.5),
        PointLight((float(high[0]) - 1, float(low[1]) + 1, 1.9), (0.3, 0.33, 0.38), 2.0),
    )
    return view, Lighting(lamps, (0.34, 0.34, 0.35), (0.24, 0.23, 0.22))


def measure(
    scene: Scene, view: View, lighting: Lighting, repeat: int
) -> tuple[dict[str, float], list[float], np.ndarray, np.ndarray]:
    """Seconds by part, smallest of the repetitions; ratios of the twin's time; both pictures."""
    renderer, twin, watch = compiled_renderer.CompiledRenderer(), EmbreeRenderer(), Stopwatch()
    for part in PARTS:
        watch.watch(*part)
    frame, readable = (each.render(scene, view, lighting) for each in (renderer, twin))
    best: dict[str, float] = {}
    ratios = []
    for _ in range(repeat):
        watch.seconds.clear()
        watch.run("the rest", lambda: renderer.render(scene, view, lighting))
        best = {k: min(v, best.get(k, v)) for k, v in watch.seconds.items()}
        mine = sum(watch.seconds.values())
        start = time.thread_time()
        twin.render(scene, view, lighting)
        ratios.append((time.thread_time() - start) / mine)
    return best, ratios, frame.rgb, readable.rgb


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rooms", help="folder of room meshes; default: built-in rooms")
    parser.add_argument("--room", help="part of the room's id")
    parser.add_argument("--objects", help="folder of ShapeNetCore")
    parser.add_argument("--count", type=int, default=10, help="number of objects")
    parser.add_argument("--repeat", type=int, default=8)
    parser.add_argument("--save", type=Path, help="write the picture")
    options = parser.parse_args()
    room = load_room(options.rooms, options.room)
    scene = furnish(room, options.objects, options.count)
    parts, ratios, rgb, readable = measure(scene, *photograph(room), options.repeat)
    print(f"{room.id}: {len(room.mesh.faces)} faces, {len(scene.bodies) - 1} objects, 2 lamps, 640x480")
    for label, seconds in sorted(parts.items(), key=lambda item: -item[1]):
        print(f"{1e3 * seconds:8.1f} ms  {label}")
    shaded = sum(v for k, v in parts.items() if "Embree" not in k)
    print(f"{1e3 * sum(parts.values()):8.1f} ms  all, {1e3 * shaded:.1f} ms of it without Embree")
    levels = np.abs(rgb.astype(int) - readable).max(2)
    differing = f"{np.mean(levels > 0):.4%} of the pixels differ, by {levels.max()} grey levels at most"
    print(f"the twin takes {np.median(ratios):.2f} times as long; {differing}")
    if options.save:
        Image.fromarray(rgb).save(options.save)


if __name__ == "__main__":
    main()
