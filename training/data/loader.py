"""Batches of pairs, read and cut by worker processes; what comes out does not depend on their number."""

import multiprocessing
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from scenegen.shards import ScenegenError, keep_freed_memory
from training.data.batch import NO_RAY, PairBatch
from training.data.item import PairItem
from training.data.order import Key, batches_per_epoch, epoch_keys, fixed_keys
from training.data.pairs import PairData, content_digest, open_pairs
from training.data.source import PairSource
from training.data.windows import Array
from training.errors import DataError, TrainingError

__all__ = [
    "PairData",
    "batches_per_epoch",
    "collate",
    "content_digest",
    "fixed_batches",
    "open_pairs",
    "read_batches",
    "train_batches",
]

FIXED_EPOCH = 2**31
"""Epoch in the keys of the fixed windows, which no training reaches."""
PREFETCH = 2
"""Batches that each worker reads ahead."""


def train_batches(
    data: PairSource, batch: int, epoch: int, seed: int, skip: int = 0, rank: int = 0, world: int = 1
) -> Iterator[PairBatch]:
    """The batches of one epoch, without the first `skip`; process `rank` of `world` gets its share of each.

    `batch` counts pairs over all processes. The last incomplete batch is left out. Raises DataError, ShardError
    and RequestError, in the process that asks, whatever process met the trouble.
    """
    return read_batches(data, epoch_keys(len(data), batch, seed, epoch, skip, rank, world))


def fixed_batches(data: PairSource, batch: int, limit: int) -> Iterator[PairBatch]:
    """The same `limit` pairs (0: all), spread over the shards, in the same windows, not mirrored, every time."""
    return read_batches(data.as_taken(), fixed_keys(len(data), batch, limit, FIXED_EPOCH))


def read_batches(data: PairSource, keys: Sequence[tuple[Key, ...]], start: str | None = None) -> Iterator[PairBatch]:
    """One batch for each tuple of keys, in order; `start` is how workers start (the system's default, or "spawn").

    Adds to `data.passed_over` as batches are taken.
    """
    with closing(_loaded(_loader(data, keys, start))) as results:
        for result in results:
            if isinstance(result, Exception):
                raise result
            data.passed_over += result.passed_over
            yield result.batch


def collate(items: Sequence[PairItem]) -> PairBatch:
    """Pairs to tensors: windows stacked, rays padded with NO_RAY to the longest."""
    longest = max(len(item.rays) for item in items)
    xy0 = np.zeros((len(items), longest, 2), np.int32)
    xy1 = np.zeros((len(items), longest, 2), np.float32)
    status = np.full((len(items), longest), NO_RAY, np.uint8)
    foreground = np.zeros((len(items), longest), np.bool_)
    for k, rays in enumerate(item.rays for item in items):
        here = (k, slice(len(rays)))
        xy0[here], xy1[here], status[here], foreground[here] = rays.xy0, rays.xy1, rays.status, rays.foreground
    images = (np.stack([item.image0 for item in items]), np.stack([item.image1 for item in items]))
    tensors = (torch.from_numpy(array) for array in (*images, xy0, xy1, status, foreground))
    flow, covisible = _stacked([item.flow for item in items]), _stacked([item.covisible for item in items])
    return PairBatch(*tensors, flow=flow, covisible=covisible)


def _stacked(arrays: Sequence[Array | None]) -> Tensor | None:
    """The arrays along a new first axis; None when there are none."""
    known = [array for array in arrays if array is not None]
    return torch.from_numpy(np.stack(known)) if known else None


@dataclass(frozen=True)
class _Read:
    """A batch and the pairs that were passed over for it."""

    batch: PairBatch
    passed_over: int

    def pin_memory(self) -> "_Read":
        """DataLoader calls it in a thread of its own."""
        return _Read(self.batch.pin_memory(), self.passed_over)


class _Reader(Dataset[_Read | Exception]):
    """Whole batches by their keys; an error for the user is handed over, as DataLoader would wrap it in a trace."""

    def __init__(self, data: PairSource) -> None:
        self.data = data

    def __getitem__(self, keys: tuple[Key, ...]) -> _Read | Exception:
        try:
            items = [self.data[key] for key in keys]
        except (TrainingError, ScenegenError) as error:
            return error
        return _Read(collate(items), sum(item.passed_over for item in items))


def _loader(data: PairSource, keys: Sequence[tuple[Key, ...]], start: str | None) -> DataLoader[Any]:
    """A loader of one pass; its own generator, so that PyTorch's global one is left alone."""
    workers = min(data.settings.workers, len(keys))
    return DataLoader(
        _Reader(data),
        batch_size=None,
        sampler=keys,
        num_workers=workers,
        worker_init_fn=_prepare,
        collate_fn=_as_it_is,
        prefetch_factor=PREFETCH if workers else None,
        multiprocessing_context=multiprocessing.get_context(start or data.start_method) if workers else None,
        pin_memory=torch.cuda.is_available(),
        generator=torch.Generator().manual_seed(0),
    )


def _prepare(_worker: int) -> None:
    """Called in each reading process before its first batch."""
    keep_freed_memory()


def _as_it_is(result: Any) -> Any:
    return result


def _loaded(loader: DataLoader[Any]) -> Generator[_Read | Exception]:
    """What the loader yields; the end of a worker that was killed becomes a DataError."""
    try:
        yield from loader
    except RuntimeError as error:
        if "DataLoader worker" not in str(error):
            raise
        advice = "free some memory, use a smaller --batch, or --workers 0 to read in the training process"
        raise DataError(f"a reading process was stopped by the system, often for lack of memory: {advice}") from None
