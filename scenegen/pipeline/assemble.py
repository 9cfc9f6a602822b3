"""From the samples of one room to the content of a shard, and the figures that the run reports of it."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from scenegen.pipeline.naming import name_alike
from scenegen.pipeline.sample import MadeSample
from scenegen.shards.content import ShardContent
from scenegen.shards.preview import preview
from scenegen.shards.schema import FIELD
from scenegen.status import Status

EMPTY = {"objects/T_world_object": np.eye(4), "objects/box": np.nan, "objects/seen_px": 0, "objects/alone_px": 0}
"""What stands in an empty slot."""


class Album:
    """Image layers of the samples of a shard, (P, V, ...) each; they are large, and copied as soon as a sample is made.

    So the memory that a picture was made in serves for the next one.
    """

    def __init__(self, room: int) -> None:
        self._room = room
        self._layers: dict[str, NDArray] = {}
        self._samples: list[MadeSample] = []

    def add(self, sample: MadeSample) -> None:
        """Copy the layers of a sample; there is room for as many as were announced."""
        place = len(self._samples)
        for name, views in sample.layers.items():
            if name not in self._layers:
                self._layers[name] = np.empty((self._room, len(views), *views[0].shape), views[0].dtype)
            np.stack(views, out=self._layers[name][place])
        self._samples.append(replace(sample, layers={name: tuple(x[place]) for name, x in self._layers.items()}))

    @property
    def samples(self) -> list[MadeSample]:
        """The samples so far, their layers parts of those of the album."""
        return self._samples

    @property
    def layers(self) -> dict[str, NDArray]:
        """The layers of these samples."""
        return {name: array[: len(self._samples)] for name, array in self._layers.items()}


def shard_content(album: Album, attributes: dict[str, str | int | float]) -> ShardContent:
    """The arrays of a shard, with its table of assets, the names of its layers and its preview."""
    samples, layers = album.samples, album.layers
    names = name_alike(samples, layers)
    assets = tuple(sorted({a for s in samples for a in s.assets}))
    slots = max(1, max(len(s.assets) for s in samples))
    stacked = {name: np.stack([_padded(name, s.arrays[name], slots) for s in samples]) for name in samples[0].arrays}
    return ShardContent(
        arrays={
            **layers,
            **names,
            **stacked,
            "objects/asset": np.stack([_slots(s, assets, slots) for s in samples]),
            "assets/id": np.array([a[0] for a in assets], np.str_),
            "assets/category": np.array([a[1] for a in assets], np.str_),
            "preview": preview([s.layers["rgb"][:2] for s in samples[:2]]),
        },
        attributes=attributes,
    )


def _padded(name: str, array: NDArray, slots: int) -> NDArray:
    """An array of a sample with what stands for empty slots, where it has slots."""
    if "slot" not in FIELD[name].dims:
        return array
    axis = FIELD[name].dims.index("slot") - 1
    shape = (*array.shape[:axis], slots - array.shape[axis], *array.shape[axis + 1 :])
    empty = np.broadcast_to(np.asarray(EMPTY[name], array.dtype), shape)
    return np.concatenate([array, empty], axis)


def _slots(sample: MadeSample, assets: tuple[tuple[str, str], ...], slots: int) -> NDArray[np.int32]:
    """(M,) row of each object in the table of assets, -1 in empty slots."""
    row = {asset: k for k, asset in enumerate(assets)}
    return np.array([row[a] for a in sample.assets] + [-1] * (slots - len(sample.assets)), np.int32)


def statistics(samples: list[MadeSample]) -> dict[str, object]:
    """What the manifest and the summary say of a shard: counts of rays by status, overlap, baseline, rejections."""
    status = np.bincount(np.concatenate([s.arrays["rays/status"].ravel() for s in samples]), minlength=len(Status))
    off_diagonal = ~np.eye(len(samples[0].arrays["sample/overlap"]), dtype=bool)
    return {
        "rays": {s.name.lower(): int(status[s]) for s in Status},
        "overlap": [round(float(s.arrays["sample/overlap"][off_diagonal].mean()), 4) for s in samples],
        "baseline_m": [round(float(b), 3) for s in samples for b in s.arrays["sample/baseline_m"]],
        "view_angle_deg": [round(float(a), 2) for s in samples for a in s.arrays["sample/view_angle_deg"]],
        "objects": [len(s.assets) for s in samples],
        "rejected": add_counts(s.rejected for s in samples),
    }


def add_counts(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    """Sum of dictionaries of counts, keys sorted."""
    total: dict[str, int] = {}
    for part in counts:
        for key, value in part.items():
            total[key] = total.get(key, 0) + value
    return {key: total[key] for key in sorted(total) if total[key]}
