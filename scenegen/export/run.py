"""A run in another form: chooses the samples, hands the scenes to a format, publishes the folder."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from scenegen.errors import UsageError
from scenegen.export.colmap import export_colmap
from scenegen.export.folder import new_folder
from scenegen.export.glue_factory import export_glue_factory
from scenegen.export.nerfstudio import export_nerfstudio
from scenegen.export.pictures import Suffix
from scenegen.export.scenes import Scene, staged_scenes
from scenegen.export.webdataset import export_webdataset
from scenegen.shards.reader import ShardSet
from scenegen.shards.schema import absent

Format = Literal["colmap", "nerfstudio", "webdataset", "glue-factory"]
Writer = Callable[[Iterable[Scene], Path, Suffix], None]

WRITERS: dict[str, Writer] = {
    "colmap": export_colmap,
    "nerfstudio": export_nerfstudio,
    "webdataset": export_webdataset,
    "glue-factory": export_glue_factory,
}
WITHOUT_CAMERAS = ("webdataset",)
"""Formats that matches alone can be written in."""


@dataclass(frozen=True)
class Choice:
    """Which samples of a run, and how."""

    format: Format
    split: str | None = None
    """Only the shards of this split."""
    limit: int | None = None
    """This many samples at most."""
    pictures: Suffix = "png"


@dataclass
class Tally:
    """What has been exported so far."""

    total: int
    """Samples that there will be."""
    samples: int = 0
    scenes: int = 0


def export_run(folder: Path, out: Path, choice: Choice, progress: Callable[[Tally], None] = lambda _: None) -> Tally:
    """Write the samples of a run to the new folder `out`; the same samples give the same bytes.

    Raises UsageError for a choice that cannot be met or where `out` is taken, ShardError where a shard is missing,
    damaged or of a newer format, or `out` cannot be written; nothing is left behind then.
    """
    _require_known(choice)
    if folder.resolve() in (out.resolve(), *out.resolve().parents):
        raise UsageError(f"{out}: lies in the folder of the run: choose another --out")
    shards = ShardSet(folder, choice.split, max_open=1)
    if choice.format not in WITHOUT_CAMERAS:
        _require_cameras(shards, choice)
    tally = Tally(min(len(shards), choice.limit or len(shards)))
    with new_folder(out) as building:
        WRITERS[choice.format](
            _counted(staged_scenes(shards, choice.limit), tally, progress), building, choice.pictures
        )
    shards.close()
    return tally


def _require_known(choice: Choice) -> None:
    if choice.format not in WRITERS:
        raise UsageError(f"--format {choice.format}: is unknown: choose one of {', '.join(WRITERS)}")
    if choice.pictures not in get_args(Suffix):
        raise UsageError(f"--pictures {choice.pictures}: is unknown: choose png or jpg")
    if choice.limit is not None and choice.limit < 1:
        raise UsageError(f"--max {choice.limit}: must be 1 or more")


def _require_cameras(shards: ShardSet, choice: Choice) -> None:
    """Raise UsageError where a shard knows no cameras; the first one speaks for an import."""
    first = shards.reader(0)
    if "camera/K" in absent(first.attributes):
        others = ", ".join(WITHOUT_CAMERAS)
        raise UsageError(
            f"{first.path}: has matches without cameras, as it was imported, and --format {choice.format} needs "
            f"cameras: choose {others}"
        )


def _counted(scenes: Iterable[Scene], tally: Tally, progress: Callable[[Tally], None]) -> Iterator[Scene]:
    """The same scenes; `progress` hears of each when it is done."""
    for scene in scenes:
        yield scene
        tally.scenes += 1
        tally.samples += len(scene)
        progress(tally)
