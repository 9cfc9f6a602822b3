"""Which pairs make up which batch: a permutation per epoch, the same for any number of processes."""

import numpy as np
from numpy.typing import NDArray

from scenegen.evenly import middles
from training.errors import DataError, RequestError
from training.seeding import Stream, numpy_generator

Key = tuple[int, int]
"""(epoch, pair): all that the windows of a sample depend on, besides the seed."""


def epoch_order(pairs: int, seed: int, epoch: int) -> NDArray[np.int64]:
    """(pairs,) int64 permutation of the pairs, a function of (seed, epoch) alone."""
    return numpy_generator(seed, Stream.ORDER, epoch).permutation(pairs)


def batches_per_epoch(pairs: int, batch: int) -> int:
    """Whole batches in an epoch; the rest of the pairs is left for another epoch's order.

    Raises DataError when there is not one.
    """
    if pairs < batch:
        few = "1 pair does" if pairs == 1 else f"{pairs} pairs do"
        raise DataError(f"{few} not fill a batch of {batch}: use --batch {pairs} or less, or more data")
    return pairs // batch


def epoch_keys(
    pairs: int, batch: int, seed: int, epoch: int, skip: int = 0, rank: int = 0, world: int = 1
) -> list[tuple[Key, ...]]:
    """The keys of each batch of an epoch for one of `world` processes, without the first `skip` batches.

    The processes share each batch out among them, so what a step sees does not depend on their number.
    Raises RequestError when a batch cannot be shared evenly, DataError when there is no whole batch.
    """
    if batch % world:
        raise RequestError(f"a batch of {batch} cannot be shared by {world} processes: use a multiple of {world}")
    order = epoch_order(pairs, seed, epoch)
    starts = range(skip * batch, batches_per_epoch(pairs, batch) * batch, batch)
    return [tuple((epoch, int(pair)) for pair in order[k : k + batch][rank::world]) for k in starts]


def fixed_keys(pairs: int, batch: int, limit: int, epoch: int) -> list[tuple[Key, ...]]:
    """The keys of each batch of the same `limit` pairs every time, of all shards; 0: all. The last may be smaller."""
    chosen = middles(pairs, limit or pairs)
    return [tuple((epoch, int(pair)) for pair in chosen[k : k + batch]) for k in range(0, len(chosen), batch)]
