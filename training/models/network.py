"""What a network is for the rest of the program: pictures to maps, coarse to fine."""

from typing import Protocol

from torch import Tensor

from training.settings import ModelSettings


class Network(Protocol):
    """An `nn.Module` that describes every pixel."""

    settings: ModelSettings

    @property
    def map_channels(self) -> tuple[int, ...]:
        """Channels of each map that `pyramid` can give, coarse to fine; the last is D."""
        ...

    def __call__(self, images: Tensor) -> Tensor:
        """(B, 3, H, W) float32 in [0, 1] to descriptors (B, D, H, W)."""
        ...

    def pyramid(self, images: Tensor, levels: int) -> tuple[Tensor, ...]:
        """The finest `levels` maps, coarse to fine, each of twice the last one's sides; the last is the descriptors."""
        ...
