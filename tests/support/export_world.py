"""A real run in a second: cameras of different focal length, two samples of one arrangement in each room."""

import atexit
import functools
import shutil
import tempfile
from io import StringIO
from pathlib import Path

from rich.console import Console
from small_world import objects_folder, rooms_folder

from scenegen.config import CamerasConfig, GenerationConfig, ObjectsConfig, Range, Size
from scenegen.pipeline.executors import Crew
from scenegen.pipeline.progress import Display
from scenegen.pipeline.run import render

LENSES = (
    "pinhole",
    "brown:-0.1,0.02,0.002,-0.003,0",
    "brown:-0.1,0.02,0.002,-0.003,0.01",
    "fisheye:-0.03,0.01,0,0.001",
)


def made_run(
    folder: Path, rooms: int = 2, views: int = 3, layers=("rgb", "depth", "instance", "normal"), lens: str = LENSES[0]
) -> Path:
    """A run of three samples a room, the first two of one arrangement: a copy in `folder`, made once in a process."""
    return Path(shutil.copytree(_rendered(rooms, views, layers, lens), folder / "run"))


@functools.cache
def _rendered(rooms, views, layers, lens):
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    config = GenerationConfig(
        rooms=rooms,
        pairs_per_room=3,
        views=views,
        size=Size(64, 48),
        layers=layers,
        cameras=CamerasConfig(focal_px=Range(400, 600), roll_deg=Range(-20, 20), lens=lens),
        room_source=f"folder:{rooms_folder(folder / 'rooms')}",
        object_source=f"folder:{objects_folder(folder / 'objects')}",
        objects=ObjectsConfig(objects=Range(2, 5), pairs_per_layout=2),
    )
    quiet = Display(Console(file=StringIO()))
    assert render(config, folder / "run", codec="gzip", crew=Crew("inline"), cache=None, display=quiet).exit_code == 0
    return folder / "run"
