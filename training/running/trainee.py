"""What is trained: the network and its objective, as one module.

The optimiser, the checkpoint and the processes of a run know this module alone, so whatever an objective owns
(a projector, a teacher) is optimised, kept, resumed and averaged like the network's weights.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from training.devices import network_arithmetic
from training.models.networks import AnyNetwork, build_network
from training.objectives.objective import Follower
from training.objectives.registry import build, kind
from training.objectives.seen import Seen, Shown
from training.seeding import Stream, torch_seed
from training.settings import AnySettings, Precision

Losses = dict[str, Tensor]


class Trainee(nn.Module):
    """A network and its objective."""

    def __init__(self, network: AnyNetwork, objective: nn.Module, levels: int, precision: Precision) -> None:
        super().__init__()
        self.network, self.objective, self.levels = network, objective, levels
        self.precision: Precision = precision
        self._pyramid: Callable[[Tensor, int], tuple[Tensor, ...]] = network.pyramid

    def forward(self, shown: Shown) -> tuple[Losses, Tensor, Tensor]:
        """Values of each pair (B,), `total` among them, and the finest maps (B, D, h, w) of both views, as computed."""
        seen = self.see(shown)
        return self.objective(seen), seen.maps0[-1], seen.maps1[-1]

    def see(self, shown: Shown) -> Seen:
        """The maps of both views in one pass: float32, or bfloat16 where the device has it; objectives widen them."""
        images = torch.cat([shown.images0, shown.images1])
        with network_arithmetic(images.device, self.precision):
            maps = self._pyramid(images, self.levels)
        halves = [each.chunk(2) for each in maps]
        maps0, maps1 = (tuple(half[view] for half in halves) for view in (0, 1))
        return Seen(shown, maps0, maps1, self.network.lattice)

    def follow(self, step: int, steps: int) -> None:
        """Tell an objective that follows the network that a step was made."""
        if isinstance(self.objective, Follower):
            self.objective.follow(self.network, step, steps)

    def compile(self) -> None:
        """Compile the network (torch.compile); weights and their names stay."""
        self._pyramid = torch.compile(self._pyramid)


def build_trainee(settings: AnySettings) -> Trainee:
    """A new network with its objective, both functions of the settings. Raises RequestError for impossible ones."""
    network = build_network(settings.model, settings.seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(torch_seed(settings.seed, Stream.INITIAL, 1))
        objective = build(settings, network)
    return Trainee(network, objective, kind(settings.objective).levels(settings.loss), settings.precision)
