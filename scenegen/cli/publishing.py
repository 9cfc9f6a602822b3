"""`scenegen card` and `scenegen export`: a run for others, with a card, or in the forms that other tools read."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated

import tyro
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from scenegen.cli.values import Folder, OptionalSource, Place
from scenegen.counting import counted
from scenegen.errors import UsageError
from scenegen.export.choices import Format, Suffix
from scenegen.remote import is_remote

OptionalText = Annotated[str | None, tyro.conf.arg(metavar="TEXT")]


@dataclass(frozen=True)
class CardCommand:
    """Write a dataset card: README.md with a head for the Hugging Face hub, a picture, and croissant.json.

    All of it comes from the manifest and the shards; sizes are checked, bytes are not (scenegen verify does that). With
    the card beside the shards, `datasets.load_dataset(FOLDER)` loads them. A README.md of your own is never replaced.

    Examples:
      scenegen card out/demo
      scenegen card out/demo --name "Demo rooms" --url https://example.org/demo --creator "A lab" --date 2026-01-31

    """

    folder: tyro.conf.Positional[Place]
    """Folder of a run, or its address."""
    out: Folder | None = None
    """Where the card goes; by default beside the shards, if these lie on this machine."""
    name: OptionalText = None
    """Name of the set; by default that of the folder."""
    url: OptionalText = None
    """Page of the set, which Croissant asks for."""
    creator: OptionalText = None
    """Who made the set, an organisation, which Croissant asks for."""
    date: Annotated[str | None, tyro.conf.arg(metavar="YYYY-MM-DD")] = None
    """Date of publication, which Croissant asks for."""


@dataclass(frozen=True)
class ExportCommand:
    """Write cameras, pictures and matches in a form that other tools read.

    colmap: a sparse model for each staged scene, the visible rays as points with tracks. nerfstudio: a transforms.json
    for each staged scene, with depth maps and a cloud of points. webdataset: tar files of samples, everything as it is
    in the shard. glue-factory: scenes for its posed_images reader, lists for its image_pairs reader. scene-info: for
    RoMa, DKM, DeDoDe, LoMa. loftr: for LoFTR, EfficientLoFTR, XFeat, LiftFeat, JamMa. dust3r: for DUSt3R's Habitat
    reader, from five views. flow: optical flow between any two views, as .flo files with masks. glb: each staged scene
    with its meshes, textures and cameras, for any viewer of glTF; the meshes are read where the run found them. wai:
    for MapAnything. parquet: small pictures and measures, for the viewer of the Hugging Face hub. tapvid: tracks over
    the views of a sample as frames, for readers of TAP-Vid; see render --trajectory. The same samples give the same
    bytes; the folder appears when all of it is there.

    Examples:
      scenegen export out/demo --format colmap --out out/demo-colmap
      scenegen export out/demo --format webdataset --split train --max 1000 --out out/demo-tars

    """

    folder: tyro.conf.Positional[Place]
    """Folder of a run, or its address."""
    format: Format
    """What the files are for."""
    out: Folder
    """A new or empty folder, not inside the run."""
    split: Annotated[str | None, tyro.conf.arg(metavar="NAME")] = None
    """Only the samples of this split."""
    max: Annotated[int | None, tyro.conf.arg(metavar="N")] = None
    """At most N samples, the first ones."""
    pictures: Suffix = "png"
    """png: the pixels as they are. jpg: a fraction of the size, quality 95; dust3r has no other. glb: its textures."""
    room_source: OptionalSource = None
    """Where the rooms lie, for glb; by default as local.json beside the manifest says."""
    object_source: OptionalSource = None
    """Where the objects lie, for glb; as --room-source."""


def card(command: CardCommand, console: Console) -> int:
    """Write the card of a run; 0. Raises RunError without a run, UsageError and ShardError as `write_card`."""
    from scenegen.card.croissant import Identity
    from scenegen.card.write import CROISSANT, PICTURE, README, write_card
    from scenegen.pipeline.manifest import require_manifest

    identity, out = Identity(command.url, command.creator, command.date), command.out or command.folder
    if is_remote(out):
        raise UsageError(f"card {out}: the run lies at an address: give --out, a folder of this machine for its card")
    facts = write_card(command.folder, require_manifest(command.folder), out, command.name, identity)
    if len(facts.shards) < facts.planned:
        there = f"{len(facts.shards)} of {facts.planned} shards"
        console.print(f"the run is unfinished: the card describes {there}, and says so", soft_wrap=True)
    if identity.missing:
        console.print(
            f"{CROISSANT} has no {', '.join(identity.missing)}: before you publish, give --url, --creator and --date",
            soft_wrap=True,
        )
    console.print(f"{README}, {PICTURE} and {CROISSANT} are in {out}", soft_wrap=True, markup=False)
    return 0


def export(command: ExportCommand, console: Console) -> int:
    """Write a run in another form; 0. Raises RunError for a manifest that is none, else as `export_run`."""
    from scenegen.export.run import ExportChoice, export_run
    from scenegen.pipeline.manifest import load_manifest
    from scenegen.pipeline.places import known_places

    manifest = load_manifest(command.folder)
    named = {"room_source": command.room_source, "object_source": command.object_source}
    places = known_places(command.folder, manifest.config) if manifest else {}
    places |= {role: spec for role, spec in named.items() if spec}
    choice = ExportChoice(command.format, command.split, command.max, command.pictures, places)
    with _progress(console) as advance:
        tally = export_run(command.folder, command.out, choice, lambda t: advance(t.samples, t.total))
    if manifest and not manifest.complete:
        console.print(f"the run is unfinished: {len(manifest.shards)} of {manifest.num_shards} shards are there")
    what = f"{counted(tally.samples, 'sample')} of {counted(tally.scenes, 'staged scene')}"
    console.print(f"{what} for {command.format} are in {command.out}", soft_wrap=True, markup=False)
    return 0


@contextmanager
def _progress(console: Console) -> Iterator[Callable[[int, int], None]]:
    """A bar on a terminal; called with what is done and what there is."""
    columns = (TextColumn("export"), BarColumn(), TextColumn("{task.completed} of {task.total} samples"))
    with Progress(
        *columns, TimeRemainingColumn(), console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task("export", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
