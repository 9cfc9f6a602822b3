"""A small world of rooms and objects, and runs of it."""

import hashlib
from io import StringIO

from rich.console import Console
from small_world import objects_folder, rooms_folder

from scenegen.config import GenerationConfig, ObjectsConfig, Range, Size
from scenegen.pipeline.executors import chosen_crew
from scenegen.pipeline.progress import Display
from scenegen.pipeline.run import render


def config_in(folder):
    """The configuration of a small run whose sources are made in a folder."""
    return GenerationConfig(
        rooms=3,
        pairs_per_room=3,
        size=Size(96, 72),
        room_source=f"folder:{rooms_folder(folder / 'rooms')}",
        object_source=f"folder:{objects_folder(folder / 'objects')}",
        objects=ObjectsConfig(objects=Range(2, 5), pairs_per_layout=2),
    )


def run(config, out, workers=0, codec="gzip"):
    return render(
        config,
        out,
        codec=codec,
        crew=chosen_crew("process", workers, None),
        cache=None,
        display=Display(Console(file=StringIO())),
    )


def digests(out):
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(out.glob("*.h5"))}
