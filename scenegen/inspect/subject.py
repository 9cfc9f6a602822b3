"""The sample that is looked at, with what its shard says about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

import numpy as np

from scenegen.errors import ShardError, UsageError
from scenegen.instances import FIRST_OBJECT, ROOM
from scenegen.shards.content import RULES, broken_rules
from scenegen.shards.faults import AGAIN
from scenegen.shards.origin import imported_from
from scenegen.shards.reader import ShardReader, ShardSet
from scenegen.shards.sample import Array, Sample
from scenegen.verify.check import MORE_RULES, sample_part


@dataclass(frozen=True)
class Subject:
    """One sample and the words around it."""

    sample: Sample
    views: tuple[int, ...]
    """Numbers of the views that are shown; the first is the one that the others are compared with."""
    source: str
    """Where it is from, such as `train-room_000-000.h5, sample 3`."""
    path: Path
    """The shard, for messages."""
    names: dict[int, str]
    """Name of each instance of the sample: the category of an object, or `room`."""
    relit: bool
    """Whether each view has lights of its own, so that colours differ between views."""
    imported: bool = False
    """Whether it comes from data of elsewhere."""

    def layer(self, name: str, purpose: str) -> Array:
        """(V, H, W, ...) an optional layer; UsageError that says what needs it when the shard has none."""
        found: Array | None = self.sample.layer(name)
        if found is None:
            advice = f"render with --layers rgb,{name}"
            if self.imported:
                advice = "it was imported from data that has none"
            raise UsageError(f"{self.path}: has no {name} layer, which {purpose} needs: {advice}")
        return found

    def require_cameras(self, purpose: str) -> None:
        """Raise UsageError, saying what needs them, where the shard knows no cameras."""
        if not self.sample.has_cameras:
            what = "has matches without cameras, as it was imported"
            raise UsageError(f"{self.path}: {what}: {purpose} needs cameras; scenegen figure and gallery show it")

    def only(self, views: Sequence[int]) -> Self:
        """The same sample of which only some views are shown, in the order given.

        Raises UsageError for a view that is not there, one named twice, and fewer than two.
        """
        last = len(self.sample.rgb) - 1
        if wrong := [k for k in views if not 0 <= k <= last]:
            raise UsageError(f"--views {wrong[0]}: {self.source} has views 0 to {last}: name two or more of them")
        if len(views) < 2 or len(set(views)) < len(views):
            words = " ".join(map(str, views))
            raise UsageError(f"--views {words}: name two or more different views of 0 to {last}")
        return replace(self, views=tuple(views))


class Samples:
    """The samples of a shard, or of all shards of a run folder: `len(samples)`, `samples.subject(k)`.

    Raises UsageError when the path does not exist, ShardError when what is there cannot be read.
    """

    def __init__(self, path: Path) -> None:
        if not path.exists():
            raise UsageError(f"{path}: no such file or folder: give a shard (.h5) or the folder of a run")
        self.path = path
        self._set = ShardSet(path) if path.is_dir() else None
        self._reader = None if self._set else ShardReader(path)

    def __len__(self) -> int:
        """Number of samples."""
        return len(self._set or self._reader or ())

    def subject(self, index: int) -> Subject:
        """Sample `index` with all its views.

        Raises UsageError outside 0 to len - 1, ShardError for damage and for values that no sample can have.
        """
        if not 0 <= index < len(self):
            raise UsageError(f"--sample {index}: {self.path} has samples 0 to {len(self) - 1}")
        reader, row = self._locate(index)
        _require_possible(reader, row)
        sample = reader[row]
        config, views = reader.config, tuple(range(len(sample.rgb)))
        source, names = f"{reader.path.name}, sample {row}", _names(reader, sample)
        imported = imported_from(config) is not None
        return Subject(sample, views, source, reader.path, names, _relit(config) and not imported, imported)

    def _locate(self, index: int) -> tuple[ShardReader, int]:
        """The reader of a sample and its row there."""
        if self._set:
            shard, row = self._set.locate(index)
            return self._set.reader(shard), row
        assert self._reader is not None
        return self._reader, index

    def close(self) -> None:
        """Close all files."""
        for opened in (self._set, self._reader):
            if opened is not None:
                opened.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _require_possible(reader: ShardReader, row: int) -> None:
    """Raise ShardError for a sample that breaks the rules of `scenegen verify`: pictures of it would mislead."""
    names = [info.name for info in reader.datasets() if info.name != "preview"]
    arrays = {name: sample_part(reader, name, row) for name in names}
    with np.errstate(all="ignore"):
        problem = next(broken_rules(arrays, RULES + MORE_RULES), None)
    if problem:
        raise ShardError(f"{reader.path}: sample {row}: {problem}: {AGAIN}")


def _names(reader: ShardReader, sample: Sample) -> dict[int, str]:
    """Names of the instances; `object` where the shard names no asset for a slot."""
    categories = reader.asset_categories
    slots = {slot + FIRST_OBJECT: int(row) for slot, row in enumerate(sample.object_asset) if row >= 0}
    named = {k: str(categories[row]) if row < len(categories) else "object" for k, row in slots.items()}
    return {ROOM: "room"} | named


def _relit(config: Mapping[str, Any]) -> bool:
    """Whether a run's configuration says that each view has its own lights; the default of `render`.

    Views of a rig, or of a path, share them whatever it says.
    """
    light, cameras = (table if isinstance(table, Mapping) else {} for table in map(config.get, ("light", "cameras")))
    free = cameras.get("rig", "free") == "free" and cameras.get("trajectory", "none") == "none"
    return free and light.get("relight") != "off"
