"""A small run as an executor hands it out."""

from small_world import objects_folder, rooms_folder

from scenegen.config import GenerationConfig, Size
from scenegen.pipeline.events import Finished
from scenegen.pipeline.plan import make_plan
from scenegen.pipeline.worker import Task, open_task


def task_and_jobs_in(folder):
    """A task, and its jobs, whose sources and shards lie in a folder."""
    config = GenerationConfig(
        rooms=3,
        pairs_per_room=2,
        size=Size(64, 48),
        room_source=f"folder:{rooms_folder(folder / 'rooms')}",
        object_source=f"folder:{objects_folder(folder / 'objects')}",
    )
    (folder / "out").mkdir()
    task = Task(config, folder / "out", "none", 3, "test", None)
    studio = open_task(task)
    return task, list(make_plan(config, studio.rooms, studio.objects).jobs)


def finished(events):
    return sorted(e.job.index for e in events if isinstance(e, Finished))
