"""The numbers of one shard that a gallery sums up: everything but its pictures."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scenegen.errors import ShardError
from scenegen.shards import schema
from scenegen.shards.faults import AGAIN
from scenegen.shards.reader import ShardReader

DEPTHS = 512
"""Depths that are kept of each sample, evenly spread over its rays."""


@dataclass(frozen=True)
class ShardSurvey:
    """Numbers of the P samples of one shard; pairs are those of view 0 and each other view."""

    path: Path
    room: str
    split: str
    pictures: tuple[int, int, int]
    """Views V, height and width."""
    rays: int
    """Rays R of each sample."""
    seed: int
    """Root seed of the run."""
    bytes: int
    """Size of the file."""
    overlap: NDArray[np.float32]
    """(P, V-1) share of the surface pixels of view 0 that each other view sees."""
    baseline_m: NDArray[np.float32]
    """(P, V-1) distances of the camera centres."""
    view_angle_deg: NDArray[np.float32]
    """(P, V-1) angles between the optical axes."""
    status: NDArray[np.int64]
    """(P, V-1, 6) rays by status code."""
    depth_m: NDArray[np.float32]
    """(N,) z-depths of some rays of view 0 that hit something."""
    categories: Counter[str]
    """Objects by category."""

    def __len__(self) -> int:
        """Number of samples."""
        return len(self.overlap)

    @property
    def matches(self) -> NDArray[np.int64]:
        """(P, V-1) visible rays of each pair."""
        return self.status[..., schema.STATUS["visible"]]


def survey_shard(path: Path) -> ShardSurvey:
    """The numbers of one shard. Raises ShardError when it cannot be read, or is damaged."""
    with ShardReader(path) as reader:
        shapes = {info.name: info.shape for info in reader.datasets()}
        attributes = reader.attributes
        views, height, width = shapes["rgb"][1:4]
        rays = shapes["rays/xy0"][1]
        if not height * width * rays:
            raise ShardError(f"{path}: holds {width} x {height} pixels and {rays} rays a sample: {AGAIN}")
        return ShardSurvey(
            path=path,
            room=str(attributes["room"]),
            split=str(attributes["split"]),
            pictures=(views, height, width),
            rays=rays,
            seed=int(attributes["seed"]),
            bytes=path.stat().st_size,
            overlap=reader.read("sample/overlap")[:, 0, 1:],
            baseline_m=reader.read("sample/baseline_m"),
            view_angle_deg=reader.read("sample/view_angle_deg"),
            status=_status_counts(reader),
            depth_m=_some_depths(reader),
            categories=_categories(reader),
        )


def _categories(reader: ShardReader) -> Counter[str]:
    """Objects by category."""
    names, assets = reader.asset_categories, reader.read("objects/asset")
    if assets.size and assets.max() >= len(names):
        raise ShardError(f"{reader.path}: objects/asset names row {assets.max()} of {len(names)}: {AGAIN}")
    return Counter(names[assets[assets >= 0]].tolist())


def _status_counts(reader: ShardReader) -> NDArray[np.int64]:
    """(P, V-1, 6) rays by status code."""
    codes = np.arange(len(schema.STATUS))
    return np.stack(
        [(reader.read("rays/status", i)[..., None] == codes).sum(1, dtype=np.int64) for i in range(len(reader))]
    )


def _some_depths(reader: ShardReader) -> NDArray[np.float32]:
    """(N,) depths above 0 of evenly spread rays of all samples."""
    parts = []
    for i in range(len(reader)):
        depth = reader.read("rays/depth0", i)
        parts.append(depth[np.linspace(0, len(depth) - 1, min(DEPTHS, len(depth))).astype(int)])
    depths = np.concatenate(parts)
    return depths[depths > 0]
