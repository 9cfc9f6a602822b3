"""Arithmetic of lower precision on a GPU, and a step down the gradient in it."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor
from torch.optim import AdamW

from training.experiments.colored_mnist.settings import Precision
from training.running.loop import clip
from training.settings import OptimizerSettings

_TYPES = {"float32": None, "bfloat16": torch.bfloat16, "float16": torch.float16}


class Arithmetic:
    """Autocast of a precision; gradients of float16 are scaled so that small ones survive. A CPU uses float32."""

    def __init__(self, device: torch.device, precision: Precision) -> None:
        self._device = device.type
        self.type = _TYPES[precision] if device.type == "cuda" else None
        """The reduced type; None: float32 throughout."""
        self._scaler = torch.amp.GradScaler(device.type, enabled=self.type is torch.float16)

    @contextmanager
    def reduced(self) -> Iterator[None]:
        """What is computed here is computed in the precision."""
        with torch.autocast(self._device, self.type or torch.bfloat16, enabled=self.type is not None):
            yield

    def scaled(self, loss: Tensor) -> Tensor:
        """The loss as its gradient is to be taken from."""
        return self._scaler.scale(loss)

    def step(self, optimizer: AdamW, settings: OptimizerSettings) -> None:
        """One step of the optimiser on the gradients of a scaled loss, clipped as the settings say; they are freed.

        A float16 gradient that overflowed makes no step, and a smaller scale.
        """
        parameters = [p for group in optimizer.param_groups for p in group["params"]]
        self._scaler.unscale_(optimizer)
        if settings.clip_norm or settings.clip_value:
            clip(parameters, settings)
        self._scaler.step(optimizer)
        self._scaler.update()
        optimizer.zero_grad(set_to_none=True)

    def descend(self, loss: Tensor, optimizer: AdamW, settings: OptimizerSettings) -> None:
        """One step of the optimiser on the gradient of `loss`."""
        self.scaled(loss).backward()
        self.step(optimizer, settings)


def compile_mode(device: torch.device) -> str:
    """How torch.compile is asked for a training step: with CUDA graphs on a GPU, as it likes on a CPU."""
    return "reduce-overhead" if device.type == "cuda" else "default"
