"""A data set as a Python object: its rooms, any of its samples without a file, or all of it as shards."""

from collections.abc import Iterator
from dataclasses import dataclass, field, fields, is_dataclass, replace
from functools import cached_property
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console

from scenegen.assets.cache import AssetCache
from scenegen.assets.library import open_objects, open_rooms
from scenegen.config import GenerationConfig, checked, from_dict
from scenegen.errors import UsageError, check_fields, typed
from scenegen.lenses import Lens
from scenegen.pipeline.executors import USUAL, chosen_crew
from scenegen.pipeline.plan import RunPlan, make_plan
from scenegen.pipeline.progress import Display
from scenegen.pipeline.run import Outcome, render
from scenegen.pipeline.shard import make_shard, shard_attributes
from scenegen.pipeline.studio import Studio, open_studio
from scenegen.rendering.choice import require_lens
from scenegen.shards.codecs import READ_ANYWHERE
from scenegen.shards.lens import lenses_of
from scenegen.shards.manifest import ShardJob
from scenegen.shards.rows import sample_of
from scenegen.shards.sample import Sample


@dataclass(frozen=True)
class _Unwritten:
    """What would be a shard, read like one."""

    arrays: dict[str, NDArray[Any]]
    attributes: dict[str, str | int | float]

    @property
    def asset_ids(self) -> NDArray[Any]:
        """(A,) identifiers of the assets."""
        return self.arrays["assets/id"]

    def lenses(self, index: int) -> tuple[Lens, ...]:
        """The lenses of the views of a sample."""
        views = self.arrays["camera/K"].shape[1]
        return lenses_of(views, lambda name: self.read(name, index) if name in self.arrays else None)

    def read(self, name: str, *index: int) -> NDArray[Any]:
        """A dataset, or its part at leading indices."""
        return self.arrays[name][index]


@dataclass(eq=False)
class Generator:
    """What `scenegen render` would make with a configuration; nothing is written until `write`.

    Samples are functions of the configuration, the room and the index alone: those of `sample` are those of the shards.
    Raises UsageError for a configuration that cannot be; a pair of numbers may stand for a Size or a Range.
    """

    config: GenerationConfig
    cache: AssetCache | None = field(default_factory=AssetCache)
    """Where parsed meshes are kept; None: nowhere."""

    def __post_init__(self) -> None:
        check_fields(self, UsageError)
        self.config = checked(from_dict(_plain(self.config), ""))
        require_lens(self.config.renderer, self.config.cameras.optics)

    def rooms(self) -> tuple[str, ...]:
        """The rooms of the set, sorted. Raises UsageError where the source has fewer than asked for."""
        return tuple(dict.fromkeys(job.room for job in self._plan.jobs))

    @typed(UsageError)
    def split(self, room: str) -> str:
        """The split of a room: train, val or test. Raises UsageError for a room that is not of the set."""
        return self._job(room).split

    @typed(UsageError)
    def sample(self, room: str, index: int = 0) -> Sample:
        """Sample `index` (0 or more, also beyond `pairs_per_room`) of a room.

        `object_asset` numbers the objects of this sample alone. Raises UsageError for another room or a
        negative index, AssetError where the room cannot be read, StagingError where no cameras find anything to see.
        """
        if index < 0:
            raise UsageError(f"sample {index} of room {room}: count from 0")
        job = replace(self._job(room), first_sample=index, samples=1)
        attributes = shard_attributes(self.config, job, len(self._plan.jobs), "")
        made = make_shard(self._studio, job, attributes, lambda _: None).content
        layers = [name for name in self.config.layers if name != "rgb"]
        return replace(sample_of(_Unwritten(made.arrays, made.attributes), 0, layers), index=index)

    def samples(self) -> Iterator[Sample]:
        """All samples, room by room, one at a time; those that cannot be staged raise, as in `sample`."""
        for room in self.rooms():
            yield from (self.sample(room, index) for index in range(self.config.pairs_per_room))

    @typed(UsageError)
    def write(self, out: Path | str, *, codec: str = READ_ANYWHERE, workers: int | None = None) -> Outcome:
        """Make all shards in the folder `out`, or what is missing of them, by so many processes (None: all cores).

        Raises as `pipeline.run.render`. Processes are spawned: a script calls it below `if __name__ == "__main__"`.
        """
        crew = chosen_crew(USUAL, workers, None)
        silent = Display(Console(file=StringIO()))
        return render(self.config, Path(out), codec=codec, crew=crew, cache=self.cache, display=silent)

    @cached_property
    def _plan(self) -> RunPlan:
        rooms = open_rooms(self.config.room_source, self.cache)
        return make_plan(self.config, rooms, open_objects(self.config.object_source, self.cache))

    @cached_property
    def _studio(self) -> Studio:
        return open_studio(self.config, self.cache)

    def _job(self, room: str) -> ShardJob:
        """The first job of a room. Raises UsageError."""
        found = next((job for job in self._plan.jobs if job.room == room), None)
        if found is None:
            raise UsageError(f"room {room!r}: is not of this set; choose among rooms(), such as {self.rooms()[0]!r}")
        return found


def _plain(value: Any) -> Any:
    """A configuration as tables and lists of plain numbers."""
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, dict):
        return {name: _plain(entry) for name, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    return value.tolist() if isinstance(value, np.ndarray | np.generic) else value


@typed(UsageError)
def open_generator(config: GenerationConfig | None = None, **options: Any) -> Generator:
    """The set that a configuration describes; `options` replace values of it, by the names of GenerationConfig.

    Raises UsageError for values that are impossible or of another kind, and for names that are none.
    """
    known = set(GenerationConfig.__dataclass_fields__)
    if wrong := sorted(options.keys() - known):
        raise UsageError(f"{wrong[0]}: is no option; choose among {', '.join(sorted(known))}")
    return Generator(replace(config or GenerationConfig(), **options))
