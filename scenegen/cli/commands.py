"""The commands as typed, frozen dataclasses; their docstrings are the manual."""

from dataclasses import dataclass, field
from inspect import getdoc
from pathlib import Path
from typing import Annotated, Any, Literal

import tyro

from scenegen.cli.gallery import GalleryCommand
from scenegen.cli.importing import ImportCommand
from scenegen.cli.looking import FigureCommand, ViewCommand
from scenegen.cli.publishing import CardCommand, ExportCommand
from scenegen.cli.values import ConfigFile, File, Folder, OptionalSource, Place, Shards
from scenegen.config import GenerationConfig
from scenegen.layers import LAYERS
from scenegen.pipeline.executors import USUAL, ExecutorName
from scenegen.shards.codecs import READ_ANYWHERE, CodecName


@dataclass(frozen=True)
class RenderCommand:
    """Stage objects in rooms, photograph them, trace the correspondences, write HDF5 shards.

    The same command again finishes what is missing and makes nothing twice. Exit code 0: all is
    there; 1: some rooms failed, they are listed at the end; 2: the request cannot be met.

    Examples:
      scenegen render --rooms 76 --out out/demo
      scenegen render --rooms 76 --room-source scenenn:PATH --object-source shapenet:PATH --out out/paper
      scenegen render --rooms 10 --size 320x240 --views 3 --overlap 0.3:0.8 --placement rest --out out/small

    """

    data: Annotated[GenerationConfig, tyro.conf.arg(name="")] = field(default_factory=GenerationConfig)
    out: Place = Path("out/scenegen")
    """Folder for the shards, manifest.json and config.json, or its address: s3://bucket/set (needs the extra s3)."""
    workers: Annotated[int | None, tyro.conf.arg(metavar="N")] = None
    """Worker processes; by default one per core, 0 runs in this process."""
    executor: ExecutorName = USUAL
    """Who makes the shards. inline: this process. process: worker processes of this machine. ray: a Ray cluster, whose
    nodes see the sources and --out at the same paths (needs the extra ray)."""
    address: Annotated[str | None, tyro.conf.arg(metavar="HOST:PORT")] = None
    """The Ray cluster, or auto for the one that runs here; else that of RAY_ADDRESS, or a local one for this run."""
    codec: CodecName = READ_ANYWHERE
    """Compression of the shards. gzip: any HDF5 reads it. zstd: faster to read, needs the extra zstd. none: scratch."""
    shard: Annotated[str | None, tyro.conf.arg(metavar="I/N")] = None
    """Make only every N-th shard, from the I-th (0 to N - 1): parts of one run, on several machines or one. Without it
    SCENEGEN_SHARD=I/N says so, a Slurm array, or an indexed job of Kubernetes with SCENEGEN_SHARD_COUNT=N."""
    cache: bool = True
    """Keep parsed models in a binary cache ($SCENEGEN_CACHE, else the user's cache folder)."""
    config: ConfigFile | None = None
    """JSON or TOML file with options (a run's config.json, at an address too); options on the command line win."""


@dataclass(frozen=True)
class PlanCommand:
    """Say what a run will cost before it is made: time, disk, memory, price. The words are those of render.

    Makes a few pairs of some of its rooms, by as many workers as will make it, and reckons from them. The forecast
    is kept beside the shards to be; render says at its end how far off it was.

    Examples:
      scenegen plan --rooms 76 --out out/demo
      scenegen plan --rooms 90 --pairs-per-room 500 --codec zstd --workers 8 --price 0.03 --out /data/large

    """

    render: Annotated[RenderCommand, tyro.conf.arg(name="")] = field(default_factory=RenderCommand)
    price: float = 0.04
    """Of one core for an hour, in any currency."""


@dataclass(frozen=True)
class InspectCommand:
    """Print what is inside a shard or a run folder as tables."""

    path: tyro.conf.Positional[Shards]
    """A shard (.h5) or the folder of a run, or the address of one."""


@dataclass(frozen=True)
class AssetsCommand:
    """Read every asset of a source and report what is usable and what is wrong with the rest.

    Exit code 0 if anything is usable, 1 if nothing is, 2 if the source cannot be opened.
    """

    action: tyro.conf.Positional[Literal["check"]]
    """check: the asset doctor."""
    source: Annotated[str, tyro.conf.Positional, tyro.conf.arg(metavar="SOURCE")]
    """As --room-source or --object-source: scenenn:PATH, shapenet:PATH, folder:PATH, ..."""
    role: Literal["auto", "rooms", "objects"] = "auto"
    """What the assets are; auto: rooms for scenenn, objects otherwise."""
    json: File | None = None
    """Write the whole report to this JSON file."""
    manifest: File | None = None
    """Write a manifest with the sha256 of each asset to this JSON file."""


@dataclass(frozen=True)
class StatusCommand:
    """Say what of a run is done, what is missing, what failed and why, and who is at work on it.

    Exit code 0: complete; 1: something is missing or failed.
    """

    folder: tyro.conf.Positional[Place]
    """Folder of a run."""


@dataclass(frozen=True)
class MergeCommand:
    """Join what the slices of a run (--shard i/n) recorded into its manifest.json; the same call again changes nothing.

    The slice that makes the last shard does this itself. Everything reads the records as they are, so this is for
    publishing a run before it is complete, or with few files. Exit code 0.
    """

    folder: tyro.conf.Positional[Place]
    """Folder of a run."""


@dataclass(frozen=True)
class RepackCommand:
    """Store the shards of a run with another codec; the data stays the same, and a digest of it proves that.

    Examples:
      scenegen repack out/demo --codec zstd --out out/demo-zstd

    """

    folder: tyro.conf.Positional[Place]
    """Folder of a run."""
    codec: CodecName
    """How the chunks are stored."""
    out: Folder
    """Folder for the new shards and their manifest; not the old one."""


@dataclass(frozen=True)
class VerifyCommand:
    """Check shards: bytes, format, values; on request, against what their configuration makes.

    By default every shard of the manifest is there, has its sha256, follows the format, and its cameras and
    rays are possible; nothing unlisted lies beside them. Exit code 0: sound; 1: damage found; 2: usage.

    Examples:
      scenegen verify out/demo
      scenegen verify out/demo --deep 2 --json report.json
      scenegen verify shard.h5

    """

    paths: tyro.conf.Positional[tuple[Shards, ...]]
    """Folders of runs, or shards (.h5)."""
    fast: bool = False
    """Only that every listed shard is there in its size, and nothing else."""
    deep: Annotated[int, tyro.conf.arg(metavar="N")] = 0
    """Make N samples of each shard again and count what differs; check geometry too, and pictures from N = 3."""
    room_source: OptionalSource = None
    """Where the rooms lie, for --deep; by default as local.json beside the manifest says."""
    object_source: OptionalSource = None
    """Where the objects lie, for --deep; as --room-source."""
    json: File | None = None
    """Write the whole verdict to this JSON file."""


Command = (
    RenderCommand
    | PlanCommand
    | ImportCommand
    | InspectCommand
    | StatusCommand
    | VerifyCommand
    | MergeCommand
    | RepackCommand
    | FigureCommand
    | ViewCommand
    | GalleryCommand
    | CardCommand
    | ExportCommand
    | AssetsCommand
)


def commands(defaults: GenerationConfig) -> Any:
    """The union of all commands, for tyro; `defaults` are what --config brought."""
    return (
        Annotated[
            RenderCommand,
            tyro.conf.subcommand("render", default=RenderCommand(data=defaults), description=_render_manual()),
        ]
        | Annotated[PlanCommand, tyro.conf.subcommand("plan", default=PlanCommand(render=RenderCommand(data=defaults)))]
        | Annotated[ImportCommand, tyro.conf.subcommand("import")]
        | Annotated[InspectCommand, tyro.conf.subcommand("inspect")]
        | Annotated[StatusCommand, tyro.conf.subcommand("status")]
        | Annotated[VerifyCommand, tyro.conf.subcommand("verify")]
        | Annotated[MergeCommand, tyro.conf.subcommand("merge")]
        | Annotated[RepackCommand, tyro.conf.subcommand("repack")]
        | Annotated[FigureCommand, tyro.conf.subcommand("figure")]
        | Annotated[ViewCommand, tyro.conf.subcommand("view")]
        | Annotated[GalleryCommand, tyro.conf.subcommand("gallery")]
        | Annotated[CardCommand, tyro.conf.subcommand("card")]
        | Annotated[ExportCommand, tyro.conf.subcommand("export")]
        | Annotated[AssetsCommand, tyro.conf.subcommand("assets")]
    )


def _render_manual() -> str:
    """What `render` does, with every layer that there is."""
    told = "\n".join(f"  {layer.name}: {layer.description}" for layer in LAYERS)
    return f"{getdoc(RenderCommand)}\n\nAn unknown kind of source is answered with all there are. Layers:\n{told}\n"
