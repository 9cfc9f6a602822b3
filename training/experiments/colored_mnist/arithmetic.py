"""Arithmetic of lower precision on a GPU, and a step down the gradient in it."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor
from torch.optim import AdamW

from training.experiments.colored_mnist.settings import Precision
from training.loop import clip
from training.settings import OptimizerSettings

_TYPES = {"float32": None, "bfloat16": torch.bfloat16, "float16": torch.float16}


class Arithmetic:
    """Autocast of a precision; gradients of float16 are scaled so that small ones survive. A CPU uses float32."""

    def __init__(self, device: torch.device, precision: Precision) -> None:
        self._device = device.type
        self._type = _TYPES[precision] if device.type == "cuda" else None
        self._scaler = torch.amp.GradScaler(device.type, enabled=self._type is torch.float16)

    @contextmanager
    def reduced(self) -> Iterator[None]:
        """What is computed here is computed in the precision."""
        with torch.autocast(self._device, self._type or torch.bfloat16, enabled=self._type is not None):
            yield

    def descend(self, loss: Tensor, optimizer: AdamW, settings: OptimizerSettings) -> None:
        """One step of the optimiser on the gradient of `loss`, clipped as the settings say."""
        parameters = [p for group in optimizer.param_groups for p in group["params"]]
        optimizer.zero_grad(set_to_none=True)
        self._scaler.scale(loss).backward()
        self._scaler.unscale_(optimizer)
        if settings.clip_norm or settings.clip_value:
            clip(parameters, settings)
        self._scaler.step(optimizer)
        self._scaler.update()
