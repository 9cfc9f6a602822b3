"""A network as a descriptor: what evaluations, `extract` and `match` look at."""

import torch
from torch import Tensor, nn


class NetworkDescriptor:
    """Implements `training.evaluation.descriptor.Descriptor` with a network, in evaluation mode and without gradients.

    The network is switched to evaluation mode for the call and put back as it was; its device must be the pictures'.
    """

    def __init__(self, name: str, model: nn.Module) -> None:
        self._name = name
        self._model = model

    @property
    def name(self) -> str:
        """Name in tables and figures."""
        return self._name

    def __call__(self, images: Tensor) -> Tensor:
        """(B, 3, H, W) uint8 to (B, D, H, W) float32."""
        training = self._model.training
        self._model.eval()
        try:
            with torch.no_grad():
                return self._model(to_unit(images)).float()
        finally:
            self._model.train(training)


def to_unit(images: Tensor) -> Tensor:
    """uint8 to float32 in [0, 1]: the only scaling that a network's input gets."""
    return images.to(torch.float32) / 255
