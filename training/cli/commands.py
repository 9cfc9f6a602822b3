"""The commands as typed, frozen dataclasses; their docstrings are the manual. Nothing here imports PyTorch."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import tyro

from training.cli.experiments import ColoredMnist, FetchMnist
from training.presets import PresetName
from training.settings import Norm, Sampling

Folder = Annotated[Path, tyro.conf.arg(metavar="DIR")]
Run = Annotated[Path, tyro.conf.arg(metavar="RUN")]
File = Annotated[Path, tyro.conf.arg(metavar="FILE")]
Device = Literal["auto", "cpu", "cuda"]
Distance = Literal["l2", "l1", "linf"]
Count = Annotated[int, tyro.conf.arg(metavar="N")]

_OF_PRESET = "(default: the preset's)"
Whole = Annotated[int | None, tyro.conf.arg(metavar="N", help_behavior_hint=_OF_PRESET)]
Real = Annotated[float | None, tyro.conf.arg(metavar="X", help_behavior_hint=_OF_PRESET)]
Name = Annotated[str | None, tyro.conf.arg(metavar="NAME", help_behavior_hint=_OF_PRESET)]
OtherNorm = Annotated[Norm | None, tyro.conf.arg(metavar="inf|1|2", help_behavior_hint=_OF_PRESET)]
OtherSampling = Annotated[Sampling | None, tyro.conf.arg(metavar="nearest|bilinear", help_behavior_hint=_OF_PRESET)]
Statistics = Annotated[
    Literal["image", "pixel"] | None, tyro.conf.arg(metavar="image|pixel", help_behavior_hint=_OF_PRESET)
]
Initial = Annotated[
    Literal["paper", "local"] | None, tyro.conf.arg(metavar="paper|local", help_behavior_hint=_OF_PRESET)
]
Switch = Annotated[bool | None, tyro.conf.arg(metavar="True|False", help_behavior_hint="(default: the objective's)")]
Precision = Annotated[
    Literal["float32", "bfloat16"] | None, tyro.conf.arg(metavar="float32|bfloat16", help_behavior_hint=_OF_PRESET)
]


@dataclass(frozen=True)
class Fit:
    """Train a network on shards and leave everything in a run folder.

    The same command again goes on from the last checkpoint; a finished run is left as it is. Ctrl-C ends
    the run after the current step, with a checkpoint. An option that is left out keeps the preset's value.
    Exit code 0: finished; 1: failed; 2: the request cannot be met; 130: stopped, can go on.

    For example:

      scenetrain fit --shards out/demo --out runs/quick --preset quick
      scenetrain fit --shards out/paper --out runs/paper
      scenetrain fit --shards out/paper --out runs/l2 --p 2 --lam 0.5 --steps 5000 --crop 128
      torchrun --nproc-per-node 4 -m training fit --shards out/paper --out runs/four

    """

    shards: Folder
    """Folder of the shards (a run of `scenegen render`): trains on split train, validates on split val."""
    out: Run
    """Folder of the run: checkpoint.pt, settings.json, log.jsonl, validation.jsonl, health.jsonl, tensorboard/."""
    preset: PresetName = "paper"
    """paper: Experiment 2, Eq. 1-5 to the letter. official: as the official code does it. quick: minutes on a CPU."""

    objective: Name = None
    """What is minimised: paper, official, stable-hard, infonce, infonce-l2, hinge."""
    p: OtherNorm = None
    """Norm of the stable loss."""
    lam: Real = None
    """λ of Eq. 5 in [0, 1]: 1 is the term within scenes alone, 0 the term between scenes alone."""
    positives: Real = None
    """f = |P| / |S|, the share of positives among the pixels used, between 0 and 1."""
    points: Whole = None
    """|S|, pixels used of each pair at most; 0: as many as f allows."""
    partners: Whole = None
    """Unrelated images that each image is compared with in the term between scenes."""
    sampling: OtherSampling = None
    """How the second feature map is read at a sub-pixel match."""
    typed_negatives: Real = None
    """Share of the negatives whose source pixel is occluded or out of view in the other picture."""

    batch: Whole = None
    """Pairs in a step, over all processes."""
    crop: Whole = None
    """Side of the windows in pixels; 0: the whole picture."""
    min_matches: Whole = None
    """Fewest positives of a pair of windows; pairs without are passed over and counted."""
    workers: Whole = None
    """Processes that read shards; 0 reads in the training process. Does not change what is computed."""
    epochs: Whole = None
    """Passes over the training pairs (instead of --steps)."""
    steps: Whole = None
    """Length of the run in steps (instead of --epochs)."""
    seed: Whole = None
    """Root of every random decision."""

    lr: Real = None
    """Peak learning rate; the first and the last rate keep their ratio to it (1/25 and 1/250,000)."""
    weight_decay: Real = None
    """AdamW's weight decay."""
    clip_norm: Real = None
    """Clip the gradient's norm; 0 does not."""
    clip_value: Real = None
    """Clip each entry of the gradient; 0 does not."""

    norm: Statistics = None
    """Normalise over the whole image (the paper) or per pixel (tiled inference then equals the full image)."""
    channels: Whole = None
    """D, the length of a descriptor."""
    initial: Initial = None
    """Initial weights: the paper's, or local (fine detail first: learns much faster at the start)."""
    unit_length: Switch = None
    """Scale each descriptor to length 1; by default as --objective wants it."""

    device: Device = "auto"
    """auto: a GPU if there is one."""
    precision: Precision = None
    """Arithmetic of the network on a GPU; a CPU always uses float32."""
    compile: bool = False
    """Compile the network (torch.compile): faster on a GPU after some minutes."""
    channels_last: bool = False
    """Keep images channels-last in memory."""
    resume: bool = True
    """Go on from the last checkpoint; --no-resume begins anew and overwrites the run."""
    checkpoint_every: Count = 0
    """Steps between checkpoints; 0: 20 in a run."""
    validate_every: Count = 0
    """Steps between validations; 0: 20 in a run."""
    validation_pairs: Count = 0
    """Pairs of a validation; 0: four batches."""
    health_every: Count = 0
    """Steps between checks of the descriptors' health; 0: 40 in a run."""


@dataclass(frozen=True)
class Eval:
    """Measure a trained network on the held-out rooms and objects of the shards, beside the baselines.

    Writes table.json, table.txt and the figures, and prints the table: matching by overlap and view angle,
    instances, categories and edges, with intervals over rooms.

    For example:

      scenetrain eval --run runs/paper --shards out/paper

    """

    run: Run
    """Folder of a `scenetrain fit` run."""
    shards: Folder
    """Folder of the shards; the split val is measured."""
    out: Annotated[Path | None, tyro.conf.arg(metavar="DIR", help_behavior_hint="(default: RUN/eval)")] = None
    """Folder for the table and the figures."""
    pairs: Count = 0
    """Pairs measured at most, spread evenly over the shards; 0: all."""
    queries: Count = 512
    """Visible rays looked up in each pair at most, and as many distractors."""
    window: Count = 0
    """Side of the square windows in pixels; 0: whole pictures."""
    pictures: Count = 32
    """Pictures at most for instances, categories and edges; 0 leaves these out."""
    distance: Distance = "l2"
    """How descriptors are compared."""
    seed: Count = 0
    """Root of the choice of rays, of the clusters and of the resampled rooms."""
    device: Device = "auto"
    """auto: a GPU if there is one."""


@dataclass(frozen=True)
class Extract:
    """Describe photos: one (H, W, D) array of descriptors for each, in an HDF5 file.

    For example:

      scenetrain extract --run runs/paper kitchen.jpg hall.jpg --out descriptors.h5

    """

    images: Annotated[tuple[Path, ...], tyro.conf.Positional, tyro.conf.arg(metavar="IMAGE")]
    """Photos in any format that Pillow reads."""
    run: Run
    """Folder of a `scenetrain fit` run."""
    out: File
    """HDF5 file to write."""
    tile: Count = 0
    """Work in tiles of this many pixels (networks with --norm pixel: equal to the full image); 0: in one piece."""
    precision: Literal["float16", "float32"] = "float16"
    """Type of the stored descriptors."""
    device: Device = "auto"
    """auto: a GPU if there is one."""


@dataclass(frozen=True)
class Match:
    """Match the pixels of two photos and draw the matches.

    For example:

      scenetrain match --run runs/paper left.jpg right.jpg --out matches.png

    """

    first: Annotated[Path, tyro.conf.Positional, tyro.conf.arg(metavar="A")]
    """A photo."""
    second: Annotated[Path, tyro.conf.Positional, tyro.conf.arg(metavar="B")]
    """Another photo of the same place."""
    run: Run
    """Folder of a `scenetrain fit` run."""
    out: File
    """Picture to write (PNG, or as its ending says)."""
    grid: Count = 8
    """Distance of the pixels of A that look for a match, in pixels of the photo (made at most 640 px long)."""
    ratio: Annotated[float, tyro.conf.arg(metavar="X")] = 0.9
    """Keep a match that is nearer than this share of the nearest descriptor elsewhere; 1 keeps all."""
    back_px: Annotated[float, tyro.conf.arg(metavar="X")] = 2.0
    """How far from its beginning a match may come when it is looked up backwards, in pixels."""
    distance: Distance = "l2"
    """How descriptors are compared."""
    device: Device = "auto"
    """auto: a GPU if there is one."""


@dataclass(frozen=True)
class Bench:
    """Measure pairs per second of the loader, the time of a training step, and the share of each part."""

    shards: Annotated[Path | None, tyro.conf.arg(metavar="DIR")] = None
    """Folder of the shards to read; without, a small set is rendered for the purpose."""
    preset: Annotated[
        PresetName | None, tyro.conf.arg(help_behavior_hint="(default: paper on a GPU, quick on a CPU)")
    ] = None
    """The run whose step is measured."""
    device: Device = "auto"
    """auto: a GPU if there is one."""


Command = Fit | Eval | Extract | Match | Bench | ColoredMnist | FetchMnist


def commands() -> Any:
    """The union of all commands, for tyro."""
    return (
        Annotated[Fit, tyro.conf.subcommand("fit")]
        | Annotated[Eval, tyro.conf.subcommand("eval")]
        | Annotated[Extract, tyro.conf.subcommand("extract")]
        | Annotated[Match, tyro.conf.subcommand("match")]
        | Annotated[Bench, tyro.conf.subcommand("bench")]
        | Annotated[ColoredMnist, tyro.conf.subcommand("colored-mnist")]
        | Annotated[FetchMnist, tyro.conf.subcommand("fetch-mnist")]
    )
