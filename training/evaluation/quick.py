"""A few numbers for a descriptor during training, from windows that the loader cuts."""

from collections.abc import Iterable, Iterator

import numpy as np
import torch

from scenegen.shards import Status
from training.data.batch import PairBatch
from training.evaluation.descriptor import Descriptor
from training.evaluation.metrics import point
from training.evaluation.nearest import Distance
from training.evaluation.predictions import Answers, answer
from training.seeding import Stream, numpy_generator

QUICK = ("pck@1", "pck@3", "pck@5", "pck@10", "aepe_px", "median_px", "recall@1", "closer")
"""The metrics of `quick_score`, named as in `metrics.ratios`."""


def quick_score(
    descriptor: Descriptor,
    batches: Iterable[PairBatch],
    queries: int,
    seed: int,
    distance: Distance = "l2",
    device: torch.device | str = "cpu",
) -> dict[str, float]:
    """The metrics of QUICK over all pairs of the batches, and `queries`, how many there were.

    At most `queries` visible rays are asked per pair, each looked for among all pixels of the second window; which
    ones depends on (seed, number of the pair). `device` is where the descriptor works. NaN without visible rays.
    """
    parts = list(_answers(descriptor, (batch.to(device) for batch in batches), queries, seed, distance))
    if not parts:
        return dict.fromkeys(QUICK, float("nan")) | {"queries": 0.0}
    every = Answers.join(parts)
    values = point(every)
    return {name: values[name] for name in QUICK} | {"queries": float(len(every))}


@torch.no_grad()
def _answers(
    descriptor: Descriptor, batches: Iterable[PairBatch], queries: int, seed: int, distance: Distance
) -> Iterator[Answers]:
    number = 0
    for batch in batches:
        features0, features1 = descriptor(batch.images0), descriptor(batch.images1)
        for row in range(len(batch)):
            visible = np.flatnonzero((batch.status[row] == Status.VISIBLE).cpu().numpy())
            generator = numpy_generator(seed, Stream.EVALUATION, number)
            rays = torch.from_numpy(generator.permutation(visible)[:queries]).to(batch.xy0.device)
            xy0, xy1 = batch.xy0[row][rays].long(), batch.xy1[row][rays]
            yield answer(features0[row], features1[row], xy0, xy1, np.ones(len(rays), bool), distance)
            number += 1
