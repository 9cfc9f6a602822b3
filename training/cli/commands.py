"""The commands as typed, frozen dataclasses; their docstrings are the manual. Nothing here imports PyTorch."""

from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from typing import Annotated, Any, Generic, Literal

import tyro

from scenegen.cli.values import File, Folder, Place
from training.cli.experiments import ColoredMnist, FetchMnist
from training.cli.weights import ExportOnnx, ExportWeights, Run
from training.evaluation.photos.settings import PhotoSettings
from training.presets import PresetName
from training.ranges import Between, Many, Some
from training.settings import Distance, Every, FitSettings, O, V
from training.weights import BUILTIN

OtherFolder = Annotated[Folder | None, tyro.conf.arg(metavar="DIR")]
OtherPlace = Annotated[Place | None, tyro.conf.arg(metavar="DIR|URL")]
Device = Literal["auto", "cpu", "cuda"]
OtherDistance = Annotated[
    Distance | None,
    tyro.conf.arg(metavar="l2|l1|linf|cosine|hamming", help_behavior_hint="(default: as the run's objective does)"),
]
Count = Annotated[int, tyro.conf.arg(metavar="N")]


def _several(metavar: str, name: str | None = None) -> Any:
    """How an option of any number of values is shown."""
    return tyro.conf.arg(name=name, metavar=f"[{metavar} ...]", help_behavior_hint="(default: none)")


@dataclass(frozen=True)
class Fit(Generic[O, V]):
    """Train a network on shards, or on single pictures, and leave everything in a run folder.

    The same command again goes on from the last checkpoint; a finished run is left as it is. Ctrl-C ends
    the run after the current step, with a checkpoint. --preset and --objective choose the defaults of all other
    options; an objective brings options of its own.
    Exit code 0: finished; 1: failed; 2: the request cannot be met; 130: stopped, can go on.

    For example:

      scenetrain fit --shards out/demo --out runs/quick --preset quick
      scenetrain fit --shards out/paper --out runs/paper
      scenetrain fit --shards out/paper --out runs/l2 --p 2 --lam 0.5 --steps 5000 --crop 128
      scenetrain fit --shards out/paper --out runs/infonce --objective infonce --temperature 0.05
      scenetrain fit --images photos --out runs/photos --objective stable --crop 128
      scenetrain fit --shards out/mine --out runs/mine --preset builtin --init-from builtin --lr 5e-4
      torchrun --nproc-per-node 4 -m training fit --shards out/paper --out runs/four

    """

    out: Run
    """Folder of the run: checkpoint.pt, settings.json, log.jsonl, validation.jsonl, health.jsonl, pace.jsonl,
    tensorboard/."""
    run: Annotated[FitSettings[O, V], tyro.conf.arg(name="")]
    shards: OtherPlace = None
    """Folder of the shards (a run of `scenegen render`): trains on split train, validates on split val."""
    images: OtherFolder = None
    """Instead of shards: a folder of pictures (PNG, JPEG, TIFF, .npy, DICOM, …); --transform makes two views of each.
    One in five, by the hash of its name, validates."""
    preset: PresetName = "paper"
    """Where the defaults come from. paper: Experiment 2, Eq. 1-5 to the letter. official: as the official code does it.
    cover: COVER and its network, as released. quick: minutes on a CPU. compare: the same few windows and pixels for
    any objective. builtin: for photographs, one to two hours of one core."""
    device: Device = "auto"
    """auto: a GPU if there is one."""
    compile: bool = False
    """Compile the network (torch.compile): faster on a GPU after some minutes."""
    resume: bool = True
    """Go on from the last checkpoint; --no-resume begins anew and overwrites the run."""
    every: Annotated[Every, tyro.conf.arg(name="")] = field(default_factory=Every)


@dataclass(frozen=True)
class FitWords:
    """Train a network on shards and leave everything in a run folder."""


@dataclass(frozen=True)
class Eval:
    """Measure a trained network on the rooms and objects of a split of the shards, beside the baselines.

    Writes table.json, table.txt and the figures, and prints the table: matching by overlap and view angle,
    instances, categories and edges, with intervals over rooms, and whether the network was trained on any of them.

    For example:

      scenetrain eval --run runs/paper --shards out/paper
      scenetrain eval --run builtin --shards out/demo --out builtin-eval

    """

    run: Run
    """Folder of a `scenetrain fit` run, a file of `scenetrain export-weights`, or builtin."""
    shards: Place
    """Folder of the shards."""
    split: str = "val"
    """Split that is measured: val is held out from training on the same folder."""
    out: Annotated[Folder | None, tyro.conf.arg(metavar="DIR", help_behavior_hint="(default: RUN/eval)")] = None
    """Folder for the table and the figures."""
    pairs: Many = 0
    """Pairs measured at most, spread evenly over the shards; 0: all."""
    queries: Some = 512
    """Visible rays looked up in each pair at most, and as many distractors."""
    window: Many = 0
    """Side of the square windows in pixels; 0: whole pictures."""
    pictures: Many = 32
    """Pictures at most for instances, categories and edges; 0 leaves these out."""
    distance: OtherDistance = None
    """How descriptors are compared."""
    seed: Many = 0
    """Root of the choice of rays, of the clusters and of the resampled rooms."""
    device: Device = "auto"
    """auto: a GPU if there is one."""


@dataclass(frozen=True)
class Extract:
    """Describe photos: one (H, W, D) array of descriptors for each, in an HDF5 file.

    For example:

      scenetrain extract kitchen.jpg hall.jpg --out descriptors.h5
      scenetrain extract --run runs/paper kitchen.jpg hall.jpg --out descriptors.h5

    """

    images: Annotated[tuple[Path, ...], tyro.conf.Positional, tyro.conf.arg(metavar="IMAGE")]
    """Photos in any format that Pillow reads."""
    out: File
    """HDF5 file to write."""
    run: Run = BUILTIN
    """builtin: the weights that come with the package; else the folder of a `scenetrain fit` run, or a file of
    `scenetrain export-weights`."""
    tile: Many = 0
    """Work in tiles of this many pixels (networks with --norm pixel: equal to the full image); 0: in one piece."""
    precision: Literal["float16", "float32"] = "float16"
    """Type of the stored descriptors."""
    device: Device = "auto"
    """auto: a GPU if there is one."""


@dataclass(frozen=True)
class Match:
    """Match the pixels of two photos and draw the matches.

    For example:

      scenetrain match left.jpg right.jpg
      scenetrain match --run runs/paper left.jpg right.jpg --out matches.png

    """

    first: Annotated[Path, tyro.conf.Positional, tyro.conf.arg(metavar="A")]
    """A photo."""
    second: Annotated[Path, tyro.conf.Positional, tyro.conf.arg(metavar="B")]
    """Another photo of the same place."""
    run: Run = BUILTIN
    """builtin: the weights that come with the package; else the folder of a `scenetrain fit` run, or a file of
    `scenetrain export-weights`."""
    out: File = Path("matches.png")
    """Picture to write (PNG, or as its ending says)."""
    grid: Count = 8
    """Distance of the pixels of A that look for a match, in pixels of the photo (made at most 640 px long)."""
    ratio: Annotated[float, tyro.conf.arg(metavar="X")] = 0.9
    """Keep a match that is nearer than this share of the nearest descriptor elsewhere; 1 keeps all."""
    back_px: Annotated[float, tyro.conf.arg(metavar="X")] = 2.0
    """How far from its beginning a match may come when it is looked up backwards, in pixels."""
    distance: OtherDistance = None
    """How descriptors are compared."""
    device: Device = "auto"
    """auto: a GPU if there is one."""


@dataclass(frozen=True)
class Bench:
    """Measure pairs per second of the loader, the time of a training step, and the share of each part."""

    shards: OtherPlace = None
    """Folder of the shards to read; without, a small set is rendered for the purpose."""
    preset: Annotated[
        PresetName | None, tyro.conf.arg(help_behavior_hint="(default: paper on a GPU, quick on a CPU)")
    ] = None
    """The run whose step is measured."""
    device: Device = "auto"
    """auto: a GPU if there is one."""
    compile: bool = False
    """Measure a compiled network (torch.compile) as well; compiling takes minutes."""


@dataclass(frozen=True)
class EvalPhotos:
    """Measure descriptors on photographs with truth: networks of runs, published ones, and classics.

    Finds below --data all that it knows: planar pairs and annotated points (points.json), HPatches, stereo with
    disparities, RGB-D sequences (7-Scenes, TUM, ScanNet, BOP, COLMAP), ScanNet-1500, MegaDepth-1500, shards. Writes
    index.html with the pictures, failures first, and table.txt, table.md, table.json and table.csv. The same command
    again goes on where it stopped.

    For example:

      scenetrain eval-photos --run builtin runs/paper --data photos --out photos-eval
      scenetrain eval-photos --descriptor xfeat.py:describe alike.onnx --data hpatches --out hpatches-eval

    """

    data: Folder
    """Folder of a benchmark, or one above some."""
    out: Folder
    """Folder for predictions, tables and pictures."""
    runs: Annotated[tuple[Path, ...], _several("RUN", name="run")] = ()
    """Folders of `scenetrain fit` runs, files of `scenetrain export-weights`, or builtin."""
    descriptors: Annotated[
        tuple[str, ...], tyro.conf.arg(name="descriptor", metavar="[FILE.py:NAME|FILE.onnx ...]")
    ] = ()
    """Any other descriptors: a Python function from a picture (H, W, 3) to a map (D, h, w), or an ONNX file."""
    benchmark: Annotated[tuple[str, ...], _several("NAME")] = ()
    """Benchmarks to measure; without, all that the folder holds."""
    baselines: bool = True
    """Also measure RGB patches, dense SIFT, and SIFT at its own points."""
    measure: Annotated[PhotoSettings, tyro.conf.arg(name="")] = field(default_factory=PhotoSettings)
    pictures: Annotated[Count, Between(0, inf)] = 4
    """Pairs drawn for each descriptor and benchmark, the worst first."""
    distance: OtherDistance = None
    """How descriptors are compared."""
    device: Device = "auto"
    """auto: a GPU if there is one."""


Use = Extract | Match | ExportWeights | ExportOnnx
Command = Fit[Any, Any] | Eval | EvalPhotos | Use | Bench | ColoredMnist | FetchMnist


def commands(fit: Any, compare: Any) -> Any:
    """The union of all commands, for tyro; `fit` and `compare` are types with the defaults of their words."""
    return (
        fit
        | compare
        | Annotated[Eval, tyro.conf.subcommand("eval")]
        | Annotated[EvalPhotos, tyro.conf.subcommand("eval-photos")]
        | Annotated[Extract, tyro.conf.subcommand("extract")]
        | Annotated[Match, tyro.conf.subcommand("match")]
        | Annotated[ExportWeights, tyro.conf.subcommand("export-weights")]
        | Annotated[ExportOnnx, tyro.conf.subcommand("export-onnx")]
        | Annotated[Bench, tyro.conf.subcommand("bench")]
        | Annotated[ColoredMnist, tyro.conf.subcommand("colored-mnist")]
        | Annotated[FetchMnist, tyro.conf.subcommand("fetch-mnist")]
    )
