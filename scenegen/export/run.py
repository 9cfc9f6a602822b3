"""A run in another form: chooses the samples, hands the scenes to a format, publishes the folder."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from importlib import import_module
from itertools import chain, groupby
from pathlib import Path
from typing import get_args

from scenegen.assets.cache import AssetCache
from scenegen.errors import UsageError
from scenegen.export.choices import FILES, Format, Suffix
from scenegen.export.folder import new_folder
from scenegen.export.forms import Form, require
from scenegen.export.meshes import Meshes, open_meshes, require_same
from scenegen.export.scenes import SceneSamples, staged_scenes
from scenegen.shards.origin import Origin, origin_of
from scenegen.shards.reader import ShardSet

FORMS: dict[Format, Form] = {name: import_module(f"scenegen.export.{file}").FORM for name, file in FILES.items()}
"""Every form by name."""


@dataclass(frozen=True)
class ExportChoice:
    """Which samples of a run, and how."""

    format: Format
    split: str | None = None
    """Only the shards of this split."""
    limit: int | None = None
    """This many samples at most."""
    pictures: Suffix = "png"
    sources: Mapping[str, str] = field(default_factory=dict)
    """Where the meshes lie, by role (`room_source`, `object_source`); the built-in ones are known."""


@dataclass
class ExportTally:
    """What has been exported so far."""

    total: int
    """Samples that there will be."""
    samples: int = 0
    scenes: int = 0


def export_run(
    folder: Path, out: Path, choice: ExportChoice, progress: Callable[[ExportTally], None] = lambda _: None
) -> ExportTally:
    """Write the samples of a run to the new folder `out`; the same samples give the same bytes.

    Raises UsageError for a choice that cannot be met, samples that the format cannot hold, meshes that are not at hand
    or where `out` is taken, AssetError for a mesh that cannot be read, ShardError where a shard is missing, damaged or
    of a newer format, or `out` cannot be written; nothing is left behind then.
    """
    _require_known(choice)
    if folder.resolve() in (out.resolve(), *out.resolve().parents):
        raise UsageError(f"{out}: lies in the folder of the run: choose another --out")
    shards = ShardSet(folder, choice.split, max_open=1)
    tally = ExportTally(min(len(shards), choice.limit or len(shards)))
    scenes = _fitting(staged_scenes(shards, choice.limit), choice.format)
    if FORMS[choice.format].meshes:
        scenes = _with_meshes(scenes, choice.sources)
    with new_folder(out) as building:
        FORMS[choice.format].write(_counted(scenes, tally, progress), building, choice.pictures)
    shards.close()
    return tally


def _require_known(choice: ExportChoice) -> None:
    if choice.format not in FORMS:
        raise UsageError(f"--format {choice.format}: is unknown: choose one of {', '.join(FORMS)}")
    if choice.pictures not in get_args(Suffix):
        raise UsageError(f"--pictures {choice.pictures}: is unknown: choose png or jpg")
    if choice.limit is not None and choice.limit < 1:
        raise UsageError(f"--max {choice.limit}: must be 1 or more")


def _fitting(scenes: Iterable[SceneSamples], name: Format) -> Iterator[SceneSamples]:
    """The same scenes; UsageError at the first that the format cannot hold."""
    for scene in scenes:
        require(FORMS[name], name, scene, FORMS)
        yield scene


def _with_meshes(scenes: Iterable[SceneSamples], sources: Mapping[str, str]) -> Iterator[SceneSamples]:
    """The same scenes with their meshes; UsageError where these are not there, or not those of a shard."""
    opened: dict[Origin, Meshes] = {}
    for _, parts in groupby(scenes, key=lambda scene: scene.shard):
        first = next(parts)
        kinds = replace(origin_of(first.reader.attributes), room="")
        if kinds not in opened:
            opened[kinds] = open_meshes(first.reader, sources, AssetCache())
        require_same(opened[kinds], first.reader)
        yield from (replace(scene, meshes=opened[kinds]) for scene in chain([first], parts))


def _counted(
    scenes: Iterable[SceneSamples], tally: ExportTally, progress: Callable[[ExportTally], None]
) -> Iterator[SceneSamples]:
    """The same scenes; `progress` hears of each when it is done."""
    for scene in scenes:
        yield scene
        tally.scenes += 1
        tally.samples += len(scene)
        progress(tally)
