"""Descriptors of photos in an HDF5 file that says what they are; any HDF5 reader can use it.

The file's attributes: format, format_version, pixel_convention, input_scaling, settings_json, checkpoint_sha256.
One dataset per photo, named like the photo's file: (H, W, D) float16 or float32, with image, description, units.
"""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import h5py
import numpy as np
import torch
from torch import Tensor

from training.applying.output import check_output
from training.devices import choose_device
from training.errors import ImageError, RequestError
from training.files.atomic import see_room, whole, writing
from training.models.describe import to_unit
from training.models.networks import AnyNetwork
from training.models.tiling import tileable, tiles
from training.photo import as_batch, photo_pixels, read_photo
from training.weights.trained import Trained, open_trained

Precision = Literal["float16", "float32"]
WHOLE_PIXELS = 16_000_000
"""Largest photo that is described in one piece: some 8 GB (estimated) with the network of Experiment 2."""
TABLES_BYTES = 1 << 18
"""More than what HDF5 writes beside the numbers of a photo: attributes, and where its chunks lie."""


def extract(
    run: Path, images: Sequence[Path], out: Path, device: str, tile: int = 0, precision: Precision = "float16"
) -> list[str]:
    """Write the descriptors of `images` to `out`, and return the names of the datasets in their order.

    `tile` > 0 works in tiles of that many pixels, for networks with norm=pixel. The file is written beside its name and
    renamed when it is complete; an existing file is replaced. Raises CheckpointError, ImageError or RequestError.
    """
    if not images:
        raise RequestError("extract: has no photos; name one or more")
    check_output(out, images)
    trained = open_trained(run, choose_device(device))
    model = trained.network
    if tile:
        tileable(model, tile)
    for path in images:
        _check_size(path, tile, model.settings.norm)
    with writing(out), whole(out) as draft, h5py.File(draft, "w") as file:
        file.attrs.update(_file_attributes(trained))
        return [_write_photo(file, model, path, tile, precision) for path in images]


def _check_size(path: Path, tile: int, norm: str) -> None:
    pixels = photo_pixels(path)
    if pixels <= WHOLE_PIXELS or tile:
        return
    tiling = "use --tile 2048" if norm == "pixel" else "train with --network unet --norm pixel and use --tile 2048"
    large = f"has {pixels / 1e6:.0f} million pixels, {WHOLE_PIXELS / 1e6:.0f} fit in one piece"
    raise ImageError(f"{path}: {large}; make it smaller, or {tiling}")


def _file_attributes(trained: Trained) -> dict[str, str | int]:
    return {
        "format": "scenetrain-descriptors",
        "format_version": 1,
        "pixel_convention": "[y, x]: x to the right, y down, the centre of the top-left pixel is (0, 0); "
        "EXIF orientation applied",
        "input_scaling": "sRGB uint8 / 255, no other scaling",
        "settings_json": trained.about.settings,
        "checkpoint_sha256": trained.sha256,
    }


def _write_photo(file: h5py.File, model: AnyNetwork, path: Path, tile: int, precision: Precision) -> str:
    """Describe one photo and store it; the name of its dataset."""
    photo = read_photo(path)
    name = _free_name(file, path.name)
    shape = (*photo.shape[:2], model.settings.channels)
    chunks = (min(64, shape[0]), min(64, shape[1]), shape[2])
    see_room(Path(file.filename), _stored_bytes(shape, chunks, precision))
    dataset = file.create_dataset(name, shape, np.dtype(precision), chunks=chunks)
    dataset.attrs.update(image=path.name, description="one descriptor per pixel: row, column, channel", units="1")
    _fill(dataset, model, photo, tile)
    file.flush()  # nothing is left to be written when the room of the next one is asked for
    return name


def _stored_bytes(shape: tuple[int, ...], chunks: tuple[int, ...], precision: Precision) -> int:
    """What a dataset takes, in whole chunks, and a good deal for its tables."""
    padded = (-(-side // chunk) * chunk for side, chunk in zip(shape, chunks, strict=True))
    return math.prod(padded) * np.dtype(precision).itemsize + TABLES_BYTES


def _free_name(file: h5py.File, name: str) -> str:
    """The photo's file name; photos of the same name from several folders get -2, -3 and so on."""
    candidates = (name if count == 1 else f"{name}-{count}" for count in range(1, len(file) + 2))
    return next(candidate for candidate in candidates if candidate not in file)


@torch.no_grad()
def _fill(dataset: h5py.Dataset, model: AnyNetwork, photo: np.ndarray, tile: int) -> None:
    images = to_unit(as_batch(photo).to(next(model.parameters()).device))
    if not tile:
        dataset[...] = _as_rows(model(images))
        return
    for part in tiles(model, images, tile):
        dataset[part.rows, part.columns] = _as_rows(part.features)


def _as_rows(features: Tensor) -> np.ndarray:
    """(1, D, h, w) to (h, w, D) float32."""
    return features[0].permute(1, 2, 0).float().cpu().numpy()
