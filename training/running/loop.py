"""The method as a generator: one step after another, and the state of each for whoever watches.

Nothing is printed, written or measured here. Logs, checkpoints, validation and health are consumers of the states
(`training.running.fit`), so they can be left out or replaced without touching the method.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn
from torch.optim import AdamW

from training.data.augment import augment
from training.data.batch import PairBatch, every_pixel
from training.errors import DivergenceError
from training.objectives.pixel_pairs import PixelPairs
from training.objectives.seen import Shown
from training.objectives.select import select_matches
from training.running.places import ALONE, Places
from training.running.schedule import beta1, learning_rate
from training.running.trainee import Trainee
from training.seeding import Stream, torch_generator, torch_seed
from training.settings import AnySettings, OptimizerSettings, PixelSettings


@dataclass(frozen=True)
class StepState:
    """What a step did. Tensors stay on the device and are not read here: reading one waits for the GPU."""

    step: int
    """Steps done, this one included."""
    losses: dict[str, Tensor]
    """Mean over the batch of each part of the objective, 0-d float32; "total" was minimised."""
    gradient_norm: Tensor
    """0-d norm of the whole gradient before clipping."""
    lr: float
    """Learning rate of this step."""
    pairs: int
    """Pairs seen by this process in this step."""
    cells0: Tensor
    """(B, D, h, w) the network's finest map of view 0, detached."""
    cells1: Tensor
    """(B, D, h, w) the finest map of view 1, detached."""
    matches: PixelPairs
    """The pixels that the loss looked at."""


def train(
    trainee: Trainee,
    batches: Iterable[PairBatch],
    optimizer: AdamW,
    settings: AnySettings,
    *,
    steps: int,
    start: int = 0,
    device: torch.device | str = "cpu",
    places: Places = ALONE,
    forward: nn.Module | None = None,
) -> Iterator[StepState]:
    """Train until `batches` ends; `batches` begins with that of step `start` of `steps`.

    All that is random in a step follows from (settings.seed, step) and a pair's place in the batch, so a run that
    starts at step 500 with the weights and the optimiser of step 500 does what the uninterrupted run did, in as many
    processes as share the places. `forward` is how a step calls the trainee, where several share it; the trainee
    itself by default.
    """
    device = torch.device(device)
    parameters = [p for p in trainee.parameters() if p.requires_grad]
    for step, cpu_batch in enumerate(batches, start):
        lr = set_rate(optimizer, step, steps, settings.optimizer)
        torch.manual_seed(torch_seed(settings.seed, Stream.DROPOUT, step))
        shown = show(cpu_batch.to(device), settings, step, places)

        trainee.train()
        values, cells0, cells1 = (forward or trainee)(shown)
        losses = {name: each.mean() for name, each in values.items()}

        optimizer.zero_grad(set_to_none=True)
        losses["total"].backward()
        norm = clip(parameters, settings.optimizer)
        optimizer.step()
        trainee.follow(step + 1, steps)

        parts = {name: value.detach() for name, value in losses.items()}
        cells = (cells0.detach(), cells1.detach())
        yield StepState(step + 1, parts, norm, lr, len(cpu_batch), *cells, shown.matches)


def show(batch: PairBatch, settings: AnySettings, step: int, places: Places = ALONE) -> Shown:
    """What a step shows of a batch: both views, each changed on its own, and the chosen pixels."""
    painter, chooser = (
        torch_generator(batch.images0.device, settings.seed, stream, step)
        for stream in (Stream.AUGMENT, Stream.MATCHES)
    )
    seed = torch_seed(settings.seed, Stream.OBJECTIVE, step)
    images = _two_views(batch, settings, painter, places)
    return shown_of(batch, images, settings.pixels, chooser, seed, places)


def shown_of(
    batch: PairBatch,
    images: tuple[Tensor, Tensor],
    settings: PixelSettings,
    chooser: torch.Generator,
    seed: int,
    places: Places = ALONE,
) -> Shown:
    """What is shown of a batch whose pictures have become `images`: with the pixels that the generator chooses."""
    matches = select_matches(every_pixel(batch) if settings.dense else batch, settings, chooser, places)
    if settings.dense:  # objects are known of traced pixels alone: a few of many would be taken for all
        matches = replace(matches, foreground=None)
    return Shown(*images, matches, settings.sampling, batch.flow, batch.covisible, seed, places)


def make_optimizer(model: nn.Module, settings: OptimizerSettings, fused: bool = False) -> AdamW:
    """AdamW over the trainable weights (paper, Appendix B.2); `fused` in one kernel, where PyTorch does not choose."""
    trainable = [p for p in model.parameters() if p.requires_grad]
    rates = {"lr": settings.lr_start * settings.lr, "betas": settings.betas, "weight_decay": settings.weight_decay}
    return AdamW(trainable, **rates, fused=fused or None)


def set_rate(optimizer: AdamW, step: int, steps: int, settings: OptimizerSettings) -> float:
    """Give the optimiser the learning rate and beta1 of a step; returns the rate."""
    lr = learning_rate(step, steps, settings)
    for group in optimizer.param_groups:
        group["lr"] = lr
        group["betas"] = (beta1(step, steps, settings), settings.betas[1])
    return lr


def _two_views(
    batch: PairBatch, settings: AnySettings, generator: torch.Generator, places: Places = ALONE
) -> tuple[Tensor, Tensor]:
    """(B, 3, h, w) float32 pictures of both views, each changed on its own. One call for both: fewer kernels."""
    images = torch.cat([batch.images0, batch.images1])
    images0, images1 = augment(images, settings.data.augment, generator, places.of_views(2)).chunk(2)
    return images0, images1


def clip(parameters: list[nn.Parameter], settings: OptimizerSettings) -> Tensor:
    """Clip the gradient as the settings say; returns its norm before that, a 0-d tensor."""
    norm = nn.utils.get_total_norm(p.grad for p in parameters if p.grad is not None)
    if settings.clip_norm:
        nn.utils.clip_grads_with_norm_(parameters, settings.clip_norm, norm)
    if settings.clip_value:
        nn.utils.clip_grad_value_(parameters, settings.clip_value)
    return norm


def require_finite(step: int, losses: dict[str, float]) -> None:
    """Raise DivergenceError with the step and the parts when a loss is not finite."""
    if all(abs(value) < float("inf") for value in losses.values()):
        return
    parts = ", ".join(f"{name} {value:g}" for name, value in losses.items())
    error = DivergenceError(
        f"step {step}: the loss is not finite ({parts}); the last checkpoint is from before; "
        "begin anew (--no-resume, or another --out) with a smaller --lr, --clip-norm 1 or --precision float32"
    )
    error.step = step
    raise error
