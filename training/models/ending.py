"""What the last map of a network goes through, descriptor by descriptor, before it is read.

With a gain g each descriptor f of D channels is brought to the root mean square 1, pressed to two values by

    f <- tanh(g f),

and brought to length 1: the larger g, the nearer most channels are to ±1/sqrt(D), and what is left is their signs.
"""

from dataclasses import dataclass

from torch import Tensor
from torch.nn import functional

from training.settings import ModelSettings


@dataclass(frozen=True)
class Ending:
    """A function of descriptors (B, D, ...)."""

    unit_length: bool = False
    """Whether each is brought to length 1; if not, all is left as it is."""
    gain: float = 0.0
    """g; 0 leaves the channels as they are."""

    def __call__(self, values: Tensor) -> Tensor:
        """The descriptors as they are read, stored and compared."""
        if not self.unit_length:
            return values
        unit = functional.normalize(values, dim=1)
        if not self.gain:
            return unit
        return functional.normalize((self.gain * unit.shape[1] ** 0.5 * unit).tanh(), dim=1)


NOTHING = Ending()
"""Leaves all as it is."""


def ending_of(settings: ModelSettings) -> Ending:
    """As the settings of a network say."""
    return Ending(settings.unit_length, settings.code_gain)


def at_once_and_when_read(settings: ModelSettings) -> tuple[Ending, Ending]:
    """What the whole map of a network with a cell for every pixel goes through, and what is read of it goes through.

    To press 128 channels of a whole map costs as much as the network, and training reads one pixel in eight of it.
    """
    ending = ending_of(settings)
    return (NOTHING, ending) if settings.code_gain else (ending, NOTHING)
