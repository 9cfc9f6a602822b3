"""The validation loss: the objective on pairs, windows and negatives that are the same every time."""

from collections.abc import Iterable

import torch
from torch import Tensor, nn

from training.data.batch import PairBatch
from training.loop import describe
from training.objectives.objective import Objective
from training.objectives.select import select_matches
from training.seeding import Stream, torch_generator
from training.settings import FitSettings


@torch.no_grad()
def validation_loss(
    model: nn.Module, objective: Objective, batches: Iterable[PairBatch], settings: FitSettings, device: torch.device
) -> dict[str, float]:
    """Each part of the objective, averaged over all pairs of `batches`, in evaluation mode and without augmentation.

    The matches follow from (settings.seed, number of the batch): the curve moves by the network alone.
    """
    model.eval()
    rows: list[dict[str, Tensor]] = []
    for number, cpu_batch in enumerate(batches):
        batch = cpu_batch.to(device)
        generator = torch_generator(device, settings.seed, Stream.EVALUATION, number)
        matches = select_matches(batch, settings.objective, generator)
        features = describe(model, as_float(batch.images0), as_float(batch.images1), settings.precision)
        rows.append(objective(*features, matches))
    return {name: float(torch.cat([row[name] for row in rows]).mean()) for name in rows[0]}


def as_float(images: Tensor) -> Tensor:
    """(B, 3, h, w) uint8 pictures to float32 in [0, 1]."""
    return images.float() / 255
