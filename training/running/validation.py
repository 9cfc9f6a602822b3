"""What a run is worth on held-out pairs: the objective, and how well descriptors match, on the same pixels always."""

from collections.abc import Iterable

import torch
from torch import Tensor

from scenegen.evenly import from_first
from scenegen.shards import Status
from training.data.batch import PairBatch
from training.evaluation.nearest import nearest_pixels
from training.models.describe import to_unit
from training.objectives.registry import distance_of
from training.objectives.seen import Shown
from training.running.loop import shown_of
from training.running.trainee import Trainee
from training.seeding import Stream, torch_generator, torch_seed
from training.settings import AnySettings, Distance

MATCHED_PAIRS, QUERIES = 8, 128
"""Pairs that are matched, and visible rays looked up in each: a few per cent of the price of the losses."""
NEAR_PX = 5.0
"""A match is right within this distance of the truth."""


@torch.no_grad()
def validate(
    trainee: Trainee, batches: Iterable[PairBatch], settings: AnySettings, device: torch.device
) -> dict[str, float]:
    """Each part of the objective, averaged over all pairs of `batches`, in evaluation mode and without augmentation.

    And what any objective can be compared by, over the first MATCHED_PAIRS pairs: `pck5`, the share of the visible
    rays whose nearest descriptor in the other window is less than NEAR_PX px from the truth, and `aepe_px`, their mean
    distance from it. All pixels follow from (settings.seed, number of the batch): the curves move by the network alone.
    """
    trainee.eval()
    rows, errors, room, distance = [], [], MATCHED_PAIRS, distance_of(settings)
    everywhere = trainee.network.lattice.everywhere
    for number, batch in enumerate(each.to(device) for each in batches):
        values, *cells = trainee(_show(batch, settings, number))
        rows.append(values)
        pairs = range(min(room, len(batch)))
        for k in pairs:
            features0, features1 = (everywhere(each[k : k + 1], *batch.images0.shape[-2:])[0] for each in cells)
            errors.append(match_errors_px(features0, features1, batch, k, distance))
        room -= len(pairs)
    losses = {name: float(torch.cat([row[name] for row in rows]).mean()) for name in rows[0]}
    return losses | matching(torch.cat(errors))


def match_errors_px(features0: Tensor, features1: Tensor, batch: PairBatch, pair: int, distance: Distance) -> Tensor:
    """How far from the truth the nearest descriptors of QUERIES visible rays of a pair lie: (Q,) float32 pixels.

    Features are (D, h, w). The rays are spread evenly over those of the pair. All NaN where descriptors are not finite.
    """
    visible = (batch.status[pair] == Status.VISIBLE).nonzero()[:, 0]
    chosen = visible[from_first(len(visible), QUERIES)]
    true = batch.xy1[pair, chosen]
    if not (features0.isfinite().all() and features1.isfinite().all()):
        return torch.full_like(true[:, 0], torch.nan)
    there = nearest_pixels(features0, features1, batch.xy0[pair, chosen], distance)
    return torch.linalg.vector_norm(there - true, dim=1)


def matching(errors_px: Tensor) -> dict[str, float]:
    """`pck5` and `aepe_px` of distances from the truth (Q,); an error of NaN is no match; NaN without any."""
    return {"pck5": float((errors_px < NEAR_PX).float().mean()), "aepe_px": float(errors_px.mean())}


def _show(batch: PairBatch, settings: AnySettings, number: int) -> Shown:
    chooser = torch_generator(batch.images0.device, settings.seed, Stream.EVALUATION, number)
    seed = torch_seed(settings.seed, Stream.EVALUATION, number, 1)
    return shown_of(batch, (to_unit(batch.images0), to_unit(batch.images1)), settings.pixels, chooser, seed)
