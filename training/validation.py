"""The validation loss: the objective on pairs, windows and negatives that are the same every time."""

from collections.abc import Iterable

import torch
from torch import Tensor

from training.data.batch import PairBatch
from training.models.describe import to_unit
from training.objectives.seen import Shown
from training.objectives.select import select_matches
from training.seeding import Stream, torch_generator, torch_seed
from training.settings import AnySettings
from training.trainee import Trainee


@torch.no_grad()
def validation_loss(
    trainee: Trainee, batches: Iterable[PairBatch], settings: AnySettings, device: torch.device
) -> dict[str, float]:
    """Each part of the objective, averaged over all pairs of `batches`, in evaluation mode and without augmentation.

    The matches follow from (settings.seed, number of the batch): the curve moves by the network alone.
    """
    trainee.eval()
    rows = [trainee(_show(batch.to(device), settings, number))[0] for number, batch in enumerate(batches)]
    return {name: float(torch.cat([row[name] for row in rows]).mean()) for name in rows[0]}


def _show(batch: PairBatch, settings: AnySettings, number: int) -> Shown:
    generator = torch_generator(batch.images0.device, settings.seed, Stream.EVALUATION, number)
    matches = select_matches(batch, settings.pixels, generator)
    seed = torch_seed(settings.seed, Stream.EVALUATION, number, 1)
    images: tuple[Tensor, Tensor] = (to_unit(batch.images0), to_unit(batch.images1))
    return Shown(*images, matches, settings.pixels.sampling, batch.flow, batch.covisible, seed)
