"""Are descriptors learnt from grey medical pictures without labels worth having? Segmentation of brain slices.

    pip install --no-deps nilearn nibabel
    python tools/probe_medical.py --out out/brain --objectives stable,infonce --steps 600 --seeds 2

The pictures are axial slices of the MNI ICBM152 template (a T1 image of 1 mm, an average of 152 people, which comes
with nilearn), as 16-bit grey PNG. Each slice gets a smooth random bias field and a gamma of its own, as scanners do,
so that grey levels alone do not tell the tissue. Networks learn from slices without labels (`scenetrain fit
--images`), are frozen, and one logistic layer reads four classes (nothing, grey matter, white matter, other tissue)
from a pixel's descriptor, fitted on a few labelled slices. Beside them: grey levels of 7 x 7 pixels, the network
before training, and the same network trained on the labelled slices alone ("from scratch"). Test slices lie 4 mm or
more from all others. It is one average brain: the table compares ways of learning, not methods of segmentation.

Runs go on where they were stopped; OUT/probe.csv has a row for each way, number of labelled slices and seed.
"""

import argparse
import importlib.util
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from rich.console import Console
from rich.table import Table
from scipy.ndimage import zoom
from torch import Tensor, nn
from torch.nn import functional

from training.data.transforms.registry import with_images
from training.errors import RequestError, TrainingError
from training.evaluation.baselines import RgbPatches
from training.evaluation.probes import confusion_scores, fit_logistic
from training.files.rows import write_rows
from training.models.describe import NetworkDescriptor
from training.models.unet import build_model
from training.objectives.registry import with_objective
from training.photo import as_batch, read_photo
from training.presets import preset
from training.running.fit import fit
from training.running.loop import make_optimizer, set_rate
from training.seeding import Stream, numpy_generator, torch_generator
from training.settings import AnySettings, OptimizerSettings
from training.weights.trained import open_trained

Array = NDArray[Any]
PERIOD, TRAIN, TEST = 20, slice(0, 12), slice(15, 17)
"""Of every 20 slices the first 12 train and numbers 15 and 16 test, 3 mm or more from the others."""
BRAIN = slice(30, 150)
"""Slices that show enough of it."""
CLASSES = ("nothing", "grey matter", "white matter", "other tissue")
LABELLED = (2, 8)
"""Numbers of labelled slices that a probe is fitted on."""
CROP, BATCH = 128, 8


FROM_SCRATCH = OptimizerSettings(betas=(0.9, 0.999), weight_decay=0.01, cycle_beta1=True)
"""How the network with labels is trained: AdamW's usual values, and one cycle."""


@dataclass(frozen=True)
class Row:
    """What one way of describing pixels reaches."""

    way: str
    seed: int
    labelled: int
    """Labelled slices that were fitted on."""
    scores: dict[str, float]
    """As `scores` gives them."""


@dataclass(frozen=True)
class Slices:
    """Pictures and labels."""

    pictures: list[Array]
    """(H, W, 3) uint8 each, as a network sees them."""
    labels: list[Array]
    """(H, W) int64 each, a row of CLASSES."""

    def some(self, count: int) -> "Slices":
        """`count` of them, evenly spread."""
        chosen = [(2 * k + 1) * len(self.labels) // (2 * count) for k in range(count)]
        return Slices([self.pictures[k] for k in chosen], [self.labels[k] for k in chosen])


def main(arguments: Sequence[str] | None = None) -> int:
    """Make what is missing, then the table; 0 unless the request cannot be met."""
    words = _words(arguments)
    console = Console(highlight=False)
    try:
        rows = list(probe_all(words.out, words.objectives.split(","), words.steps, words.seeds, console))
    except TrainingError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    write_rows(words.out / "probe.csv", rows, Row)
    console.print(table(rows))
    return 0


def probe_all(out: Path, objectives: Sequence[str], steps: int, seeds: int, console: Console) -> Iterator[Row]:
    """A row for each way of describing a pixel, number of labelled slices and seed."""
    train, test = write_slices(out / "slices")
    yield from _rows("grey levels 7x7", 0, RgbPatches(), train, test)
    for seed in range(seeds):
        base = settings_of("stable", steps, seed)
        yield from _rows("untrained", seed, described(build_model(base.model, seed)), train, test)
        for count in LABELLED:
            console.print(f"from scratch on {count} labelled slices, seed {seed}")
            model = from_scratch(base, train.some(count))
            yield Row("from scratch", seed, count, scores(said_by(model), test))
        for name in objectives:
            console.print(f"{name}, seed {seed}")
            run = out / f"{name}-{seed}"
            fit(settings_of(name, steps, seed), out / "slices" / "train", run, "cpu", console=console)
            yield from _rows(name, seed, described(open_trained(run).network), train, test)


def settings_of(objective: str, steps: int, seed: int) -> AnySettings:
    """The run of an objective on the slices: windows of 128 px, small batches, COVER's transform of grey pictures."""
    small = replace(with_objective(preset("quick"), objective), steps=steps, seed=seed, batch=BATCH)
    run = with_images(small, "cover")
    return replace(run, data=replace(run.data, crop=CROP, flip_p=0.5), pixels=replace(run.pixels, points=1024))


def write_slices(folder: Path) -> tuple[Slices, Slices]:
    """Write the slices as 16-bit PNG in train/ and test/ (where they are not), and read them as a network does."""
    volumes = read_volumes()
    numbers = range(*BRAIN.indices(volumes[0].shape[2]))
    parts = []
    for name, place in (("train", TRAIN), ("test", TEST)):
        chosen = [z for z in numbers if (z - BRAIN.start) % PERIOD in range(*place.indices(PERIOD))]
        (folder / name).mkdir(parents=True, exist_ok=True)
        paths = [_write(folder / name / f"{z:03}.png", volumes[0][:, :, z], z) for z in chosen]
        parts.append(Slices([read_photo(path) for path in paths], [labels_of(volumes, z) for z in chosen]))
    return parts[0], parts[1]


def read_volumes() -> tuple[Array, Array, Array]:
    """T1, grey and white matter, (X, Y, Z) uint8 each. Raises RequestError where the packages are missing."""
    if any(importlib.util.find_spec(name) is None for name in ("nilearn", "nibabel")):
        raise RequestError("nilearn and nibabel are missing: pip install --no-deps nilearn nibabel")
    import nibabel  # pyright: ignore[reportMissingImports]

    spec = importlib.util.find_spec("nilearn")
    (root,) = spec.submodule_search_locations if spec and spec.submodule_search_locations else ("",)
    folder = Path(root) / "datasets" / "data"
    names = (f"mni_icbm152_{kind}_tal_nlin_sym_09a_converted.nii.gz" for kind in ("t1", "gm", "wm"))
    t1, grey, white = (np.asarray(nibabel.load(folder / name).dataobj) for name in names)  # pyright: ignore
    return t1, grey, white


def labels_of(volumes: tuple[Array, Array, Array], z: int) -> Array:
    """(H, W) int64 classes of a slice."""
    t1, grey, white = (upright(volume[:, :, z]) for volume in volumes)
    tissue = np.where(grey >= white, 1, 2)
    return np.where(np.maximum(grey, white) > 127, tissue, np.where(t1 > 0, 3, 0)).astype(np.int64)


def upright(plane: Array) -> Array:
    """(X, Y) to rows from front to back."""
    return plane.T[::-1]


def altered(plane: Array, seed: int) -> Array:
    """(H, W) uint16: grey levels through a smooth bias field of ± 40 % and a gamma of 0.6 to 1.6."""
    rng = numpy_generator(0, Stream.PICTURES, seed)
    coarse = rng.uniform(0.6, 1.4, (3, 3))
    bias: Array = np.asarray(zoom(coarse, np.array(plane.shape) / 3, order=3, grid_mode=True, mode="nearest"))
    light = (plane / 255) ** rng.uniform(0.6, 1.6) * bias
    return np.rint(np.clip(light, 0, 1.5) * 20_000).astype(np.uint16)


def _write(path: Path, plane: Array, z: int) -> Path:
    if not path.exists():
        Image.fromarray(altered(upright(plane), z)).save(path)
    return path


def described(model: nn.Module) -> NetworkDescriptor:
    """The network, frozen."""
    return NetworkDescriptor("network", model.eval())


def _rows(way: str, seed: int, describe: Any, train: Slices, test: Slices) -> Iterator[Row]:
    for count in LABELLED:
        features, labels = flat(describe, train.some(count))
        probe = fit_logistic(features, labels)
        yield Row(way, seed, count, scores(_probed(describe, probe), test))


def flat(describe: Any, slices: Slices) -> tuple[Array, Array]:
    """Descriptors (n, D) and classes (n,) of all pixels."""
    features = [_pixels(describe, picture) for picture in slices.pictures]
    return np.concatenate(features), np.concatenate([labels.ravel() for labels in slices.labels])


def _pixels(describe: Any, picture: Array) -> Array:
    """(H W, D) descriptors."""
    return describe(as_batch(picture))[0].flatten(1).T.numpy()


def _probed(describe: Any, probe: Any) -> Any:
    return lambda picture: probe.predict(_pixels(describe, picture))


def said_by(model: nn.Module) -> Any:
    """A trained segmenter as a function of a picture (H, W, 3) to classes (H W,)."""

    def say(picture: Array) -> Array:
        with torch.no_grad():
            return model.eval()(as_batch(picture) / 255)[0].argmax(0).flatten().numpy()

    return say


def from_scratch(settings: AnySettings, slices: Slices) -> nn.Module:
    """The same network with a 1 x 1 layer, trained on labelled windows for as many steps of as many pictures."""
    head = nn.Conv2d(settings.model.channels, len(CLASSES), 1)
    model = nn.Sequential(build_model(settings.model, settings.seed), head).train()
    optimizer = make_optimizer(model, FROM_SCRATCH)
    generator = torch_generator("cpu", settings.seed, Stream.CROP)
    for step in range(settings.steps):
        set_rate(optimizer, step, settings.steps, FROM_SCRATCH)
        images, labels = _windows(slices, generator)
        optimizer.zero_grad()
        functional.cross_entropy(model(images), labels).backward()
        optimizer.step()
    return model


def _windows(slices: Slices, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """(2 BATCH, 3, CROP, CROP) float32 windows at random places, half of them mirrored, and their classes."""
    images, labels = [], []
    for _ in range(2 * BATCH):
        one = int(torch.randint(len(slices.labels), (), generator=generator))
        height, width = slices.labels[one].shape
        top, left = (int(torch.randint(side - CROP + 1, (), generator=generator)) for side in (height, width))
        rows, columns = slice(top, top + CROP), slice(left, left + CROP)
        turn = 1 - 2 * int(torch.randint(2, (), generator=generator))
        images.append(slices.pictures[one][rows, columns][:, ::turn].transpose(2, 0, 1) / np.float32(255))
        labels.append(slices.labels[one][rows, columns][:, ::turn])
    return torch.from_numpy(np.stack(images)), torch.from_numpy(np.stack(labels))


def scores(say: Any, test: Slices) -> dict[str, float]:
    """Mean intersection over union of the classes, and the Dice scores of the three tissues, over all test pixels."""
    confusion = np.zeros((len(CLASSES), len(CLASSES)), np.int64)
    for picture, labels in zip(test.pictures, test.labels, strict=True):
        np.add.at(confusion, (labels.ravel(), say(picture)), 1)
    right, both = np.diagonal(confusion), confusion.sum(0) + confusion.sum(1)
    dice, miou = 2 * right / np.maximum(both, 1), confusion_scores(confusion)[-1]
    return {"miou": miou} | {f"dice {name}": float(value) for name, value in zip(CLASSES[1:], dice[1:], strict=True)}


def table(rows: Sequence[Row]) -> Table:
    """Means over seeds, and the lowest and highest seed."""
    shown = Table(title="Segmentation of held-out slices: mean over seeds (lowest to highest), in %")
    for heading in ("way", "labelled slices", "mean IoU", *(f"Dice, {name}" for name in CLASSES[1:])):
        shown.add_column(heading, justify="left" if heading == "way" else "right")
    for way, count in dict.fromkeys((row.way, row.labelled) for row in rows):
        some = [row.scores for row in rows if (row.way, row.labelled) == (way, count)]
        shown.add_row(way, str(count), *(_range([each[name] for each in some]) for name in rows[0].scores))
    return shown


def _range(values: Sequence[float]) -> str:
    low, high = 100 * min(values), 100 * max(values)
    spread = f" ({low:.1f} to {high:.1f})" if high > low else ""
    return f"{100 * float(np.mean(values)):.1f}{spread}"


def _words(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--objectives", default="stable,infonce")
    parser.add_argument("--steps", type=int, default=600)
    parser.add_argument("--seeds", type=int, default=2)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
